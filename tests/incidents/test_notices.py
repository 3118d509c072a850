"""Who is told: the same answer for one case as for many, and as a person would count it."""

import random
from datetime import date, timedelta

import pytest

from gridmap.accounts.models import Appointment, Role, User
from gridmap.incidents.clock_rules import AT_DESK, CAME_BACK
from gridmap.incidents.models import Incident, Notice
from gridmap.incidents.parts import OF_A_CELL, OF_AN_AREA
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.services.notices import responsible, tell_dispatchers, tell_responsible
from gridmap.incidents.states import Name
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import FIRST_DAY, appoint, make_small_city, make_team, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 14)
DAY = timedelta(days=1)
ROLES = (*OF_A_CELL, *OF_AN_AREA, Role.DISPATCHER, Role.VISITOR, Role.GUIDE)


def exercised_by(held: Appointment) -> User | None:
    """Who exercises an appointment today, if anybody can."""
    if held.begins_on > TODAY or (held.ends_on and held.ends_on <= TODAY):
        return None
    person = held.user
    if held.stand_in and held.stand_in_from <= TODAY < held.stand_in_to:
        person = held.stand_in
    return person if person.is_active else None


def expected(case: Incident, desk: list[str]) -> set[int]:
    found = set()
    for held in Appointment.objects.select_related("user", "stand_in"):
        person = exercised_by(held)
        answers = (
            (not case.unrouted_reason and not case.raised_to_id)
            and (held.cell_id == case.cell_id and held.cell_id and held.role in OF_A_CELL)
        ) or (
            (not case.unrouted_reason and case.raised_to_id)
            and (held.area_id == case.raised_to_id and held.role in OF_AN_AREA)
        )
        helps = held.guide_team_id and held.guide_team_id == case.lead_team_id
        sorts = held.role == Role.DISPATCHER and (case.unrouted_reason or case.state in desk)
        if person and (answers or helps or sorts):
            found.add(person.pk)
    return found


def test_those_who_answer_are_those_a_person_would_count() -> None:
    draw = random.Random(620201)
    city, teams = make_small_city(), [make_team("one"), make_team("two")]
    make_rule(teams[0])
    people = [make_user(f"u{n}", password=None, is_active=n % 7 > 0) for n in range(30)]
    reporter = make_user("reporter", password=None)
    cases = [make_incident(reporter, column=0.5 + n % 8) for n in range(24)]
    areas, cells = list(city.areas.values()), list(city.cells.values())
    for case in cases:
        Incident.objects.filter(pk=case.pk).update(
            state=draw.choice(["registered", "accepted"]),
            raised_to=draw.choice([None, None, *areas]),
            lead_team=draw.choice([None, *teams]),
            unrouted_reason=draw.choice(["", "", "no_rule"]),
        )
    for n in range(150):
        begins = FIRST_DAY if draw.random() < 0.8 else TODAY + DAY
        stand_in = draw.choice([None, draw.choice(people)])
        appoint(
            people[n % 30],
            draw.choice(ROLES),
            draw.choice([*areas, *cells, *teams]),
            begins_on=begins,
            ends_on=None if draw.random() < 0.8 else begins + draw.choice([DAY, 5000 * DAY]),
            stand_in=stand_in,
            stand_in_from=stand_in and TODAY - draw.choice([0, 1]) * DAY,
            stand_in_to=stand_in and TODAY + draw.choice([1, 2]) * DAY,
        )
    cases = list(Incident.objects.order_by("pk"))
    for case in cases:
        assert responsible(case, TODAY) == expected(case, sorted(CAME_BACK))
    Notice.objects.all().delete()
    tell_responsible([case.pk for case in cases], Notice.Kind.DUE, NOW)
    told = set(Notice.objects.values_list("incident", "user"))
    assert told == {(case.pk, user) for case in cases for user in expected(case, AT_DESK)}
    assert len(told) == Notice.objects.count() > 100


def test_every_dispatcher_is_told_of_what_nobody_answers_for() -> None:
    city = make_small_city()
    sun, wu, gone = (make_user(name, is_active=name != "gone") for name in ("sun", "wu", "gone"))
    for user in (sun, gone):
        appoint(user, Role.DISPATCHER, city.areas["city"])
    appoint(wu, Role.VISITOR, city.areas["city"])
    case = make_incident(wu)
    Notice.objects.all().delete()
    tell_dispatchers([case.pk], Notice.Kind.UNROUTED, NOW)
    assert list(Notice.objects.values_list("user", "kind")) == [(sun.pk, "unrouted")]


def test_a_case_that_came_back_reaches_the_desk() -> None:
    city = make_small_city()
    make_rule(make_team("housing"))
    ma, sun, second = (make_user(name) for name in ("ma", "sun", "second"))
    appoint(ma, Role.GRID_MEMBER, city.cells["a"])
    for user in (sun, second):
        appoint(user, Role.DISPATCHER, city.areas["city"])
    case = make_incident(ma)
    dispatch_incident(incident=case, by=sun, at=NOW)
    assert not Notice.objects.filter(user__in=[sun, second]).exists()
    details = Details(reason="不归我管")
    move_incident(incident=case, name=Name.RETURN, by=ma, at=NOW, details=details)
    assert set(Notice.objects.values_list("user", "kind")) >= {
        (sun.pk, "moved"),
        (second.pk, "moved"),
    }


def test_who_stands_in_is_told_of_a_new_case_and_who_cannot_log_in_is_not() -> None:
    city, team = make_small_city(), make_team("housing")
    make_rule(team)
    away, here, gone = (make_user(name, password=None) for name in ("away", "here", "gone"))
    reporter = make_user("reporter", password=None)
    appoint(make_user("ma", password=None), Role.GRID_MEMBER, city.cells["a"])
    span = {"stand_in": here, "stand_in_from": TODAY, "stand_in_to": TODAY + DAY}
    appoint(away, Role.GUIDE, team, **span)
    appoint(gone, Role.GUIDE, team)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    case = make_incident(reporter)
    told = Notice.objects.filter(incident=case).values_list("user__username", flat=True)
    assert sorted(told) == ["here", "ma"]
