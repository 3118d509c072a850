"""Bursts, recurring and ordinary conflicts are told apart; the parts are right by themselves."""

import itertools

import numpy as np
import pytest
from scipy import stats

from layers.hotspots import _windows
from layers.hotspots.recurrence import (
    CityTime,
    Course,
    Reference,
    city_time,
    recurrence,
    scan_p,
    upper_tail,
)
from tests.layers.hotspots import calibration
from tests.layers.hotspots.patterns import PERIOD, Floats

RUNS = 60
EVEN = CityTime(0, PERIOD)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def exceeds(count: int, runs: int, demanded: float) -> bool:
    """Whether so many of the runs prove (at 1 %) that the true rate is above what is demanded."""
    return float(stats.binom.sf(count - 1, runs, demanded)) < 0.01


def test_bursts_are_not_called_recurrent() -> None:
    for (name, draw), size in itertools.product(calibration.BURSTS.items(), calibration.SIZES):
        row = calibration.conflicts(name, draw, size, 3 * RUNS)
        assert not exceeds(row.counts[Course.RECURRENT], row.runs, 0.03), row
        assert row.share(Course.BURST) > 0.8, row


def test_recurring_conflicts_are_not_called_bursts() -> None:
    for (name, draw), size in itertools.product(calibration.LASTING.items(), calibration.SIZES):
        row = calibration.conflicts(name, draw, size, RUNS)
        assert not exceeds(row.counts[Course.BURST], row.runs, 0.10), row


def test_many_spells_with_many_cases_are_called_recurrent() -> None:
    row = calibration.conflicts("4 to 6 spells", calibration.LASTING["4 to 6 spells"], 40, RUNS)
    assert not exceeds(row.runs - row.counts[Course.RECURRENT], row.runs, 0.05), row


def test_ordinary_places_are_not_called_recurrent() -> None:
    row = calibration.ordinary(20 * RUNS)
    assert not exceeds(row.counts[Course.RECURRENT], row.runs, 0.01), row


def test_a_verdict_computed_by_hand() -> None:
    """Three spells of 4, 3 and 3 cases where one case is expected in 1,000 days."""
    days = np.concatenate([[100, 110, 120, 130], [400, 410, 420], [800, 810, 820]])
    found = recurrence(days, Reference(1.0), CityTime(0, 1000), rng=rng())
    assert found.left == (10, 6, 3)
    expected = [stats.poisson.sf(n - 1, m) for n, m in ((10, 1.0), (6, 0.909), (3, 0.818))]
    np.testing.assert_allclose(found.p_values, expected, rtol=1e-12)
    assert found.course == Course.TWICE
    # P(at least 3 | 0.9 · 0.818) = 0.038.
    found = recurrence(days, Reference(0.9), CityTime(0, 1000), rng=rng())
    assert found.course == Course.RECURRENT


def test_two_spells_are_enough_where_they_are_asked_for() -> None:
    days = np.concatenate([100 + np.arange(6.0), 700 + np.arange(6.0)])
    reference = Reference(0.5)
    assert recurrence(days, reference, EVEN, rng=rng()).course == Course.TWICE
    assert recurrence(days, reference, EVEN, rng=rng(), spells=2).course == Course.RECURRENT


def test_the_order_of_the_cases_does_not_matter() -> None:
    days = rng(4).uniform(0, PERIOD, 25)
    one, other = (
        recurrence(order, Reference(20.0), EVEN, rng=rng(5)) for order in (days, days[::-1])
    )
    assert one == other


def test_a_place_without_cases_is_undetermined() -> None:
    found = recurrence(np.zeros(0), Reference(2.0), EVEN, rng=rng())
    assert (found.course, found.left, found.burst_p) == (Course.UNDETERMINED, (0, 0, 0), 1.0)


def most_covered(days: Floats, window: float, count: int) -> int:
    """The most cases in so many disjoint windows, by trying all."""
    best = 0
    for chosen in itertools.combinations(sorted(set(days)), min(count, len(set(days)))):
        if all(b > a + window for a, b in itertools.pairwise(chosen)):
            best = max(best, sum(any(a <= day <= a + window for a in chosen) for day in days))
    return best


@pytest.mark.parametrize("seed", range(20))
def test_the_windows_that_are_removed_are_the_fullest(seed: int) -> None:
    days = np.sort(np.round(rng(seed).uniform(0, 300, 14)))
    for count in (1, 2):
        starts = _windows.fullest(days, 30.0, count)
        assert (np.diff(starts) > 30).all()
        assert _windows.covered(days, starts, 30.0) == most_covered(days, 30.0, count)


