"""The small city with 500 random appointments, and an oracle that says who sees which of its cases.

The oracle is written from the words of docs/decisions, not from the code: it walks through plain
lists, one appointment at a time.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import time_machine

from geodata.querysets import day_of
from gridmap.accounts.models import Appointment, Role, User
from gridmap.accounts.services import COLUMN_OF_PLACE, PLACES_OF_ROLE
from gridmap.incidents.models import Incident, Notice
from gridmap.incidents.photo_press import Pressed
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.services.photos import add_photo
from gridmap.incidents.states import Name
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user

APPOINTMENTS = 500
# More than a page of a list.
CASES = 80
SEED = 620201
# The offices are those of one moment, at whatever other moment the suite runs.
at_that_moment = time_machine.travel(NOW, tick=False)
KINDS = ("area", "cell", "post", "guide_team")
OVER_AN_AREA = {"grid_leader", "community_officer", "district_commander", "city_admin"}


@dataclass(frozen=True)
class Held:
    """One appointment as a person would read it from a list."""

    role: str
    kind: str
    place: int


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

    def sees(self, held: list[Held], case: Incident) -> bool:
        return any(self._gives(one, case) for one in held if one.role != "planner")

    def _gives(self, one: Held, case: Incident) -> bool:
        return {
            "area": lambda: self.lies_in(case.area_id, one.place),
            "cell": lambda: case.cell_id == one.place,
            "post": lambda: case.post_id == one.place,
            "guide_team": lambda: one.place in teams_of(case),
        }[one.kind]()

    def parts(self, user: int, held: list[Held], case: Incident) -> set[str]:
        found = {part for one in held for part in self._parts(one, case)}
        return found | ({"reporter"} if case.registered_by_id == user else set())

    def _parts(self, one: Held, case: Incident) -> Iterator[str]:
        covers = one.kind == "area" and self.lies_in(case.area_id, one.place)
        if one.role in {"dispatcher", "city_admin"} and covers:
            yield "dispatch"
        if one.role in {"visitor", "hotline_operator"} and covers:
            yield "visit"
        if one.role in {"mediator", "handling_unit"} and covers:
            yield "function"
        if one.kind == "guide_team" and one.place in teams_of(case):
            yield "function"
        if one.kind == "cell" and case.raised_to_id is None and case.cell_id == one.place:
            yield "territory"
        if one.kind == "area" and one.role in OVER_AN_AREA:
            if case.raised_to_id is not None and self.lies_in(case.raised_to_id, one.place):
                yield "territory"
            if self._is_above(one, case):
                yield "supervision"

    def _is_above(self, one: Held, case: Incident) -> bool:
        if case.raised_to_id is None:
            return self.lies_in(case.area_id, one.place)
        if self.parent[case.raised_to_id] is None:
            return one.role == "city_admin" and self.lies_in(case.raised_to_id, one.place)
        return self.lies_in(self.parent[case.raised_to_id], one.place)


def teams_of(case: Incident) -> set[int]:
    return {team.pk for team in case.assisting_teams.all()} | ({case.lead_team_id} - {None})


def held_by(user: User, appointments: Iterable[Appointment], day: date) -> list[Held]:
    """What a person exercises on a day: the own, and what they stand in for."""
    if not user.is_active:
        return []
    return [
        Held(str(one.role), kind, getattr(one, f"{kind}_id"))
        for one in appointments
        for kind in KINDS
        if getattr(one, f"{kind}_id") is not None
        and one.begins_on <= day
        and (one.ends_on is None or day < one.ends_on)
        and (one.user_id == user.pk or _stands_in(one, user, day))
    ]


def _stands_in(one: Appointment, user: User, day: date) -> bool:
    begins, ends = one.stand_in_from, one.stand_in_to
    return one.stand_in_id == user.pk and begins is not None and begins <= day < ends


@dataclass(frozen=True)
class Sight:
    """A person, the offices exercised today, and the cases that brute force says they give."""

    user: User
    held: list[Held]
    cases: list[Incident]

    @property
    def roles(self) -> set[str]:
        return {one.role for one in self.held}

    def places(self, kind: str, without: str = "") -> set[int]:
        return {one.place for one in self.held if one.kind == kind and one.role != without}

    def codes(self, keep: Callable[[Incident], bool] = lambda _: True) -> set[str]:
        return {case.code for case in self.cases if keep(case)}


# What has been done with a case by somebody who may do everything; most are still open.
COURSES: tuple[tuple[Name, ...], ...] = (
    *[(), (Name.ACCEPT,), (Name.DISPATCH,), (Name.DISPATCH, Name.ESCALATE)] * 3,
    (Name.DISPATCH, Name.RETURN),
    (Name.WITHDRAW,),
    (Name.DECLINE,),
    (Name.MERGE,),
)


class RandomOffices:
    """The people and their offices at a moment; cases all over the city, at every turn of their way."""

    def __init__(self, at: datetime) -> None:
        self.draw = random.Random(SEED)
        self.at, self.day = at, day_of(at)
        self.city = make_small_city()
        self.teams = [make_team(name) for name in ("housing", "justice", "market")]
        self.oracle = Oracle(self.city)
        for topic, lead in zip(("water_supply", "wages"), self.teams, strict=False):
            make_rule(lead, topic)
        self.admin = make_user("he", password=None)
        appoint(self.admin, Role.CITY_ADMIN, self.city.areas["city"])
        self.people = [make_user(f"p{n}", password=None) for n in range(40)]
        self._appoint()
        User.objects.filter(pk__in=[user.pk for user in self.people[::9]]).update(is_active=False)
        for number in range(CASES):
            self._case(number)

    def rows(self) -> list[Incident]:
        """All cases as they are now."""
        rows = Incident.objects.select_related("cell", "topic", "area", "raised_to")
        return list(rows.prefetch_related("assisting_teams", "photos").order_by("pk"))

    def sights(self, people: Iterable[User]) -> list[Sight]:
        """What brute force says of these people now."""
        appointments, cases = list(Appointment.objects.all()), self.rows()
        found = []
        for user in User.objects.filter(pk__in=[user.pk for user in people]).order_by("pk"):
            held = held_by(user, appointments, self.day)
            seen = [case for case in cases if self.oracle.sees(held, case)]
            found.append(Sight(user, held, seen))
        return found

    def photograph(self) -> None:
        """A photo of its own for every case."""
        for case in self.rows():
            picture = Pressed(case.title.encode(), b"small", 4, 3)
            add_photo(incident=case, picture=picture, by=self.admin, at=self.at)

    def tell(self, people: Iterable[User]) -> None:
        """These people were told of every case at some time."""
        Notice.objects.bulk_create(
            Notice(user=user, incident=case, kind="moved", at=self.at)
            for user in people
            for case in self.rows()
        )

    def sample(self, most: int) -> list[User]:
        """Somebody of each role at each kind of place, somebody without an office, disabled ones; then others."""
        sights = self.sights(User.objects.all())
        random.Random(SEED).shuffle(sights)
        chosen: dict[Any, User] = {}
        for one in sights:
            chosen.setdefault((one.user.is_active, bool(one.held)), one.user)
            for held in one.held:
                chosen.setdefault((held.role, held.kind), one.user)
        people = dict.fromkeys([*chosen.values(), *(one.user for one in sights)])
        return list(people)[: max(most, len(set(chosen.values())))]

    def _case(self, number: int) -> None:
        draw = self.draw
        place: dict[str, Any] = draw.choice(
            [
                {"column": draw.uniform(0, 8), "row": draw.uniform(0, 2)},
                {"column": draw.choice((0.5, 2.5, 4.5, 6.5))},
                {"column": 20.0},
                {"lon": None, "lat": None},
            ]
        )
        case = make_incident(
            draw.choice(self.people),
            at=self.at - timedelta(hours=draw.randrange(500)),
            topic=draw.choice(("water_supply", "wages", "family")),
            title=f"case-{number:03d}",
            address=f"lane-{number:03d}",
            words=f"words-{number:03d}",
            **place,
        )
        case.assisting_teams.set(draw.sample(self.teams, draw.choice((0, 0, 1, 2))))
        # What lies nowhere cannot be sent anywhere.
        courses = [one for one in COURSES if case.cell_id or Name.DISPATCH not in one]
        self._go(case, draw.choice(courses))
        if number % 8 == 0:
            soon = self.at + timedelta(hours=5)
            Incident.objects.filter(pk=case.pk).update(contact_due_at=self.at, due_at=soon)
        if draw.random() < 0.4:
            above = case.area
            for _ in range(draw.randrange(3)):
                above = above.parent or above
            Incident.objects.filter(pk=case.pk).update(raised_to=above)

    def _go(self, case: Incident, course: tuple[Name, ...]) -> None:
        others = list(Incident.objects.open().exclude(pk=case.pk).order_by("pk"))
        for name in course:
            known: dict[str, Any] = {"by": self.admin, "at": self.at}
            other = self.draw.choice(others) if others else None
            details = Details(reason="said", team=self.teams[0], other=other)
            if name is Name.DISPATCH:
                dispatch_incident(incident=case, details=details, **known)
            elif name is not Name.MERGE or details.other:
                move_incident(incident=case, name=name, details=details, **known)

    def _appoint(self) -> None:
        places: list[Any] = [
            *self.city.areas.values(),
            *self.city.cells.values(),
            *self.city.posts.values(),
            *self.teams,
        ]
        Appointment.objects.bulk_create(
            self._appointment(Role(self.draw.choice(Role.values)), places)
            for _ in range(APPOINTMENTS)
        )

    def _appointment(self, role: Role, places: list[Any]) -> Appointment:
        draw = self.draw
        place = draw.choice([place for place in places if type(place) in PLACES_OF_ROLE[role]])
        begins = self.day + timedelta(days=draw.randrange(-30, 4))
        stands_from = self.day + timedelta(days=draw.randrange(-3, 3))
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
