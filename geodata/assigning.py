"""Which polygon each of many points belongs to, by the registry's rule, without the database.

A raster over all polygons answers for the pixels that no border crosses. In the others it is known what holds the
middle, and the borders on the way from there to a point tell what holds the point; only points that lie on a border, or
whose way touches one's end, are tested one by one. The answers are those of `CellVersionQuerySet.locate`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[Any]

NOWHERE = -1
_DOUBTFUL = -2
# Four bytes each; the most are about 25 m wide in a city of 70 by 70 km. Few edges need few pixels.
_LEAST_PIXELS, _MOST_PIXELS, _PIXELS_AN_EDGE = 1 << 16, 1 << 23, 1 << 11
# Pixels; floating point moves a point by less when it is placed on the raster.
_MARGIN = 1e-6
# A pixel's sum of polygons holds their count above this bit and the sum of their ranks below.
_COUNT_BITS = 40
_COUNT = 1 << _COUNT_BITS


class PolygonIndex:
    """Polygons in the order of their claims: where several hold a point, the first has it.

    Parameters
    ----------
    polygons : ndarray of shapely polygons or multipolygons
        Valid; empty only together with every other.
    touching : float
        In the unit of the coordinates: a point this near to a polygon is held by it.
    """

    def __init__(self, polygons: Geometries, *, touching: float = 0.0) -> None:
        self._tree = shapely.STRtree(polygons)
        self._touching = touching
        self._raster = _raster(polygons, touching) if len(polygons) else None

    def __len__(self) -> int:
        return len(self._tree)

    @property
    def bounds(self) -> Floats:
        """West, south, east and north, beyond which nothing is held."""
        held: Floats = shapely.total_bounds(self._tree.geometries)
        return held + self._touching * np.array([-1, -1, 1, 1])

    def find(self, x: Floats, y: Floats) -> Ints:
        """The position of the polygon that has each point, `NOWHERE` where none has."""
        if self._raster is None:
            return np.full(len(x), NOWHERE, np.int64)
        found = self._raster.find(x, y)
        doubtful = np.flatnonzero(found == _DOUBTFUL)
        points, holders = self.holders(x[doubtful], y[doubtful])
        first = np.full(len(doubtful), len(self._tree), np.int64)
        np.minimum.at(first, points, holders)
        found[doubtful] = np.where(first < len(self._tree), first, NOWHERE)
        return found

    def holders(self, x: Floats, y: Floats) -> tuple[Ints, Ints]:
        """Every pair of a point and a polygon that holds it, tested one by one."""
        points = shapely.points(x, y)
        if self._touching:
            pairs = self._tree.query(points, predicate="dwithin", distance=self._touching)
        else:
            pairs = self._tree.query(points, predicate="intersects")
        return pairs[0].astype(np.int64), pairs[1].astype(np.int64)


class _Raster:
    """Positions of polygons by pixel, with a frame of empty pixels around.

    A pixel that borders cross holds `_DOUBTFUL` less its position among those.
    """

    def __init__(self, bounds: Floats, touching: float, edges: int) -> None:
        west, south, east, north = bounds
        width, height = max(east - west, 1e-9), max(north - south, 1e-9)
        pixels = int(np.clip(edges * _PIXELS_AN_EDGE, _LEAST_PIXELS, _MOST_PIXELS))
        self.columns = int(np.clip(np.sqrt(pixels * width / height), 8, pixels // 8))
        self.rows = pixels // self.columns
        self.step = np.array([width / (self.columns - 4), height / (self.rows - 4)])
        self.corner = np.array([west, south]) - 2 * self.step
        self.margin = _MARGIN + touching / self.step.min()

    def place(self, xy: Floats) -> Floats:
        placed: Floats = (xy - self.corner) / self.step
        return placed

    def fill(self, starts: Floats, ends: Floats, ranks: Ints) -> None:
        """With edges that are placed on the raster."""
        inside = _filled(self, starts, ends, ranks).ravel()
        edges, pixels = _crossed(self, starts, ends)
        order = np.argsort(pixels, kind="stable")
        edges, pixels = edges[order], pixels[order]
        several = np.flatnonzero(inside >> _COUNT_BITS > 1)
        doubtful = np.union1d(pixels, several)
        first = np.searchsorted(pixels, doubtful)
        self.pixels = _holder(inside).astype(np.int32)
        self.pixels[doubtful] = _DOUBTFUL - np.arange(len(doubtful))
        middles: Floats = np.column_stack(np.divmod(doubtful, self.columns)[::-1]) + 0.5
        self.borders = _Borders(
            middles,
            inside[doubtful],
            (edges, first, np.searchsorted(pixels, doubtful, side="right") - first),
            (starts, ends, ranks),
            self.margin,
        )

    def find(self, x: Floats, y: Floats) -> Ints:
        """The position of each point's polygon, `_DOUBTFUL` where it is to be tested."""
        # What is outside, or not finite, falls on the frame.
        column = np.nan_to_num((x - self.corner[0]) / self.step[0]).clip(0, self.columns - 1)
        row = np.nan_to_num((y - self.corner[1]) / self.step[1]).clip(0, self.rows - 1)
        pixel = row.astype(np.int64) * self.columns + column.astype(np.int64)
        found: Ints = self.pixels[pixel].astype(np.int64)
        near = np.flatnonzero(found <= _DOUBTFUL)
        places = np.column_stack([column[near], row[near]])
        found[near] = self.borders.find(_DOUBTFUL - found[near], places)
        return found


