"""Vector tiles of any sources: one statement per tile, from the stored web-Mercator geometry."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from layers.caches import LeastRecent
from layers.prepared import fetch_value
from layers.sources import MapSource, Shape, UnknownSource, named, shared_key
from layers.sql import fill, quoted, visible_rows

CONTENT_TYPE = "application/vnd.mapbox-vector-tile"
EXTENT = 4096
BUFFER = 64
MAX_ZOOM = 22
HALF_WORLD = math.pi * 6378137


class NoSuchTile(LookupError):
    """The address names no tile, or the person may see nothing of it."""


@dataclass(frozen=True, eq=False)
class Tile:
    """Sources and a square of the web-Mercator pyramid."""

    sources: tuple[MapSource, ...]
    z: int
    x: int
    y: int

    def key(self, user: Any) -> str:
        """The same for two people who see the same here.

        Raises
        ------
        NoSuchTile
            The person may see nothing of one of the sources.
        """
        key = shared_key(self.sources, user)
        if not key:
            raise NoSuchTile
        return key

    def values(self) -> str:
        """`PARAMETERS` as SQL, in web-Mercator metres."""
        side = 2 * HALF_WORLD / 2**self.z
        west, north = self.x * side - HALF_WORLD, HALF_WORLD - self.y * side
        east, south = west + side, north - side
        margin = side * BUFFER / EXTENT
        around = (west - margin, south - margin, east + margin, north + margin)
        box = (west, south, east, north)
        envelopes = [f"ST_MakeEnvelope({_listed(corners)}, 3857)" for corners in (around, box)]
        return ", ".join([*envelopes, _listed((-west, -north, EXTENT / side))])


def _listed(numbers: Iterable[float]) -> str:
    return ", ".join(map(repr, numbers))


def parse(names: str, z: str, x: str, y: str) -> Tile:
    """The tile of an address.

    Raises
    ------
    NoSuchTile
        Unknown names, or numbers outside the pyramid.
    """
    return _parse(tuple(settings.MAP_SOURCES), names, z, x, y)


@lru_cache(maxsize=20_000)
def _parse(_listed: tuple[str, ...], names: str, z: str, x: str, y: str) -> Tile:
    try:
        tile = Tile(named(names), int(z), int(x), int(y))
    except (UnknownSource, ValueError) as error:
        raise NoSuchTile from error
    if tile.z > MAX_ZOOM or max(tile.x, tile.y) >= 2**tile.z or min(tile.x, tile.y) < 0:
        raise NoSuchTile
    return tile


def draw(tile: Tile, user: Any) -> bytes:
    """The bytes of a tile as this person may see it.

    Raises
    ------
    NoSuchTile
        The person may see nothing of one of the sources.
    """
    address = (tile.sources, tile.z, tile.key(user))
    statement = _statements.get(address)
    if statement is None:
        statement = _statement(tile.sources, tile.z, user)
        _statements.put(address, statement)
    return bytes(fetch_value(PARAMETERS, statement, tile.values()))


# A text holds the ids of a scope and never rows: it is right as long as its key is.
_statements: LeastRecent[tuple[tuple[MapSource, ...], int, str], str] = LeastRecent(8_000_000, len)


def _statement(sources: tuple[MapSource, ...], zoom: int, user: Any) -> str:
    layers = [_layer(source, zoom, user) for source in sources]
    return "SELECT " + (" || ".join(layer for layer in layers if layer) or "''::bytea")


def _layer(source: MapSource, zoom: int, user: Any) -> str:
    drawn = source.rows_at_zoom(zoom)
    rows = None if drawn is None else visible_rows(source, user, drawn, source.drawn)
    if rows is None:
        return ""
    names = ", ".join(quoted(name) for name in source.fields)
    features = fill(
        FEATURES[source.shape],
        columns=f"{names}," if names else "",
        names=names,
        placed=PLACED,
    )
    return fill(LAYER, name=source.name, features=features, **NUMBERS, rows=rows)


# The tile with its margin, the tile, what moves its corner to the origin, units per metre.
PARAMETERS = "geometry, geometry, float8, float8, float8"
LAYER = "(SELECT ST_AsMVT(feature, '{name}', {extent}, 'shape') FROM ({features}) AS feature)"
NUMBERS = {
    "around": "$1",
    "box": "$2",
    "eastward": "$3",
    "northward": "$4",
    "units": "$5",
    "extent": str(EXTENT),
    "buffer": str(BUFFER),
}
# ST_AsMVTGeom clips and repairs, at two to ten times the cost of all the rest. What is small
# or lies inside needs neither: move, scale, round, and turn its rings as the format wants them.
PLACED = """
CASE WHEN shape @ {around} OR ST_NPoints(shape) <= 200
THEN ST_ForcePolygonCCW(ST_SnapToGrid(
    ST_TransScale(shape, {eastward}, {northward}, {units}, -{units}), 1
)) ELSE ST_AsMVTGeom(shape, {box}, {extent}, {buffer}, true) END
"""
FEATURES = {
    Shape.AS_IS: "SELECT {columns} {placed} AS shape FROM {rows} WHERE shape && {around}",
    # Neighbours may hold a shared border with other vertices: rounding to the grid makes it one.
    Shape.BORDERS: """
SELECT {columns} ST_AsMVTGeom(shape, {box}, {extent}, {buffer}, true) AS shape
FROM (
    SELECT {columns} ST_LineMerge(ST_UnaryUnion(ST_Collect(
        ST_ClipByBox2D(ST_Boundary(shape), {around}::box2d)
    ), 1 / {units})) AS shape
    FROM {rows} WHERE shape && {around} GROUP BY ({names})
) AS lines
""",
    Shape.LABELS: """
SELECT {columns} {placed} AS shape
FROM (
    SELECT {columns} ST_PointOnSurface(shape) AS shape FROM {rows} WHERE shape && {box}
) AS points
WHERE shape && {box}
""",
}
