"""Codes and the order of numbering."""

import numpy as np
import pytest
from shapely import box

from geodata.codes import (
    CodesExhausted,
    building_code,
    cell_code,
    reading_order,
    reading_order_of,
)


def test_codes_append_the_number_to_the_division():
    assert cell_code("620201002012", 3) == "620201002012003"
    assert building_code("620201002012", 7) == "62020100201200007"


@pytest.mark.parametrize("sequence", [0, 1000])
def test_a_number_that_does_not_fit_is_refused(sequence):
    with pytest.raises(CodesExhausted):
        cell_code("620201002012", sequence)


def test_order_is_west_to_east_in_rows_from_north_to_south():
    #  0 1
    #  2 3      given out of order
    x = [1, 0, 0, 1]
    y = [5, 9, 5, 9]
    assert reading_order(x, y, np.full(4, 4)).tolist() == [1, 3, 2, 0]


def test_a_row_that_is_uneven_by_less_than_half_a_height_is_one_row():
    x, y = [0, 1, 2, 0, 1, 2], [10.0, 10.1, 10.2, 0.0, 0.1, 0.2]
    assert reading_order(x, y, np.full(6, 10)).tolist() == [0, 1, 2, 3, 4, 5]


def test_the_last_bit_of_a_northing_makes_no_new_row():
    assert reading_order([0, 1], [5, 5 + 1e-12], [2, 2]).tolist() == [0, 1]


def test_one_place_and_none():
    assert reading_order([3], [4], [1]).tolist() == [0]
    assert reading_order([], [], []).tolist() == []


def test_places_in_one_spot_keep_their_order():
    assert reading_order(np.zeros(3), np.zeros(3), np.ones(3)).tolist() == [0, 1, 2]


def test_shapes_are_ordered_by_their_centroids_in_rows_of_the_median_height():
    south, east, low, west = box(0, 0, 3, 1), box(1, 1, 2, 2), box(2, 1, 3, 1.8), box(0, 1, 1, 2)
    assert reading_order_of([south, east, low, west]).tolist() == [3, 1, 2, 0]
    assert reading_order_of([east]).tolist() == [0]
    assert reading_order_of([]).tolist() == []
