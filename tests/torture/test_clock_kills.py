"""10,000 due escalations and a clock that is killed all the time; and the same without its unique key."""

import os
import random
import time

from django.db import connection

from tests.torture.strikes import (
    assert_each_fired_once,
    doubled,
    make_overdue,
    strike_under_kills,
    two_workers,
    wait_for_the_end,
)

ESCALATIONS = int(os.environ.get("STRIKES", "10000"))
KILLS = int(os.environ.get("KILLS", "50"))
SEED = int(os.environ.get("SEED", "620201"))
START_S = 12.0


def test_every_escalation_fires_once_under_kills(own_database: str) -> None:
    number = make_overdue(ESCALATIONS)
    began = time.monotonic()
    progress = strike_under_kills(own_database, KILLS, ESCALATIONS, random.Random(SEED))
    fired = assert_each_fired_once(number)
    print(
        f"\n{fired} escalations of {number} cases in {time.monotonic() - began:.0f} s, each once;"
    )
    print(f"{KILLS} kills after {progress} of them")
    assert fired >= ESCALATIONS


def test_without_the_unique_key_it_doubles(own_database: str) -> None:
    """The control: two workers that begin at one moment."""
    number = make_overdue(ESCALATIONS)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE incidents_clockevent DROP CONSTRAINT clock_event_exactly_once")
    with two_workers(own_database, begin=time.time() + START_S):
        wait_for_the_end()
    print(f"\nwithout the unique key: {doubled()} events of {number} cases there twice")
    assert doubled() > 0
