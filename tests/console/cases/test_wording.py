"""When a case is due, in words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from gridmap.console.cases.wording import due_in, long_ago, progress_of, when
from gridmap.incidents.states import State

# Twenty past nine on a Tuesday in Beijing.
NOW = datetime(2026, 7, 14, 1, 20, tzinfo=UTC)


def beijing(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("due_at", "kind", "chinese", "english"),
    [
        (beijing(7, 14, 4), "over", "超期 5 小时", "5 h overdue"),
        (beijing(7, 14, 9, 19), "over", "超期 1 分钟", "1 min overdue"),
        (beijing(7, 12, 9, 21), "over", "超期 47 小时", "47 h overdue"),
        (beijing(7, 12, 9, 20), "over", "超期 2 天", "2 d overdue"),
        (beijing(7, 14, 18), "today", "今天 18:00", "today 18:00"),
        (beijing(7, 15, 8, 30), "open", "明天 08:30", "tomorrow 08:30"),
        (beijing(7, 16, 12), "open", "7月16日 12:00", "16 Jul 12:00"),
        (beijing(1, 2, 12, year=2027), "open", "2027年1月2日 12:00", "2 Jan 2027 12:00"),
    ],
)
def test_a_deadline_is_said_as_in_the_design(
    due_at: datetime, kind: str, chinese: str, english: str
) -> None:
    due = due_in(State.IN_PROGRESS, due_at, NOW)
    assert (due.kind, due.text) == (kind, chinese)
    with translation.override("en"):
        assert due_in(State.IN_PROGRESS, due_at, NOW).text == english


@pytest.mark.parametrize(
    "state", ["handled", "checked", "visited", "closed", "suspended", "merged"]
)
def test_what_is_done_or_set_aside_is_not_overdue(state: str) -> None:
    assert due_in(State(state), beijing(7, 1, 9), NOW).kind == "none"


def test_the_day_is_that_of_beijing() -> None:
    late = datetime(2026, 7, 14, 15, 59, tzinfo=UTC)
    assert when(late, NOW) == "今天 23:59"
    assert when(late + timedelta(minutes=1), NOW) == "明天 00:00"


@pytest.mark.parametrize(
    ("passed", "said"),
    [(30, "刚刚"), (180, "3 分钟前"), (7200, "2 小时前"), (3 * 86400, "7月11日")],
)
def test_how_long_ago_somebody_was_first(passed: int, said: str) -> None:
    assert long_ago(NOW - timedelta(seconds=passed), NOW) == said


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
