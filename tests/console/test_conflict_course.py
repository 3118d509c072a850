"""When the cases of a conflict happened, and whether a measure helped: counted by hand."""

from datetime import UTC, date, datetime, timedelta

from gridmap.console.conflicts.course import course_of, rhythm_chart, tried_of, week_of
from gridmap.recurring.models import Measure
from tests.incidents.makers import NOW

YEAR = timedelta(days=365)


def measure(day: date) -> Measure:
    return Measure(words="换了泵", taken_on=day, taken_by="供水公司")


def every(days: int, first: datetime, count: int) -> list[datetime]:
    return [first + timedelta(days=days * n) for n in range(count)]


def test_months_are_those_of_beijing_and_the_last_one_is_unfinished() -> None:
    # Half past eleven at night in June is July in Beijing for a moment of 16:30 UTC.
    found = course_of([datetime(2026, 6, 30, 16, 30, tzinfo=UTC)], [], {}, NOW)
    july = found.months[-1]
    assert (july.first, july.count, july.is_unfinished) == (date(2026, 7, 1), 1, True)
    assert len(found.months) == 60
    assert found.total == 1


def test_what_is_older_than_five_years_is_not_drawn() -> None:
    assert course_of([NOW - 6 * YEAR], [], {}, NOW).total == 0
    assert not course_of([], [], {}, NOW).shows_usual


def test_the_week_is_that_of_beijing() -> None:
    # Sunday 23:30 in Beijing.
    late = datetime(2026, 7, 12, 15, 30, tzinfo=UTC)
    assert week_of([late])[6].counts[23] == 1
    assert rhythm_chart(week_of([late] * 3))["counts"][-1] == 3
    assert len(rhythm_chart(week_of([]))["counts"]) == 7 * 24


def test_the_chart_has_the_range_in_which_the_usual_lies_in_the_season() -> None:
    usual = {"usual_months": {"low": [0] * 6 + [2] + [0] * 5, "high": [3] * 6 + [9] + [3] * 5}}
    chart = course_of([NOW], [], usual, NOW).chart
    assert [(chart["low"][n], chart["high"][n]) for n in (-1, -2, -13)] == [(2, 9), (0, 3), (2, 9)]
    assert (chart["months"][-1], chart["counts"][-1]) == ("2026-07", 1)


def test_where_a_run_did_not_say_what_is_usual_nothing_is_drawn() -> None:
    assert "low" not in course_of([NOW], [], {"usual_months": {"low": [], "high": []}}, NOW).chart


def test_measures_are_numbered_as_in_the_table_and_have_words_where_there_is_room() -> None:
    few = [measure(date(2020, 1, 1)), measure(date(2026, 5, 20))]
    assert course_of([], few, {}, NOW).chart["measures"] == [
        {"month": "2026-05", "label": "2 换了泵"}
    ]
    many = [measure(date(2026, 5, 20))] * 4
    assert course_of([], many, {}, NOW).chart["measures"][3]["label"] == "4"


def test_a_summer_is_compared_with_the_summer_before() -> None:
    day = date(2025, 7, 14)
    summers = every(3, datetime(2024, 7, 20, tzinfo=UTC), 20) + every(
        30, datetime(2025, 7, 20, tzinfo=UTC), 3
    )
    (one,) = tried_of([measure(day)], summers, NOW)
    assert (one.before, one.after, one.days, one.verdict) == (20, 3, 365, "少了")
    assert one.change.startswith("−85%（")


def test_from_eleven_to_eight_nobody_can_tell() -> None:
    day = date(2025, 7, 14)
    moments = every(3, datetime(2024, 7, 20, tzinfo=UTC), 11) + every(
        3, datetime(2025, 7, 20, tzinfo=UTC), 8
    )
    (one,) = tried_of([measure(day)], moments, NOW)
    assert (one.before, one.after, one.verdict) == (11, 8, "看不出")


def test_after_a_fortnight_it_is_too_early() -> None:
    (one,) = tried_of([measure(date(2026, 7, 1))], every(1, NOW - YEAR, 5), NOW)
    assert (one.verdict, one.change) == ("还太早", "")
