"""Which tests get more of the error budget."""

import numpy as np
import pytest
from scipy import stats

from layers.hotspots.weights import evidence, power_weights


def test_weights_have_mean_one_and_none_is_nothing() -> None:
    rng = np.random.default_rng(1)
    weights = power_weights(rng.lognormal(0, 2, (100, 12)), rng.gamma(1, 0.2, (100, 12)), 3.0)
    assert weights.mean() == pytest.approx(1)
    assert weights.min() > 0.005


def test_places_that_can_show_a_hot_spot_weigh_more() -> None:
    small, large = power_weights(np.array([0.05, 12.0]), np.full(2, 0.05), 3.0)
    assert large > 50 * small


def test_two_tests_are_cut_at_the_same_evidence() -> None:
    mean, variance, ratio = np.array([4.0, 9.0]), np.array([0.1, 0.1]), 5.0
    first, second = power_weights(mean, variance, ratio)
    size = 1 / variance
    grid = np.arange(0, 400)[:, None]
    log_odds = stats.nbinom.logpmf(grid, size, 1 / (1 + variance * ratio * mean))
    log_odds -= stats.nbinom.logpmf(grid, size, 1 / (1 + variance * mean))
    # The weights are tails at one evidence that lies between two counts of each.
    below = [(log_odds[:, i] < evidence(ratio)).sum() for i in range(2)]
    tails = [
        stats.nbinom.sf([n - 2, n - 1], size[i], 1 / (1 + variance[i] * mean[i]))
        for i, n in enumerate(below)
    ]
    assert tails[0][1] / tails[1][0] < first / second < tails[0][0] / tails[1][1]


def test_a_ratio_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="ratio"):
        power_weights(np.ones(2), np.ones(2), 1.0)


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="expected and variance"):
        power_weights(np.ones(2), np.ones(3), 2.0)
