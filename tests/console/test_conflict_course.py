"""When the cases of a conflict happened, and whether a measure helped: counted by hand."""

from datetime import UTC, date, datetime, timedelta

from gridmap.console.conflicts.course import course_of, tried_of, week_of
from gridmap.recurring.models import Measure
from tests.incidents.makers import NOW

YEAR = timedelta(days=365)


def measure(day: date) -> Measure:
    return Measure(words="换了泵", taken_on=day, taken_by="供水公司")


def every(days: int, first: datetime, count: int) -> list[datetime]:
    return [first + timedelta(days=days * n) for n in range(count)]


def test_months_are_those_of_beijing_and_the_last_one_is_unfinished() -> None:
    # Half past eleven at night in June is July in Beijing for a moment of 16:30 UTC.
    found = course_of([datetime(2026, 6, 30, 16, 30, tzinfo=UTC)], [], 0.5, NOW)
    july = found.months[-1]
    assert (july.first, july.count, july.is_unfinished) == (date(2026, 7, 1), 1, True)
    assert len(found.months) == 60
    assert found.total == 1


def test_what_is_older_than_five_years_is_not_drawn() -> None:
    assert course_of([NOW - 6 * YEAR], [], 0.0, NOW).total == 0
    assert not course_of([], [], 0.0, NOW).shows_usual


def test_the_week_is_that_of_beijing_and_one_case_is_not_dark() -> None:
    # Sunday 23:30 in Beijing.
    late = datetime(2026, 7, 12, 15, 30, tzinfo=UTC)
    sunday = week_of([late])[6].hours[23]
    assert (sunday.count, sunday.tone) == (1, 1)
    assert week_of([late] * 12)[6].hours[23].tone == 6
    assert {hour.tone for day in week_of([]) for hour in day.hours} == {0}


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
