"""A city with a few cases in many places, and a planner who subtracts every answer from every other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

import numpy as np
import numpy.typing as npt

from geodata.models import Area, Cell
from geodata.querysets import BEIJING, day_of
from gridmap.accounts.models import Role
from gridmap.accounts.scope import Scope, scope
from gridmap.incidents.counting import LEAST, UNTOLD, AreaCounts, Chosen, Window
from gridmap.incidents.counting.plain import count_plain
from gridmap.incidents.models import Incident, Topic
from gridmap.incidents.topics import SENSITIVE
from tests.incidents.counting.hands import FREE, Hand, execute
from tests.incidents.makers import NOW, make_incident
from tests.makers import appoint, make_area, make_small_city, make_user

FIRST, LAST = date(2025, 1, 1), day_of(NOW)
TOPICS = 6
Flags = npt.NDArray[np.bool_]
Ask = Callable[[Scope, Window, Chosen], AreaCounts]


@dataclass(frozen=True)
class Told:
    """A number, and what it is said to be about (communities × topics × days)."""

    about: Flags
    number: int


class World:
    """Two branches of seven and four communities, and who plans for all of it."""

    def __init__(self, seed: int, cases: int = 700) -> None:
        self.draw = Random(seed)
        execute(FREE)
        city = make_small_city()
        for branch, number in (("x", 5), ("y", 3)):
            for n in range(number):
                code = f"{city.areas[branch].code[:9]}{n + 50:03d}"
                community = make_area("community", code, parent=city.areas[branch])
                Cell.objects.create(community=community, code=f"{code}001", kind="base")
        dispatcher, planner = make_user("dispatcher"), make_user("planner")
        appoint(dispatcher, Role.CITY_ADMIN, city.areas["city"])
        appoint(planner, Role.PLANNER, city.areas["city"])
        self.city = scope(planner, LAST)
        self.branch = self.city.within(
            {*Area.objects.filter(parent=city.areas["x"]).values_list("pk", flat=True)}
        )
        ordinary = Topic.objects.exclude(category__in=SENSITIVE).order_by("pk")
        self.topics = list(ordinary.values_list("pk", flat=True))[:TOPICS]
        self._happen(make_incident(dispatcher), cases)
        self.areas = sorted({*Cell.objects.values_list("community", flat=True)})
        days = (LAST - FIRST).days + 1
        # Of the other topics there is one case.
        self.cases = np.zeros((len(self.areas), TOPICS + 1, days), np.int64)
        cases = Incident.objects.exclude(topic__category__in=SENSITIVE)
        for area, topic, at in cases.values_list("area", "topic", "occurred_at"):
            of_topic = self.topics.index(topic) if topic in self.topics else TOPICS
            self.cases[self.areas.index(area), of_topic, (day_of(at) - FIRST).days] += 1

    def _happen(self, first: Incident, number: int) -> None:
        """Few places and topics have most of them."""
        cells = list(Cell.objects.order_by("pk"))
        weights = [self.draw.gammavariate(0.5, 1) for _ in cells]
        of_topics = [self.draw.gammavariate(0.7, 1) for _ in self.topics]
        begins = datetime.combine(FIRST, datetime.min.time(), BEIJING)
        days = (LAST - FIRST).days
        # Where in its cell a case lies tells a planner nothing.
        nowhere = (None, None)
        rows = [
            (
                topic,
                cell.pk,
                begins + timedelta(days=self.draw.uniform(0, days)),
                "registered",
                *nowhere,
            )
            for cell, topic in zip(
                self.draw.choices(cells, weights, k=number),
                self.draw.choices(self.topics, of_topics, k=number),
                strict=True,
            )
        ]
        Hand(first, self.draw).add_rows(rows)
        execute(
            "UPDATE incidents_incident SET area_id = cell.community_id FROM geodata_cell AS cell WHERE cell.id = cell_id"
        )

    def question(self) -> tuple[Scope, Window, Chosen]:
        since = FIRST + timedelta(days=self.draw.randrange((LAST - FIRST).days - 20))
        until = since + timedelta(days=self.draw.choice((7, 40, 91, 92, 200, 400)))
        topics = self.draw.sample(self.topics, self.draw.randrange(TOPICS))
        asked = self.draw.choice((self.city, self.city, self.branch))
        return asked, Window(since, until), Chosen(tuple(sorted(topics)))

    def neighbour(self, question: tuple[Scope, Window, Chosen]) -> tuple[Scope, Window, Chosen]:
        """The same but for one part: what a subtraction needs."""
        asked, window, chosen = question
        other, another, more = self.question()
        which = self.draw.randrange(3)
        if which == 0:
            return other, window, chosen
        if which == 1:
            return (
                asked,
                Window(window.since, max(another.until, window.since + timedelta(days=1))),
                chosen,
            )
        fewer = self.draw.sample(chosen.topics, max(len(chosen.topics) - 1, 0)) or more.topics
        return asked, window, Chosen(tuple(sorted(fewer)))

    def about(self, areas: tuple[int, ...], topics: list[bool], days: Flags) -> Flags:
        found = np.zeros(self.cases.shape, np.bool_)
        found[np.ix_(np.isin(self.areas, areas), topics, days)] = True
        return found

    def numbers(self, ask: Ask, question: tuple[Scope, Window, Chosen]) -> list[Told]:
        """What is told; every number is that of the cases that it is said to be of."""
        asked, window, chosen = question
        found = ask(asked, window, chosen)
        topics = [not chosen.topics or topic in chosen.topics for topic in (*self.topics, None)]
        first, last = ((day - FIRST).days for day in (found.window.since, found.window.until))
        days = np.arange(self.cases.shape[2])
        told = [
            Told(self.about(group, topics, (days >= first) & (days < last)), number)
            for group, number in zip(found.groups, found.counts.tolist(), strict=True)
            if number != UNTOLD
        ]
        assert all(self.cases[one.about].sum() == one.number for one in told)
        return told


def given_away(one: list[Told], other: list[Told]) -> Iterator[int]:
    """Differences that are the number of a few cases: of a number and those of the other answer that are parts of it."""
    empty = np.logical_or.reduce(
        [told.about for told in (*one, *other) if not told.number] or [np.False_]
    )
    for wide, narrow in ((one, other), (other, one)):
        for told in wide:
            inside = [
                part
                for part in narrow
                if part.number and not (part.about & ~told.about & ~empty).any()
            ]
            for parts in (*([part] for part in inside), inside):
                rest = told.number - sum(part.number for part in parts)
                if 0 < rest < LEAST:
                    yield rest


def attack(world: World, ask: Ask, pairs: int) -> tuple[int, int]:
    """How many pairs gave a few cases away, and how many numbers were told in all."""
    broken = told = 0
    for _ in range(pairs):
        question = world.question()
        answers = [world.numbers(ask, one) for one in (question, world.neighbour(question))]
        broken += any(True for _ in given_away(*answers))
        told += sum(map(len, answers))
    return broken, told


def merged_for_itself(asked: Scope, window: Window, chosen: Chosen) -> AreaCounts:
    """The control: communities with fewer than five are merged, in each answer anew."""
    ids, counts = count_plain(
        Incident.objects.told_to(asked), "area", (window.since, window.until), chosen
    )
    known = dict(zip(ids.tolist(), counts[:, 0].tolist(), strict=True))
    small = sorted(area for area, number in known.items() if number < LEAST)
    groups = {(area,): number for area, number in known.items() if number >= LEAST}
    rest = sum(known[area] for area in small)
    if small:
        groups[tuple(small)] = rest if rest >= LEAST else UNTOLD
    return AreaCounts(tuple(groups), np.array([*groups.values()], np.int64), window)
