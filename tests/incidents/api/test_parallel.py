"""Fifty senders of the same report at the same moment: one row, and the same answer for all.

Each has a connection to the database of its own. `make torture` sends 200 reports to a real server.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from gridmap.incidents.models import Incident, MoveRecord, Report
from tests.incidents.api.asking import Machine, report_body
from tests.incidents.parallel import DROP_UNIQUE_KEY, Post, assert_told_the_same, post_at_once
from tests.incidents.test_moving import Cast

KEYS, CONTROL_KEYS = 10, 2


@pytest.fixture
def cast(own_database: str) -> Cast:
    """As everywhere here, but committed: fifty connections see it."""
    return Cast()


def sender(
    machine: Machine, path: str, bodies: list[dict[str, Any]]
) -> Callable[[], AbstractContextManager[Post]]:
    @contextmanager
    def client() -> Iterator[Post]:
        browser = Client(raise_request_exception=False)

        def post(number: int) -> tuple[int, bytes]:
            answer = browser.post(
                f"/api/{path}",
                bodies[number],
                content_type="application/json",
                headers=machine.headers,
            )
            return answer.status_code, answer.content

        try:
            yield post
        finally:
            connection.close()

    return client


def test_one_row_and_equal_answers(member: Machine) -> None:
    reports, cases = Report.objects.count(), Incident.objects.count()
    moves = MoveRecord.objects.count()
    bodies = [report_body(words=f"{number}") for number in range(KEYS)]
    for of_one in post_at_once(KEYS, sender(member, "reports/", bodies)):
        assert_told_the_same(of_one)
    assert Report.objects.count() == reports + KEYS
    assert Incident.objects.count() == cases + KEYS
    assert MoveRecord.objects.count() == moves + KEYS
    assert Report.objects.filter(key__in=[body["key"] for body in bodies]).count() == KEYS


def test_without_the_unique_key_there_are_several(member: Machine) -> None:
    """The control."""
    with connection.cursor() as cursor:
        cursor.execute(DROP_UNIQUE_KEY)
    bodies = [report_body() for _ in range(CONTROL_KEYS)]
    post_at_once(CONTROL_KEYS, sender(member, "reports/", bodies))
    assert Report.objects.count() > Report.objects.values("key").distinct().count()


def test_a_move_sent_by_many_is_made_once(cast: Cast, member: Machine) -> None:
    body = {
        "name": "withdraw",
        "key": str(uuid4()),
        "version": cast.fresh().version,
        "details": {"reason": "撤回"},
    }
    (answers,) = post_at_once(1, sender(member, f"cases/{cast.case.code}/moves/", [body]))
    assert {status for status, _body in answers} == {200}
    assert len({text for _status, text in answers}) == 1
    assert MoveRecord.objects.filter(name="withdraw").count() == 1
