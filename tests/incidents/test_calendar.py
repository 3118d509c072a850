"""The calendar of working days: what is announced, what is assumed, what a person set; deadlines follow."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from chinese_calendar.constants import holidays as days_off
from chinese_calendar.constants import workdays
from django.core.management import call_command
from django.db import connection, transaction

from geodata.querysets import BEIJING
from gridmap.accounts.models import Role, User
from gridmap.incidents import calendar
from gridmap.incidents.calendar import LAST_ANNOUNCED, NAMES, days
from gridmap.incidents.models import (
    CalendarDay,
    Extension,
    Incident,
    LogEntry,
    MoveRecord,
    Notice,
    TimeLimit,
)
from gridmap.incidents.services import calendar as calendar_services
from gridmap.incidents.services.calendar import load_calendar, set_calendar_day
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.errors import CalendarRefused
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.services.steps import decide_extension
from gridmap.incidents.states import Name
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user

DAY = timedelta(days=1)
# The State Council changed Labour Day 2019 on 22 March 2019; this release of `holidays` has not heard of it.
CHANGED_LATER = {date(2019, 4, 28), date(2019, 5, 2), date(2019, 5, 3), date(2019, 5, 5)}


def test_the_announced_days_are_those_of_another_library() -> None:
    other = holidays.country_holidays("CN", years=range(2010, 2027))
    ours = {row.day: row.is_working for row in days(2026) if row.day.year >= 2010}
    different = {day for day, is_working in ours.items() if other.is_working_day(day) != is_working}
    assert different == CHANGED_LATER
    assert len(ours) == (date(2027, 1, 1) - date(2010, 1, 1)).days


def test_every_holiday_has_its_chinese_name() -> None:
    assert set(days_off.values()) | set(workdays.values()) == set(NAMES)


def test_a_year_that_is_not_announced_has_the_fixed_holidays_and_says_so() -> None:
    year = LAST_ANNOUNCED + 1
    assumed = [row for row in days(year) if row.day.year == year]
    assert all(row.is_provisional for row in assumed)
    named = [(row.day.month, row.day.day) for row in assumed if row.name]
    assert named == [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)]
    assert all(row.is_working == (row.day.weekday() < 5 and not row.name) for row in assumed)


@pytest.fixture
def city(db: None) -> SmallCity:
    return make_small_city()


@pytest.fixture
def admin(city: SmallCity) -> User:
    user = make_user("he")
    appoint(user, Role.CITY_ADMIN, city.areas["city"])
    return user


@pytest.fixture
def member(city: SmallCity) -> User:
    user = make_user("ma")
    appoint(user, Role.GRID_MEMBER, city.cells["a"])
    make_rule(make_team("housing"))
    return user


@pytest.mark.django_db
def test_the_calendar_reaches_two_years_ahead_and_loading_it_again_writes_nothing() -> None:
    first = load_calendar(at=NOW)
    assert first.days == CalendarDay.objects.count() == (date(2029, 1, 1) - date(2004, 1, 1)).days
    assert CalendarDay.objects.reaches(date(2026, 12, 31))
    assert not CalendarDay.objects.reaches(date(2027, 1, 1))
    written = LogEntry.objects.count()
    assert load_calendar(at=NOW).days == 0
    assert LogEntry.objects.count() == written
    assert load_calendar(at=NOW.replace(year=2027)).days == 365


@pytest.mark.django_db
def test_a_provisional_span_can_be_told_from_an_announced_one() -> None:
    load_calendar(at=NOW)
    provisional = CalendarDay.objects.filter(is_provisional=True)
    assert not provisional.filter(day__range=(date(2026, 12, 1), date(2026, 12, 31))).exists()
    assert provisional.filter(day__range=(date(2026, 12, 31), date(2027, 1, 4))).count() == 4


@pytest.mark.django_db
def test_the_command_says_what_is_not_announced_yet(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_calendar")
    assert str(LAST_ANNOUNCED) in capsys.readouterr().out
    call_command("load_calendar")
    assert f"{LAST_ANNOUNCED + 1}, " in capsys.readouterr().out


def test_what_a_person_set_is_not_loaded_over(admin: User) -> None:
    load_calendar(at=NOW)
    festival = date(2026, 2, 17)
    set_calendar_day(day=festival, is_working=True, name="抢险", by=admin, at=NOW)
    load_calendar(at=NOW)
    kept = CalendarDay.objects.get(day=festival)
    assert (kept.is_working, kept.name, kept.is_edited) == (True, "抢险", True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"day": date(1999, 1, 1)}, "day"),
        ({"day": date(9999, 1, 1)}, "day"),
        ({"name": "长" * 21}, "name"),
    ],
)
def test_a_day_that_cannot_be_is_refused(
    admin: User, change: dict[str, object], field: str
) -> None:
    wanted = {"day": date(2026, 7, 15), "is_working": False, "name": "", **change}
    with pytest.raises(CalendarRefused) as refused:
        set_calendar_day(**wanted, by=admin, at=NOW)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not CalendarDay.objects.exists()


def test_nobody_but_the_city_administrator_sets_a_day(member: User) -> None:
    with pytest.raises(CalendarRefused):
        set_calendar_day(day=date(2026, 7, 15), is_working=False, name="", by=member, at=NOW)
    assert not CalendarDay.objects.exists()


def due(case: Incident) -> tuple[str, str]:
    case.refresh_from_db()
    return tuple(  # type: ignore[return-value]
        f"{moment.astimezone(BEIJING):%m-%d %H:%M}" for moment in (case.contact_due_at, case.due_at)
    )


def test_a_new_holiday_moves_the_deadlines_that_run_over_it_and_tells_of_it(
    admin: User, member: User
) -> None:
    case = make_incident(member)
    over = make_incident(member, at=NOW - 30 * DAY)
    assert due(case) == ("07-14 13:20", "07-21 09:20")
    Notice.objects.all().delete()
    set_calendar_day(day=date(2026, 7, 16), is_working=False, name="", by=admin, at=NOW)
    assert due(case) == ("07-14 13:20", "07-22 09:20")
    assert list(Notice.objects.values_list("user", "incident", "kind")) == [
        (member.pk, case.pk, "moved")
    ]
    assert (case.version, MoveRecord.objects.filter(incident=case).count()) == (2, 1)
    over.refresh_from_db()
    assert over.version == 1
    set_calendar_day(day=date(2026, 7, 18), is_working=True, name="", by=admin, at=NOW)
    assert due(case) == ("07-14 13:20", "07-21 09:20")


BEFORE = datetime(2025, 10, 20, 2, tzinfo=UTC)
LONG = 85 * 1440


@pytest.fixture
def unannounced(member: User, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """October 2025: nothing is announced for 2026, and cases have 85 working days."""
    monkeypatch.setattr(calendar, "LAST_ANNOUNCED", 2025)
    load_calendar(at=BEFORE)
    TimeLimit.objects.filter(urgency="").update(settle_minutes=LONG)
    return monkeypatch


def announce(unannounced: pytest.MonkeyPatch) -> int:
    """The official list of 2026; how many deadlines it moves."""
    unannounced.setattr(calendar, "LAST_ANNOUNCED", 2026)
    return load_calendar(at=BEFORE + 20 * DAY).cases


def move(case: Incident, name: Name, by: User | None, at: datetime, **details: object) -> None:
    case.refresh_from_db()
    move_incident(incident=case, name=name, by=by, at=at, details=Details(**details))  # type: ignore[arg-type]


def test_the_official_list_takes_the_place_of_the_provisional_days(
    member: User, unannounced: pytest.MonkeyPatch
) -> None:
    case, closed = make_incident(member, at=BEFORE), make_incident(member, at=BEFORE)
    move(closed, Name.SETTLE_ON_SITE, member, BEFORE, outcome="resolved_on_site", text="当场")
    assert CalendarDay.objects.get(day=date(2026, 2, 17)).is_provisional
    assert due(case) == due(closed) == ("10-20 14:00", "02-17 10:00")
    assert announce(unannounced) == 1
    assert not CalendarDay.objects.get(day=date(2026, 2, 17)).is_provisional
    assert due(case) == ("10-20 14:00", "02-24 10:00")
    assert due(closed) == ("10-20 14:00", "02-17 10:00")
    assert load_calendar(at=BEFORE).cases == 0


def test_a_deadline_that_somebody_granted_or_brought_along_stays(
    admin: User, member: User, unannounced: pytest.MonkeyPatch
) -> None:
    granted, brought = make_incident(member, at=BEFORE), make_incident(member, at=BEFORE)
    until = datetime(2026, 2, 19, 4, tzinfo=UTC)
    asked = Extension.objects.create(incident=granted, until=until, by=member, at=BEFORE)
    decide_extension(extension=asked, is_granted=True, by=admin, at=BEFORE)
    Incident.objects.filter(pk=brought.pk).update(due_at=until)
    assert announce(unannounced) == 0
    assert due(granted)[1] == due(brought)[1] == "02-19 12:00"


def test_the_time_that_a_case_was_set_aside_is_added_to_the_new_deadline(
    admin: User, member: User, unannounced: pytest.MonkeyPatch
) -> None:
    case = make_incident(member, at=BEFORE)
    dispatch_incident(incident=case, by=admin, at=BEFORE)
    move(case, Name.START, member, BEFORE)
    for start, span in ((BEFORE + DAY, DAY), (BEFORE + 5 * DAY, 2 * DAY)):
        move(case, Name.SUSPEND, admin, start, reason="等材料", until=date(2025, 12, 1))
        move(case, Name.RESUME, member, start + span)
    move(case, Name.SUSPEND, admin, BEFORE + 9 * DAY, reason="等材料", until=date(2025, 12, 1))
    assert due(case)[1] == "02-20 10:00"
    assert announce(unannounced) == 1
    assert due(case)[1] == "02-27 10:00"


def test_a_reopened_case_counts_from_its_reopening(
    admin: User, member: User, unannounced: pytest.MonkeyPatch
) -> None:
    case = make_incident(member, at=BEFORE)
    move(case, Name.WITHDRAW, member, BEFORE + DAY, reason="和好了")
    move(case, Name.REOPEN, admin, BEFORE + 2 * DAY, reason="又来了")
    assert due(case) == ("10-22 14:00", "02-19 10:00")
    assert announce(unannounced) == 1
    assert due(case) == ("10-22 14:00", "02-26 10:00")


def edit_while_a_case_is_registered() -> tuple[bool, str]:
    """A day is edited after a case got its deadline and before it is there for all to see.

    Returns whether the editor had to wait, and the deadline in the end.
    """
    city = make_small_city()
    admin, member = make_user("he"), make_user("ma")
    appoint(admin, Role.CITY_ADMIN, city.areas["city"])
    appoint(member, Role.GRID_MEMBER, city.cells["a"])

    def edit() -> None:
        day = date(2026, 7, 16)
        set_calendar_day(day=day, is_working=False, name="", by=admin, at=NOW)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            case = make_incident(member)
            edited = pool.submit(edit)
            waited = not wait([edited], timeout=1).done
        edited.result()
    return waited, due(case)[1]


@pytest.mark.usefixtures("own_database")
def test_a_case_that_is_registered_meanwhile_gets_its_deadline_from_the_new_calendar() -> None:
    assert edit_while_a_case_is_registered() == (True, "07-22 09:20")


@pytest.mark.usefixtures("own_database")
def test_without_the_lock_on_the_calendar_such_a_case_keeps_the_old_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calendar_services, "_close_calendar", lambda: None)
    assert edit_while_a_case_is_registered() == (False, "07-21 09:20")
