"""The registry as the ladder of the statistics: addresses, streets, estates, cells and communities of a day."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from django.conf import settings
from django.db import connection

from geodata.assigning import PolygonIndex
from geodata.crs import from_cgcs2000, parse_system, transform_geometries
from geodata.models import Street
from geodata.querysets import moment
from gridmap.incidents.frames import CaseArrays
from layers.hotspots.conflicts import Places
from layers.hotspots.intensity import Ladder
from layers.hotspots.ladder import (
    BESIDE_M,
    NOWHERE,
    SPOT_M,
    Leaves,
    Stretches,
    grouped,
    level_of,
    make_leaves,
    pairs_of,
    stretches,
)
from layers.hotspots.naming import Words
from layers.hotspots.neighbours import contiguity

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.str_]
Geometries = npt.NDArray[Any]
# A geometry of shapely, whose types do not say what is in an array.
Shape = Any

LEVELS = ("address", "street", "estate", "cells", "cell", "community")
# Metres within which a spot is called by a landmark or a street.
KNOWN_M = 250.0
# What is heard, and how many metres away: beside it people complain of other things than elsewhere.
LOUD_GRADES = [
    grade.value
    for grade in (
        Street.Grade.MOTORWAY,
        Street.Grade.MAIN,
        Street.Grade.ARTERIAL,
        Street.Grade.RAILWAY,
    )
]
HEARD_M = 80.0
OPEN_GROUND = "open"
# Metres from its walls within which something happened at a building: satellites are not sharper.
WALLS_M = 3.0
# Metres around the buildings of an estate that are its ground.
YARD_M = 25.0

BUILDINGS = """
SELECT building.id, building.name, building.name_en, building.estate, building.households,
       ST_X(point.geom), ST_Y(point.geom), building.community_id, building.use, ST_AsBinary(building.geom)
FROM geodata_building AS building CROSS JOIN LATERAL (SELECT ST_PointOnSurface(building.geom) AS geom) AS point
ORDER BY building.code
"""
CELLS = """
SELECT cell.id, cell.code, cell.name, cell.name_en, cell.community_id, ST_AsBinary(version.geom)
FROM geodata_cellversion AS version JOIN geodata_cell AS cell ON cell.id = version.cell_id
WHERE version.valid_from <= %(at)s AND (version.valid_to > %(at)s OR version.valid_to IS NULL)
ORDER BY cell.kind = 'base', cell.code
"""
COMMUNITIES = """
SELECT area.id, area.code, area.name, area.name_en, ST_AsBinary(version.geom)
FROM geodata_areaversion AS version JOIN geodata_area AS area ON area.id = version.area_id
WHERE version.valid_from <= %(at)s AND (version.valid_to > %(at)s OR version.valid_to IS NULL)
  AND EXISTS (SELECT FROM geodata_cell AS cell WHERE cell.community_id = area.id)
ORDER BY area.code
"""
STREETS = (
    "SELECT id, name, name_en, ST_AsBinary(geom) FROM geodata_street WHERE name <> '' ORDER BY id"
)
LOUD = "SELECT id, ST_AsBinary(geom) FROM geodata_street WHERE grade = ANY(%(loud)s) ORDER BY id"
LANDMARKS = "SELECT id, name, name_en, ST_AsBinary(geom) FROM geodata_landmark ORDER BY id"


class Rows:
    """Rows of one kind of place: their columns by position, and their shapes in metres."""

    def __init__(self, columns: Sequence[Sequence[Any]], degrees: Geometries) -> None:
        self.columns = columns
        self.metres = transform_geometries(degrees, "cgcs2000", metric())

    def words(self, zh: int, en: int) -> list[Words]:
        return [Words(a, b or a) for a, b in zip(self.columns[zh], self.columns[en], strict=True)]

    def __len__(self) -> int:
        return len(self.metres)


def metric() -> str:
    """The system in which the city is measured."""
    return parse_system(f"EPSG:{settings.CITY.metric_srid}")


def read_rows(sql: str, at: datetime) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"at": moment(at), "loud": LOUD_GRADES})
        rows = cursor.fetchall()
        # Of no row there are columns, too: a city may have no landmark.
        width = len(cursor.description or ()) - 1
    columns = [[row[n] for row in rows] for n in range(width)]
    shapes = shapely.from_wkb(np.array([bytes(row[-1]) for row in rows], object))
    return Rows(columns, np.asarray(shapes, object))


def to_metres(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Of points in degrees, NaN stays NaN."""
    known = np.isfinite(lon) & np.isfinite(lat)
    x, y = np.full(len(lon), np.nan), np.full(len(lat), np.nan)
    x[known], y[known] = from_cgcs2000(lon[known], lat[known], metric())
    return x, y


def positions(known: Ints, wanted: Ints) -> Ints:
    """Where each id stands among the known ones, `NOWHERE` where it is not among them."""
    if not len(known):
        return np.full(len(wanted), NOWHERE, np.int64)
    order = np.argsort(known)
    at = order[np.searchsorted(known, wanted, sorter=order).clip(0, len(known) - 1)]
    return np.where(known[at] == wanted, at, NOWHERE)


