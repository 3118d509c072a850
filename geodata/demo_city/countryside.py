"""Outside the town: city outline, river, motorway, railway, villages and their cells."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from geodata.codes import cell_code, reading_order_of
from geodata.demo_city import plan
from geodata.demo_city.curves import curve, smoothed
from geodata.demo_city.divisions import (
    NORTH_VILLAGES,
    SOUTH_VILLAGES,
    VILLAGES,
    WEST_VILLAGES,
    Division,
)
from geodata.demo_city.patches import Patch, Points, turned_patch

# Pieces cut by one line are joined again on this grid.
GRID_M = 1e-5
TOLL_STATION = (-385.0, 3860.0)
# Made-up outline, close to the city's: degrees, rounded to about 100 m.
OUTLINE = (
    (98.194, 39.967),
    (98.337, 39.956),
    (98.392, 39.960),
    (98.438, 39.956),
    (98.477, 39.974),
    (98.493, 39.949),
    (98.502, 39.918),
    (98.522, 39.902),
    (98.510, 39.885),
    (98.492, 39.869),
    (98.481, 39.834),
    (98.353, 39.778),
    (98.365, 39.751),
    (98.411, 39.732),
    (98.413, 39.708),
    (98.393, 39.692),
    (98.382, 39.666),
    (98.367, 39.654),
    (98.315, 39.669),
    (98.283, 39.690),
    (98.244, 39.705),
    (98.233, 39.720),
    (98.192, 39.728),
    (98.153, 39.698),
    (98.022, 39.690),
    (97.964, 39.664),
    (97.943, 39.694),
    (97.872, 39.708),
    (97.867, 39.714),
    (97.872, 39.719),
    (97.953, 39.768),
    (98.027, 39.830),
    (97.987, 39.886),
    (98.030, 39.913),
    (98.007, 39.933),
    (98.063, 39.957),
    (98.067, 39.994),
    (98.093, 39.989),
)
# Courses, metres around the origin; they run on past the outline.
RIVER = np.array(
    [
        (-11500, -9600),
        (-9800, -7200),
        (-8600, -5600),
        (-7000, -4850),
        (-5200, -4900),
        (-3400, -5150),
        (-1500, -4850),
        (400, -4300),
        (2200, -4150),
        (4000, -3750),
        (5600, -3050),
        (7200, -2850),
        (9500, -2300),
    ],
    dtype=float,
)
MOTORWAY = np.array(
    [
        (-31000, -900),
        (-24000, 900),
        (-17000, 2300),
        (-11000, 2750),
        (-7000, 3060),
        (-4400, 3440),
        (-2600, 3790),
        (-400, 4270),
        (1900, 4770),
        (5000, 5600),
        (8500, 6900),
        (12500, 8700),
        (16500, 10300),
        (22000, 12300),
    ],
    dtype=float,
)
# The railway runs close along the south of the town, where its station stands.
RAILWAY = np.array(
    [
        (-38000, -4900),
        (-31000, -3500),
        (-22000, -2600),
        (-14000, -3300),
        (-9000, -4050),
        (-6000, -4250),
        *[
            plan.corner(column, 8) + np.array([0.0, -away])
            for column, away in ((1, 420), (2, 230), (3, 150), (4, 110), (5, 300))
        ],
        (3100, -2900),
        (4600, -2450),
        (6200, -1900),
        (9000, -900),
    ],
    dtype=float,
)
HIGH_SPEED = np.array(
    [
        (-38000, -6100),
        (-31000, -4700),
        (-22000, -4300),
        (-14000, -4900),
        (-8600, -5150),
        (-5400, -5450),
        (-1500, -5600),
        (2500, -5200),
        (6000, -4500),
        (11500, -3000),
    ],
    dtype=float,
)
WORKS_LINE = np.array(
    [
        (3100, -2900),
        (3750, -2520),
        (4150, -1900),
        (4330, -1000),
        (4250, 300),
        (4000, 1900),
        (3620, 3150),
        (3190, 3930),
        (2700, 4150),
        (1950, 4020),
        (1200, 3850),
    ],
    dtype=float,
)

GROUPS = "一二三四五六七八"
VILLAGE_PLACES: dict[str, tuple[float, float, int]] = {
    # metres around the origin, number of cells
    "野麻湾村": (9000, 16500, 4),
    "横沟村": (7600, 8300, 4),
    "长城村": (3300, 7900, 5),
    "新城村": (11200, 11600, 4),
    "中沟村": (16400, 13600, 3),
    "观蒲村": (11300, 6400, 4),
    "泥沟村": (15600, 8300, 3),
    "安远沟村": (5300, 1900, 3),
    "嘉峪关村": (-6600, 1200, 5),
    "黄草营村": (-6800, 9600, 5),
    "段山口村": (-17500, 300, 4),
    "冯家沟村": (8300, -5200, 4),
    "石桥村": (4300, -5900, 4),
    "塔湾村": (900, -6300, 4),
    "团结村": (-3700, -5900, 3),
    "文殊村": (6000, -9600, 5),
    "河口村": (2600, -9300, 4),
}


class Hole(NamedTuple):
    """A dedicated cell in the open country: a hole in a village's base layer."""

    name: str
    name_en: str
    use: str
    centre: tuple[float, float]
    size_m: tuple[float, float]
    degrees: float


