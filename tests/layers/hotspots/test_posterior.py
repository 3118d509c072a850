"""How many times its usual a place lasts at."""

import numpy as np
import pytest
from scipy import stats

from layers.hotspots.posterior import LEAST_RATIO, lasting_ratio, watch_list
from tests.layers.hotspots import detecting
from tests.layers.hotspots.worlds import RECIPES, draw


def ratio_of(observed: int, expected: float, variance: float, spread: float) -> tuple:
    found = lasting_ratio(
        np.array([observed]), np.array([expected]), np.array([variance]), np.array([spread])
    )
    return found.mean[0], found.low[0], found.high[0], found.unremarkable[0]


def test_gamma_and_poisson_give_a_gamma() -> None:
    # No share of extraordinary places: one place is not enough to believe in any.
    mean, low, high, unremarkable = ratio_of(12, 8.0, 0.0, 0.25)
    exact = stats.gamma(4 + 12, scale=1 / (4 + 8))
    assert mean == pytest.approx(exact.mean(), rel=0.03)
    assert low == pytest.approx(exact.ppf(0.05), rel=0.03)
    assert high == pytest.approx(exact.ppf(0.95), rel=0.05)
    assert unremarkable == pytest.approx(exact.cdf(1.25), abs=0.03)


def test_an_uncertain_reference_widens_the_interval_and_moves_it_to_one() -> None:
    sure, unsure = ratio_of(24, 8.0, 0.0, 0.2), ratio_of(24, 8.0, 0.3, 0.2)
    assert unsure[0] < sure[0]
    assert unsure[1] < sure[1]
    assert unsure[3] > sure[3]


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    held = []
    for seed in range(3):
        world = draw(RECIPES["D"], seed)
        found, ratio = detecting.ratios(world)
        able = found.expected >= 1
        truth = world.ratio[found.place, found.topic]
        held.append(((ratio.low <= truth) & (truth <= ratio.high))[able].mean())
    assert np.mean(held) == pytest.approx(0.9, abs=0.03)


def test_the_watch_list_is_the_longest_with_the_asked_share() -> None:
    unremarkable = np.array([0.30, 0.01, 0.02, 0.04, 0.12])
    listed = watch_list(unremarkable, np.full(5, 2.0), q=0.05)
    assert listed.tolist() == [False, True, True, True, True]
    assert watch_list(unremarkable, np.full(5, 2.0), q=0.04).sum() == 3


def test_places_expecting_less_than_one_case_are_not_watched() -> None:
    assert not watch_list(np.zeros(3), np.array([0.2, 0.9, 0.99])).any()


def test_watching_nothing_is_possible() -> None:
    assert not watch_list(np.array([0.9]), np.array([5.0])).any()


def test_a_rate_outside_zero_and_one_is_refused() -> None:
    with pytest.raises(ValueError, match="q"):
        watch_list(np.zeros(1), np.ones(1), q=1.0)


def test_expecting_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        ratio_of(1, 0.0, 0.0, 0.1)


def test_the_least_ratio_is_that_of_the_definition() -> None:
    assert LEAST_RATIO == 1.25
