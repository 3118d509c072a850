"""Made-up people for the demonstration city: who answers for its cells, posts and areas."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from geodata.models import Area, Cell, LeaderPost
from gridmap.accounts.demo_names import impossible_phone, invented_names
from gridmap.accounts.models import Appointment, GuideTeam, Role, User
from gridmap.accounts.scope import COMMUNITY_STAFF
from gridmap.accounts.services import COLUMN_OF_PLACE

Place = TypeVar("Place")

PASSWORD = "fengchao-2026"  # noqa: S105 - printed by `make run`, refused in production
SEED = 20260714
SINCE = date(2021, 1, 1)

HOME = "620201002012"
"""紫轩社区, where the demonstration accounts of the lower levels are at home."""
OWN_CELLS = (f"{HOME}002", f"{HOME}003")
ABSENT, STAND_IN = f"{HOME}005", f"{HOME}004"
STAND_IN_DAYS = 30
SHARE_WITH_TWO_CELLS = 0.05
# Nobody answers here, as no city fills every place: else no page would ever show a vacancy.
VACANT_CELLS = 4
VACANT_POSTS = 12

CITY_STAFF = {
    Role.HOTLINE_OPERATOR: 8,
    Role.DISPATCHER: 4,
    Role.VISITOR: 2,
    Role.PLANNER: 2,
    Role.CITY_ADMIN: 2,
}
COMMANDED = ("subdistrict", "suburb")
GUIDES_IN_A_TEAM = 5
# The source names no team; these seven are assumed, and the pages say so.
TEAMS = (
    ("党建", "Party building", "党组织、党员联户"),
    ("平安综治", "Public safety", "治安、邻里纠纷、重点场所"),
    ("司法法律", "Justice and law", "调解、法律援助、司法确认"),
    ("城市管理", "City management", "占道、噪音、市容"),
    ("住建物业", "Housing and property", "物业、房屋、供排水、供暖"),
    ("市场监管", "Market supervision", "消费、食品、价格"),
    ("人社民政", "Labour and civil affairs", "欠薪、社保、救助、家庭"),
)
DEMO_TEAM = "住建物业"
DEMO_DISTRICT = "620201002000"


@dataclass(frozen=True)
class Figures:
    """How many people hold how many appointments."""

    people: int
    appointments: int
    accounts: int


@dataclass
class Register:
    """People and appointments in the making; written at once at the end."""

    people: list[User] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)
    names: Iterator[str] = field(default_factory=lambda: invented_names(SEED))
    secret: str = field(default_factory=lambda: make_password(PASSWORD))

    def add(self, role: Role, places: Iterable[Any], *, account: bool = False) -> User:
        """A new person with one appointment to each place; `account` opens the role's log-in."""
        number = len(self.people)
        person = User(
            username=role.value.replace("_", "-") if account else f"person-{number:04d}",
            name=next(self.names),
            phone=impossible_phone(number),
            password=self.secret if account else make_password(None),
            is_demonstration=True,
        )
        self.people.append(person)
        self.appointments += [
            Appointment(
                user=person, role=role, begins_on=SINCE, **{COLUMN_OF_PLACE[type(place)]: place}
            )
            for place in places
        ]
        return person

    def held(self, code: str) -> Appointment:
        """The appointment to a cell."""
        return next(a for a in self.appointments if a.cell and a.cell.code == code)

    def write(self) -> Figures:
        User.objects.bulk_create(self.people, batch_size=1000)
        Appointment.objects.bulk_create(self.appointments, batch_size=1000)
        accounts = sum(person.has_usable_password() for person in self.people)
        return Figures(len(self.people), len(self.appointments), accounts)


@transaction.atomic
def make_people(*, on: date) -> Figures:
    """People for the demonstration city that is in the registry; `on` is today."""
    register = Register()
    _grid_members(register)
    _building_leaders(register)
    _area_staff(register)
    _guides(register)
    _away_on(register, on)
    return register.write()


def _grid_members(register: Register) -> None:
    cells = {cell.code: cell for cell in Cell.objects.order_by("code")}
    own = [cells.pop(code) for code in OWN_CELLS]
    register.add(Role.GRID_MEMBER, own, account=True)
    for cell in _vacant_cells():
        del cells[cell.code]
    for share in shares(list(cells.values())):
        register.add(Role.GRID_MEMBER, share)


def _vacant_cells() -> Sequence[Cell]:
    """The last base cell of some communities and villages."""
    base = Cell.objects.filter(kind=Cell.Kind.BASE).exclude(community__code=HOME)
    last = {cell.community_id: cell for cell in base.order_by("code")}
    return spread(list(last.values()), VACANT_CELLS)


def spread(places: Sequence[Place], number: int) -> Sequence[Place]:
    """So many of the places, at even distances in their order; at least as many are given."""
    step = len(places) // number
    return places[step // 2 :: step][:number]


def shares(cells: list[Cell]) -> Iterator[list[Cell]]:
    """One cell a person; for some two that follow each other in a community."""
    chances = np.random.default_rng(SEED).random(len(cells))
    rest = list(zip(cells, chances, strict=True))[::-1]
    while rest:
        cell, chance = rest.pop()
        share = [cell]
        follows = bool(rest) and rest[-1][0].community_id == cell.community_id
        if follows and chance < SHARE_WITH_TWO_CELLS:
            share.append(rest.pop()[0])
        yield share


def _building_leaders(register: Register) -> None:
    own = LeaderPost.objects.filter(cell__code=OWN_CELLS[0]).order_by("pk").first()
    elsewhere = LeaderPost.objects.exclude(cell__community__code=HOME).order_by("pk")
    vacant = {post.pk for post in spread(list(elsewhere), VACANT_POSTS)}
    for post in LeaderPost.objects.exclude(pk__in=vacant).order_by("pk"):
        register.add(Role.BUILDING_LEADER, [post], account=post == own)


def _area_staff(register: Register) -> None:
    areas = list(Area.objects.order_by("code"))
    for area in areas:
        if area.kind in settings.CITY.cell_parents:
            for role in COMMUNITY_STAFF:
                register.add(role, [area], account=area.code == HOME)
        if area.kind in COMMANDED:
            register.add(Role.DISTRICT_COMMANDER, [area], account=area.code == DEMO_DISTRICT)
    (city,) = (area for area in areas if area.parent_id is None)
    for role, number in CITY_STAFF.items():
        for place in range(number):
            register.add(role, [city], account=place == 0)


def _guides(register: Register) -> None:
    for name, name_en, specialty in TEAMS:
        team = GuideTeam.objects.create(name=name, name_en=name_en, specialty=specialty)
        for place in range(GUIDES_IN_A_TEAM):
            register.add(Role.GUIDE, [team], account=name == DEMO_TEAM and place == 0)
        if name == DEMO_TEAM:
            register.add(Role.HANDLING_UNIT, [team], account=True)


def _away_on(register: Register, day: date) -> None:
    """One grid member is away, and the neighbour stands in."""
    absent = register.held(ABSENT)
    absent.stand_in = register.held(STAND_IN).user
    absent.stand_in_from, absent.stand_in_to = day, day + timedelta(days=STAND_IN_DAYS)
