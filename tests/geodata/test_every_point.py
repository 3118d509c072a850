"""Every point of the demonstration city belongs to exactly one cell: a brute-force oracle agrees."""

from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pytest
import shapely
from django.db import connection

from geodata.boundaries import load
from geodata.city_loading import BOUNDARY_COLUMNS
from geodata.demo_city import make_city
from geodata.models import CellVersion
from geodata.querysets import TOUCHING

RANDOM_POINTS = 100_000
AT = datetime(2026, 7, 14, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def city():
    return make_city()


@pytest.fixture
def cells(city) -> gpd.GeoDataFrame:
    """The cells in the order of the tie-break, and in the database."""
    cells = city.cells.rename(columns={"community_code": "parent_code"})
    load(city.areas[BOUNDARY_COLUMNS], by="test", at=AT)
    load(cells[BOUNDARY_COLUMNS], by="test", at=AT)
    with connection.cursor() as cursor:
        # As autovacuum does after a load: without it the planner takes the table for empty.
        cursor.execute("ANALYZE geodata_cellversion, geodata_cell")
    return cells.assign(is_base=cells.kind == "base").sort_values(["is_base", "code"])


def points_in(city, count):
    outline = city.areas[city.areas.kind == "city"].geometry.iloc[0]
    west, south, east, north = outline.bounds
    seed = np.random.default_rng(20260714)
    lon, lat = seed.uniform((west, south), (east, north), (2 * count, 2)).T
    inside = shapely.contains_xy(outline, lon, lat)
    return lon[inside][:count], lat[inside][:count]


def edges_of(shape):
    rings = shapely.get_rings(shapely.get_parts(shape))
    return np.concatenate(
        [np.stack([xy[:-1], xy[1:]], axis=1) for xy in map(shapely.get_coordinates, rings)]
    )


def holds(edges, lon, lat):
    """Whether points lie in a polygon or within `TOUCHING` of its border, by every edge."""
    (x1, y1), (x2, y2) = edges[:, 0].T, edges[:, 1].T
    x, y = lon[:, None], lat[:, None]
    crosses = (y1 > y) != (y2 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        is_left = x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
    inside = np.count_nonzero(crosses & is_left, axis=1) % 2 == 1
    along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2)
    along = np.clip(along, 0, 1)
    gap = np.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1)).min(axis=1)
    return inside | (gap <= TOUCHING)


def oracle(cells, lon, lat):
    """The code of the first cell, in the order of the tie-break, that holds each point."""
    answer = np.full(len(lon), "", dtype=object)
    for code, shape in zip(cells.code, cells.geometry, strict=True):
        west, south, east, north = shape.bounds
        near = np.flatnonzero(
            (answer == "")
            & (lon >= west - TOUCHING)
            & (lon <= east + TOUCHING)
            & (lat >= south - TOUCHING)
            & (lat <= north + TOUCHING)
        )
        edges = edges_of(shape)
        for block in np.array_split(near, len(near) * len(edges) // 4_000_000 + 1):
            answer[block[holds(edges, lon[block], lat[block])]] = code
    return answer


def located(lon, lat):
    codes = dict(CellVersion.objects.values_list("pk", "cell__code"))
    return np.array(
        [codes.get(pk, "") for pk in CellVersion.objects.locate(lon, lat, on=AT)], dtype=object
    )


def test_every_point_has_exactly_one_cell(city, cells):
    edges = np.concatenate([edges_of(shape) for shape in cells.geometry])
    corners = np.unique(edges.reshape(-1, 2), axis=0)
    middles = np.unique(edges.mean(axis=1), axis=0)
    samples = {
        "random points": points_in(city, RANDOM_POINTS),
        "vertices": corners.T,
        "edge midpoints": middles.T,
    }
    for name, (lon, lat) in samples.items():
        found = located(lon, lat)
        print(f"{len(lon):,} {name}: {np.count_nonzero(found == '')} without a cell")
        assert (found != "").all(), name
        assert (found == oracle(cells, lon, lat)).all(), name
