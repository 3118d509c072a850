"""Every road to what a commander is told, and what may be chosen on it.

`ROADS` has each address below the commander's map, briefing, conflicts and counts, and the map's own.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.urls import reverse

from geodata.querysets import day_of
from gridmap.performance.measures import MEASURES
from gridmap.recurring.states import STATE_LABELS
from tests.incidents.makers import NOW
from tests.makers import SIDE, SOUTH, WEST

TOPICS = ("water_supply", "wages", "repair", "noise_road")
SOURCES = ("patrol", "walk_in")
URGENCIES = ("normal", "urgent", "emergency")
STATES = ("registered", "dispatched", "closed")
LIVES = ("", *[state.value for state in STATE_LABELS])
COMPARED = tuple(measure.name for measure in MEASURES)
# As conflicts are numbered, in the order in which they are made: the commander's own and the next one.
OWN, OTHER, UNKNOWN = "JYG-R0001", "JYG-R0002", "JYG-R9999"
OTHER_AREA = "620201002001"
DAYS = 90
# The whole city; a point, and a tile, of the other sub-district.
BOX = f"{WEST},{SOUTH},{WEST + 8 * SIDE},{SOUTH + 2 * SIDE}"
ELSEWHERE = (("lon", str(WEST + 6.5 * SIDE)), ("lat", str(SOUTH + 0.4 * SIDE)))
TILE = {"z": "14", "x": "12662", "y": "6220"}
REGISTRY = "areas+buildings+cells+posts"

Counts = Counter[tuple[str, date, date]]
Query = list[tuple[str, str]]


@dataclass(frozen=True)
class Filters:
    """What somebody chooses; days are half-open."""

    area: str = ""
    topic: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    step: str = "week"
    since: date = field(default_factory=lambda: day_of(NOW) - timedelta(days=DAYS))
    until: date = field(default_factory=lambda: day_of(NOW) + timedelta(days=1))
    # How it is shown: as what, by which measure, and in which state conflicts are.
    view: str = "density"
    measure: str = "count"
    by: str = "area"
    compared: str = COMPARED[0]
    life: str = ""


@dataclass(frozen=True)
class Road:
    """One address; `route` is the name of it, `query` says the filters in its words, `read` finds the counts,
    `extra` is asked with every filter."""

    route: str
    query: Callable[[Filters], Query]
    read: Callable[[bytes], Counts] | None = None
    path: dict[str, Any] = field(default_factory=dict)
    extra: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        parts = ["=".join(map(str, pair)) for pair in (*self.path.items(), *self.extra)]
        return " ".join([self.route, *parts])

    def address(self, filters: Filters) -> str:
        query = urlencode([*self.query(filters), *self.extra])
        return f"{reverse(self.route, kwargs=self.path)}?{query}"

    def of(self, code: str) -> "Road":
        """The same to another conflict."""
        return replace(self, path={**self.path, "code": code})


def random_filters(draw: Random) -> Filters:
    """Any choice, also of areas that are another's or nobody's."""
    first = draw.randrange(DAYS)
    return Filters(
        area=draw.choice(("", "", "620201001000", "620201001001", "620201001002")),
        topic=some(draw, TOPICS),
        source=some(draw, SOURCES),
        state=some(draw, STATES),
        urgency=some(draw, URGENCIES),
        step=draw.choice(("day", "week", "month")),
        since=day_of(NOW) - timedelta(days=DAYS - first),
        until=day_of(NOW) - timedelta(days=DAYS - draw.randrange(first, DAYS) - 2),
        view=draw.choice(("density", "cells", "conflicts")),
        measure=draw.choice(("count", "rate", "open", "change")),
        by=draw.choice(("area", "team")),
        compared=draw.choice(COMPARED),
        life=draw.choice(LIVES),
    )


def neighbour(filters: Filters, draw: Random) -> Filters:
    """The same but for one choice: what a subtraction needs."""
    other = random_filters(draw)
    name = draw.choice(("area", "topic", "source", "state", "urgency", "since"))
    return replace(
        filters,
        **{name: min(other.since, filters.since) if name == "since" else getattr(other, name)},
    )


def some(draw: Random, words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(draw.sample(words, draw.choice((0, 0, 1, 2)))))


def pairs_of_filters(number: int, seed: int) -> Iterator[tuple[Filters, Filters]]:
    """The first asks for everything."""
    draw = Random(seed)
    if number:
        yield Filters(), replace(Filters(), topic=TOPICS[:1])
    for _ in range(number - 1):
        first = random_filters(draw)
        yield first, neighbour(first, draw)


def nothing(_filters: Filters) -> Query:
    return []


def chosen(filters: Filters) -> Query:
    names = ("topic", "source", "state", "urgency")
    return [(name, value) for name in names for value in getattr(filters, name)]


def area_only(filters: Filters) -> Query:
    return [("area", filters.area)] if filters.area else []


def as_state_of_page(filters: Filters) -> Query:
    return [
        *area_only(filters),
        *chosen(filters),
        ("step", filters.step),
        ("from", str(filters.since)),
        ("to", str(filters.until)),
    ]


def as_page(filters: Filters) -> Query:
    return [*as_state_of_page(filters), ("view", filters.view), ("measure", filters.measure)]


def as_days(filters: Filters) -> Query:
    return [*chosen(filters), *days(filters)]


def as_days_of_topics(filters: Filters) -> Query:
    """What overviews can be asked for; anything else is refused."""
    return [*(("topic", topic) for topic in filters.topic), *days(filters)]


def days(filters: Filters) -> Query:
    return [("since", str(filters.since)), ("until", str(filters.until))]


def as_comparison(filters: Filters) -> Query:
    return [*area_only(filters), ("by", filters.by), ("measure", filters.compared)]


def as_week(filters: Filters) -> Query:
    year, week, _day = filters.since.isocalendar()
    return [*area_only(filters), ("week", f"{year}-W{week:02d}")]


def as_list(filters: Filters) -> Query:
    topics = [("topic", topic) for topic in filters.topic[:1]]
    return [*area_only(filters), *topics, ("state", filters.life)]


def read_cube(body: bytes) -> Counts:
    """The counts of the cells, as the browser reads them."""
    length = int.from_bytes(body[:4], "little")
    header = json.loads(body[4 : 4 + length])
    told = header["arrays"]["counts"]
    begin = -(-(4 + length) // 8) * 8 + told["offset"]
    shape = told["shape"]
    counts = np.frombuffer(body, f"<{told['dtype']}", int(np.prod(shape)), begin).reshape(shape)
    edges = [date.fromisoformat(day) for day in (*header["starts"], header["until"])]
    return Counter(
        {
            (cell["code"], edges[step], edges[step + 1]): int(counts[place, step])
            for place, cell in enumerate(header["cells"])
            for step in range(shape[1])
        }
    )


def read_counts(body: bytes) -> Counts:
    told = json.loads(body)
    since, until = (date.fromisoformat(told[name]) for name in ("since", "until"))
    return Counter({(cell["code"], since, until): cell["cases"] for cell in told["cells"]})


CSV, PDF, WALL = (("format", "csv"),), (("format", "pdf"),), (("wall", ""),)
# To one conflict: its page, and what can be done about it.
ABOUT = (
    Road("conflict", nothing, path={"code": OTHER}, extra=(("cases", "all"),)),
    Road("conflict-act", nothing, path={"code": OTHER, "name": "confirm"}),
)
# For who is in a team, and nobody else: what it was given to do.
OF_TEAMS = {"conflict-task"}
ROADS = (
    Road("command", as_page),
    Road("command", as_state_of_page, extra=WALL),
    Road("command", area_only, extra=(("conflict", OTHER),)),
    Road("command-cube", as_state_of_page, read_cube),
    Road("command-places", nothing, path={"version": "1"}),
    Road("command-points", as_state_of_page, extra=(("box", BOX),)),
    Road("command-outlines", as_state_of_page),
    Road("command-situation", as_state_of_page),
    Road("command-conflicts", as_state_of_page),
    Road("command-cells", as_state_of_page),
    Road("command-areas", as_comparison),
    Road("command-areas", as_comparison, extra=CSV),
    Road("briefing", as_week),
    Road("briefing", nothing, extra=(("area", OTHER_AREA), *PDF)),
    Road("conflicts", as_list),
    Road("conflicts", as_list, extra=CSV),
    ABOUT[0].of(OWN),
    *ABOUT,
    Road("api-conflicts", nothing),
    Road("api-counts", as_days, read_counts),
    Road("map-counts", as_days_of_topics, path=TILE),
    Road("map-count-classes", as_days_of_topics, path={"z": "10"}),
    Road("map-tile", nothing, path={"names": REGISTRY, **TILE}),
    Road("map-geojson", nothing, path={"names": "cells"}),
    Road("map-identify", nothing, extra=ELSEWHERE),
)
# To draw one takes longer than all the others.
PAPER = Road("briefing", area_only, extra=PDF)
