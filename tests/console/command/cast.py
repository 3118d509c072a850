"""The people who look at the page, in the small city with some cases."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from gridmap.accounts.models import Role, User
from gridmap.incidents.models import Incident
from tests.incidents.makers import make_incident
from tests.makers import SmallCity, appoint, make_small_city, make_user

HELD = {
    "admin": (Role.CITY_ADMIN, "city"),
    "chen": (Role.DISTRICT_COMMANDER, "x"),
    "lin": (Role.PLANNER, "city"),
}
# Columns of the chessboard in the four cells.
COLUMNS = {"a": 0.5, "b": 2.5, "c": 4.5, "d": 6.5}


class Cast:
    """An administrator of the city, a commander of x, a planner, somebody with nothing; and cases in each cell.

    Cells a to d have 1 to 4 cases this week, about water; a also one about wages two weeks ago.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.city: SmallCity = make_small_city()
        self.people: dict[str, User] = {"nobody": make_user("nobody")}
        for name, (role, area) in HELD.items():
            self.people[name] = make_user(name)
            appoint(self.people[name], role, self.city.areas[area])
        for number, key in enumerate("abcd", 1):
            for _ in range(number):
                self.case(key)
        self.case("a", days=14, topic="wages")

    def case(self, key: str, *, days: float = 0, **fields: Any) -> Incident:
        at = self.now - timedelta(days=days)
        values = {"column": COLUMNS[key], "row": 0.4, "title": f"case-{key}", **fields}
        return make_incident(self.people["admin"], at=at, occurred_at=at, **values)

    def browser(self, name: str) -> Client:
        client = Client()
        client.force_login(self.people[name])
        return client
