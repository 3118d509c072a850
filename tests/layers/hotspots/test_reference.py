"""What a place is expected to have of a topic."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from layers.hotspots.grounds import due_of, grounds_of, usual
from layers.hotspots.levels import Prior
from layers.hotspots.ordinary import Ordinary, ordinary
from layers.hotspots.reference import Counts, base, mix, reference
from tests.layers.hotspots.worlds import COMMUNITIES, RECIPES, World, draw


def fitted(world: World) -> Ordinary:
    cells, one_use = len(world.counts), np.zeros(len(world.counts), int)
    due = due_of(world.counts, world.exposure, one_use)
    grounds = grounds_of(csr_array(np.eye(cells)), world.counts, due, one_use)
    known = np.isfinite(world.exposure)
    return ordinary(world.counts, grounds, known, world.community, COMMUNITIES)


def expected(world: World) -> tuple[np.ndarray, np.ndarray]:
    found = fitted(world).reference
    return found.expected, found.variance


def seen(counts: np.ndarray) -> Counts:
    """Places of one use and one community."""
    use = np.zeros(len(counts), int)
    grounds = grounds_of(csr_array(np.eye(len(counts))), counts, counts.sum(axis=1), use)
    return Counts(counts, usual(grounds, counts, counts), use)


def test_a_vague_level_is_told_by_the_other_topics_alone() -> None:
    counts = np.array([[40.0, 30.0, 10.0], [400.0, 300.0, 100.0]])
    vague = Prior(np.zeros(2), np.full(2, 1e6))
    cases = seen(counts)
    found = reference(cases, mix(cases, np.zeros(3), 1), np.zeros(3), vague).expected
    # The odds come from the other place, 4 : 3 : 1; the level from the other topics here.
    np.testing.assert_allclose(found[0], [40, 30, 10], rtol=0.02)


def test_a_community_that_reports_twice_as_much_lifts_its_places_but_not_by_their_own() -> None:
    rng = np.random.default_rng(1)
    community = np.repeat(np.arange(20), 30)
    rate = np.where(community < 10, 20.0, 10.0)
    total = rng.poisson(rate).astype(float)
    total[0] = 500
    based = base(total, np.full(600, total.mean()), community, 20)
    assert based[community < 10][1:].mean() > 1.6 * based[community >= 10].mean()
    assert based[0] < 1.1 * np.median(based[1:30])


def test_a_places_own_cases_do_not_raise_what_it_is_expected_to_have() -> None:
    world = draw(RECIPES["D"], 1)
    before, _ = expected(world)
    counts = world.counts.copy()
    counts[100, 4] += 60
    after, _ = expected(replace(world, counts=counts))
    assert after[100, 4] == pytest.approx(before[100, 4], rel=0.02)


@pytest.mark.parametrize("name", ["D", "F", "H"])
def test_the_reference_is_right_on_average_and_knows_how_sure_it_is(name: str) -> None:
    off, scatter, claimed = [], [], []
    for seed in range(5):
        world = draw(RECIPES[name], seed)
        mean, variance = expected(world)
        able = mean >= 2
        quotient = world.expected[able] / mean[able]
        off.append(quotient.mean())
        scatter.append(quotient.var())
        claimed.append(variance[able].mean())
    assert np.mean(off) == pytest.approx(1, abs=0.04)
    assert np.mean(scatter) == pytest.approx(np.mean(claimed), rel=0.25)


def test_communities_that_differ_are_noticed_and_alike_ones_are_not() -> None:
    for name, low, high in (("D", 0.0, 0.02), ("H", 0.05, 0.15)):
        world = draw(RECIPES[name], 2)
        found = fitted(world).mix
        assert low <= found.variance.mean() <= high


def test_a_place_without_other_cases_is_told_by_its_residents() -> None:
    counts = np.array([[0.0, 0.0], [50.0, 50.0]])
    prior = Prior(np.log([2.0, 2.0]), np.full(2, 0.01))
    cases = seen(counts)
    found = reference(cases, mix(cases, np.zeros(2), 1), np.zeros(2), prior).expected
    assert found[0] == pytest.approx([1, 1], rel=0.05)


def test_arrays_of_differing_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        base(np.ones(2), np.ones(3), np.zeros(2, int), 1)
