"""What a report costs to take down, and what millions of past cases cost it and the pages of open ones."""

import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from pytest_django import DjangoDbBlocker

from gridmap.accounts.models import GuideTeam, User
from gridmap.incidents.drafts import ReportDraft
from gridmap.incidents.intake import INTAKE, TYPES, VALUES
from gridmap.incidents.models import RoutingRule
from gridmap.incidents.services import reporting
from tests.bench import report
from tests.bench.histories import OPEN, past_of, served_by
from tests.bench.report import Comparison
from tests.bench.servers import Cost, cost_of
from tests.conftest import connected_to, copy_database, run_beside

SHORT = 100_000
LONG = int(os.environ.get("GRIDMAP_BENCH_CASES", "5000000"))
REPORTS, VISITS = 40, 5
# A connection settles on a plan for a statement after five runs of it.
WARM_UPS = 6
# So many at least; then until every ratio is certain, or the machine is too busy to tell.
ROUNDS, MOST_ROUNDS = 20, 200
NOW = datetime(2026, 7, 14, 1, 20, tzinfo=UTC)
AS_ONE_STATEMENT, FLAT = 1.4, 1.1
# Address, who asks, and what is demanded. What is done is counted, so its list grows: that growth is seen is shown by it.
PAGES = {
    "my cells": ("/my-cells/", "grid-member", FLAT),
    "the list of open cases": ("/cases/", "grid-member", FLAT),
    "the desk": ("/desk/", "dispatcher", FLAT),
    "the list of cases that are done": ("/cases/?show=done", "grid-member", None),
}
TEXT = """## Cases

In one process, with a connection as the application's role to each of two databases, log, row-level security and indexes
as in service: one with {short:,} cases of five years, one with {long:,}, all but {open:,} of each closed, beside the
demonstration city's own; each case with its report, its moves (four when it is closed), a notice that was read, and an
entry and a seal in the log. The two take turns within every round. A ratio counts once its 95 % lie on one side of what is demanded; {rounds} rounds.

{comparisons}

- **A report** through `report_incident`, against the very same work as one prepared statement sent by psycopg2 alone.
- **My cells**, the page with its open cases, of a grid member with two cells; **the lists** of the same, and the first
  page of **the desk** of a dispatcher, who sees the whole city. The list of what is done says how many pages it has: it
  grows with history, and is here to show that growth is seen."""

Spots = Sequence[tuple[float, float]]


@dataclass
class Side:
    """One of the two databases and what was measured in it; both get the same reports in the same order."""

    served: BaseDatabaseWrapper
    spots: Spots
    by: User
    clients: Mapping[str, Client]
    costs: dict[str, list[Cost]] = field(default_factory=lambda: defaultdict(list))
    chance: random.Random = field(default_factory=lambda: random.Random(2026))

    def take_down(self) -> Cost:
        drafts = [self.draft() for _ in range(REPORTS)]
        return cost_of(partial(take, drafts, self.by)).per(REPORTS)

    def execute(self) -> Cost:
        values = [reporting.values_of(self.draft(), by=self.by, at=NOW) for _ in range(REPORTS)]
        return cost_of(partial(execute, values)).per(REPORTS)

    def visit(self, page: str) -> Cost:
        address, username, _ = PAGES[page]
        return cost_of(partial(visit, self.clients[username], address)).per(VISITS)

    def draft(self) -> ReportDraft:
        lon, lat = self.chance.choice(self.spots)
        return ReportDraft(
            key=uuid4(),
            source="patrol",
            topic="water_supply",
            occurred_at=NOW,
            words="早上六点起停水。楼上楼下都没有",
            lon=lon,
            lat=lat,
            accuracy_m=8.0,
        )


@pytest.fixture
def sides(
    demo_city_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Side, Side]]:
    """A city with a short past, and one with a long one."""
    city = f"{demo_city_database}_past"
    with django_db_blocker.unblock():
        copy_database(demo_city_database, city)
        with connected_to(city):
            team = GuideTeam.objects.all()[0]
            RoutingRule.objects.get_or_create(
                topic=None, area=None, urgency="", valid_from=date(2020, 1, 1), lead_team=team
            )
        with past_of(SHORT, city) as short, past_of(LONG, city) as long:
            yield side_of(short), side_of(long)
        run_beside(f'DROP DATABASE "{city}"')


def side_of(served: BaseDatabaseWrapper) -> Side:
    with served_by(served):
        clients = {}
        for username in {username for _, username, _ in PAGES.values()}:
            clients[username] = Client()
            clients[username].force_login(User.objects.get(username=username))
        with connection.cursor() as cursor:
            cursor.execute(f"PREPARE peer ({TYPES}) AS {INTAKE}")
            cursor.execute("SELECT ST_X(geom), ST_Y(geom) FROM bench_spot ORDER BY n")
            spots = cursor.fetchall()
        return Side(served, spots, User.objects.get(username="grid-member"), clients)


def test_cases(sides: tuple[Side, Side], measured: list[str]) -> None:
    # First, for each report is one more case to show.
    pages = {page: partial(Side.visit, page=page) for page in PAGES}
    comparisons = [
        *in_turns(sides, pages, pages_compared),
        *in_turns(sides, {"service": Side.take_down, "statement": Side.execute}, reports_compared),
    ]
    rounds = " and ".join(str(len(sides[0].costs[what])) for what in ("my cells", "service"))
    table = report.comparison_table(comparisons)
    measured.append(
        TEXT.format(short=SHORT, long=LONG, open=OPEN, rounds=rounds, comparisons=table)
    )
    assert [row.what for row in comparisons if not row.is_certain] == [], "machine too busy"
    assert [row.what for row in comparisons if not row.is_met] == []


def in_turns(
    sides: tuple[Side, Side],
    acts: Mapping[str, Callable[[Side], Cost]],
    compared: Callable[[Side, Side], list[Comparison]],
) -> list[Comparison]:
    """Rounds in which both sides do everything, now this one first and now that one."""
    for number in range(WARM_UPS + MOST_ROUNDS):
        for what, act in acts.items():
            for side in sides[:: 1 if number % 2 else -1]:
                with served_by(side.served):
                    cost = act(side)
                if number >= WARM_UPS:
                    side.costs[what].append(cost)
        if number >= WARM_UPS + ROUNDS - 1:
            found = compared(*sides)
            if all(row.is_certain for row in found):
                break
    return found


def pages_compared(short: Side, long: Side) -> list[Comparison]:
    return [
        Comparison(
            f"{page}, long history", long.costs[page], short.costs[page], "short history", demanded
        )
        for page, (_, _, demanded) in PAGES.items()
    ]


def reports_compared(short: Side, long: Side) -> list[Comparison]:
    name = "a report, long history"
    return [
        Comparison("a report", short.costs["service"], short.costs["statement"], "statement", AS_ONE_STATEMENT),
        Comparison(name, long.costs["service"], long.costs["statement"], "statement", AS_ONE_STATEMENT),
        Comparison(name, long.costs["service"], short.costs["service"], "short history", FLAT),
    ]  # fmt: skip


def take(drafts: list[ReportDraft], by: User) -> None:
    for one in drafts:
        reporting.report_incident(draft=one, by=by, at=NOW)


def execute(values: list[dict[str, Any]]) -> None:
    cursor = connection.connection.cursor()
    for row in values:
        cursor.execute(f"EXECUTE peer ({VALUES})", row)
        cursor.fetchone()


def visit(client: Client, address: str) -> None:
    for _ in range(VISITS):
        assert client.get(address).status_code == 200
