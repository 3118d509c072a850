"""Many senders of the same report at the same moment: one row, and the same answer for all.

GRIDMAP_KEYS says how many reports are sent (10); `make torture` sends 200. GRIDMAP_CONNECTIONS (50) is
how many are really at work at once, where the server has no room for more.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from gridmap.incidents.models import Incident, MoveRecord, Report
from tests.incidents.api.asking import Machine, report_body
from tests.incidents.test_moving import Cast

KEYS = int(os.environ.get("GRIDMAP_KEYS", "10"))
CONNECTIONS = int(os.environ.get("GRIDMAP_CONNECTIONS", "50"))
AT_ONCE = 50
CONTROL_KEYS = 2


@pytest.fixture
def cast(own_database: str) -> Cast:
    """As everywhere here, but committed: fifty connections see it."""
    return Cast()


def from_many(pool: ThreadPoolExecutor, post: Callable[[Client], Any]) -> list[Any]:
    """The answers to the same request, sent by fifty at once."""

    def send(_: int) -> Any:
        try:
            return post(Client(raise_request_exception=False))
        finally:
            connection.close()

    return list(pool.map(send, range(AT_ONCE)))


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        yield threads


def sender(machine: Machine, path: str, body: dict[str, Any]) -> Callable[[Client], Any]:
    return lambda client: client.post(
        f"/api/{path}", body, content_type="application/json", headers=machine.headers
    )


def test_one_row_and_equal_answers(pool: ThreadPoolExecutor, member: Machine) -> None:
    before = Incident.objects.count()
    for number in range(KEYS):
        answers = from_many(pool, sender(member, "reports/", report_body(words=f"{number}")))
        assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
        assert len({answer.content for answer in answers}) == 1
    assert Incident.objects.count() == before + KEYS
    assert Report.objects.values("key").distinct().count() == Report.objects.count()


def test_without_the_unique_key_there_are_several(
    pool: ThreadPoolExecutor, member: Machine
) -> None:
    """The control."""
    with without_unique_key():
        for _ in range(CONTROL_KEYS):
            from_many(pool, sender(member, "reports/", report_body()))
        assert Report.objects.count() > Report.objects.values("key").distinct().count()


@contextmanager
def without_unique_key() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE incidents_report DROP CONSTRAINT incidents_report_key_key")
        try:
            yield
        finally:
            cursor.execute("TRUNCATE incidents_report CASCADE")
            cursor.execute(
                "ALTER TABLE incidents_report ADD CONSTRAINT incidents_report_key_key UNIQUE (key)"
            )


def test_a_move_sent_by_many_is_made_once(
    cast: Cast, pool: ThreadPoolExecutor, member: Machine
) -> None:
    body = {
        "name": "withdraw",
        "key": str(uuid4()),
        "version": cast.fresh().version,
        "details": {"reason": "撤回"},
    }
    answers = from_many(pool, sender(member, f"cases/{cast.case.code}/moves/", body))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert MoveRecord.objects.filter(name="withdraw").count() == 1
