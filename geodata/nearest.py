"""The nearest of many polygons to each of many points, within a distance; arrays in and out.

The plane is cut into squares. For each square it is found once which polygons can be the nearest to some
point of it: mostly one or none. What is left is the distance from a point to a few edges.
"""

import numpy as np
import numpy.typing as npt
import shapely

from geodata.assigning import NOWHERE, Floats, Geometries, Ints, edges_of, spread

# The side of a square, as long as there are not more squares, and pairs with a polygon near, than this.
_SIDE = 10.0
_MOST = 1 << 22
# Points at a time, so that what belongs to them stays in the processor's cache.
_AT_A_TIME = 1 << 13


class NearestIndex:
    """Polygons in the order of their claims: of several at the same distance the first is the nearest.

    Parameters
    ----------
    polygons : ndarray of shapely polygons or multipolygons
        Valid and not empty, in a plane.
    reach : float
        The largest distance that will be asked for, in the unit of the plane.
    """

    def __init__(self, polygons: Geometries, *, reach: float) -> None:
        self._starts, self._ends, owners = edges_of(polygons)
        self._first = np.searchsorted(owners, np.arange(len(polygons) + 1))
        self._squares = _Squares(shapely.bounds(polygons), reach) if len(polygons) else None
        if self._squares is not None:
            self._keep_near(self._squares, reach)

    def _keep_near(self, squares: "_Squares", reach: float) -> None:
        """Of the polygons around each square, those that can be the nearest to some point in it."""
        square, polygon = squares.pairs()
        half = squares.side / np.sqrt(2)
        distance = np.concatenate(
            [
                self.distance(*squares.middle(square[part]), polygon[part])
                for part in _parts(len(square))
            ]
        )
        nearest = np.full(squares.count, np.inf)
        np.minimum.at(nearest, square, distance)
        near = (distance <= reach + half) & (distance <= nearest[square] + 2 * half)
        squares.keep(square[near], polygon[near])

    def find(self, x: Floats, y: Floats, within: Floats) -> Ints:
        """The position of the nearest polygon not farther than `within` of each point, or `NOWHERE`."""
        found = np.full(len(x), NOWHERE, np.int64)
        if self._squares is not None:
            for part in _parts(len(x)):
                found[part] = self._find(self._squares, x[part], y[part], within[part])
        return found

    def _find(self, squares: "_Squares", x: Floats, y: Floats, within: Floats) -> Ints:
        found = np.full(len(x), NOWHERE, np.int64)
        point, polygon = squares.candidates(x, y)
        distance = self.distance(x[point], y[point], polygon)
        near = distance <= within[point]
        point, polygon, distance = point[near], polygon[near], distance[near]
        least = np.full(len(x), np.inf)
        np.minimum.at(least, point, distance)
        # Written from the last to the first, so that the first of several stays.
        best = np.flatnonzero(distance == least[point])[::-1]
        found[point[best]] = polygon[best]
        return found

    def distance(self, x: Floats, y: Floats, polygon: Ints) -> Floats:
        """From each point to the polygon beside it; 0 inside."""
        if not len(polygon):
            return np.zeros(0)
        counts = self._first[polygon + 1] - self._first[polygon]
        pair, edge = spread(counts)
        edge += self._first[polygon][pair]
        px, py = x[pair], y[pair]
        start, end = self._starts[edge], self._ends[edge]
        begins = np.cumsum(counts) - counts
        inside = np.logical_xor.reduceat(_crosses(px, py, start, end), begins)
        to_edge = np.minimum.reduceat(_distance_to_edge(px, py, start, end), begins)
        distance: Floats = np.where(inside, 0.0, to_edge)
        return distance


