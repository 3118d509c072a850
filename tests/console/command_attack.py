"""An attack on what a commander is told: by asking everything twice, with and without what lies elsewhere.

The commander answers for one of two sub-districts. Everything is asked while nothing has happened in the other one,
and again once there are cases and conflicts in it. Whatever the answers let anybody work out about the other
sub-district, be it by subtracting one from another, must show in an answer that has changed: none may. What can
be read as counts is also laid beside brute force over the commander's own cases.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from random import Random
from typing import Any

from django.db.models import F
from django.test import Client
from django.urls import get_resolver

from geodata.querysets import day_of
from geodata.versions import bump_access_version, bump_data_version
from gridmap.accounts.models import Role
from gridmap.incidents.models import Incident
from gridmap.recurring.models import Evidence, RecurringConflict, Run
from tests.console.command_roads import (
    DAYS,
    SOURCES,
    TOPICS,
    UNKNOWN,
    URGENCIES,
    Counts,
    Filters,
    Road,
)
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import appoint, make_small_city, make_team, make_user, square
from tests.recurring.makers import make_conflict

OWN_COLUMNS, OTHER_COLUMNS = (0.2, 5.8), (6.2, 7.8)
NO_AREA = "620209999999"
ATTACKED = ("command/", "briefing/", "conflicts/", "api/counts/", "api/conflicts/", "map/")
# What is drawn anew for each answer, or tells only that something somewhere has changed.
DRAWN = re.compile(rb'(?:csrfmiddlewaretoken" value|nonce|data-places)="[^"]*"')
ELSEWHERE = re.compile(rb"area-[yr]\b|cell-d\b|building-d|post-d|6202010020\d\d|elsewhere")


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
        own = make_conflict(self.city.areas["p"], rank=1, key="own", geom=square(0, 0))
        own.cases.set(Incident.objects.filter(cell=self.city.cells["a"]))
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
        """In the other sub-district, before as well as after what happened in the own one; and across the border.

        At one place so many that the classes of a map of both were others. The search saw more cases and places, and ranks
        the own conflict behind others.
        """
        self.happen(12, OTHER_COLUMNS, "elsewhere")
        self._happen_again(60)
        cases = Incident.objects.filter(cell=self.city.cells["d"])
        self._conflict_elsewhere("r", 2, 6).cases.set(cases)
        near = Incident.objects.filter(cell=self.city.cells["c"])
        self._conflict_elsewhere("city", 3, 5.5).cases.set([*near, *cases])
        Run.objects.update(
            cases=F("cases") + 12,
            placed=F("placed") + 11,
            tested=F("tested") + 7,
            listed=F("listed") + 2,
        )
        Evidence.objects.filter(conflict__key="own").update(rank=F("rank") + 3)

    def _happen_again(self, times: int) -> None:
        case = Incident.objects.filter(cell=self.city.cells["d"]).latest("pk")
        date_of_code = case.code.rpartition("-")[0]
        for number in range(times):
            case.pk, case.code = None, f"{date_of_code}-9{number:04d}"
            case._state.adding = True
            case.save()

    def _conflict_elsewhere(self, area: str, rank: int, column: float) -> RecurringConflict:
        where, called = self.city.areas[area], {"name": "elsewhere", "name_en": "elsewhere"}
        ground = square(column, 0)
        return make_conflict(where, rank=rank, key=f"elsewhere-{area}", geom=ground, **called)

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


def is_chosen(row: dict[str, Any], filters: Filters) -> bool:
    """Whether a case is one of the chosen, whenever it happened."""
    values = {name: getattr(filters, name) for name in ("topic", "source", "state", "urgency")}
    return row["area"].startswith(prefix_of(filters.area)) and all(
        not value or row[name] in value for name, value in values.items()
    )


def prefix_of(area: str) -> str:
    """Codes of areas begin with that of the area above, but for its zeros."""
    return re.sub(r"(?:000)+$", "", area)


def brute(rows: list[dict[str, Any]], filters: Filters, steps: set[tuple[date, date]]) -> Counts:
    """How many in each cell and step, by going through everything."""
    return Counter(
        (row["cell"], first, last)
        for row in rows
        if row["cell"] and is_chosen(row, filters)
        for first, last in steps
        if first <= row["day"] < last
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
    """Every pair of filters on every road; what comes to the same address is asked once."""

    place: Place
    roads: list[Road]
    pairs: list[tuple[Filters, Filters]]

    @cached_property
    def addresses(self) -> dict[str, tuple[Road, Filters]]:
        """With one of the filters that lead there."""
        each = [filters for pair in self.pairs for filters in pair]
        return {road.address(filters): (road, filters) for road in self.roads for filters in each}

    def answers(self) -> dict[str, Told]:
        forget()
        return {address: ask(self.place.browser, address) for address in self.addresses}

    def faults(self, before: dict[str, Told]) -> Iterator[str]:
        """What the answers give away; `before` were those when nothing had happened elsewhere."""
        for address, told in self.answers().items():
            road, filters = self.addresses[address]
            if told != before[address]:
                yield f"{road}: changed with what happened elsewhere, {address}"
            if found := ELSEWHERE.findall(told.body):
                yield f"{road}: names {found[:3]}, {address}"
            if road.read and (fault := self._miscounted(road, filters, told)):
                yield fault

    def _miscounted(self, road: Road, filters: Filters, told: Told) -> str:
        """Whether an answer, and so the difference of any two, is not that of the commander's own cases."""
        assert road.read
        counts = road.read(told.body)
        asked = filters if "area" in dict(road.query(filters)) else replace(filters, area="")
        own = brute(self.place.rows, asked, {key[1:] for key in counts})
        if +counts != own:
            return f"{road}: {+counts - own or own - +counts} differ, {filters}"
        return ""


def area_not_there(place: Place, road: Road, other: str) -> str:
    """Whether another's area is answered otherwise than one that does not exist."""
    asked = {code: road.address(Filters(area=code)) for code in (other, NO_AREA)}
    return answered_apart(place, road, asked)


def conflict_not_there(place: Place, road: Road, other: str) -> str:
    """Whether another's conflict is answered otherwise than one that does not exist."""
    asked = {code: road.of(code).address(Filters()) for code in (other, UNKNOWN)}
    return answered_apart(place, road, asked)


def answered_apart(place: Place, road: Road, asked: dict[str, str]) -> str:
    told = []
    for code, address in asked.items():
        answer = ask(place.browser, address)
        told.append(replace(answer, body=answer.body.replace(code.encode(), b"CODE")))
    return "" if told[0] == told[1] else f"{road}: {' is answered otherwise than '.join(asked)}"


def routes_attacked() -> set[str]:
    """The names of all addresses below those that the attack is about."""
    known = get_resolver().reverse_dict
    return {
        name
        for name in known
        if isinstance(name, str)
        and any(form.startswith(ATTACKED) for told in known.getlist(name) for form, _ in told[0])
    }
