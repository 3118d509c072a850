"""A small city full of people: every role, stand-ins, the disabled, and some with two offices."""

from dataclasses import dataclass, field
from datetime import date

from gridmap.accounts.models import GuideTeam, Role, User
from tests.incidents.doors import Keys, keys_of
from tests.incidents.makers import make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user

LONG = {"stand_in_from": date(2020, 1, 1), "stand_in_to": date(2040, 1, 1)}
# Username, role, and the name of an area, cell, post or team. Cell d and sub-district y have nobody.
HELD = (
    ("ma", Role.GRID_MEMBER, "cell a"),
    ("bai", Role.GRID_MEMBER, "cell b"),
    ("gone", Role.GRID_MEMBER, "cell c"),
    ("head", Role.GRID_LEADER, "cell a"),
    ("leads", Role.GRID_LEADER, "area p"),
    ("post", Role.BUILDING_LEADER, "post a1"),
    ("li", Role.COMMUNITY_OFFICER, "area p"),
    ("gone", Role.COMMUNITY_OFFICER, "area q"),
    ("chen", Role.DISTRICT_COMMANDER, "area x"),
    ("tao", Role.HOTLINE_OPERATOR, "area city"),
    ("sun", Role.DISPATCHER, "area city"),
    ("zhang", Role.GUIDE, "team housing"),
    ("qin", Role.GUIDE, "team justice"),
    ("yan", Role.MEDIATOR, "area p"),
    ("works", Role.HANDLING_UNIT, "team housing"),
    ("plant", Role.HANDLING_UNIT, "area q"),
    ("wu", Role.VISITOR, "area city"),
    ("lu", Role.PLANNER, "area city"),
    ("he", Role.CITY_ADMIN, "area city"),
    # Two offices each: what one gives must not colour the other.
    ("twin", Role.PLANNER, "area city"),
    ("twin", Role.GRID_LEADER, "cell b"),
    ("both", Role.HOTLINE_OPERATOR, "area city"),
    ("both", Role.COMMUNITY_OFFICER, "area q"),
)
STAND_INS = {"bai": "hu"}
NOBODY = ("outsider", "hu")
DISABLED = "gone"


@dataclass
class Town:
    """The small city with its people and two teams; water goes to housing, helped by justice."""

    city: SmallCity = field(default_factory=make_small_city)
    people: dict[str, User] = field(default_factory=dict)
    teams: dict[str, GuideTeam] = field(default_factory=dict)
    keys: dict[str, Keys] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.teams = {name: make_team(name) for name in ("housing", "justice")}
        for name in (*NOBODY, *(username for username, *_ in HELD)):
            if name not in self.people:
                self.people[name] = make_user(name, password=None)
        for name, role, place in HELD:
            deputy = self.people[STAND_INS[name]] if name in STAND_INS else None
            appoint(
                self.people[name],
                role,
                self.place(place),
                **(LONG | {"stand_in": deputy} if deputy else {}),
            )
        for topic in ("water_supply", "repair"):
            make_rule(self.teams["housing"], topic).assisting_teams.add(self.teams["justice"])
        self.keys = {name: keys_of(user) for name, user in self.people.items()}
        self.people[DISABLED].is_active = False
        self.people[DISABLED].save()

    def place(self, words: str) -> object:
        kind, name = words.split()
        city = self.city
        return {"area": city.areas, "cell": city.cells, "post": city.posts, "team": self.teams}[
            kind
        ][name]  # type: ignore[attr-defined]
