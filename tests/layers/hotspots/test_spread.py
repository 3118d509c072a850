"""How much places differ for good, learnt from the ordinary ones."""

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

from layers.hotspots import spread
from layers.hotspots.spread import truncated_spread

PLACES = 6_000


def counts_of(
    rng: np.random.Generator, spread: float, sites: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    mean = rng.lognormal(0.5, 1, PLACES)
    factor = rng.gamma(1 / spread, spread, PLACES)
    factor[np.argsort(mean)[-2 * sites :: 2][:sites]] *= 4
    return rng.poisson(mean * factor), mean


def fitted(observed: np.ndarray, mean: np.ndarray) -> float:
    nothing = np.zeros(len(mean))
    return truncated_spread(observed, mean, nothing, nothing.astype(int)).pooled


def by_plain_likelihood(observed: np.ndarray, mean: np.ndarray) -> float:
    def loss(log_spread: float) -> float:
        a = np.exp(log_spread)
        return -stats.nbinom.logpmf(observed, 1 / a, 1 / (1 + a * mean)).sum()

    return float(np.exp(minimize_scalar(loss, bounds=(-6, 2), method="bounded").x))


@pytest.mark.parametrize("spread", [0.05, 0.2, 0.5])
def test_the_spread_of_ordinary_places_is_found(spread: float) -> None:
    found = [fitted(*counts_of(np.random.default_rng(seed), spread)) for seed in range(5)]
    assert np.mean(found) == pytest.approx(spread, rel=0.1)


def test_hot_spots_do_not_inflate_it_as_they_do_plain_likelihood() -> None:
    truncated, plain = [], []
    for seed in range(5):
        observed, mean = counts_of(np.random.default_rng(seed), 0.2, sites=200)
        truncated.append(fitted(observed, mean))
        plain.append(by_plain_likelihood(observed, mean))
    assert np.mean(truncated) < 0.26
    assert np.mean(plain) > 0.3


def test_what_is_uncertain_anyway_is_not_taken_for_spread() -> None:
    rng = np.random.default_rng(3)
    mean = rng.lognormal(0.5, 1, PLACES)
    observed = rng.poisson(mean * rng.gamma(5, 0.2, PLACES) * rng.gamma(10, 0.1, PLACES))
    group = np.zeros(PLACES, int)
    found = truncated_spread(observed, mean, np.full(PLACES, 0.1), group).pooled
    assert found == pytest.approx(0.2, rel=0.25)
    assert truncated_spread(observed, mean, np.zeros(PLACES), group).pooled > 1.3 * found


def test_groups_that_differ_keep_their_own_and_groups_alike_share() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(6), 1_000)
    mean = np.full(len(group), 3.0)
    apart = np.where(group < 3, 0.05, 0.5)
    differing = truncated_spread(
        rng.poisson(mean * rng.gamma(1 / apart, apart)), mean, np.zeros(len(group)), group
    )
    assert differing.estimate[:3].max() < 0.12
    assert differing.estimate[3:].min() > 0.35
    alike = truncated_spread(
        rng.poisson(mean * rng.gamma(5, 0.2, len(group))), mean, np.zeros(len(group)), group
    )
    assert np.ptp(alike.estimate) < 0.08


def test_places_without_spread_get_almost_none() -> None:
    rng = np.random.default_rng(5)
    mean = rng.lognormal(0.5, 1, PLACES)
    assert fitted(rng.poisson(mean), mean) < 0.02


def test_places_that_expect_next_to_nothing_tell_nothing_and_break_nothing() -> None:
    found = truncated_spread(
        np.array([0, 1, 0]), np.array([0.0, 0.01, 0.02]), np.zeros(3), np.array([0, 0, 1])
    )
    assert np.isfinite(found.estimate).all()


def test_a_missing_pair_is_named() -> None:
    with pytest.raises(ValueError, match="observed, expected, known and group"):
        truncated_spread(np.array([1]), np.array([1.0, 2.0]), np.zeros(1), np.zeros(1, int))


def test_long_sums_and_short_formulas_agree() -> None:
    """Counts below a cut, given that they are below it, by every way and by scipy."""
    variances, rng = np.geomspace(1e-3, 6, 30), np.random.default_rng(4)
    for mean, cut in ((20.0, 45), (300.0, 420), (2_000.0, 2_600)):
        observed = rng.integers(int(0.7 * mean), cut + 1, 5)
        ways = np.empty((2, len(variances)))
        spread._step_by_step(ways[0], observed, cut, mean, variances)
        spread._by_count(ways[1], observed, cut, mean, variances)
        size = 1 / variances
        below = stats.nbinom.logcdf(cut, size, 1 / (1 + variances * mean))
        each = stats.nbinom.logpmf(observed[:, None], size, 1 / (1 + variances * mean))
        for way in ways:
            np.testing.assert_allclose(way, each.sum(axis=0) - 5 * below, atol=1e-8)
