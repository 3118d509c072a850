"""How much of everything a place has."""

import numpy as np
import pytest
from scipy import stats

from layers.hotspots.levels import Prior, fit_prior, posterior_level


def one(value: float) -> np.ndarray:
    return np.array([[value]])


def level(cases: float, due: float, noise: float, centre: float, variance: float) -> tuple:
    prior = Prior(np.array([centre]), np.array([variance]))
    mean, unsure = posterior_level(one(cases), one(due), one(noise), prior)
    return mean[0, 0], unsure[0, 0]


def by_brute_force(
    cases: int, due: float, noise: float, centre: float, variance: float
) -> tuple[float, float]:
    logs = centre + np.sqrt(variance) * np.linspace(-9, 9, 20_001)
    rate = due * np.exp(logs)
    chance = stats.nbinom.pmf(cases, 1 / noise, 1 / (1 + noise * rate))
    chance = chance * stats.norm.pdf(logs, centre, np.sqrt(variance))
    chance /= chance.sum()
    mean = (chance * np.exp(logs)).sum()
    return mean, (chance * np.exp(2 * logs)).sum() / mean**2 - 1


@pytest.mark.parametrize("cases", [0, 1, 3, 10, 40])
@pytest.mark.parametrize("variance", [0.1, 0.5, 1.0])
def test_the_expansion_is_near_the_integral(cases: int, variance: float) -> None:
    mean, unsure = level(cases, 0.9, 0.03, 2.0, variance)
    exact_mean, exact_unsure = by_brute_force(cases, 0.9, 0.03, 2.0, variance)
    assert mean == pytest.approx(exact_mean, rel=0.05)
    assert unsure == pytest.approx(exact_unsure, rel=0.25)


def test_without_any_opportunity_the_prior_remains() -> None:
    mean, unsure = level(0, 1e-12, 0.0, 1.0, 0.4)
    assert mean == pytest.approx(np.exp(1.0 + 0.2))
    assert unsure == pytest.approx(np.expm1(0.4))


def test_with_a_vague_prior_cases_alone_count() -> None:
    mean, unsure = level(25, 0.5, 0.0, 0.0, 1e4)
    assert mean == pytest.approx(50, rel=1e-3)
    assert unsure == pytest.approx(1 / 25, rel=1e-3)


def test_residents_are_trusted_as_far_as_they_tell() -> None:
    rng = np.random.default_rng(1)
    residents = rng.lognormal(3, 1, 2_000)
    known = np.ones(len(residents), bool)
    told = fit_prior(rng.poisson(residents).astype(float), residents, known)
    assert told.variance[0] < 0.02
    off = residents * np.exp(0.5 * rng.standard_normal(len(residents)))
    vague = fit_prior(rng.poisson(residents).astype(float), off, known)
    # The error of 0.5² on top of 1² takes a fifth off the slope: 1 / 1.25.
    slope = np.polyfit(np.log(off), vague.centre, 1)[0]
    assert slope == pytest.approx(0.8, abs=0.03)
    assert vague.variance[0] == pytest.approx(0.2, rel=0.15)


def test_places_without_known_residents_are_judged_apart() -> None:
    rng = np.random.default_rng(2)
    residents = rng.lognormal(3, 1, 1_000)
    known = np.arange(1_000) < 500
    total = rng.poisson(residents).astype(float)
    prior = fit_prior(total, np.where(known, residents, total.mean()), known)
    assert prior.variance[0] < 0.05
    assert prior.variance[-1] == pytest.approx(1.0, rel=0.2)


def test_one_place_is_left_to_its_base() -> None:
    prior = fit_prior(np.array([3.0]), np.array([2.0]), np.array([True]))
    assert prior.centre[0] == pytest.approx(np.log(2))


def test_arrays_of_differing_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        fit_prior(np.ones(2), np.ones(3), np.ones(2, bool))
