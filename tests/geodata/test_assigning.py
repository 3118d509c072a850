"""The polygon that has each of many points: the raster answers as the exact test and as the database."""

import numpy as np
import numpy.typing as npt
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.assigning import NOWHERE, PolygonIndex
from geodata.querysets import TOUCHING
from tests.geodata.tessellations import tessellation

Ints = npt.NDArray[np.int64]


def polygons(*shapes: shapely.Geometry) -> npt.NDArray[np.object_]:
    return np.array(shapes, dtype=object)


def found(index: PolygonIndex, *places: tuple[float, float]) -> list[int]:
    xy = np.array(places, float)
    return index.find(xy[:, 0], xy[:, 1]).tolist()


def exactly(
    shapes: npt.NDArray[np.object_], x: npt.ArrayLike, y: npt.ArrayLike, touching: float
) -> Ints:
    """Every polygon asked about every point."""
    points = shapely.points(x, y)
    held = np.stack([shapely.dwithin(shape, points, touching) for shape in shapes])
    first: Ints = np.where(held.any(axis=0), held.argmax(axis=0), NOWHERE)
    return first


def test_inside_outside_and_on_the_border_between() -> None:
    index = PolygonIndex(polygons(shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)))
    assert found(index, (1, 1), (3, 1), (2, 1), (5, 1), (-1, -1)) == [0, 1, 0, NOWHERE, NOWHERE]


def test_of_two_that_overlap_the_first_has_the_point() -> None:
    index = PolygonIndex(polygons(shapely.box(1, 1, 3, 3), shapely.box(0, 0, 4, 4)))
    assert found(index, (2, 2), (0.5, 0.5), (3, 3)) == [0, 1, 0]


def test_a_hole_belongs_to_what_fills_it_or_to_nobody() -> None:
    ring = shapely.Polygon(shapely.box(0, 0, 9, 9).exterior, [shapely.box(3, 3, 6, 6).exterior])
    filled = PolygonIndex(polygons(ring, shapely.box(3, 3, 5, 6)))
    assert found(filled, (4, 4), (5.5, 4), (1, 1)) == [1, NOWHERE, 0]


def test_parts_of_one_polygon_lie_apart() -> None:
    index = PolygonIndex(
        polygons(shapely.multipolygons([shapely.box(0, 0, 1, 1), shapely.box(8, 8, 9, 9)]))
    )
    assert found(index, (0.5, 0.5), (8.5, 8.5), (4, 4)) == [0, 0, NOWHERE]


def test_a_point_within_touching_is_held_and_one_beyond_is_not() -> None:
    index = PolygonIndex(polygons(shapely.box(98.2, 39.7, 98.3, 39.8)), touching=TOUCHING)
    assert found(index, (98.3 + 0.9e-8, 39.75), (98.3 + 1.2e-8, 39.75)) == [0, NOWHERE]


def test_nothing_is_held_beyond_the_bounds() -> None:
    index = PolygonIndex(polygons(shapely.box(0, 0, 1, 1), shapely.box(2, 1, 3, 4)), touching=1e-3)
    assert len(index) == 2
    assert index.bounds.tolist() == pytest.approx([-1e-3, -1e-3, 3.001, 4.001])
    assert found(index, (-0.9e-3, 0.5), (-1.1e-3, 0.5)) == [0, NOWHERE]


def test_nothing_has_a_point_where_there_are_no_polygons() -> None:
    assert found(PolygonIndex(polygons()), (1, 1)) == [NOWHERE]


@pytest.mark.parametrize("place", [(np.nan, 1), (np.inf, 1), (1, -np.inf), (1e300, 1e300)])
def test_what_is_no_place_belongs_to_nobody(place: tuple[float, float]) -> None:
    assert found(PolygonIndex(polygons(shapely.box(0, 0, 2, 2))), place) == [NOWHERE]


def test_no_points_get_no_answers() -> None:
    nothing = np.zeros(0)
    assert len(PolygonIndex(polygons(shapely.box(0, 0, 2, 2))).find(nothing, nothing)) == 0


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_a_crooked_city_is_answered_like_one_by_one(seed: int) -> None:
    chance = np.random.default_rng(seed)
    shapes = tessellation(chance, 5, 4)
    vertices = shapely.get_coordinates(shapes)
    edges = (vertices[:-1] + vertices[1:]) / 2
    west, south, east, north = shapely.total_bounds(shapes)
    anywhere = np.column_stack(
        [chance.uniform(west - 50, east + 50, 2000), chance.uniform(south - 50, north + 50, 2000)]
    )
    near = vertices + chance.normal(0, 1e-7, vertices.shape)
    x, y = np.concatenate([vertices, edges, near, anywhere]).T
    index = PolygonIndex(shapes, touching=1e-6)
    assert (index.find(x, y) == exactly(shapes, x, y, 1e-6)).all()


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 1e-6]))
def test_overlaps_holes_and_slivers_are_answered_like_one_by_one(
    seed: int, touching: float
) -> None:
    """Points close to borders and corners, where the way from the middle of a pixel crosses several."""
    chance = np.random.default_rng(seed)
    discs = shapely.buffer(
        shapely.points(chance.uniform(0, 100, (12, 2))), chance.uniform(1, 40, 12)
    )
    holes = shapely.difference(discs[:6], shapely.affinity.translate(discs[6], 0.001))
    shapes = np.concatenate([discs[6:], holes[~shapely.is_empty(holes)]])
    vertices = shapely.get_coordinates(shapes)
    offsets = 10.0 ** chance.uniform(-9, 1, vertices.shape) * chance.choice([-1, 1], vertices.shape)
    x, y = np.concatenate([vertices + offsets, chance.uniform(-5, 105, (1000, 2))]).T
    index = PolygonIndex(shapes, touching=touching)
    assert (index.find(x, y) == exactly(shapes, x, y, touching)).all()


def test_hardly_any_points_are_tested_one_by_one() -> None:
    """What makes it cheap: control of the measure in tests/bench."""
    shapes = tessellation(np.random.default_rng(1), 20, 20)
    index = PolygonIndex(shapes)
    west, south, east, north = shapely.total_bounds(shapes)
    chance = np.random.default_rng(2)
    x, y = chance.uniform(west, east, 20_000), chance.uniform(south, north, 20_000)
    asked: list[int] = []
    plain = index.holders
    index.holders = lambda x, y: (asked.append(len(x)), plain(x, y))[1]  # type: ignore[method-assign]
    index.find(x, y)
    assert sum(asked) < 0.001 * len(x)
