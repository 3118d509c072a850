"""Which week of which area a briefing is about, as it stands in the address."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import Http404
from django.utils.http import urlencode

from geodata.models import Area
from geodata.querysets import day_of
from gridmap.accounts.scope import Scope
from gridmap.performance.areas import Tree, over_areas, read_tree

WEEK = timedelta(weeks=1)
FORM = re.compile(r"([0-9]{4})-W([0-9]{2})")
# Before it nothing was recorded by anybody.
FIRST_YEAR = 2000


@dataclass(frozen=True)
class Week:
    """From a Monday to the next, in Beijing; named as ISO 8601 names it."""

    monday: date

    @property
    def until(self) -> date:
        """The Monday after it."""
        return self.monday + WEEK

    @property
    def sunday(self) -> date:
        return self.until - timedelta(days=1)

    @property
    def year(self) -> int:
        """That of its Thursday: the last days of December may belong to week 1."""
        return self.monday.isocalendar().year

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def code(self) -> str:
        return f"{self.year}-W{self.number:02d}"

    def moved(self, weeks: int) -> "Week":
        return Week(self.monday + weeks * WEEK)


def week_of(day: date) -> Week:
    return Week(day - timedelta(days=day.weekday()))


def parse_week(text: str, today: date) -> Week:
    """“2026-W47”; without one the last week that is over.

    Raises
    ------
    Http404
        What is no week, as the 53rd of a year of 52, or one that has not begun.
    """
    current = week_of(today)
    if not text:
        return current.moved(-1)
    found = FORM.fullmatch(text)
    if not found or int(found[1]) < FIRST_YEAR:
        raise Http404
    try:
        week = Week(date.fromisocalendar(int(found[1]), int(found[2]), 1))
    except ValueError as error:
        raise Http404 from error
    if week.monday > current.monday:
        raise Http404
    return week


@dataclass(frozen=True)
class Asked:
    """A week of an area as somebody may see it; `scope` is over that area and what lies below it."""

    scope: Scope
    tree: Tree
    area: Area
    week: Week
    now: datetime

    @property
    def areas(self) -> set[int]:
        return self.tree.below(self.area)

    @property
    def is_over(self) -> bool:
        return self.week.until <= day_of(self.now)

    @property
    def after(self) -> Week | None:
        """The week after it, once it has begun."""
        week = self.week.moved(1)
        return week if week.monday <= day_of(self.now) else None

    def query(self, week: Week | None = None, **more: str) -> str:
        return urlencode({"week": (week or self.week).code, "area": self.area.code} | more)


def read_asked(person: Scope, week: str, area: str, now: datetime) -> Asked:
    """One statement.

    Raises
    ------
    Http404
        Nobody who works with cases in an area, an area that is not in scope, or no week.
    """
    mine = over_areas(person)
    tree = read_tree(mine)
    found = tree.find(area) if area else next(iter(tree.tops), None)
    if found is None:
        raise Http404
    return Asked(mine.within(tree.below(found)), tree, found, parse_week(week, day_of(now)), now)