HOLES = (
    Hole("嘉峪关关城", "Jiayuguan Fort", "park", (-5900, 1900), (900, 760), 8),
    Hole("嘉峪关机场", "Jiayuguan Airport", "enterprise", (1700, 11300), (2700, 520), 24),
    Hole("嘉峪关南站", "Jiayuguan South Station", "station", (300, -5560), (760, 360), 3),
)


@dataclass(frozen=True)
class RuralCell:
    """One cell of a village."""

    village: Division
    kind: str
    use: str
    polygon: BaseGeometry
    code: str = ""
    name: str = ""
    name_en: str = ""


def outline() -> Polygon:
    """Return the city's outline in metres."""
    return Polygon(plan.to_metres(np.array(OUTLINE)))


def village_centre(village: Division) -> Points:
    """Return where the houses of a village stand, metres."""
    return np.array(VILLAGE_PLACES[village.name][:2])


def rural_cells(town_ground: BaseGeometry, rng: np.random.Generator) -> list[RuralCell]:
    """Cut what lies outside the built-up ground into towns, villages and cells."""
    pieces = []
    for villages, ground in zip(
        (NORTH_VILLAGES, WEST_VILLAGES, SOUTH_VILLAGES), _towns(town_ground), strict=True
    ):
        for village, part in _villages(ground, list(villages), rng):
            count = VILLAGE_PLACES[village.name][2]
            pieces += [
                RuralCell(village, "base", "village", share) for share in _shares(part, count, rng)
            ]
    cells = _with_holes(pieces)
    return [cell for village in VILLAGES for cell in _numbered(village, cells)]


def _with_holes(pieces: list[RuralCell]) -> list[RuralCell]:
    """Cut dedicated cells out of the base; each belongs to the village around its middle."""
    holes = []
    for hole in HOLES:
        around = next(cell for cell in pieces if cell.polygon.covers(shapely.Point(hole.centre)))
        holes.append(
            RuralCell(
                around.village,
                "dedicated",
                hole.use,
                hole_patch(hole).polygon,
                name=hole.name,
                name_en=hole.name_en,
            )
        )
    taken = shapely.union_all([hole.polygon for hole in holes])
    return [replace(cell, polygon=cell.polygon.difference(taken)) for cell in pieces] + holes


def _numbered(village: Division, cells: list[RuralCell]) -> list[RuralCell]:
    mine = [cell for cell in cells if cell.village == village]
    order = reading_order_of([cell.polygon for cell in mine])
    return [_named(mine[n], k) for k, n in enumerate(order, 1)]


def _named(cell: RuralCell, number: int) -> RuralCell:
    code = cell_code(cell.village.code, number)
    if cell.name:
        return replace(cell, code=code)
    name = f"{cell.village.name}{GROUPS[number - 1]}组"
    return replace(cell, code=code, name=name, name_en=f"{cell.village.name_en} Group {number}")


def hole_patch(hole: Hole) -> Patch:
    """Return the ground of a dedicated cell in the open country, metres."""
    return turned_patch(np.array(hole.centre), *hole.size_m, hole.degrees)