@dataclass(frozen=True)
class _Borders:
    """The pixels that borders cross, and the others that several polygons hold; lengths in pixels.

    `inside` is what holds each one's middle, told as by `_filled`; `lists` are the edges in them, where the list of
    each begins and how long it is.
    """

    middles: Floats
    inside: Ints
    lists: tuple[Ints, Ints, Ints]
    edges: tuple[Floats, Floats, Ints]
    margin: float

    def find(self, pixels: Ints, places: Floats) -> Ints:
        """The polygon at each place, `_DOUBTFUL` where the way there from the middle touches a border."""
        edges, first, count = self.lists
        starts, ends, ranks = self.edges
        way, nth = spread(count[pixels])
        edge = edges[first[pixels][way] + nth]
        middle, place, start, end = self.middles[pixels][way], places[way], starts[edge], ends[edge]
        before, after = _left(start, end, middle), _left(start, end, place)
        one, other = _left(middle, place, start), _left(middle, place, end)
        near = self.margin * np.hypot(*(end - start).T)
        unsure = np.minimum(abs(before), abs(after)) <= near
        unsure |= np.minimum(abs(one), abs(other)) <= _MARGIN
        crossed = ((before > 0) != (after > 0)) & ((one > 0) != (other > 0))
        change = np.where(after > 0, 1, -1) * (_COUNT + ranks[edge] + 1)
        inside = self.inside[pixels]
        np.add.at(inside, way[crossed], change[crossed])
        found = _holder(inside)
        found[inside >> _COUNT_BITS > 1] = _DOUBTFUL
        found[way[unsure]] = _DOUBTFUL
        return found


def _holder(inside: Ints) -> Ints:
    """The one polygon that is counted, else `NOWHERE`."""
    return np.where(inside >> _COUNT_BITS == 1, (inside & (_COUNT - 1)) - 1, NOWHERE)


def _left(start: Floats, end: Floats, place: Floats) -> Floats:
    """How far each place is on the left of the line from start to end, times its length."""
    line, away = end - start, place - start
    side: Floats = line[:, 0] * away[:, 1] - line[:, 1] * away[:, 0]
    return side


def _raster(polygons: Geometries, touching: float) -> _Raster:
    starts, ends, ranks = edges_of(polygons)
    raster = _Raster(shapely.total_bounds(polygons), touching, len(starts))
    raster.fill(raster.place(starts), raster.place(ends), ranks)
    return raster


def edges_of(polygons: Geometries) -> tuple[Floats, Floats, Ints]:
    """Both ends of every edge, the inside on its left, and whose it is."""
    parts, owners = shapely.get_parts(polygons, return_index=True)
    parts = shapely.orient_polygons(parts)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    points, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    same = ring_of_point[:-1] == ring_of_point[1:]
    ranks = owners[part_of_ring[ring_of_point[:-1][same]]]
    return points[:-1][same], points[1:][same], ranks.astype(np.int64)


def _filled(raster: _Raster, starts: Floats, ends: Floats, ranks: Ints) -> Ints:
    """For the middle of each pixel, the sum of what the polygons around it count.

    Along a row of pixels an edge that goes down enters its polygon, one that goes up leaves it.
    """
    low, high = np.minimum(starts[:, 1], ends[:, 1]), np.maximum(starts[:, 1], ends[:, 1])
    first = np.ceil(low - 0.5).astype(np.int64)
    edge, row = spread(np.ceil(high - 0.5).astype(np.int64) - first)
    row += first[edge]
    column = np.ceil(_x_at(starts[edge], ends[edge], row + 0.5) - 0.5).astype(np.int64)
    entering = np.where(ends[edge, 1] < starts[edge, 1], 1, -1)
    changes = np.zeros((raster.rows, raster.columns), np.int64)
    np.add.at(changes, (row, column), entering * (_COUNT + ranks[edge] + 1))
    return np.cumsum(changes, axis=1, out=changes)


def _crossed(raster: _Raster, starts: Floats, ends: Floats) -> tuple[Ints, Ints]:
    """Every pair of an edge and a pixel that it crosses or nearly touches."""
    margin = raster.margin
    low, high = np.minimum(starts[:, 1], ends[:, 1]), np.maximum(starts[:, 1], ends[:, 1])
    first = np.floor(low - margin).astype(np.int64)
    edge, row = spread(np.floor(high + margin).astype(np.int64) - first + 1)
    row += first[edge]
    one = _x_at(starts[edge], ends[edge], np.clip(row - margin, low[edge], high[edge]))
    other = _x_at(starts[edge], ends[edge], np.clip(row + 1 + margin, low[edge], high[edge]))
    flat = low[edge] == high[edge]
    one, other = np.where(flat, starts[edge, 0], one), np.where(flat, ends[edge, 0], other)
    left = np.floor(np.minimum(one, other) - margin).astype(np.int64)
    right = np.floor(np.maximum(one, other) + margin).astype(np.int64)
    span, column = spread(right - left + 1)
    return edge[span], row[span] * raster.columns + left[span] + column


def spread(counts: Ints) -> tuple[Ints, Ints]:
    """Each index as often as it counts, and 0, 1, 2 … within it."""
    index = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    return index, np.arange(len(index)) - before[index]


def _x_at(starts: Floats, ends: Floats, y: npt.NDArray[np.floating[Any]]) -> Floats:
    rise = ends[:, 1] - starts[:, 1]
    share = (y - starts[:, 1]) / np.where(rise == 0, 1, rise)
    x: Floats = starts[:, 0] + share * (ends[:, 0] - starts[:, 0])
    return x
