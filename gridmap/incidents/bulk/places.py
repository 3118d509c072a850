"""Where many points lie, by the rules of an intake: cell, community, building, leader post."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from django.conf import settings
from django.db import connection

from geodata.assigning import NOWHERE, PolygonIndex
from geodata.crs import to_mercator
from geodata.nearest import NearestIndex
from geodata.querysets import TOUCHING
from gridmap.incidents.intake import BESIDE_M

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# Stands for no place at all in an array of ids.
NONE = -1

# In the order in which several claim a point on their border.
CELLS = """
SELECT version.id, cell.id, cell.community_id, ST_AsBinary(version.geom)
FROM geodata_cellversion AS version JOIN geodata_cell AS cell ON cell.id = version.cell_id
WHERE version.valid_to IS NULL ORDER BY cell.kind = 'base', cell.code
"""
BUILDINGS = "SELECT id, ST_AsBinary(geom_3857) FROM geodata_building ORDER BY id"
POSTS = "SELECT id, cell_id, ST_AsBinary(geom) FROM geodata_leaderpost ORDER BY id"
# The first post of a cell that answers for a building.
LINKS = """
SELECT post.cell_id, link.building_id, min(post.id)
FROM geodata_leaderpost_buildings AS link JOIN geodata_leaderpost AS post ON post.id = link.leaderpost_id
GROUP BY post.cell_id, link.building_id
"""


@dataclass(frozen=True)
class Places:
    """Ids of what is at each point, `NONE` where nothing is."""

    version: Ids
    cell: Ids
    community: Ids
    building: Ids
    post: Ids


class Registry:
    """The places of today, ready to be asked for many points."""

    def __init__(self) -> None:
        (self._versions, self._cells, self._communities), shapes = _table(CELLS, 3)
        self._cell_index = PolygonIndex(shapes, touching=TOUCHING)
        (self._buildings,), shapes = _table(BUILDINGS, 1)
        self._building_index = NearestIndex(shapes, reach=float(_beside(_farthest_latitude())))
        (self._posts, self._cell_of_post), shapes = _table(POSTS, 2)
        self._post_index = PolygonIndex(shapes)
        self._links = _links()

    def at(self, lon: Floats, lat: Floats) -> Places:
        """What is at points in degrees, all of them inside the city's envelope."""
        position = self._cell_index.find(lon, lat)
        cell = _taken(self._cells, position)
        building = self.building_at(lon, lat)
        return Places(
            _taken(self._versions, position),
            cell,
            _taken(self._communities, position),
            building,
            self._post_at(lon, lat, cell, building),
        )

    def cell_at(self, lon: Floats, lat: Floats) -> Ids:
        return _taken(self._cells, self._cell_index.find(lon, lat))

    def building_at(self, lon: Floats, lat: Floats) -> Ids:
        """The building around each point, or the nearest one beside it."""
        x, y = to_mercator(lon, lat)
        return _taken(self._buildings, self._building_index.find(x, y, _beside(lat)))

    def _post_at(self, lon: Floats, lat: Floats, cell: Ids, building: Ids) -> Ids:
        """The post of the cell around the point, else the one that answers for the building."""
        position = self._post_index.find(lon, lat)
        strange = np.flatnonzero((position >= 0) & (_taken(self._cell_of_post, position) != cell))
        if len(strange):
            # On the border of a cell the first post around may belong to the next cell.
            point, holder = self._post_index.holders(lon[strange], lat[strange])
            own = self._cell_of_post[holder] == cell[strange][point]
            position[strange] = NOWHERE
            for at, post in zip(strange[point[own]][::-1], holder[own][::-1], strict=True):
                position[at] = post if position[at] == NOWHERE else min(position[at], post)
        around = _taken(self._posts, position)
        return np.where(around == NONE, self._linked(cell, building), around)

    def _linked(self, cell: Ids, building: Ids) -> Ids:
        marks, posts = self._links
        wanted = _mark(cell, building)
        at = np.searchsorted(marks, wanted)
        found = _taken(posts, np.where(at < len(marks), at, NOWHERE))
        is_known = _taken(marks, np.where(at < len(marks), at, NOWHERE)) == wanted
        return np.where(is_known & (cell != NONE) & (building != NONE), found, NONE)


def _table(sql: str, ids: int) -> tuple[list[Ids], npt.NDArray[Any]]:
    """Columns of ids, and the shapes behind them."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    columns = [np.array([row[n] for row in rows], np.int64) for n in range(ids)]
    return columns, shapely.from_wkb(np.array([bytes(row[ids]) for row in rows], object))


def _links() -> tuple[Ids, Ids]:
    """Pairs of a cell and a building as one sorted number each, and their posts."""
    with connection.cursor() as cursor:
        cursor.execute(LINKS)
        rows = np.array(cursor.fetchall(), np.int64).reshape(-1, 3)
    marks = _mark(rows[:, 0], rows[:, 1])
    order = np.argsort(marks)
    return marks[order], rows[order, 2]


def _mark(cell: Ids, building: Ids) -> Ids:
    marks: Ids = (cell << 32) + building
    return marks


def _taken(ids: Ids, position: Ids) -> Ids:
    """The ids at positions, `NONE` at `NOWHERE`."""
    if not len(ids):
        return np.full(len(position), NONE, np.int64)
    return np.where(position == NOWHERE, NONE, ids[position])


def _beside(lat: Floats | float) -> Floats:
    """How far on the drawn plane a building may be from a point that still belongs to it."""
    reach: Floats = BESIDE_M / np.cos(np.radians(lat))
    return reach


def _farthest_latitude() -> float:
    _west, south, _east, north = settings.CITY.envelope
    return max(abs(south), abs(north))
