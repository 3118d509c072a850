"""Whoever follows a number finds so many cases: from the situation, the comparison and the map to the list."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from random import Random
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
import time_machine
from django.db.models import Q
from django.test import Client

from geodata.querysets import day_of
from gridmap.accounts.models import Role, User
from gridmap.console.desk import filters
from gridmap.incidents.models import Incident
from gridmap.incidents.topics import URGENCIES
from tests.console.command.unpacked import unpack
from tests.incidents.counting.hands import FREE, execute
from tests.incidents.makers import NOW, make_incident
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user

pytestmark = pytest.mark.django_db
TOPICS, SOURCES = ("water_supply", "parking", "wages"), ("patrol", "walk_in")
COLUMNS = (0.5, 2.5, 4.5, 6.5)
LINK = re.compile(r'<a href="(/desk/[^"]*)"[^>]*>([\d,]+)</a>')
COUNT = re.compile(r'role="status">([\d,]+) 件')
SHOWN = [
    "",
    "topic=parking&topic=wages",
    "source=walk_in&urgency=urgent&urgency=normal",
    "area=620201001001",
    "state=in_progress&state=registered",
]


class Cast:
    """Cases of all kinds, and commanders who see more cases than those of their areas."""

    def __init__(self) -> None:
        execute(FREE)
        self.city: SmallCity = make_small_city()
        self.team = make_team("team")
        self.admin, self.chen, self.ning = (make_user(name) for name in ("admin", "chen", "ning"))
        appoint(self.admin, Role.CITY_ADMIN, self.city.areas["city"])
        appoint(self.chen, Role.DISTRICT_COMMANDER, self.city.areas["x"])
        appoint(self.chen, Role.GUIDE, self.team)
        for key in ("p", "r"):
            appoint(self.ning, Role.DISTRICT_COMMANDER, self.city.areas[key])
        self._happen(Random(620_201))
        self.codes = {cell.code for cell in self.city.cells.values()}

    def _happen(self, draw: Random) -> None:
        """Registered later than they happened, in any state, of any team."""
        for _ in range(60):
            happened = NOW - timedelta(days=draw.uniform(1, 50))
            made = make_incident(
                self.admin, at=min(happened + timedelta(days=draw.choice((0, 3, 20))), NOW), occurred_at=happened,
                column=draw.choice(COLUMNS), topic=draw.choice(TOPICS), source=draw.choice(SOURCES),
            )  # fmt: skip
            chosen = {
                "urgency": draw.choice([*URGENCIES]),
                "lead_team": draw.choice((None, self.team)),
            }
            Incident.objects.filter(pk=made.pk).update(**chosen)
        first, second = Incident.objects.order_by("pk")[:2]
        Incident.objects.filter(pk=first.pk).update(
            state="merged", merged_into=second, state_reason="x"
        )
        for number, state in enumerate(("in_progress", "registered")):
            some = Incident.objects.filter(state="registered", pk__gt=second.pk)[number::3]
            Incident.objects.filter(pk__in=[one.pk for one in some]).update(state=state)

    def browser(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client


@pytest.fixture
def cast() -> Iterator[Cast]:
    with time_machine.travel(NOW, tick=False):
        yield Cast()


def listed(client: Client, address: str) -> int:
    """How many the list says it has."""
    answer = client.get(unescape(address))
    assert answer.status_code == 200, address
    found = COUNT.search(answer.text)
    return int(found[1].replace(",", "")) if found else 0


def wrong(client: Client, page: str) -> tuple[int, list[str]]:
    """How many numbers lead to a list, and those where it has another number."""
    links = LINK.findall(client.get(page).text)
    found = {address: listed(client, address) for address, _ in links}
    return len(links), [
        f"{number} → {found[address]}: {address}"
        for address, number in links
        if found[address] != int(number.replace(",", ""))
    ]


@pytest.mark.parametrize("name", ["admin", "chen", "ning"])
def test_the_figures_of_the_situation_lead_to_so_many_cases(cast: Cast, name: str) -> None:
    client = cast.browser(getattr(cast, name))
    for query in SHOWN:
        number, faults = wrong(client, f"/command/?{query}")
        assert faults == []
        assert number == 4


@pytest.mark.parametrize("name", ["admin", "chen", "ning"])
def test_what_is_open_in_each_part_leads_to_so_many_cases(cast: Cast, name: str) -> None:
    client = cast.browser(getattr(cast, name))
    for query in ("", "area=620201001001", "by=team", "by=team&area=620201001001"):
        number, faults = wrong(client, f"/command/areas/?{query}")
        assert faults == []
        assert number > 0, query


def addresses(
    header: dict[str, Any], counts: Any, kept: list[tuple[str, str]], steps: range
) -> Iterator[tuple[str, int]]:
    """Of each cell the link of the map (`casesQuery` in address.js; a test there compares) and its number."""
    edges = [*header["starts"], header["until"]]
    last = date.fromisoformat(edges[steps.stop]) - timedelta(days=1)
    for n, cell in enumerate(header["cells"]):
        pairs = [("tab", "any"), ("cell", cell["code"]), ("counted", "yes"), *kept]
        query = [*pairs, ("happened_from", edges[steps.start]), ("happened_to", str(last))]
        yield f"/desk/cases/?{urlencode(query)}", int(counts[n, steps.start : steps.stop].sum())


def differing(cast: Cast, user: User, query: str) -> tuple[int, list[str]]:
    client = cast.browser(user)
    header, arrays = unpack(client.get(f"/command/cube/?{query}").content)
    kept = [tuple(part.split("=")) for part in query.split("&") if part and "area" not in part]
    found = [
        (number, listed(client, address), address)
        for steps in (range(64, 66), range(54, 66), range(60, 63))
        for address, number in addresses(header, arrays["counts"], kept, steps)  # type: ignore[arg-type]
    ]
    return sum(number for number, *_ in found), [str(one) for one in found if one[0] != one[1]]


@pytest.mark.parametrize("query", SHOWN)
def test_a_cell_of_the_map_leads_to_the_cases_that_it_counts(cast: Cast, query: str) -> None:
    total, faults = differing(cast, cast.chen, query)
    assert faults == []
    assert total > 0


def test_a_list_by_registration_or_with_what_is_not_counted_is_found(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: each of the two that the list needs to know is forgotten."""
    kept = filters.conditions

    def forgetting(name: str) -> None:
        monkeypatch.setattr(
            "gridmap.console.desk.queries.conditions",
            lambda *asked: kept(*asked) | {name: Q()},
        )

    for name in ("happened", "counted"):
        forgetting(name)
        assert differing(cast, cast.chen, "")[1] != []


def test_figures_that_forget_the_areas_are_found(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: who leads a team sees more cases than those of their area."""
    monkeypatch.setattr("gridmap.console.command.asking.Asked.as_list", "")
    assert wrong(cast.browser(cast.chen), "/command/")[1] != []


def test_days_of_the_map_are_those_of_the_list(cast: Cast) -> None:
    client = cast.browser(cast.admin)
    day = day_of(NOW) - timedelta(days=10)
    shown = listed(client, f"/desk/cases/?tab=any&happened_from={day}&happened_to={day}")
    moments = Incident.objects.values_list("occurred_at", flat=True)
    assert shown == int(np.sum([day_of(at) == day for at in moments]))
    page = client.get(f"/desk/cases/?tab=any&happened_from={day}").text
    assert f'name="happened_from" value="{day}"' in page
    assert (
        client.get("/desk/cases/?happened_from=2026-07-02&happened_to=2026-07-01").status_code
        == 400
    )
    assert client.get("/desk/cases/?counted=perhaps").status_code == 400
