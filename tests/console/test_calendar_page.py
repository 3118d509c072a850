"""The calendar of working days: what is marked, and a day changed after a look at what follows."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gridmap.accounts.models import Role
from gridmap.accounts.scope import today
from gridmap.console.tables.calendar import months_of
from gridmap.incidents.models import CalendarDay, Incident, Notice
from gridmap.incidents.services.calendar import deadlines_moved_by, load_calendar
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import appoint, make_small_city, make_team, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/desk/rules/calendar/"


@pytest.fixture
def client() -> Client:
    city = make_small_city()
    make_rule(make_team())
    appoint(make_user("ma"), Role.GRID_MEMBER, city.cells["a"])
    admin = make_user("he")
    appoint(admin, Role.CITY_ADMIN, city.areas["city"])
    load_calendar(at=timezone.now())
    client = Client()
    client.force_login(admin)
    return client


def working_day_ahead() -> date:
    """One over which the deadlines of a case that comes in now run."""
    return CalendarDay.objects.filter(day__gt=today(), is_working=True, name="").earliest("day").day


def address(day: date) -> str:
    return f"{ADDRESS}?day={day}"


def test_a_year_has_twelve_months_with_its_holidays_and_make_up_days(client: Client) -> None:
    page = client.get(f"{ADDRESS}?year=2026").content.decode()
    assert page.count('class="month"') == 12
    assert 'aria-label="10月1日 周四 国庆节 假日"' in page
    # The Sunday before the spring festival of 2026 makes up for a day of it.
    assert 'aria-label="2月14日 周六 春节 调休上班"' in page
    assert "还没有公布" not in page


def test_a_year_that_is_not_announced_says_so(client: Client) -> None:
    last = today().year + 2
    page = client.get(f"{ADDRESS}?year={last}").content.decode()
    assert f"{last} 年的放假安排还没有公布" in page
    assert "国庆节 假日，暂定" in page


def test_a_year_that_nobody_loaded_says_so(client: Client) -> None:
    CalendarDay.objects.filter(day__year=2010).delete()
    page = client.get(f"{ADDRESS}?year=2010").content.decode()
    assert "2010 年的日历还没有载入" in page
    assert page.count('class="day') > 365


def test_a_month_is_drawn_in_whole_weeks() -> None:
    rows = {date(2026, 2, 14): CalendarDay(day=date(2026, 2, 14), is_working=True)}
    february = months_of(2026, rows, date(2026, 2, 3))[1]
    assert [len(week) for week in february.weeks] == [7] * len(february.weeks)
    days = [day for week in february.weeks for day in week if day]
    assert [day.day.day for day in days] == list(range(1, 29))
    kinds = {day.day.day: day.kind for day in days}
    assert (kinds[13], kinds[14], kinds[15]) == ("", "makeup", "rest")
    assert [day.day.day for day in days if day.is_today] == [3]


def test_how_many_deadlines_move_is_said_before_anything_changes(client: Client) -> None:
    case = make_incident(make_user("x"), at=timezone.now())
    due = case.due_at
    day = working_day_ahead()
    assert "看会变几件" in client.get(address(day)).content.decode()
    asked = client.post(address(day), {"is_working": "False", "name": "抢险"})
    assert asked.status_code == 200
    page = asked.content.decode()
    assert "1 件在办案件的期限会变" in page
    assert 'name="sure"' in page
    case.refresh_from_db()
    assert case.due_at == due
    assert not CalendarDay.objects.get(day=day).is_edited
    assert not Notice.objects.filter(kind=Notice.Kind.MOVED).exists()
    done = client.post(address(day), {"is_working": "False", "name": "抢险", "sure": "1"})
    assert done.status_code == 302
    page = client.get(done["Location"]).content.decode()
    assert "抢险" in page
    assert "，人工修改" in page
    case.refresh_from_db()
    assert case.due_at == due + timedelta(days=(case.due_at - due).days)
    assert case.due_at > due


def test_a_day_without_open_cases_moves_none(client: Client) -> None:
    assert not Incident.objects.exists()
    asked = client.post(address(working_day_ahead()), {"is_working": "False", "name": ""})
    assert "没有在办案件的期限会变。" in asked.content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"is_working": "", "name": ""}, 'id="id_is_working_error"'),
        ({"is_working": "False", "name": "x" * 21}, 'id="id_name_error"'),
        ({"is_working": "True", "name": ""}, "没有要改的。"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    client: Client, fields: dict[str, str], words: str
) -> None:
    day = working_day_ahead()
    answer = client.post(address(day), {**fields, "sure": "1"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not CalendarDay.objects.filter(is_edited=True).exists()


@pytest.mark.parametrize("query", ["?year=1999", "?year=x", "?year=99999", "?day=2026-02-30", "?day=1999-01-01"])  # fmt: skip
def test_what_the_calendar_does_not_reach_is_not_there(client: Client, query: str) -> None:
    assert client.get(f"{ADDRESS}{query}").status_code == 404


def test_without_a_day_nothing_is_sent(client: Client) -> None:
    assert client.post(ADDRESS, {"is_working": "True"}).status_code == 404


def test_a_trial_of_a_day_leaves_no_trace() -> None:
    city = make_small_city()
    make_rule(make_team())
    appoint(make_user("ma"), Role.GRID_MEMBER, city.cells["a"])
    admin = make_user("he")
    appoint(admin, Role.CITY_ADMIN, city.areas["city"])
    load_calendar(at=NOW)
    case = make_incident(admin)
    before = list(CalendarDay.objects.order_by("day").values_list())
    wanted = {"day": date(2026, 7, 15), "is_working": False, "name": "", "by": admin, "at": NOW}
    assert deadlines_moved_by(**wanted) == 1  # type: ignore[arg-type]
    assert list(CalendarDay.objects.order_by("day").values_list()) == before
    assert Incident.objects.get(pk=case.pk).version == case.version
