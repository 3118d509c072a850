"""Leaves and the places over them, on a street of five houses."""

import numpy as np
import pytest
import shapely

from layers.hotspots.ladder import NOWHERE, grouped, level_of, make_leaves, pairs_of, stretches
from layers.hotspots.neighbours import contiguity

HOUSES = np.array([0.0, 250.0, 450.0, 650.0, 999.0])


def test_a_leaf_is_a_building_or_a_spot_of_the_ground() -> None:
    x = np.array([1.0, 5.0, 81.0, 119.0, 121.0, np.nan])
    y = np.zeros(6)
    building = np.array([4, 0, NOWHERE, NOWHERE, NOWHERE, NOWHERE])
    leaves = make_leaves(x, y, building, HOUSES, np.zeros(5))
    # 81 and 119 lie on one square of 40 metres, 121 on the next; nobody knows where the last is.
    assert leaves.of_case.tolist() == [4, 0, 5, 5, 6, NOWHERE]
    assert leaves.x.tolist() == [*HOUSES, 100.0, 140.0]
    assert leaves.building.tolist() == [0, 1, 2, 3, 4, NOWHERE, NOWHERE]


def test_without_cases_the_buildings_are_there() -> None:
    nothing = np.zeros(0)
    leaves = make_leaves(nothing, nothing, np.zeros(0, np.int64), HOUSES, np.zeros(5))
    assert len(leaves) == 5
    assert len(leaves.of_case) == 0


def test_a_building_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="building"):
        make_leaves(np.zeros(1), np.zeros(1), np.array([5]), HOUSES, np.zeros(5))


def test_stretches_overlap_by_half_and_hold_what_stands_beside_them() -> None:
    leaves = make_leaves(np.zeros(0), np.zeros(0), np.zeros(0, np.int64), HOUSES, np.full(5, 50.0))
    street = shapely.linestrings([[0.0, 0.0], [300.0, 0.0], [1000.0, 0.0]])
    found = stretches(leaves, np.array([street], object))
    # 0 to 400, 200 to 600, 400 to 800, 600 to 1,000.
    held = [found.level.leaf[found.level.place == n].tolist() for n in range(found.level.places)]
    assert held == [[0, 1], [1, 2], [2, 3], [3, 4]]
    assert shapely.length(found.lines).tolist() == [400.0] * 4
    assert shapely.get_coordinates(found.lines[0]).tolist() == [[0, 0], [300, 0], [400, 0]]
    assert found.street.tolist() == [0] * 4


def test_a_short_street_is_one_stretch_and_each_part_of_a_street_its_own() -> None:
    leaves = make_leaves(np.zeros(0), np.zeros(0), np.zeros(0, np.int64), HOUSES, np.full(5, 50.0))
    parts = shapely.multilinestrings(
        [shapely.linestrings([[0, 0], [90, 0]]), shapely.linestrings([[900, 0], [1000, 0]])]
    )
    found = stretches(leaves, np.array([shapely.linestrings([[0, 900], [9, 900]]), parts], object))
    assert found.street.tolist() == [0, 1, 1]
    assert shapely.length(found.lines).tolist() == [9.0, 90.0, 100.0]
    assert found.level.leaf.tolist() == [0, 4]


def test_leaves_without_a_name_are_in_no_estate() -> None:
    level, words = grouped(np.array(["紫轩花苑", "", "五一小区", "紫轩花苑"]))
    assert words.tolist() == ["五一小区", "紫轩花苑"]
    assert (level.leaf.tolist(), level.place.tolist(), level.places) == ([0, 2, 3], [1, 0, 1], 2)
    none = level_of("cell", np.array([NOWHERE, 3]), 4)
    assert (none.leaf.tolist(), none.place.tolist()) == ([1], [3])


def test_two_cells_side_by_side_are_a_place_of_their_own() -> None:
    cells = level_of("cell", np.array([0, 0, 1, 2, NOWHERE]), 3)
    row = contiguity(shapely.box([0, 1, 2], 0, [1, 2, 3], 1), "rook")
    both, pairs = pairs_of(cells, row)
    assert pairs.tolist() == [[0, 1], [1, 2]]
    members = [both.leaf[both.place == place].tolist() for place in range(both.places)]
    assert members == [[0, 1, 2], [2, 3]]


def test_a_cell_without_neighbours_is_in_no_pair() -> None:
    apart = contiguity(shapely.box([0, 5], 0, [1, 6], 1), "rook")
    both, pairs = pairs_of(level_of("cell", np.array([0, 1]), 2), apart)
    assert (both.places, len(pairs)) == (0, 0)
