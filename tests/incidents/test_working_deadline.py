"""Minutes of working time: by hand, and by counting days, where the database walks from one to the next."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.querysets import BEIJING
from gridmap.incidents.models import CalendarDay
from gridmap.incidents.services.calendar import load_calendar

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WHOLE_DAY = 1440
ZONES = ("UTC", "America/Los_Angeles", "Asia/Shanghai")


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, db: None) -> Iterator[str]:
    """A session of the database in another time zone."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE %s", [request.param])
        yield request.param
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def deadline(begins: datetime, minutes: int) -> datetime:
    """As a number over the wire: Django takes every time for one in UTC."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (extract(epoch FROM working_deadline(%s, %s)) * 1000000)::bigint",
            [begins, minutes],
        )
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=cursor.fetchone()[0])


BY_HAND = [
    # Tuesday to Tuesday: the weekend between does not count.
    ("2026-07-14 09:20", 4 * 60, "2026-07-14 13:20"),
    ("2026-07-14 09:20", 5 * WHOLE_DAY, "2026-07-21 09:20"),
    # Friday evening; Saturday and Sunday do not count.
    ("2026-07-17 22:00", 4 * 60, "2026-07-20 02:00"),
    # A span that ends at midnight ends with its working day, not with the weekend.
    ("2026-07-17 20:00", 4 * 60, "2026-07-18 00:00"),
    ("2026-07-17 00:00", WHOLE_DAY, "2026-07-18 00:00"),
    # It begins on a Saturday: from the first moment of Monday on.
    ("2026-07-18 15:00", 60, "2026-07-20 01:00"),
    ("2026-07-18 15:00", WHOLE_DAY, "2026-07-21 00:00"),
    # Before the Spring Festival of 2026 (15 to 23 February): Saturday the 14th makes up and counts.
    ("2026-02-13 12:00", WHOLE_DAY, "2026-02-14 12:00"),
    ("2026-02-14 12:00", WHOLE_DAY, "2026-02-24 12:00"),
    # On the second day of the festival; the Saturday after it (28 February) makes up as well.
    ("2026-02-16 08:00", 5 * WHOLE_DAY, "2026-03-01 00:00"),
    ("2026-02-16 08:00", 5 * WHOLE_DAY + 1, "2026-03-02 00:01"),
    # National Day 2026: 1 to 7 October off, Saturday the 10th makes up, Sunday the 20th of September too.
    ("2026-09-19 10:00", 2 * WHOLE_DAY, "2026-09-22 00:00"),
    ("2026-09-30 18:00", 8 * 60, "2026-10-08 02:00"),
    ("2026-10-08 00:00", 3 * WHOLE_DAY, "2026-10-11 00:00"),
    # Across the end of a year: 1 to 3 January 2026 off, Sunday the 4th makes up.
    ("2025-12-31 23:59", 1, "2026-01-01 00:00"),
    ("2025-12-31 23:59", 2, "2026-01-04 00:01"),
    ("2026-01-04 00:00", 2 * WHOLE_DAY, "2026-01-06 00:00"),
    # A year of which nothing is announced: the week, 1 to 3 October, 1 January.
    ("2027-10-01 10:00", 60, "2027-10-04 01:00"),
    ("2027-12-31 23:00", 120, "2028-01-03 01:00"),
    # The leap day is a Tuesday like any other.
    ("2028-02-28 23:59", WHOLE_DAY, "2028-02-29 23:59"),
    ("2028-02-29 23:59", 2, "2028-03-01 00:01"),
]


def test_a_span_of_working_time_ends_where_a_person_counts_it(zone: str) -> None:
    load_calendar(at=datetime(2026, 7, 14, tzinfo=UTC))
    ends = [
        (
            begins,
            minutes,
            f"{deadline(beijing(begins), minutes).astimezone(BEIJING):%Y-%m-%d %H:%M}",
        )
        for begins, minutes, _ in BY_HAND
    ]
    assert ends == BY_HAND


def test_a_year_without_a_calendar_goes_by_the_week(zone: str) -> None:
    assert not CalendarDay.objects.exists()
    assert deadline(beijing("2040-01-06 22:00"), 240) == beijing("2040-01-09 02:00")
    assert deadline(beijing("2040-10-01 09:00"), 60) == beijing("2040-10-01 10:00")


def counted(begins: datetime, minutes: int, working: list[date]) -> datetime:
    """The whole span laid from the first midnight on, cut into days, on the working days in turn."""
    today = begins.date()
    ahead = [day for day in working if day >= today]
    total = timedelta(minutes=minutes)
    if ahead[0] == today:
        total += begins - datetime.combine(today, time.min, BEIJING)
    whole = max(-(-total // DAY) - 1, 0)
    return datetime.combine(ahead[whole], time.min, BEIJING) + total - whole * DAY


FIRST, LAST = date(2025, 6, 1), date(2026, 6, 1)
flipped = st.sets(st.dates(FIRST, LAST), max_size=60)
runs_off = st.lists(st.tuples(st.dates(FIRST, LAST), st.integers(1, 20)), max_size=4)
# Any time of the day, and around midnight to the second and the microsecond.
moments = st.builds(
    lambda day, delta: datetime.combine(day, time.min, BEIJING) + delta,
    st.dates(FIRST + DAY, date(2026, 3, 1)),
    st.one_of(
        st.timedeltas(timedelta(0), DAY),
        st.timedeltas(timedelta(seconds=-2), timedelta(seconds=2)),
    ),
)
spans = st.one_of(
    st.integers(1, 20 * WHOLE_DAY), st.integers(1, 20).map(lambda days: days * WHOLE_DAY)
)


@pytest.mark.parametrize("session", ZONES)
@settings(max_examples=200, deadline=None)
@given(begins=moments, minutes=spans, flipped=flipped, runs=runs_off, known=st.booleans())
def test_the_walk_of_the_database_ends_where_the_days_are_counted(
    session: str,
    begins: datetime,
    minutes: int,
    flipped: set[date],
    runs: list[tuple[date, int]],
    known: bool,
) -> None:
    """`flipped` days are off where the week works and the other way round; `runs` are off in a row."""
    off_in_a_row = {first + n * DAY for first, length in runs for n in range(length)}
    every = [FIRST + n * DAY for n in range(800)]
    working = {
        day: (day.weekday() < 5) != (known and day in flipped)
        and not (known and day in off_in_a_row)
        for day in every
    }
    CalendarDay.objects.all().delete()
    if known:
        CalendarDay.objects.bulk_create(
            CalendarDay(day=day, is_working=working[day], is_provisional=day.year > 2025)
            for day in sorted(flipped | off_in_a_row)
        )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE %s", [session])
    days = [day for day, is_working in working.items() if is_working]
    assert deadline(begins, minutes) == counted(begins, minutes, days)
