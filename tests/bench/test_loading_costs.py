"""What it costs to load a million cases for statistics, beside geopandas, in the same process."""

import warnings
from collections.abc import Callable, Iterator
from functools import partial

import geopandas as gpd
import pandas as pd
import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from geodata.copying import Columns, read_columns
from gridmap import notebook
from tests.bench import report
from tests.bench.histories import CASES, OPEN, SPOTS
from tests.bench.report import Comparison
from tests.bench.servers import Cost, cost_of
from tests.conftest import connected_as, connected_to, copy_database, run_beside
from tests.incidents.log_history import SUPERUSER

MILLION = 1_000_000
TURNS = 7
EIGHT_TIMES, TWENTY_TIMES = 1 / 8, 1 / 20

# Three of ten lie on the street: as many addresses as cases, of which a city has fewer.
OUTSIDE = """
UPDATE incidents_incident
SET building_id = NULL, geom = ST_Translate(geom, 0.0004 * (random() - 0.5), 0.0004 * (random() - 0.5))
WHERE code LIKE 'BENCH-%' AND id % 10 < 3
"""
# What `notebook.cases` tells, of all topics and with every building, at the point itself.
SAME_COLUMNS = """
SELECT topic.code AS topic, source, urgency, state, occurred_at, resolved_at AS settled_at, round,
       cell.code AS cell, area.code AS community, building.code AS building, incident.geom
FROM incidents_incident AS incident
JOIN incidents_topic AS topic ON topic.id = topic_id
JOIN geodata_area AS area ON area.id = area_id
LEFT JOIN geodata_cell AS cell ON cell.id = cell_id
LEFT JOIN geodata_building AS building ON building.id = building_id
ORDER BY occurred_at, incident.id
"""
POINTS = "SELECT geom FROM incidents_incident WHERE geom IS NOT NULL ORDER BY id"
COORDINATES = (
    "SELECT ST_X(geom), ST_Y(geom) FROM incidents_incident WHERE geom IS NOT NULL ORDER BY id"
)
PLAIN = ["topic", "source", "urgency", "state", "round", "cell", "community"]

TEXT = """## Loading cases

{cases:,} cases in the demonstration city, three of ten of them in no building; CPU time of the process that loads, the
database's own beside it. Demanded of the process: what the database does for a row is nearly the same for both.

{comparisons}

- **Cases**: `notebook.cases()`, with the points moved by the mask, beside `geopandas.read_postgis` of the same columns at the
  points themselves. A test compares the columns.
- **Coordinates**: both as arrays of numbers, beside `read_postgis` of the geometry alone; equal to the last bit."""


@pytest.fixture(scope="module")
def database(demo_city_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demonstration city with a million cases more, gone afterwards."""
    name = f"{demo_city_database}_loading"
    with django_db_blocker.unblock():
        copy_database(demo_city_database, name)
        with connected_to(name):
            with connected_as(SUPERUSER):
                _fill()
            yield
        run_beside(f'DROP DATABASE "{name}"')


def _fill() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SELECT setseed(0.5)")
        cursor.execute(SPOTS)
        cursor.execute(CASES, {"cases": MILLION, "open": OPEN})
        cursor.execute(OUTSIDE)
        cursor.execute("VACUUM (ANALYZE, FREEZE)")


@pytest.fixture(autouse=True)
def _everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look as somebody who is told of every case."""
    monkeypatch.setattr(settings, "PLANNER", "city-admin")


def read_postgis(sql: str) -> gpd.GeoDataFrame:
    connection.ensure_connection()
    with warnings.catch_warnings():
        # pandas would rather be given an engine of SQLAlchemy, which costs more.
        warnings.simplefilter("ignore", UserWarning)
        return gpd.read_postgis(sql, connection.connection, geom_col="geom")


def coordinates() -> Columns:
    return read_columns(COORDINATES, [], {"lon": "float8", "lat": "float8"})


def test_both_load_the_same(database: None) -> None:
    ours, its = notebook.cases(), read_postgis(SAME_COLUMNS)
    assert len(ours) == len(its) > MILLION
    for column in PLAIN:
        assert (ours[column].astype(object).fillna("") == its[column].fillna("")).all(), column
    for column in ("occurred_at", "settled_at"):
        moments = pd.to_datetime(its[column], utc=True).astype("datetime64[us, Asia/Shanghai]")
        assert ours[column].equals(moments), column
    is_told = ours.building.notna()
    assert is_told.sum() > MILLION / 4
    assert (ours.building[is_told].astype(object) == its.building[is_told]).all()
    assert (ours.geometry.isna() == its.geom.isna()).all()
    points, found = read_postgis(POINTS).geom, coordinates()
    assert (points.x == found["lon"]).all()
    assert (points.y == found["lat"]).all()


def test_loading_costs(database: None, measured: list[str]) -> None:
    rows = [
        *compared("cases", notebook.cases, partial(read_postgis, SAME_COLUMNS), EIGHT_TIMES),
        *compared("coordinates", coordinates, partial(read_postgis, POINTS), TWENTY_TIMES),
    ]
    measured.append(TEXT.format(cases=MILLION, comparisons=report.comparison_table(rows)))
    assert [row.what for row in rows if not row.is_met] == []


def compared(
    what: str, ours: Callable[[], object], its: Callable[[], object], demanded: float
) -> list[Comparison]:
    """In turns; of the process alone, and together with the database."""
    rounds = [(cost_of(ours), cost_of(its)) for _ in range(TURNS)]
    own, peers = (list(costs) for costs in zip(*rounds, strict=True))
    alone = ([Cost(cost.python, 0.0) for cost in costs] for costs in (own, peers))
    peer = "geopandas.read_postgis"
    return [
        Comparison(what, *alone, peer, demanded),
        Comparison(f"{what}, with the database", own, peers, peer),
    ]