class City:
    """Places of a day with the leaves of some cases; `key` and `shape` tell any of them for good."""

    def __init__(self, cases: CaseArrays, at: datetime) -> None:
        self._buildings, self._cells = read_rows(BUILDINGS, at), read_rows(CELLS, at)
        self._communities, self._streets = read_rows(COMMUNITIES, at), read_rows(STREETS, at)
        self._landmarks, self._loud = read_rows(LANDMARKS, at), read_rows(LOUD, at)
        self.leaves, self._cell_of_leaf = self._make_leaves(cases)
        self._community_of_leaf = self._find_communities()
        self._stretches: Stretches = stretches(self.leaves, self._streets.metres)
        self._estate, self._estates = grouped(self._estates_of_leaves())
        self.places = self._make_places()

    def _make_leaves(self, cases: CaseArrays) -> tuple[Leaves, Ints]:
        """Leaves with their cells; a case outside every cell has no place."""
        cells = PolygonIndex(self._cells.metres)
        x, y = to_metres(cases.lon, cases.lat)
        cell = cells.find(x, y)
        x[cell == NOWHERE] = np.nan
        around = to_metres(*(np.array(self._buildings.columns[n], np.float64) for n in (5, 6)))
        building = self._inside(positions(self._ids(self._buildings, 0), cases.building), x, y)
        leaves = make_leaves(x, y, building, *around)
        cell_of_leaf = np.full(len(leaves), NOWHERE, np.int64)
        cell_of_leaf[: len(self._buildings)] = cells.find(*around)
        on_spots = leaves.of_case >= len(self._buildings)
        cell_of_leaf[leaves.of_case[on_spots]] = cell[on_spots]
        return leaves, cell_of_leaf

    def _inside(self, building: Ints, x: Floats, y: Floats) -> Ints:
        """The building of each case that happened in it; one that only is the nearest answers for the street."""
        named = np.flatnonzero((building != NOWHERE) & np.isfinite(x))
        points: Any = shapely.points(x[named], y[named])
        far = shapely.distance(self._buildings.metres[building[named]], points) > WALLS_M
        found = building.copy()
        found[named[far]] = NOWHERE
        return found

    def _find_communities(self) -> Ints:
        """Of a building as the registry has it, of a spot that of its cell; by position."""
        ids = self._ids(self._communities, 0)
        of_cell = positions(ids, self._ids(self._cells, 4))
        found = np.append(of_cell, NOWHERE)[self._cell_of_leaf]
        found[: len(self._buildings)] = positions(ids, self._ids(self._buildings, 7))
        return found

    @staticmethod
    def _ids(rows: Rows, column: int) -> Ints:
        return np.array(rows.columns[column], np.int64)

    def _estates_of_leaves(self) -> Texts:
        names = np.array([*self._buildings.columns[3], ""], np.str_)
        return names[self.leaves.building]

    def _make_places(self) -> Places:
        cell = level_of("cell", self._cell_of_leaf, len(self._cells))
        both, self._pairs = pairs_of(cell, contiguity(self._cells.metres, "rook"))
        levels = (
            level_of("address", np.arange(len(self.leaves)), len(self.leaves)),
            self._stretches.level,
            self._estate,
            both,
            cell,
            level_of("community", self._community_of_leaf, len(self._communities)),
        )
        households = np.array([*self._buildings.columns[4], np.nan], np.float64)
        # Where nobody lives, residents tell nothing.
        residents = np.where(households > 0, households, np.nan)[self.leaves.building]
        ladder = Ladder(levels, self._community_of_leaf, residents, self._uses())
        streets = self._streets.words(1, 2)
        names = (
            self._names_of_leaves(),
            self._names_of_stretches(streets),
            self._names_of_estates(),
            self._names_of_pairs(),
            self._cells.words(2, 3),
            self._communities.words(2, 3),
        )
        return _comparable(Places(ladder, LEVELS, names))

    def _uses(self) -> Ints:
        """The use of each leaf's ground, and whether it lies beside a loud road, as one number."""
        uses = np.array([*self._buildings.columns[8], OPEN_GROUND], np.str_)[self.leaves.building]
        roads = shapely.STRtree(self._loud.metres)
        points: Any = shapely.points(self.leaves.x, self.leaves.y)
        is_loud = np.zeros(len(points), np.int64)
        is_loud[roads.query(points, predicate="dwithin", distance=HEARD_M)[0]] = 1
        use = np.unique(uses, return_inverse=True)[1]
        found: Ints = np.unique(2 * use + is_loud, return_inverse=True)[1].astype(np.int64)
        return found

    def _names_of_leaves(self) -> list[Words]:
        """Buildings have one; a spot is called by the landmark, the street or the cell where it is."""
        named = self._buildings.words(1, 2)
        spots = np.flatnonzero(self.leaves.building == NOWHERE)
        around = [
            _nearest(
                rows.metres, rows.words(1, 2), self.leaves.x[spots], self.leaves.y[spots], reach
            )
            for rows, reach in ((self._landmarks, KNOWN_M), (self._streets, BESIDE_M))
        ]
        cells = self._cells.words(2, 3)
        for n, spot in enumerate(spots):
            named.append(around[0][n] or around[1][n] or cells[self._cell_of_leaf[spot]])
        return named

    def _names_of_stretches(self, streets: list[Words]) -> list[Words]:
        """By the landmark beside it, which people know better than the street."""
        found: list[Words] = [streets[n] for n in self._stretches.street]
        near = shapely.STRtree(self._stretches.lines).query(
            self._landmarks.metres, predicate="dwithin", distance=BESIDE_M
        )
        words = self._landmarks.words(1, 2)
        for landmark, stretch in near.T:
            found[stretch] = words[landmark]
        return found

    def _names_of_estates(self) -> list[Words]:
        """In English as its buildings are called, before their numbers."""
        called = zip(self._buildings.columns[3], self._buildings.words(1, 2), strict=True)
        english = {estate: words.en.rpartition(", ")[0] for estate, words in called}
        return [Words(name, english[name] or name) for name in self._estates.tolist()]

    def _names_of_pairs(self) -> list[Words]:
        words = self._cells.words(2, 3)
        return [
            Words(f"{words[a].zh}、{words[b].zh}", f"{words[a].en} and {words[b].en}")
            for a, b in self._pairs
        ]

    def key(self, level: str, place: int) -> str:
        """What tells a place in every run: of the registry, or of the ground."""
        makers: dict[str, Callable[[], str]] = {
            "address": lambda: self._key_of_leaf(place),
            "street": lambda: (
                f"{self._streets.columns[0][self._stretches.street[place]]}+{self._along(place)}"
            ),
            "estate": lambda: str(self._estates[place]),
            "cells": lambda: "+".join(self._cells.columns[1][n] for n in self._pairs[place]),
            "cell": lambda: str(self._cells.columns[1][place]),
            "community": lambda: str(self._communities.columns[1][place]),
        }
        return f"{level}:{makers[level]()}"

    def _key_of_leaf(self, leaf: int) -> str:
        building = self.leaves.building[leaf]
        if building != NOWHERE:
            return str(self._buildings.columns[0][building])
        column, row = (
            int(np.floor(part[leaf] / SPOT_M)) for part in (self.leaves.x, self.leaves.y)
        )
        return f"{column},{row}"

    def _along(self, place: int) -> int:
        """Which stretch of its street it is."""
        street = self._stretches.street
        return int(place - np.searchsorted(street, street[place]))

    def shape(self, level: str, place: int) -> Shape:
        """Its ground, in degrees."""
        makers: dict[str, Callable[[], Shape]] = {
            "address": lambda: self._shape_of_leaf(place),
            "street": lambda: shapely.buffer(self._stretches.lines[place], BESIDE_M),
            "estate": lambda: self._shape_of_estate(place),
            "cells": lambda: shapely.union_all(self._cells.metres[self._pairs[place]]),
            "cell": lambda: self._cells.metres[place],
            "community": lambda: self._communities.metres[place],
        }
        return _in_degrees(makers[level]())

    def _shape_of_leaf(self, leaf: int) -> Shape:
        building = self.leaves.building[leaf]
        if building != NOWHERE:
            return self._buildings.metres[building]
        x, y, half = self.leaves.x[leaf], self.leaves.y[leaf], SPOT_M / 2
        return shapely.box(x - half, y - half, x + half, y + half)

    def _shape_of_estate(self, estate: int) -> Shape:
        leaves = self._estate.leaf[self._estate.place == estate]
        shapes = self._buildings.metres[self.leaves.building[leaves]]
        return shapely.union_all(shapely.buffer(shapes, YARD_M))

    def building(self, level: str, place: int) -> int | None:
        """The id of the building that an address is."""
        at = self.leaves.building[place] if level == "address" else NOWHERE
        return None if at == NOWHERE else int(self._buildings.columns[0][at])

    def communities(self, level: str, place: int) -> set[int]:
        """Ids of the communities that a place lies in."""
        step = self.places.ladder.levels[self.places.levels.index(level)]
        leaves = step.leaf[step.place == place]
        found = np.unique(self._community_of_leaf[leaves])
        return {int(self._communities.columns[0][n]) for n in found}


def _comparable(places: Places) -> Places:
    """Only levels of which something can be compared: a city may know no street, or be one community."""
    levels = places.ladder.levels
    kept = [n for n, level in enumerate(levels) if level.places > level.against_city]
    return Places(
        replace(places.ladder, levels=tuple(levels[n] for n in kept)),
        [places.levels[n] for n in kept],
        [places.names[n] for n in kept],
    )


def _nearest(
    shapes: Geometries, words: list[Words], x: Floats, y: Floats, reach: float
) -> list[Words | None]:
    found: list[Words | None] = [None] * len(x)
    tree = shapely.STRtree(shapes)
    spots, places = tree.query_nearest(shapely.points(x, y), max_distance=reach, all_matches=False)
    for spot, place in zip(spots, places, strict=True):
        found[spot] = words[place]
    return found


def _in_degrees(shape: Shape) -> Shape:
    shapes = transform_geometries(np.array([shape], object), metric(), "cgcs2000")
    return shapes[0]
