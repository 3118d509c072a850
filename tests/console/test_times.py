"""Moments in words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from gridmap.console.times import Due, due, long_ago, moment, span

# Twenty past nine in Beijing, a Tuesday.
NOW = datetime(2026, 7, 14, 1, 20, tzinfo=UTC)


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("due_at", "words", "tone"),
    [
        (NOW - timedelta(seconds=1), "超期 1 分钟", "over"),
        (NOW - timedelta(minutes=40), "超期 40 分钟", "over"),
        (NOW - timedelta(hours=5, minutes=59), "超期 5 小时", "over"),
        (NOW - timedelta(hours=47, minutes=59), "超期 47 小时", "over"),
        (NOW - timedelta(days=2), "超期 2 天", "over"),
        (NOW, "还剩 1 分钟", "today"),
        (NOW + timedelta(minutes=35), "还剩 35 分钟", "today"),
        (NOW + timedelta(hours=1), "还剩 1 小时", "today"),
        (beijing("2026-07-14T18:00"), "今天 18:00", "today"),
        (beijing("2026-07-15T00:00"), "明天 00:00", "open"),
        (beijing("2026-07-16T12:00"), "7月16日 12:00", "open"),
        (beijing("2027-01-03T12:00"), "2027年1月3日 12:00", "open"),
    ],
)
def test_a_deadline_in_words(due_at: datetime, words: str, tone: str) -> None:
    assert due(due_at, NOW) == Due(words, tone)


def test_shortly_after_midnight_is_near_and_not_today() -> None:
    late = beijing("2026-07-14T23:30")
    assert due(beijing("2026-07-15T00:10"), late) == Due("还剩 40 分钟", "open")


def test_the_day_is_that_of_beijing() -> None:
    late = datetime(2026, 7, 14, 15, 59, tzinfo=UTC)
    assert moment(late, NOW) == "今天 23:59"
    assert moment(late + timedelta(minutes=1), NOW) == "明天 00:00"


@pytest.mark.parametrize(
    ("passed", "said"),
    [(30, "刚刚"), (180, "3 分钟前"), (7200, "2 小时前"), (3 * 86400, "7月11日")],
)
def test_how_long_ago_something_was(passed: int, said: str) -> None:
    assert long_ago(NOW - timedelta(seconds=passed), NOW) == said


def test_moments_and_spans_in_english() -> None:
    with translation.override("en"):
        assert moment(beijing("2026-07-13T23:10"), NOW) == "yesterday 23:10"
        assert moment(beijing("2026-07-16T12:00"), NOW) == "16 Jul 12:00"
        assert moment(beijing("2025-12-31T12:00"), NOW) == "31 Dec 2025 12:00"
        assert due(NOW - timedelta(hours=5), NOW).words == "5 h overdue"
        assert span(timedelta(days=1)) == "24 h"
        assert span(timedelta(days=2)) == "2 days"
