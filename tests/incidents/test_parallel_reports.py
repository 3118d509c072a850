"""Fifty clients send the same report at once: one row, and all are told the same."""

from django.db import connection

from gridmap.incidents.models import Incident, MoveRecord, Report
from tests.incidents.parallel import post_at_once, told

CLIENTS = 50
# A twentieth of what `make torture` sends.
KEYS = 10


def test_the_same_report_sent_at_once_is_one_case_and_one_answer(own_database: None) -> None:
    answers = post_at_once(CLIENTS, KEYS)
    assert [len(told(of_one)) for of_one in answers] == [1] * KEYS
    receipts = sorted(next(iter(told(of_one))) for of_one in answers)  # type: ignore[type-var]
    rows = Report.objects.order_by("pk").values_list("pk", "incident", "registered_as")
    assert receipts == list(rows)
    assert Incident.objects.count() == MoveRecord.objects.count() == KEYS
    assert sum(answer.is_new for of_one in answers for answer in of_one) == KEYS  # type: ignore[union-attr]


def test_without_the_unique_key_the_same_report_becomes_several(own_database: None) -> None:
    """The control: to look first and write then is not enough."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'incidents_report'::regclass"
            " AND contype = 'u' AND pg_get_constraintdef(oid) = 'UNIQUE (key)'"
        )
        (name,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE incidents_report DROP CONSTRAINT {name}")
    post_at_once(CLIENTS, 2)
    assert Report.objects.count() > Report.objects.values("key").distinct().count() == 2
