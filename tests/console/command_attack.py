"""An attack on what a commander is told: by asking everything twice, with and without what lies elsewhere.

The commander answers for one of two sub-districts. Everything is asked while nothing has happened in the other one,
and again once there are cases and a conflict in it. Whatever the answers let anybody work out about the other
sub-district, be it by subtracting one from another, must show in an answer that has changed: none may. What can
be read as counts is also laid beside brute force over the commander's own cases.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.test import Client
from django.urls import reverse

from geodata.querysets import day_of
from geodata.versions import bump_access_version, bump_data_version
from gridmap.accounts.models import Role
from gridmap.incidents.models import Incident
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import SIDE, SOUTH, WEST, appoint, make_small_city, make_team, make_user, square
from tests.recurring.makers import make_conflict

OWN_COLUMNS, OTHER_COLUMNS = (0.2, 5.8), (6.2, 7.8)
TOPICS = ("water_supply", "wages", "repair", "noise_road")
SOURCES = ("patrol", "walk_in")
URGENCIES = ("normal", "urgent", "emergency")
STATES = ("registered", "dispatched", "closed")
UNKNOWN = "620209999999"
DAYS = 90
# What is drawn anew for each answer, or tells only that something somewhere has changed.
DRAWN = re.compile(rb'(?:csrfmiddlewaretoken" value|nonce|data-places)="[^"]*"')
ELSEWHERE = re.compile(rb"area-[yr]\b|cell-d\b|building-d|6202010020\d\d|elsewhere")

Counts = Counter[tuple[str, date, date]]


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

    def has(self, row: dict[str, Any]) -> bool:
        """Whether a case is one of the chosen, whenever it happened."""
        chosen = (
            (self.topic, "topic"),
            (self.source, "source"),
            (self.state, "state"),
            (self.urgency, "urgency"),
        )
        return row["area"].startswith(prefix_of(self.area)) and all(
            not values or row[name] in values for values, name in chosen
        )


@dataclass(frozen=True)
class Road:
    """One address; `route` is the name of it, `query` says the filters in its words, `read` finds the counts,
    `extra` is asked with every filter."""

    route: str
    query: Callable[[Filters], list[tuple[str, str]]]
    read: Callable[[bytes], Counts] | None = None
    path: dict[str, Any] = field(default_factory=dict)
    extra: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return " ".join([self.route, *["=".join(pair) for pair in self.extra]])

    def address(self, filters: Filters) -> str:
        query = urlencode([*self.query(filters), *self.extra])
        return f"{reverse(self.route, kwargs=self.path)}?{query}"


@dataclass(frozen=True)
class Told:
    """An answer as it can be compared."""

    status: int
    body: bytes


class Place:
    """Both sub-districts, the commander of the first, and what has happened there."""

    def __init__(self, cases: int, seed: int) -> None:
        self.draw = Random(seed)
        self.city = make_small_city()
        self.team = make_team("team")
        # What is about the others waits at the desk.
        for topic in TOPICS[:2]:
            make_rule(self.team, topic)
        self.commander = make_user("commander")
        appoint(self.commander, Role.DISTRICT_COMMANDER, self.city.areas["x"])
        self.browser = Client()
        self.browser.force_login(self.commander)
        self.dispatcher = make_user("dispatcher")
        appoint(self.dispatcher, Role.DISPATCHER, self.city.areas["city"])
        self.happen(cases, OWN_COLUMNS, "own")
        make_conflict(self.city.areas["p"], rank=1, key="own", geom=square(0, 0))
        self.rows = own_rows()

    def happen(self, cases: int, columns: tuple[float, float], name: str) -> None:
        for number in range(cases):
            made = make_incident(
                self.dispatcher,
                title=f"{name} {number}",
                words=f"{name} {number}",
                topic=self.draw.choice(TOPICS),
                source=self.draw.choice(SOURCES),
                occurred_at=NOW - timedelta(days=self.draw.uniform(0, DAYS)),
                column=self.draw.uniform(*columns),
                row=self.draw.uniform(0.1, 1.9),
            )
            Incident.objects.filter(pk=made.pk).update(urgency=self.draw.choice(URGENCIES))

    def happen_elsewhere(self) -> None:
        """In the other sub-district, before as well as after what happened in the own one."""
        self.happen(12, OTHER_COLUMNS, "elsewhere")
        where = self.city.areas["r"]
        make_conflict(
            where, rank=2, key="elsewhere", name="elsewhere", name_en="elsewhere", geom=square(6, 0)
        )

    def command_everything(self) -> None:
        """For the control: as if nobody had asked who asks."""
        appoint(self.commander, Role.DISTRICT_COMMANDER, self.city.areas["y"])


def own_rows() -> list[dict[str, Any]]:
    """The commander's cases as brute force reads them."""
    cases = Incident.objects.select_related("topic", "cell", "area")
    return [
        {
            "cell": case.cell.code if case.cell else "",
            "area": case.area.code if case.area else "",
            "topic": case.topic.code,
            "source": case.source,
            "state": case.state,
            "urgency": case.urgency,
            "day": day_of(case.occurred_at),
        }
        for case in cases
    ]