def test_the_fullest_window_is_counted_with_both_its_ends() -> None:
    moments = np.array([[0.0, 10.0, 20.0, 20.0], [0.0, 30.0, 60.0, 90.0]])
    assert _windows.most_in_one(moments, 20.0).tolist() == [4, 1]
    assert _windows.most_in_one(moments, 19.9).tolist() == [3, 1]


def test_the_chance_of_two_cases_within_a_window_is_the_exact_one() -> None:
    """P(|U - V| ≤ w) = 1 - (1 - w)²."""
    days, time = np.array([10.0, 20.0]), CityTime(0, 100)
    found = [scan_p(days, time, rng=rng(seed), window=30) for seed in range(200)]
    assert np.mean(found) == pytest.approx(1 - 0.7**2, abs=0.02)


def seasonal_city(seed: int) -> Floats:
    """Cases of a topic that happens in the first fifth of each year only."""
    draw = rng(seed)
    return draw.integers(5, size=4000) * 365 + draw.uniform(0, 73, 4000)


def test_a_season_of_the_whole_city_is_no_burst() -> None:
    """The control: with even time it is one."""
    by_slice, _ = np.histogram(seasonal_city(1), 60, (0, PERIOD))
    seasonal = city_time(by_slice, start=0, end=PERIOD)
    low = {"seasonal": 0, "even": 0}
    for seed in range(100):
        days = rng(seed).choice(seasonal_city(2), 12, replace=False)
        for name, time in (("seasonal", seasonal), ("even", EVEN)):
            low[name] += scan_p(days, time, rng=rng(seed), replicates=199) <= 0.05
    assert low["seasonal"] <= 10
    assert low["even"] >= 20


def test_uncovered_time_is_that_of_the_city() -> None:
    """The removed windows hold nearly all of the city's cases: five cases elsewhere are very many."""
    weights = np.full(50, 0.1)
    weights[[0, 1, 2, 10, 11, 12]] = 100
    time = CityTime(0, 1500, weights)
    days = np.concatenate([np.arange(0, 80, 4.0), np.arange(300, 380, 4.0), [600, 800, 1000, 1200]])
    assert recurrence(days, Reference(35.0, 0.05), time, rng=rng()).p_values[2] < 1e-3
    even = recurrence(days, Reference(35.0, 0.05), CityTime(0, 1500), rng=rng())
    assert even.p_values[2] > 0.9


def test_the_upper_tail_is_that_of_a_gamma_poisson() -> None:
    draw = rng(8)
    counts = draw.poisson(6 * draw.gamma(1 / 0.3, 0.3, 400_000))
    for count in (0, 1, 8, 15, 25):
        share = (counts >= count).mean()
        assert upper_tail(count, 6.0, 0.3) == pytest.approx(share, abs=0.003)
    assert upper_tail(3, 2.0, 0.0) == pytest.approx(1 - np.exp(-2) * (1 + 2 + 2))
    assert upper_tail(3, 2.0, 1e-9) == pytest.approx(upper_tail(3, 2.0, 0.0), rel=1e-6)


def test_the_time_of_a_city_is_its_cumulative_share() -> None:
    time = CityTime(0, 40, np.array([1.0, 3.0, 0.0, 4.0]))
    np.testing.assert_allclose(
        time.share_before(np.array([0, 5, 15, 25, 40])), [0, 1 / 16, 5 / 16, 0.5, 1]
    )
    shares = np.array([0.0, 0.1, 0.3, 0.9, 1.0])
    np.testing.assert_allclose(time.share_before(time.moment(shares)), shares)
    shrunk = city_time(np.array([20, 0, 0, 0]), start=0, end=40, evenness=20)
    np.testing.assert_allclose(shrunk.share_before(np.array([10.0, 20.0])), [25 / 40, 30 / 40])


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="days"):
        recurrence(np.array([-1.0]), Reference(1.0), EVEN, rng=rng())
    with pytest.raises(ValueError, match="days"):
        recurrence(np.array([np.nan]), Reference(1.0), EVEN, rng=rng())
    with pytest.raises(ValueError, match="spells"):
        recurrence(np.array([1.0]), Reference(1.0), EVEN, rng=rng(), spells=1)
    with pytest.raises(ValueError, match="mean"):
        Reference(0.0)
    with pytest.raises(ValueError, match="relative_variance"):
        Reference(1.0, -0.1)
    with pytest.raises(ValueError, match="start"):
        CityTime(1, 1)
    with pytest.raises(ValueError, match="weights"):
        CityTime(0, 1, np.array([0.0]))