def _towns(town_ground: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry, BaseGeometry]:
    """North and east, west, south of the river; the main road north and south divides the first."""
    rural = outline().difference(town_ground)
    # The roads begin inside the town, so that they are sure to meet its edge.
    north_gate, south_gate = plan.corner(4, 1), plan.corner(4, 7)
    dividers = [
        curve(RIVER),
        shapely.LineString(
            np.array(
                [
                    north_gate,
                    plan.corner(4, 0),
                    TOLL_STATION,
                    (-480, 4500),
                    (300, 7000),
                    (-600, 12500),
                    (1200, 24000),
                ]
            )
        ),
        shapely.LineString(np.array([south_gate, plan.corner(4, 8), (500, -4300), (700, -6000)])),
    ]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([rural.boundary, *dividers])]))
    south = [face for face in faces if _is_south_of_river(face, rural)]
    rest = [
        face for face in faces if face not in south and rural.covers(face.representative_point())
    ]
    east = [face for face in rest if face.representative_point().x > 600 or face.bounds[2] > 9000]
    west = [face for face in rest if face not in east]
    return _united(east), _united(west), _united(south)


def _is_south_of_river(face: BaseGeometry, rural: BaseGeometry) -> bool:
    inside = face.representative_point()
    river_y = np.interp(inside.x, *smoothed(RIVER, 8).T)
    return bool(rural.covers(inside) and inside.y < river_y and inside.x > RIVER[0, 0])


def _united(faces: list[BaseGeometry]) -> BaseGeometry:
    return shapely.union_all(faces, grid_size=GRID_M)


def _villages(
    ground: BaseGeometry, villages: list[Division], rng: np.random.Generator
) -> list[tuple[Division, BaseGeometry]]:
    """Halve the ground between the villages until each has its own."""
    if len(villages) == 1:
        return [(villages[0], ground)]
    places = np.array([village_centre(village) for village in villages])
    axis = np.linalg.svd(places - places.mean(axis=0))[2][0]
    order = np.argsort(places @ axis)
    first = len(villages) // 2
    middle = places[order[first - 1 : first + 1]].mean(axis=0)
    near, far = halve(ground, middle, axis, rng)
    return _villages(near, [villages[n] for n in order[:first]], rng) + _villages(
        far, [villages[n] for n in order[first:]], rng
    )


def _shares(ground: BaseGeometry, count: int, rng: np.random.Generator) -> list[BaseGeometry]:
    """Cut a village's ground across its length into `count` cells of about one size."""
    if count == 1:
        return [ground]
    first = count // 2
    axis = _long_axis(ground)
    point = _point_at_share(ground, axis, first / count)
    near, far = halve(ground, point, axis, rng)
    return _shares(near, first, rng) + _shares(far, count - first, rng)


def _long_axis(ground: BaseGeometry) -> Points:
    corners = shapely.get_coordinates(shapely.oriented_envelope(ground))
    sides = np.diff(corners[:3], axis=0)
    longest = sides[int(np.argmax(np.hypot(*sides.T)))]
    return np.asarray(longest / np.linalg.norm(longest))


def _point_at_share(ground: BaseGeometry, axis: Points, share: float) -> Points:
    """Return the point on the axis before which `share` of the ground lies."""
    points = shapely.get_coordinates(ground) @ axis
    centre = shapely.get_coordinates(ground.centroid)[0]
    low, high = float(points.min()), float(points.max())
    for _ in range(24):
        middle = (low + high) / 2
        point = centre + axis * (middle - centre @ axis)
        if ground.intersection(half_plane(point, axis)).area < share * ground.area:
            low = middle
        else:
            high = middle
    return np.asarray(point)


def half_plane(point: Points, axis: Points, wiggle: Points | None = None) -> Polygon:
    """Return everything before `point` along `axis`, within 90 km; `wiggle` bends the edge."""
    across = np.array([-axis[1], axis[0]])
    offsets = np.zeros(2) if wiggle is None else wiggle
    steps = np.linspace(-9e4, 9e4, len(offsets))
    edge = point + steps[:, np.newaxis] * across + offsets[:, np.newaxis] * axis
    back = edge[[-1, 0]] - axis * 9e4
    return Polygon(np.concatenate([edge, back]))


def halve(
    ground: BaseGeometry, point: Points, axis: Points, rng: np.random.Generator
) -> tuple[BaseGeometry, BaseGeometry]:
    """Cut ground across an axis along a line that bends like a track; two whole pieces."""
    wiggle = rng.normal(0, 260, 121)
    edge = half_plane(point, axis, wiggle)
    sides = [
        sorted(shapely.get_parts(side), key=lambda piece: -piece.area)
        for side in (ground.intersection(edge), ground.difference(edge))
    ]
    near, far = (_united([own[0], *other[1:]]) for own, other in (sides, sides[::-1]))
    return near, far
