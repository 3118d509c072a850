"""The nearest polygon to each of many points: as asked one by one."""

import numpy as np
import numpy.typing as npt
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate

from geodata.assigning import NOWHERE
from geodata.nearest import NearestIndex

Shapes = npt.NDArray[np.object_]


def shapes_of(*shapes: shapely.Geometry) -> Shapes:
    return np.array(shapes, dtype=object)


def found(index: NearestIndex, *places: tuple[float, float], within: float = 30) -> list[int]:
    xy = np.array(places, float)
    return index.find(xy[:, 0], xy[:, 1], np.full(len(xy), within)).tolist()


def houses(chance: np.random.Generator, count: int) -> Shapes:
    """Turned rectangles and corners, some of them over each other."""
    x, y = chance.uniform(0, 600, (2, count))
    wide, tall = chance.uniform(5, 60, (2, count))
    boxes = [shapely.box(*values) for values in zip(x, y, x + wide, y + tall, strict=True)]
    cut = [
        shapely.difference(box, shapely.box(*box.bounds[:2], box.centroid.x, box.centroid.y))
        if n % 3 == 0
        else box
        for n, box in enumerate(boxes)
    ]
    return shapes_of(*(rotate(one, chance.uniform(0, 360)) for one in cut))


def test_inside_beside_and_too_far() -> None:
    index = NearestIndex(
        shapes_of(shapely.box(0, 0, 10, 10), shapely.box(100, 0, 110, 10)), reach=30
    )
    assert found(index, (5, 5), (30, 5), (41, 5), (75, 5), (115, 5)) == [0, 0, NOWHERE, 1, 1]


def test_the_distance_allowed_is_each_points_own() -> None:
    index = NearestIndex(shapes_of(shapely.box(0, 0, 10, 10)), reach=30)
    x, y = np.array([20.0, 20.0, 20.0]), np.zeros(3)
    assert index.find(x, y, np.array([9.99, 10.0, 10.01])).tolist() == [NOWHERE, 0, 0]


def test_of_two_walls_that_meet_the_first_is_the_nearest() -> None:
    index = NearestIndex(shapes_of(shapely.box(10, 0, 20, 10), shapely.box(0, 0, 10, 10)), reach=30)
    assert found(index, (10, 15), (10, 10), (9, 15), (11, 15)) == [0, 0, 1, 0]


def test_of_two_that_overlap_the_first_holds_what_is_in_both() -> None:
    index = NearestIndex(shapes_of(shapely.box(0, 0, 20, 20), shapely.box(10, 0, 30, 20)), reach=30)
    assert found(index, (15, 5), (25, 5)) == [0, 1]


def test_a_courtyard_is_outside() -> None:
    yard = shapely.Polygon(
        shapely.box(0, 0, 90, 90).exterior, [shapely.box(10, 10, 80, 80).exterior]
    )
    index = NearestIndex(shapes_of(yard, shapely.box(42, 42, 48, 48)), reach=30)
    assert found(index, (45, 45), (45, 20), (45, 55), (5, 5)) == [1, 0, 1, 0]


def test_nothing_is_near_where_there_is_nothing() -> None:
    assert found(NearestIndex(shapes_of(), reach=30), (1, 1)) == [NOWHERE]


def test_what_is_no_place_is_near_to_nothing() -> None:
    index = NearestIndex(shapes_of(shapely.box(0, 0, 10, 10)), reach=30)
    assert found(index, (np.nan, 1), (np.inf, 1), (1e300, -1e300)) == [NOWHERE] * 3


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_a_quarter_of_houses_is_answered_like_one_by_one(seed: int) -> None:
    chance = np.random.default_rng(seed)
    shapes = houses(chance, 40)
    x, y = chance.uniform(-60, 720, (2, 1500))
    within = chance.uniform(10, 30, 1500)
    distance = shapely.distance(shapely.points(x, y)[:, None], shapes[None, :])
    expected = np.where(distance.min(axis=1) <= within, distance.argmin(axis=1), NOWHERE)
    assert (NearestIndex(shapes, reach=30).find(x, y, within) == expected).all()


def test_houses_far_apart_make_wide_squares_and_the_same_answers() -> None:
    shapes = shapes_of(*(shapely.box(x, x, x + 20, x + 20) for x in range(0, 1_000_000, 20_000)))
    index = NearestIndex(shapes, reach=30)
    assert found(index, (20_010, 20_010), (20_045, 20_010), (20_055, 20_010)) == [1, 1, NOWHERE]
