"""What the log costs: CPU of the database's process with its triggers and without, in turn."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction

from gridmap.accounts.models import User
from gridmap.incidents.models import Incident
from tests.bench.servers import cost_of
from tests.incidents.log_history import execute
from tests.incidents.makers import make_incident

pytestmark = pytest.mark.usefixtures("history_of_its_own")
ROUNDS = 6
ROWS, INTAKES = 10_000, 30
TABLES = ("incident", "incident_assisting_teams", "report", "moverecord")


def ratio(act: Callable[[int], None]) -> float:
    """The least that an act costs with the log, by the least that it costs without."""
    costs: dict[str, list[float]] = {"ENABLE": [], "DISABLE": []}
    for number in range(ROUNDS * 2):
        state = ("ENABLE", "DISABLE")[number % 2]
        for table in TABLES:
            execute(f"ALTER TABLE incidents_{table} {state} TRIGGER log_insert")
        costs[state].append(cost_of(partial(act, number)).database)
    return min(costs["ENABLE"]) / min(costs["DISABLE"])


TEXT = """## The log

CPU of the database with the log's triggers, by the same without.

- {rows:,} cases in one statement: {bulk:.2f} (demanded ≤ {most})
- one report through `report_incident`: {intake:.2f} (demanded ≤ {most})"""
MOST = 1.7


def test_the_log(measured: list[str]) -> None:
    bulk, intake = cost_in_bulk(), cost_of_an_intake()
    measured.append(TEXT.format(rows=ROWS, bulk=bulk, most=MOST, intake=intake))
    assert max(bulk, intake) <= MOST


def cost_in_bulk() -> float:
    columns = [
        field.column
        for field in Incident._meta.local_concrete_fields
        if not field.generated and field.column not in {"id", "code"}
    ]
    listed = ", ".join(columns)

    def fill(number: int) -> None:
        execute(
            f"INSERT INTO incidents_incident (code, {listed}) SELECT 'B-' || %s || '-' || n, {listed}"
            " FROM (SELECT * FROM incidents_incident ORDER BY id LIMIT 1) AS one, generate_series(1, %s) AS n",
            [number, ROWS],
        )

    return ratio(fill)


def cost_of_an_intake() -> float:
    member = User.objects.get(username="ma")

    def take_down(_number: int) -> None:
        for _ in range(INTAKES):
            with transaction.atomic():
                make_incident(member)

    take_down(0)
    return ratio(take_down)
