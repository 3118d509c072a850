"""The log at length: a thousand deeds of a superuser, and eight writers of ten thousand rows each."""

import os

import pytest

from gridmap.incidents.log import verify
from gridmap.incidents.models import Unit
from tests.incidents.log_writers import SHARED, write_at_once
from tests.incidents.tampering import undetected

SEED = int(os.environ.get("SEED", "620201"))
DEEDS, WRITERS, ROWS = 1_000, 8, 10_000


@pytest.mark.usefixtures("history")
def test_each_of_a_thousand_deeds_is_found() -> None:
    assert undetected(DEEDS, SEED) == []
    assert verify().ok


@pytest.mark.usefixtures("history_of_its_own")
def test_eight_writers_raise_no_false_alarm() -> None:
    seen = write_at_once(WRITERS, ROWS)
    print(
        f"verified {len(seen)} times; at the end {seen[-1].entries} entries, {seen[-1].rows} rows"
    )
    assert [str(fault) for verdict in seen for fault in verdict.faults] == []
    assert Unit.objects.filter(name__contains="-").exclude(name=SHARED).count() == WRITERS * ROWS