class _Squares:
    """The squares over the bounds of all polygons, and what each keeps."""

    def __init__(self, bounds: Floats, reach: float) -> None:
        self._boxes = bounds + np.array([-reach, -reach, reach, reach])
        self._corner = self._boxes[:, :2].min(axis=0)
        extent = self._boxes[:, 2:].max(axis=0) - self._corner
        sizes = self._boxes[:, 2:] - self._boxes[:, :2]
        self.side = _SIDE
        while (
            max(np.prod(extent / self.side), np.prod(sizes / self.side + 2, axis=1).sum()) > _MOST
        ):
            self.side *= 1.25
        self._columns, self._rows = (int(n) for n in extent // self.side + 1)
        self.count = self._columns * self._rows
        self._begin = np.zeros(self.count + 1, np.int64)
        self._polygon = np.zeros(0, np.int64)

    def pairs(self) -> tuple[Ints, Ints]:
        """Every square with every polygon whose box, widened by the reach, meets it."""
        low = ((self._boxes[:, :2] - self._corner) // self.side).astype(np.int64)
        high = ((self._boxes[:, 2:] - self._corner) // self.side).astype(np.int64)
        wide, tall = (high - low + 1).T
        polygon, n = spread(wide * tall)
        column = low[polygon, 0] + n % wide[polygon]
        row = low[polygon, 1] + n // wide[polygon]
        return row * self._columns + column, polygon

    def middle(self, square: Ints) -> tuple[Floats, Floats]:
        column, row = square % self._columns, square // self._columns
        x: Floats = self._corner[0] + (column + 0.5) * self.side
        y: Floats = self._corner[1] + (row + 0.5) * self.side
        return x, y

    def keep(self, square: Ints, polygon: Ints) -> None:
        """Remember pairs, for each square in the order of the polygons."""
        order = np.lexsort((polygon, square))
        self._polygon = polygon[order]
        self._begin = np.searchsorted(square[order], np.arange(self.count + 1))

    def candidates(self, x: Floats, y: Floats) -> tuple[Ints, Ints]:
        """Every point with every polygon that may be its nearest, in their order."""
        with np.errstate(invalid="ignore"):
            column = np.floor((x - self._corner[0]) / self.side)
            row = np.floor((y - self._corner[1]) / self.side)
            inside = (column >= 0) & (column < self._columns) & (row >= 0) & (row < self._rows)
        square = np.where(inside, row * self._columns + column, 0).astype(np.int64)
        counts = np.where(inside, self._begin[square + 1] - self._begin[square], 0)
        point, n = spread(counts)
        return point, self._polygon[self._begin[square[point]] + n]


def _parts(count: int) -> list[slice]:
    return [slice(begin, begin + _AT_A_TIME) for begin in range(0, count, _AT_A_TIME)]


def _crosses(x: Floats, y: Floats, start: Floats, end: Floats) -> npt.NDArray[np.bool_]:
    """Whether a ray to the east crosses the edge; inside, an odd number of edges is crossed."""
    level = (start[:, 1] > y) != (end[:, 1] > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (end[:, 0] - start[:, 0]) / (end[:, 1] - start[:, 1])
        crossed: npt.NDArray[np.bool_] = level & (x < start[:, 0] + (y - start[:, 1]) * slope)
    return crossed


def _distance_to_edge(x: Floats, y: Floats, start: Floats, end: Floats) -> Floats:
    """To the nearest point of the edge: to its end where that is the nearest, else across.

    The formula of PostGIS, so that a point on a wall is on it here too.
    """
    along, px, py = end - start, x - start[:, 0], y - start[:, 1]
    square = (along * along).sum(axis=1)
    share = (px * along[:, 0] + py * along[:, 1]) / square
    qx, qy = x - end[:, 0], y - end[:, 1]
    across = np.abs((px * along[:, 1] - py * along[:, 0]) / square) * np.sqrt(square)
    near = np.where(share <= 0, np.sqrt(px * px + py * py), across)
    distance: Floats = np.where(share >= 1, np.sqrt(qx * qx + qy * qy), near)
    return distance
