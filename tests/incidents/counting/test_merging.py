"""Whoever may not see cases is told no number between nobody and five."""

import random

import pytest

from geodata.querysets import day_of
from gridmap.accounts.models import Role
from gridmap.accounts.scope import scope
from gridmap.incidents.counting import FEWER, LEAST, Chosen, count_areas_merged
from gridmap.incidents.counting.merging import merged
from tests.incidents.counting.test_reading import EVER
from tests.incidents.makers import NOW, make_incident
from tests.makers import appoint, make_small_city, make_user


def test_every_community_is_in_one_group_and_no_group_is_small() -> None:
    draw = random.Random(5)
    for _ in range(500):
        sizes = [draw.randint(1, 6) for _ in range(draw.randint(1, 4))]
        ids = iter(range(100))
        districts = [{next(ids): draw.choice((0, 1, 2, 4, 5, 30)) for _ in range(n)} for n in sizes]
        all_of = {area: number for one in districts for area, number in one.items()}
        found = merged(districts)
        areas = [area for group in found.groups for area in group]
        assert sorted(areas) == sorted(all_of)
        for group, number in zip(found.groups, found.counts.tolist(), strict=True):
            own = sum(all_of[area] for area in group)
            if number == FEWER:
                assert 0 < own < LEAST
                assert sum(all_of.values()) < LEAST
            else:
                assert number == own
                assert own == 0 or own >= LEAST


def test_the_small_ones_are_told_with_others_of_their_district() -> None:
    found = merged([{1: 2, 2: 9, 3: 20, 4: 0}, {5: 7, 6: 8}])
    assert found.groups == ((1, 2), (3,), (4,), (5,), (6,))
    assert found.counts.tolist() == [11, 20, 0, 7, 8]
    assert merged([{1: 2}, {2: 9}]).groups == ((1, 2),)
    assert merged([{1: 2}]).counts.tolist() == [FEWER]


@pytest.mark.django_db
def test_a_planner_is_told_of_communities_without_what_is_sensitive() -> None:
    city, ning, chen = make_small_city(), make_user("ning"), make_user("chen")
    appoint(ning, Role.PLANNER, city.areas["x"])
    appoint(chen, Role.CITY_ADMIN, city.areas["city"])
    for _ in range(LEAST):
        make_incident(chen)
        make_incident(chen, column=6.5)
        make_incident(chen, topic="family")
    found = count_areas_merged(scope(ning, day_of(NOW)), EVER, Chosen())
    areas = {city.areas["p"].pk, city.areas["q"].pk}
    assert {area for group in found.groups for area in group} == areas
    assert found.counts.sum() == LEAST
