from datetime import date

import pytest

from geodata.models import Cell, CellVersion
from gridmap.accounts.models import Role
from tests.makers import appoint, make_small_city, make_user, point


@pytest.mark.django_db
def test_the_small_city_has_one_cell_at_a_point_and_every_post_inside_its_cell() -> None:
    city = make_small_city()
    found = CellVersion.objects.at(point(2.5, 0.5), on=date(2026, 1, 1))
    assert found.cell == city.cells["b"]
    assert Cell.objects.count() == 4
    assert [post.cell for post in city.posts.values()] == [city.cells[key] for key in "aabcd"]


@pytest.mark.django_db
def test_an_appointment_of_the_makers_names_its_one_place() -> None:
    city = make_small_city()
    held = appoint(make_user(), Role.GRID_MEMBER, city.cells["a"])
    assert (held.cell, held.area, held.post, held.guide_team) == (city.cells["a"], None, None, None)
