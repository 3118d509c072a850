"""What a report costs to take down, and what millions of past cases cost a grid member's page."""

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from gridmap.accounts.models import GuideTeam, User
from gridmap.incidents.drafts import ReportDraft
from gridmap.incidents.intake import INTAKE, TYPES, VALUES
from gridmap.incidents.models import RoutingRule
from gridmap.incidents.services import reporting
from tests.bench import report
from tests.bench.histories import grow, make_spots
from tests.bench.report import Comparison
from tests.bench.servers import Cost, cpu_seconds
from tests.conftest import connected_to, run_beside

SMALL = 100_000
LARGE = int(os.environ.get("GRIDMAP_BENCH_CASES", "5000000"))
ROUNDS, REPORTS, PAGES = 15, 100, 30
NOW = datetime(2026, 7, 14, 1, 20, tzinfo=UTC)
AS_ONE_STATEMENT, FLAT = 1.4, 1.1
TEXT = """## Cases

In one process with one connection, log, row-level security and indexes as in service; {small:,} closed cases of
five years, then {large:,}, and 2,000 open ones in both.

{comparisons}

- **A report** through `report_incident`, against the very same work as one prepared statement sent by psycopg2 alone.
- **My cells**, the page with its open cases, of a grid member with two cells."""

Spots = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Measured:
    """Rounds at one size of the history."""

    service: list[Cost]
    statement: list[Cost]
    page: list[Cost]


@pytest.fixture
def history(
    demo_city_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[Callable[[int, int], None]]:
    """Lets the history of a database of its own grow."""
    name = f"{demo_city_database}_history"
    with django_db_blocker.unblock():
        run_beside(f'CREATE DATABASE "{name}" TEMPLATE "{demo_city_database}"')
        with connected_to(name):
            team = GuideTeam.objects.all()[0]
            RoutingRule.objects.get_or_create(
                topic=None, area=None, urgency="", valid_from=date(2020, 1, 1), lead_team=team
            )
            make_spots()
            yield grow
        run_beside(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_cases(history: Callable[[int, int], None], measured: list[str]) -> None:
    history(1, SMALL)
    small = measure()
    history(SMALL + 1, LARGE)
    large = measure()
    comparisons = [
        Comparison("a report", small.service, small.statement, "statement", AS_ONE_STATEMENT),
        Comparison(
            "a report, long history", large.service, large.statement, "statement", AS_ONE_STATEMENT
        ),
        Comparison("a report, long history", large.service, small.service, "short history", FLAT),
        Comparison("my cells, long history", large.page, small.page, "short history", FLAT),
    ]
    table = report.comparison_table(comparisons)
    measured.append(TEXT.format(small=SMALL, large=LARGE, comparisons=table))
    assert [row.what for row in comparisons if not row.is_met] == []


def measure() -> Measured:
    by = User.objects.get(username="grid-member")
    spots = places()
    client = Client()
    client.force_login(by)
    clock = cost_clock()
    # First, for each report is one more case to show.
    page = [clock(lambda: visit(client), PAGES) for _ in range(ROUNDS)]
    service, statement = [], []
    prepare()
    for _ in range(ROUNDS):
        drafts = [draft(spots) for _ in range(REPORTS)]
        values = [reporting.values_of(draft(spots), by=by, at=NOW) for _ in range(REPORTS)]
        service.append(clock(lambda drafts=drafts: take(drafts, by), REPORTS))
        statement.append(clock(lambda values=values: execute(values), REPORTS))
    return Measured(service, statement, page)


def cost_clock() -> Callable[[Callable[[], None], int], Cost]:
    """Measures an act: CPU of this process and of its backend, per piece."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()

    def cost(act: Callable[[], None], pieces: int) -> Cost:
        before = Cost(time.process_time(), cpu_seconds([backend]))
        act()
        return Cost(time.process_time(), cpu_seconds([backend])).since(before).per(pieces)

    return cost


def places() -> Spots:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_X(geom), ST_Y(geom) FROM bench_spot")
        return list(cursor.fetchall())


def draft(spots: Spots) -> ReportDraft:
    lon, lat = random.choice(spots)
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


def take(drafts: list[ReportDraft], by: User) -> None:
    for one in drafts:
        reporting.report_incident(draft=one, by=by, at=NOW)


def prepare() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_prepared_statements WHERE name = 'peer'")
        if cursor.fetchone() is None:
            cursor.execute(f"PREPARE peer ({TYPES}) AS {INTAKE}")


def execute(values: list[dict[str, Any]]) -> None:
    cursor = connection.connection.cursor()
    for row in values:
        cursor.execute(f"EXECUTE peer ({VALUES})", row)
        cursor.fetchone()


def visit(client: Client) -> None:
    for _ in range(PAGES):
        assert client.get(reverse("my-cells")).status_code == 200
