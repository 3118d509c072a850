"""From planned polygons to one coverage: neighbours share every vertex, to the last digit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.demo_city import plan
from geodata.demo_city.patches import Points

Shapes = NDArray[np.object_]
# Planned borders of two neighbours agree to 1e-5 m; true corners lie metres apart.
SAME_PLACE_M = 1e-3
# Longitudes and latitudes are given to about 1 mm.
DIGITS = 8


@dataclass(frozen=True)
class Tessellation:
    """Cells as one coverage, in degrees."""

    cells: Shapes

    def united(self, members: NDArray[np.bool_]) -> BaseGeometry:
        """Return the union of some cells; its outline keeps every shared vertex."""
        return shapely.coverage_union_all(self.cells[members])


def tessellate(planned: Shapes) -> Tessellation:
    """Turn planned polygons in metres into an exact coverage in degrees.

    Raises
    ------
    ValueError
        The polygons overlap or leave a gap along a border.
    """
    degrees = shapely.transform(noded(planned), plan.to_degrees)
    cells = shapely.transform(degrees, lambda points: np.round(points, DIGITS))
    if not (shapely.is_valid(cells).all() and shapely.coverage_is_valid(cells)):
        raise ValueError("the planned cells do not tile")
    return Tessellation(cells)


def noded(planned: Shapes) -> Shapes:
    """Give neighbouring polygons the same vertices along their common borders.

    Every corner of one that lies on the edge of another becomes a vertex there too, and
    corners within `SAME_PLACE_M` become one.
    """
    corners = _distinct(shapely.get_coordinates(planned))
    tree = _tree(corners)
    return np.array([_noded_polygon(shape, corners, tree) for shape in planned], dtype=object)


def _noded_polygon(
    polygon: shapely.Polygon, corners: Points, tree: shapely.STRtree
) -> shapely.Polygon:
    shell, *holes = [_noded_ring(ring, corners, tree) for ring in _rings(polygon)]
    return shapely.Polygon(shell, holes)


def _rings(polygon: shapely.Polygon) -> Sequence[Points]:
    if polygon.geom_type != "Polygon":
        raise ValueError(f"a planned cell is a {polygon.geom_type}")
    return [shapely.get_coordinates(ring) for ring in (polygon.exterior, *polygon.interiors)]


def _distinct(points: Points) -> Points:
    """Return one of each group of points at the same place."""
    point, other = _tree(points).query(
        shapely.points(points), predicate="dwithin", distance=SAME_PLACE_M
    )
    first = np.full(len(points), len(points))
    np.minimum.at(first, point, other)
    return np.asarray(points[np.unique(first)])


def _tree(points: Points) -> shapely.STRtree:
    return shapely.STRtree([shapely.Point(point) for point in points])


def _noded_ring(ring: Points, corners: Points, tree: shapely.STRtree) -> shapely.LinearRing:
    edges = shapely.linestrings(np.stack([ring[:-1], ring[1:]], axis=1))
    edge, corner = tree.query(edges, predicate="dwithin", distance=SAME_PLACE_M)
    along = np.linalg.norm(corners[corner] - ring[edge], axis=1)
    order = corner[np.lexsort([along, edge])]
    kept = order[np.concatenate([[True], order[1:] != order[:-1]])]
    return shapely.LinearRing(corners[kept])
