"""When a case is due, in words."""

from datetime import UTC, datetime

import pytest

from gridmap.console.cases.wording import due_in, progress_of
from gridmap.incidents.states import State

NOW = datetime(2026, 7, 14, 1, 20, tzinfo=UTC)
BEFORE = datetime(2026, 7, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "state", ["handled", "checked", "visited", "closed", "suspended", "merged"]
)
def test_what_is_done_or_set_aside_is_not_overdue(state: str) -> None:
    assert due_in(State(state), BEFORE, NOW).tone == "none"


@pytest.mark.parametrize(
    ("state", "step", "is_dispute", "said"),
    [
        ("in_progress", "", True, "一听"),
        ("in_progress", "investigate", True, "三议"),
        ("in_progress", "settle", True, "待反馈"),
        ("in_progress", "", False, "处置"),
        ("escalated", "investigate", True, "提级"),
    ],
)
def test_a_list_says_which_step_is_next(state: str, step: str, is_dispute: bool, said: str) -> None:
    assert progress_of(State(state), step, is_dispute=is_dispute) == said
