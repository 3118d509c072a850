"""What the tests of the planners' door share."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from gridmap.accounts.models import Role, User
from gridmap.incidents.drafts import PartyDraft
from gridmap.incidents.models import Incident
from tests.incidents.makers import NOW, make_incident
from tests.makers import SmallCity, appoint, make_small_city, make_user

READER = "gridmap_reader"
# Columns of the chessboard in which the cells a, b, c and d have a building.
COLUMN_OF = {"a": 0.5, "b": 2.5, "c": 4.5, "d": 6.5}


def reader_url() -> str:
    """The address of the tests' database as the role of the door."""
    parts = urlsplit(settings.OWNER_DATABASE_URL)
    return urlunsplit(parts._replace(netloc=f"{READER}@{parts.netloc.rpartition('@')[2]}"))


def make_planner(username: str, place: Any) -> User:
    user = make_user(username, password=None)
    appoint(user, Role.PLANNER, place)
    return user


def make_cases(
    by: User, cells: Iterable[str], topic: str, *, at: datetime = NOW, **fields: Any
) -> list[Incident]:
    """A case for each cell that is named, an hour apart, each by somebody else."""
    return [
        make_incident(
            by,
            at=at + timedelta(hours=n),
            occurred_at=at + timedelta(hours=n),
            column=COLUMN_OF[cell],
            topic=topic,
            parties=(PartyDraft(role="reporter", name=f"马{n}", phone=f"0937-{n:07d}"),),
            **fields,
        )
        for n, cell in enumerate(cells)
    ]


class PlannedCity:
    """The small city with cases in every cell, and planners of the city, of x (a, b, c) and of y (d)."""

    def __init__(self) -> None:
        self.city: SmallCity = make_small_city()
        self.by = make_user("ma", password=None)
        self.cases = make_cases(self.by, "aabcd", "water_supply")
        self.families = make_cases(self.by, "abd", "family")
        for username, area in (("whole", "city"), ("west", "x"), ("east", "y")):
            make_planner(username, self.city.areas[area])
