"""Whoever answers for a place or a team sees its cases, and nobody else does: against brute force.

The oracle below is written from the words of docs/decisions, not from the code: it walks through
plain lists, one appointment at a time.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from gridmap.accounts.models import Appointment, Role, User
from gridmap.accounts.scope import act_as, scope
from gridmap.accounts.services import COLUMN_OF_PLACE, PLACES_OF_ROLE, appoint, end_appointment
from gridmap.incidents.models import Incident, Party
from gridmap.incidents.parts import parts_of
from gridmap.incidents.standing import standing_of
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import SmallCity, make_small_city, make_team, make_user
from tests.makers import appoint as make_appointment

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 14)
APPOINTMENTS = 500
CASES = 60
SEED = 620201
OVER_AN_AREA = {"grid_leader", "community_officer", "district_commander", "city_admin"}


@dataclass(frozen=True)
class Held:
    """One appointment as a person would read it from a list."""

    role: str
    kind: str
    place: int


@dataclass(frozen=True)
class Case:
    """What the oracle knows of a case."""

    pk: int
    area: int
    cell: int | None
    post: int | None
    teams: frozenset[int]
    registered_by: int | None
    raised_to: int | None


class Oracle:
    """Every question is answered by going through everything."""

    def __init__(self, city: SmallCity) -> None:
        self.parent = {area.pk: area.parent_id for area in city.areas.values()}

    def lies_in(self, area: int | None, other: int) -> bool:
        """Whether an area is another one, or below it."""
        while area is not None:
            if area == other:
                return True
            area = self.parent[area]
        return False

    def sees(self, held: list[Held], case: Case) -> bool:
        return any(self._gives(one, case) for one in held if one.role != "planner")

    def _gives(self, one: Held, case: Case) -> bool:
        return {
            "area": lambda: self.lies_in(case.area, one.place),
            "cell": lambda: case.cell == one.place,
            "post": lambda: case.post == one.place,
            "guide_team": lambda: one.place in case.teams,
        }[one.kind]()

    def parts(self, user: int, held: list[Held], case: Case) -> set[str]:
        found = {part for one in held for part in self._parts(one, case)}
        return found | ({"reporter"} if case.registered_by == user else set())

    def _parts(self, one: Held, case: Case) -> Iterator[str]:
        covers = one.kind == "area" and self.lies_in(case.area, one.place)
        if one.role in {"dispatcher", "city_admin"} and covers:
            yield "dispatch"
        if one.role in {"visitor", "hotline_operator"} and covers:
            yield "visit"
        if one.role in {"mediator", "handling_unit"} and covers:
            yield "function"
        if one.kind == "guide_team" and one.place in case.teams:
            yield "function"
        if one.kind == "cell" and case.raised_to is None and case.cell == one.place:
            yield "territory"
        if one.kind == "area" and one.role in OVER_AN_AREA:
            if case.raised_to is not None and self.lies_in(case.raised_to, one.place):
                yield "territory"
            if self._is_above(one, case):
                yield "supervision"

    def _is_above(self, one: Held, case: Case) -> bool:
        if case.raised_to is None:
            return self.lies_in(case.area, one.place)
        if self.parent[case.raised_to] is None:
            return one.role == "city_admin" and self.lies_in(case.raised_to, one.place)
        return self.lies_in(self.parent[case.raised_to], one.place)


def held_by(user: User, appointments: list[Appointment], day: date) -> list[Held]:
    """What a person exercises on a day: the own, and what they stand in for."""
    if not user.is_active:
        return []
    return [
        Held(str(one.role), kind, getattr(one, f"{kind}_id"))
        for one in appointments
        for kind in ("area", "cell", "post", "guide_team")
        if getattr(one, f"{kind}_id") is not None
        and one.begins_on <= day
        and (one.ends_on is None or day < one.ends_on)
        and (one.user_id == user.pk or _stands_in(one, user, day))
    ]


def _stands_in(one: Appointment, user: User, day: date) -> bool:
    begins, ends = one.stand_in_from, one.stand_in_to
    return one.stand_in_id == user.pk and begins is not None and begins <= day < ends


class Town:
    """The small city, cases all over it, and 500 random appointments."""

    def __init__(self) -> None:
        self.draw = random.Random(SEED)
        self.city = make_small_city()
        self.teams = [make_team(name) for name in ("housing", "justice", "market")]
        self.oracle = Oracle(self.city)
        for topic, lead in zip(("water_supply", "wages"), self.teams, strict=False):
            make_rule(lead, topic)
        self.people = [make_user(f"p{n}", password=None) for n in range(40)]
        self.cases = [self._case() for _ in range(CASES)]
        self.appointments = self._appoint()
        User.objects.filter(pk__in=[user.pk for user in self.people[::9]]).update(is_active=False)

    def _case(self) -> Incident:
        draw = self.draw
        place: dict[str, Any] = draw.choice(
            [
                {"column": draw.uniform(0, 8), "row": draw.uniform(0, 2)},
                {"column": draw.choice((0.5, 2.5, 4.5, 6.5))},
                {"column": 20.0},
                {"lon": None, "lat": None},
            ]
        )
        topic = draw.choice(("water_supply", "wages", "family"))
        case = make_incident(draw.choice(self.people), topic=topic, **place)
        case.assisting_teams.set(draw.sample(self.teams, draw.choice((0, 0, 1, 2))))
        if draw.random() < 0.4:
            above = case.area
            for _ in range(draw.randrange(3)):
                above = above.parent or above
            Incident.objects.filter(pk=case.pk).update(raised_to=above)
        return Incident.objects.select_related("raised_to").get(pk=case.pk)

    def _appoint(self) -> list[Appointment]:
        places: list[Any] = [
            *self.city.areas.values(),
            *self.city.cells.values(),
            *self.city.posts.values(),
            *self.teams,
        ]
        return Appointment.objects.bulk_create(
            self._appointment(Role(self.draw.choice(Role.values)), places)
            for _ in range(APPOINTMENTS)
        )

    def _appointment(self, role: Role, places: list[Any]) -> Appointment:
        draw = self.draw
        place = draw.choice([place for place in places if type(place) in PLACES_OF_ROLE[role]])
        begins = DAY + timedelta(days=draw.randrange(-30, 4))
        stands_from = DAY + timedelta(days=draw.randrange(-3, 3))
        deputy: dict[str, Any] = {
            "stand_in": draw.choice(self.people),
            "stand_in_from": stands_from,
            "stand_in_to": stands_from + timedelta(days=draw.randrange(1, 4)),
        }
        return Appointment(
            # Few people, many offices: what one gives must not colour the other.
            user=draw.choice(self.people) if draw.random() < 0.5 else self._newcomer(),
            role=role,
            begins_on=begins,
            ends_on=draw.choice((None, begins + timedelta(days=draw.randrange(40)))),
            **{COLUMN_OF_PLACE[type(place)]: place},
            **(deputy if draw.random() < 0.3 else {}),
        )

    def _newcomer(self) -> User:
        user = User.objects.create(username=f"n{len(self.people)}", name="n", password="!")
        self.people.append(user)
        return user

    def known(self, case: Incident) -> Case:
        teams = {team.pk for team in case.assisting_teams.all()} | {case.lead_team_id} - {None}
        return Case(
            case.pk,
            case.area_id,
            case.cell_id,
            case.post_id,
            frozenset(teams),  # type: ignore[arg-type]
            case.registered_by_id,
            case.raised_to_id,
        )


@pytest.fixture
def town() -> Town:
    return Town()


def test_everybody_sees_the_cases_that_brute_force_says(town: Town) -> None:
    known = [town.known(case) for case in town.cases]
    standings = [standing_of(case, DAY) for case in town.cases]
    seeing = 0
    for user in User.objects.order_by("pk"):
        held = held_by(user, town.appointments, DAY)
        found = scope(user, DAY)
        ids = set(Incident.objects.visible_to(found).values_list("pk", flat=True))
        assert ids == {case.pk for case in known if town.oracle.sees(held, case)}, held
        seeing += bool(ids)
        for case, standing in zip(known, standings, strict=True):
            expected = town.oracle.parts(user.pk, held, case) if user.is_active else set()
            assert {str(part) for part in parts_of(standing, found)} == expected, (held, case)
    assert seeing > 100


def test_the_parties_of_a_case_are_seen_by_those_who_see_the_case(town: Town) -> None:
    """The second lock: the database itself, asked for everything by the application's role."""
    call_command("grant_app")
    Party.objects.bulk_create(
        Party(incident=case, role=Party.Role.REPORTER, name=f"n{case.pk}") for case in town.cases
    )
    active = User.objects.filter(is_active=True).order_by("pk")[:80]
    visible = {
        user: set(Incident.objects.visible_to(scope(user, DAY)).values_list("pk", flat=True))
        for user in active
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE gridmap_app")
    for user, ids in visible.items():
        act_as(user, DAY)
        assert set(Party.objects.values_list("incident", flat=True)) == ids
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_a_transfer_takes_effect_on_the_next_question() -> None:
    city = make_small_city()
    ma, bai = make_user("ma"), make_user("bai")
    appointment = make_appointment(ma, Role.GRID_MEMBER, city.cells["a"])
    case = make_incident(ma)

    def who_sees() -> list[str]:
        users = (User.objects.get(pk=user.pk) for user in (ma, bai))
        return [u.username for u in users if case in Incident.objects.visible_to(scope(u, DAY))]

    assert who_sees() == ["ma"]
    end_appointment(appointment=appointment, ends_on=DAY, by="he", at=NOW)
    assert who_sees() == []
    appoint(user=bai, role=Role.GRID_MEMBER, place=city.cells["a"], begins_on=DAY, by="he", at=NOW)
    assert who_sees() == ["bai"]


def test_a_planner_sees_no_case_and_no_more_through_another_office() -> None:
    city = make_small_city()
    planner = make_user("lu")
    make_appointment(planner, Role.PLANNER, city.areas["city"])
    cases = [make_incident(planner, column=column) for column in (0.5, 2.5)]
    assert not Incident.objects.visible_to(scope(planner)).exists()
    make_appointment(planner, Role.GRID_MEMBER, city.cells["b"])
    assert list(Incident.objects.visible_to(scope(planner))) == cases[1:]
