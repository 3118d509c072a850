"""How improbable a count is when its expectation is uncertain."""

import numpy as np
import pytest
from scipy import stats

from layers.hotspots.tails import (
    gamma_tail,
    heavier_tail,
    lognormal_tail,
    lognormal_variance,
    middle_tail,
)


def of(value: float) -> np.ndarray:
    return np.array([value], float)


def count(value: int) -> np.ndarray:
    return np.array([value])


def test_without_spread_one_case_or_more_is_one_minus_none() -> None:
    for tail in (gamma_tail, lognormal_tail):
        assert tail(count(1), of(0.3), of(0))[0] == pytest.approx(1 - np.exp(-0.3), rel=1e-12)


def test_with_variance_one_the_gamma_mixture_is_geometric() -> None:
    assert gamma_tail(count(7), of(2), of(1))[0] == pytest.approx((2 / 3) ** 7, rel=1e-12)


def test_nothing_observed_is_certain() -> None:
    assert gamma_tail(count(0), of(3), of(0.2))[0] == 1
    assert lognormal_tail(count(0), of(3), of(0.2))[0] == 1


def test_the_gamma_tail_is_that_of_the_negative_binomial_far_out_too() -> None:
    rng = np.random.default_rng(1)
    mean, variance = rng.gamma(1, 5, 500) + 0.01, rng.gamma(1, 0.2, 500) + 1e-3
    observed = rng.poisson(4 * mean)
    expected = stats.nbinom.sf(observed - 1, 1 / variance, 1 / (1 + variance * mean))
    np.testing.assert_allclose(gamma_tail(observed, mean, variance), expected, rtol=1e-7)
    assert expected.min() < 1e-12


def test_the_gamma_tail_of_large_counts_is_that_of_the_negative_binomial() -> None:
    rng = np.random.default_rng(2)
    mean, variance = rng.uniform(20, 5_000, 500), rng.gamma(1, 0.5, 500) + 1e-3
    observed = rng.poisson(mean * rng.uniform(0.2, 6, 500)) + 1
    expected = stats.nbinom.sf(observed - 1, 1 / variance, 1 / (1 + variance * mean))
    np.testing.assert_allclose(gamma_tail(observed, mean, variance), expected, rtol=1e-7)
    assert expected.min() < 1e-100
    assert expected.max() > 0.9


def by_brute_force(observed: int, mean: float, variance: float) -> float:
    sigma = np.sqrt(np.log1p(variance))
    z = np.linspace(-10, 10, 400_001)
    rates = mean * np.exp(sigma * z - sigma**2 / 2)
    return float((stats.norm.pdf(z) * stats.poisson.sf(observed - 1, rates)).sum() * (z[1] - z[0]))


@pytest.mark.parametrize(
    ("observed", "mean", "variance"),
    [(1, 0.1, 0.2), (4, 0.2, 0.05), (30, 8.0, 0.25), (200, 50.0, 0.1), (5_000, 2_000.0, 0.2)],
)
def test_the_lognormal_tail_is_the_integral(observed: int, mean: float, variance: float) -> None:
    found = lognormal_tail(count(observed), of(mean), of(variance))[0]
    assert found == pytest.approx(by_brute_force(observed, mean, variance), rel=1e-6)


def test_far_out_the_lognormal_tail_is_the_heavier_and_counts() -> None:
    observed, mean, variance = count(60), of(10), of(0.2)
    gamma, heavier = gamma_tail(observed, mean, variance), lognormal_tail(observed, mean, variance)
    assert heavier[0] > 2 * gamma[0]
    assert heavier_tail(observed, mean, variance, variance)[0] == heavier[0]
    assert middle_tail(observed, mean, variance, variance)[0] == (gamma[0] + heavier[0]) / 2


def test_a_lognormal_that_looks_like_a_gamma_has_the_same_spread_of_logarithms() -> None:
    for known in (0.0, 0.1):
        logs = np.log1p(lognormal_variance(of(0.2), known)[0]) + np.log1p(known)
        drawn = np.log(np.random.default_rng(1).gamma(1 / (1.2 * (1 + known) - 1), 1, 400_000))
        assert logs == pytest.approx(drawn.var(), rel=0.01)


@pytest.mark.parametrize(
    ("observed", "mean", "variance", "named"),
    [(-1, 1, 0, "observed"), (1, 0, 0, "expected"), (1, 1, -0.1, "variance")],
)
def test_bad_input_is_named(observed: int, mean: float, variance: float, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        gamma_tail(count(observed), of(mean), of(variance))


def test_arrays_of_differing_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        lognormal_tail(np.array([1, 2]), of(1), of(0))


def test_no_pair_has_no_tail() -> None:
    nothing = np.empty(0)
    assert len(gamma_tail(nothing.astype(int), nothing, nothing)) == 0