def prefix_of(area: str) -> str:
    """Codes of areas begin with that of the area above, but for its zeros."""
    return re.sub(r"(?:000)+$", "", area)


def brute(rows: list[dict[str, Any]], filters: Filters, steps: set[tuple[date, date]]) -> Counts:
    """How many in each cell and step, by going through everything."""
    return Counter(
        (row["cell"], first, last)
        for row in rows
        for first, last in steps
        if row["cell"] and filters.has(row) and first <= row["day"] < last
    )


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


def as_state_of_page(filters: Filters) -> list[tuple[str, str]]:
    return [
        *([("area", filters.area)] if filters.area else []),
        *choices(filters),
        ("step", filters.step),
        ("from", str(filters.since)),
        ("to", str(filters.until)),
    ]


def choices(filters: Filters) -> list[tuple[str, str]]:
    names = ("topic", "source", "state", "urgency")
    return [(name, value) for name in names for value in getattr(filters, name)]


# The whole city.
BOX = f"{WEST},{SOUTH},{WEST + 8 * SIDE},{SOUTH + 2 * SIDE}"


def nothing(_filters: Filters) -> list[tuple[str, str]]:
    return []


def as_days(filters: Filters) -> list[tuple[str, str]]:
    return [*choices(filters), ("since", str(filters.since)), ("until", str(filters.until))]


def area_only(filters: Filters) -> list[tuple[str, str]]:
    return [("area", filters.area)] if filters.area else []


def area_and_topic(filters: Filters) -> list[tuple[str, str]]:
    return [*area_only(filters), *[("topic", topic) for topic in filters.topic[:1]]]


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


ROADS = (
    Road("command", as_state_of_page),
    Road("command", as_state_of_page, extra=(("wall", ""),)),
    Road("command-cube", as_state_of_page, read_cube),
    Road("command-places", nothing, path={"version": "1"}),
    Road("command-points", as_state_of_page, extra=(("box", BOX),)),
    Road("command-outlines", as_state_of_page),
    Road("command-situation", as_state_of_page),
    Road("command-conflicts", as_state_of_page),
    Road("command-cells", as_state_of_page),
    Road("command-areas", area_only),
    Road("command-areas", area_only, extra=(("by", "team"), ("format", "csv"))),
    Road("briefing", area_only),
    Road("conflicts", area_and_topic),
    Road("api-conflicts", nothing),
    Road("api-counts", as_days, read_counts),
)


def ask(browser: Client, address: str) -> Told:
    answer = browser.get(address)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return Told(answer.status_code, DRAWN.sub(b"", body))


def forget() -> None:
    """What is kept for a while of an earlier answer would hide what has changed."""
    bump_data_version()
    bump_access_version()


@dataclass(frozen=True)
class Attack:
    """Every pair of filters on every road."""

    place: Place
    roads: list[Road]
    pairs: list[tuple[Filters, Filters]]

    def answers(self) -> dict[tuple[str, Filters], Told]:
        forget()
        return {
            (str(road), filters): ask(self.place.browser, road.address(filters))
            for road in self.roads
            for pair in self.pairs
            for filters in pair
        }

    def faults(self, before: dict[tuple[str, Filters], Told]) -> Iterator[str]:
        """What the answers give away; `before` were those when nothing had happened elsewhere."""
        now = self.answers()
        for road in self.roads:
            for pair in self.pairs:
                for filters in pair:
                    told = now[str(road), filters]
                    if told != before[str(road), filters]:
                        yield f"{road}: changed with what happened elsewhere, {filters}"
                    if found := ELSEWHERE.findall(told.body):
                        yield f"{road}: names {found[:3]}"
                if road.read and (fault := self._subtracted(road, pair, now)):
                    yield fault

    def _subtracted(
        self, road: Road, pair: tuple[Filters, Filters], now: dict[tuple[str, Filters], Told]
    ) -> str:
        """Whether two answers, or their difference, are not those of the commander's own cases."""
        assert road.read
        told = [road.read(now[str(road), filters].body) for filters in pair]
        for filters, counts in zip(pair, told, strict=True):
            asked = filters if "area" in dict(road.query(filters)) else replace(filters, area="")
            own = brute(self.place.rows, asked, {key[1:] for key in counts})
            if +counts != own:
                return f"{road}: {+counts - own or own - +counts} differ, {filters}"
        return ""


def whats_not_there(place: Place, road: Road, other: str) -> str:
    """Whether another's area is answered otherwise than one that does not exist."""
    told = []
    for code in (other, UNKNOWN):
        answer = ask(place.browser, road.address(Filters(area=code)))
        told.append(replace(answer, body=answer.body.replace(code.encode(), b"CODE")))
    return "" if told[0] == told[1] else f"{road}: {other} is answered otherwise than {UNKNOWN}"
