"""The clock under `kill -9`: every escalation once. `make torture` does it with 10,000."""

import random
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime

import pytest
from django.db import OperationalError, connection, transaction

from gridmap.incidents.models import ClockEvent
from gridmap.incidents.services import clocks, due
from tests.torture.strikes import (
    AT,
    assert_each_fired_once,
    doubled,
    make_overdue,
    strike_under_kills,
)

ESCALATIONS = 500
KILLS = 4


def test_every_escalation_fires_once_although_the_worker_is_killed(own_database: str) -> None:
    number = make_overdue(ESCALATIONS)
    progress = strike_under_kills(own_database, KILLS, ESCALATIONS, random.Random(620201))
    print(f"{KILLS} kills after {progress} escalations")
    assert assert_each_fired_once(number) >= ESCALATIONS
    assert 0 < progress[KILLS // 2] < ESCALATIONS


def overdue_twice_at_once() -> bool:
    """Two processes find the same cases overdue; whether the second waits for the first."""

    def second() -> int:
        number = clocks._raise_alarm(due.OVERDUE, at=AT)
        connection.close()
        return number

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            clocks._raise_alarm(due.OVERDUE, at=AT)
            other = pool.submit(second)
            waits = not wait([other], timeout=1).done
        other.result()
    return waits


@pytest.mark.usefixtures("own_database")
def test_two_processes_at_once_tell_of_each_case_once() -> None:
    number = make_overdue(30)
    assert overdue_twice_at_once()
    assert ClockEvent.objects.count() == number


@pytest.mark.usefixtures("own_database")
def test_without_the_unique_key_they_tell_of_each_twice() -> None:
    number = make_overdue(30)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE incidents_clockevent DROP CONSTRAINT clock_event_exactly_once")
    assert not overdue_twice_at_once()
    assert doubled() == number


@pytest.mark.usefixtures("own_database")
def test_two_processes_at_once_let_a_case_climb_once() -> None:
    make_overdue(6)
    found = due.escalations(AT)

    def second() -> None:
        for case in found:
            assert clocks._escalate(case, at=AT) == 0
        connection.close()

    for case in found:
        clocks._escalate(case, at=AT)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(second).result()
    assert ClockEvent.objects.filter(kind="escalation").count() == len(found)


@pytest.mark.usefixtures("own_database")
def test_a_lost_database_ends_the_strike_instead_of_failing_case_by_case() -> None:
    def lose_it(*, at: datetime) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid()), %s", [at])
        return 1

    struck = clocks.Struck()
    with pytest.raises(OperationalError):
        struck.attempt("overdue", lose_it, at=AT)
    assert struck.failed == []
