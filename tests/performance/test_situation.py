"""The situation of a moment: held against a count in Python, case by case, on the demonstration city."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db.models import Q
from django.utils import timezone

from geodata.models import STORED, Area
from geodata.querysets import BEIJING
from gridmap.accounts.models import User
from gridmap.accounts.scope import Scope, scope
from gridmap.incidents.models import CalendarDay, Incident
from gridmap.incidents.states import NOT_COUNTED
from gridmap.performance.shares import COUNTED_BY_ACTS
from gridmap.performance.situation import Situation, read_situation
from gridmap.performance.usual import days_alike
from layers.hotspots.usual import usual_range
from tests.performance import brute
from tests.statements import AssertStatements

pytestmark = pytest.mark.usefixtures("demo_city")
XIONGGUAN, GANGCHENG, ZIXUAN = "620201001000", "620201002000", "620201002012"


def of(name: str) -> Scope:
    return scope(User.objects.get(username=name))


def area_of(code: str) -> Area:
    return Area.objects.get(code=code)


def below(code: str) -> set[int]:
    rows = Area.objects.filter(Q(code=code) | Q(parent__code=code))
    return set(rows.values_list("pk", flat=True))


def situation(name: str, at: datetime, **asked: Any) -> Situation:
    found = read_situation(of(name), at, **asked)
    assert found
    return found


def test_the_whole_city_is_as_a_count_case_by_case_says() -> None:
    at = timezone.now()
    cases, past = brute.read_cases(at), brute.read_past(at)
    found = situation("city-admin", at, every_measure=True)
    assert found.figures == brute.figures(cases, at)
    assert found.measures == brute.measures(cases, at, past)
    assert all(share.denominator > 500 for share in found.measures.values()), "nothing compared"


def test_a_commander_sees_the_own_sub_district_and_nothing_of_another() -> None:
    at = timezone.now()
    cases, past = brute.read_cases(at), brute.read_past(at)
    mine = [case for case in cases if case.area_id in below(GANGCHENG)]
    found = situation("district-commander", at, every_measure=True)
    assert found.figures == brute.figures(mine, at)
    assert found.measures == brute.measures(mine, at, past)
    # The control: another's cases would have changed it.
    assert found.figures != brute.figures(cases, at)


def test_what_comes_back_beside_buildings_is_within_50_m_to_all_sides() -> None:
    at = timezone.now()
    before = situation("city-admin", at).measures["recurrence_90d"]
    closed = Incident.objects.filter(state="closed").order_by("pk")
    old = closed.filter(
        closed_at__lte=at - timedelta(days=90), registered_at__gte=at - timedelta(days=150)
    )
    late = closed.filter(registered_at__gte=at - timedelta(days=80))
    cell = old.filter(cell__isnull=False)[0].cell
    for number, (first, again) in enumerate(zip(old[:40], late[:40], strict=True)):
        # 49 m and 52 m, to the north and to the south.
        aside = (0.00044, 0.00047, -0.00044, -0.00047)[number % 4]
        north = 39.7 + 0.00131 * number
        for case, lat in ((first, north), (again, north + aside)):
            place = Point(98.3, lat, srid=STORED)
            moved = {"geom": place, "cell": cell, "building": None, "topic": old[0].topic}
            Incident.objects.filter(pk=case.pk).update(**moved)
        occurred = first.closed_at + timedelta(days=3)
        Incident.objects.filter(pk=again.pk).update(occurred_at=occurred)
    found = situation("city-admin", at).measures["recurrence_90d"]
    cases = [case for case in brute.read_cases(at) if case.state not in NOT_COUNTED]
    assert found == brute.recurrence(cases, at)
    assert found.numerator >= before.numerator + 10


def test_an_area_narrows_what_is_seen_and_another_s_shows_nothing() -> None:
    at = timezone.now()
    mine = [case for case in brute.read_cases(at) if case.area.code == ZIXUAN]
    found = situation("district-commander", at, area=area_of(ZIXUAN))
    assert found.figures == brute.figures(mine, at)
    assert found.figures.open
    other = situation("district-commander", at, area=area_of(XIONGGUAN))
    assert not other.figures.open
    assert not any(share.denominator for share in other.measures.values())


def test_a_filter_narrows_figures_and_measures_alike() -> None:
    at = timezone.now()
    found = situation("city-admin", at, only=Q(source="patrol"))
    mine = [case for case in brute.read_cases(at) if case.source == "patrol"]
    assert found.figures == brute.figures(mine, at)
    assert found.measures["closing_rate"].denominator == sum(
        case.registered_at.astimezone(BEIJING).date() >= found.since
        and case.state not in ("merged", "declined", "withdrawn")
        for case in mine
    )


@pytest.mark.parametrize("name", ["planner", "guide", "grid-member", "handling-unit"])
def test_without_an_area_whose_cases_are_seen_there_is_no_situation(name: str) -> None:
    assert read_situation(of(name), timezone.now()) is None


def test_a_situation_is_one_statement_and_an_area_another_one(
    assert_statements: AssertStatements,
) -> None:
    person, at, area = of("city-admin"), timezone.now(), area_of(ZIXUAN)
    with assert_statements(1):
        read_situation(person, at)
    with assert_statements(2):
        read_situation(person, at, area)


def test_what_has_to_look_at_every_act_is_left_out_where_nobody_asks() -> None:
    measures = situation("city-admin", timezone.now()).measures
    assert not COUNTED_BY_ACTS.keys() & measures.keys()


def test_what_is_usual_comes_from_days_that_are_working_days_as_today_is() -> None:
    at = timezone.now()
    today = at.astimezone(BEIJING).date()
    is_working = today.weekday() < 5
    # As the week says, but for two days of the last weeks.
    unlike = days_alike(today)[1:3]
    CalendarDay.objects.filter(day__in=[today, *unlike]).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(day=day, is_working=not is_working) for day in unlike
    )
    came = Counter(
        moment.astimezone(BEIJING).date()
        for moment in Incident.objects.values_list("registered_at", flat=True)
    )
    known = dict(CalendarDay.objects.values_list("day", "is_working"))
    alike = [
        day
        for day in days_alike(today)
        if day >= min(came) and known.get(day, is_working) == is_working
    ]
    assert not set(unlike) & set(alike)
    found = situation("city-admin", at)
    assert found.usual == usual_range([came[day] for day in alike])
    assert found.usual.days == len(alike) > 30
