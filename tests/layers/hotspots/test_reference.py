"""What a place is expected to have of a topic."""

from dataclasses import replace

import numpy as np
import pytest

from layers.hotspots.levels import Prior
from layers.hotspots.ordinary import ordinary
from layers.hotspots.reference import Counts, base, mix, reference
from tests.layers.hotspots.worlds import COMMUNITIES, RECIPES, World, draw


def usual(world: World) -> tuple[np.ndarray, np.ndarray]:
    found = ordinary(world.counts, world.exposure, world.community, COMMUNITIES).reference
    return found.expected, found.variance


def test_a_vague_level_is_told_by_the_other_topics_alone() -> None:
    counts = np.array([[40.0, 30.0, 10.0], [400.0, 300.0, 100.0]])
    place = np.zeros(2, int)
    seen = Counts(counts, np.ones(2), place)
    vague = Prior(np.zeros(2), np.full(2, 1e6))
    found = reference(seen, mix(seen, np.zeros(3), 1), np.zeros(3), vague).expected
    # The odds come from the other place, 4 : 3 : 1; the level from the other topics here.
    np.testing.assert_allclose(found[0], [40, 30, 10], rtol=0.02)


def test_residents_alone_give_equal_shares_to_equal_places() -> None:
    total = np.array([6.0, 2.0, 4.0])
    based = base(total, np.array([1.0, 1.0, 2.0]), np.zeros(3, int), 1)
    np.testing.assert_allclose(based, [3, 3, 6], rtol=0.02)


def test_unknown_residents_are_average_ones() -> None:
    based = base(
        np.array([9.0, 3.0, 6.0, 6.0]), np.array([3.0, 1.0, np.nan, np.nan]), np.zeros(4, int), 1
    )
    np.testing.assert_allclose(based, [9, 3, 6, 6], rtol=0.02)


def test_a_community_that_reports_twice_as_much_lifts_its_places_but_not_by_their_own() -> None:
    rng = np.random.default_rng(1)
    community = np.repeat(np.arange(20), 30)
    rate = np.where(community < 10, 20.0, 10.0)
    total = rng.poisson(rate).astype(float)
    total[0] = 500
    based = base(total, np.ones(600), community, 20)
    assert based[community < 10][1:].mean() > 1.6 * based[community >= 10].mean()
    assert based[0] < 1.1 * np.median(based[1:30])


def test_a_places_own_cases_do_not_raise_what_it_is_expected_to_have() -> None:
    world = draw(RECIPES["D"], 1)
    before, _ = usual(world)
    counts = world.counts.copy()
    counts[100, 4] += 60
    after, _ = usual(replace(world, counts=counts))
    assert after[100, 4] == pytest.approx(before[100, 4], rel=0.02)


@pytest.mark.parametrize("name", ["D", "F", "H"])
def test_the_reference_is_right_on_average_and_knows_how_sure_it_is(name: str) -> None:
    off, scatter, claimed = [], [], []
    for seed in range(5):
        world = draw(RECIPES[name], seed)
        expected, variance = usual(world)
        able = expected >= 2
        quotient = world.expected[able] / expected[able]
        off.append(quotient.mean())
        scatter.append(quotient.var())
        claimed.append(variance[able].mean())
    assert np.mean(off) == pytest.approx(1, abs=0.04)
    assert np.mean(scatter) == pytest.approx(np.mean(claimed), rel=0.25)


def test_communities_that_differ_are_noticed_and_alike_ones_are_not() -> None:
    for name, low, high in (("D", 0.0, 0.02), ("H", 0.05, 0.15)):
        world = draw(RECIPES[name], 2)
        found = ordinary(world.counts, world.exposure, world.community, COMMUNITIES).mix
        assert low <= found.variance.mean() <= high


def test_a_place_without_other_cases_is_told_by_its_residents() -> None:
    counts = np.array([[0.0, 0.0], [50.0, 50.0]])
    seen = Counts(counts, np.ones(2), np.zeros(2, int))
    prior = Prior(np.log([2.0, 2.0]), np.full(2, 0.01))
    found = reference(seen, mix(seen, np.zeros(2), 1), np.zeros(2), prior).expected
    assert found[0] == pytest.approx([1, 1], rel=0.05)


def test_negative_residents_are_refused() -> None:
    with pytest.raises(ValueError, match="exposure"):
        base(np.ones(2), np.array([1.0, -1.0]), np.zeros(2, int), 1)


def test_arrays_of_differing_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        base(np.ones(2), np.ones(3), np.zeros(2, int), 1)
