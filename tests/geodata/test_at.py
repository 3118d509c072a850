"""Which cell a point belongs to."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from django.contrib.gis.geos import Point

from geodata.models import Cell, CellVersion
from geodata.querysets import MultipleCells, NoCell
from tests.makers import LONG_AGO, make_cell, make_change, make_small_city, point, square

TODAY = date(2026, 7, 14)
pytestmark = pytest.mark.django_db


def holder(place: Point, on: date = TODAY) -> Cell:
    return CellVersion.objects.at(place, on=on).cell


def test_a_point_inside_belongs_to_its_cell():
    city = make_small_city()
    assert holder(point(1, 1)) == city.cells["a"]


def test_a_point_on_a_shared_border_belongs_to_the_lower_code():
    city = make_small_city()
    assert holder(point(2, 1)) == city.cells["a"]


def test_a_shared_vertex_belongs_to_the_lower_code():
    city = make_small_city()
    assert holder(point(4, 0)) == city.cells["b"]


def test_the_citys_own_border_belongs_to_the_city():
    city = make_small_city()
    assert holder(point(0, 0)) == city.cells["a"]
    assert holder(point(8, 2)) == city.cells["d"]


def test_a_dedicated_cell_wins_its_border_over_a_lower_base_code():
    city = make_small_city()
    Cell.objects.filter(pk=city.cells["b"].pk).update(kind="dedicated")
    assert holder(point(2, 1)).code == city.cells["b"].code


def test_a_point_in_the_rounding_between_two_borders_has_one_cell():
    city = make_small_city()
    crack = 2e-7
    apart = square(2 + crack, 0, width=2 - crack, height=2)
    CellVersion.objects.filter(cell=city.cells["b"]).update(geom=apart)
    assert holder(point(2 + crack / 2, 1)) == city.cells["a"]


def test_a_point_outside_has_no_cell():
    make_small_city()
    with pytest.raises(NoCell):
        holder(point(9, 1))


@pytest.mark.parametrize("x", [float("nan"), float("inf")])
def test_a_point_that_is_no_place_has_no_cell(x):
    make_small_city()
    with pytest.raises(NoCell):
        holder(Point(x, 39.7, srid=4490))


def test_overlapping_cells_raise():
    city = make_small_city()
    make_cell(city.areas["p"], "620201001001009", square(0, 0))
    with pytest.raises(MultipleCells):
        holder(point(0.5, 0.5))


def test_a_redraw_answers_by_day():
    city = make_small_city()
    redrawn = datetime(2026, 7, 1, 4, tzinfo=UTC)
    change = make_change(action="replace", made_at=redrawn)
    for key, geom in (
        ("a", square(0, 0, width=1, height=2)),
        ("b", square(1, 0, width=3, height=2)),
    ):
        CellVersion.objects.filter(cell=city.cells[key]).update(valid_to=redrawn, closed_by=change)
        CellVersion.objects.create(
            cell=city.cells[key], geom=geom, valid_from=redrawn, opened_by=change
        )
    assert holder(point(1.5, 1), date(2026, 6, 30)) == city.cells["a"]
    assert holder(point(1.5, 1), date(2026, 7, 1)) == city.cells["b"]


def test_before_the_first_boundary_there_is_no_cell():
    make_small_city()
    with pytest.raises(NoCell):
        holder(point(1, 1), date(2019, 12, 31))
    assert LONG_AGO.year == 2020


def test_many_points_take_one_statement(django_assert_num_queries):
    city = make_small_city()
    with django_assert_num_queries(1):
        found = CellVersion.objects.locate(
            [point(1, 1).x, point(5, 1).x, 0.0], [point(1, 1).y, point(5, 1).y, 0.0], on=TODAY
        )
    cells = dict(CellVersion.objects.values_list("pk", "cell__code"))
    assert [cells.get(pk) for pk in found] == [city.cells["a"].code, city.cells["c"].code, None]
    assert found.dtype == np.int64


def test_no_points_are_no_answer():
    assert len(CellVersion.objects.locate([], [], on=TODAY)) == 0


def test_inside_follows_the_tree():
    city = make_small_city()
    codes = CellVersion.objects.inside(city.areas["x"]).values_list("cell__code", flat=True)
    assert sorted(codes) == [city.cells[key].code for key in "abc"]
