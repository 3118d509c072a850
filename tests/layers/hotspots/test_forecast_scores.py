"""Hits, PAI, PEI* and the gain: by hand, by all orders of what ties, and by worlds without any gain."""

from itertools import permutations

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from layers.hotspots.forecast_scores import (
    SHARES,
    Gain,
    Scored,
    best_hits,
    dilated,
    gain,
    hits,
    limits,
)

EVEN = np.ones(4)


def test_hits_by_hand() -> None:
    scores, counts = np.array([3.0, 2.0, 2.0, 1.0]), np.array([5.0, 1.0, 3.0, 7.0])
    found = hits(scores, counts, EVEN, np.array([0.125, 0.25, 0.5, 0.75, 1.0]))
    assert found.tolist() == [2.5, 5, 7, 9, 16]


def test_ties_get_the_mean_over_all_orders() -> None:
    rng = np.random.default_rng(4)
    scores = np.array([2, 1, 1, 1, 1, 0, 0.0])
    counts = rng.integers(0, 9, 7).astype(float)
    orders = [list(order) for order in permutations(range(7)) if _falls(scores[list(order)])]
    for cells in range(1, 8):
        expected = np.mean([counts[order[:cells]].sum() for order in orders])
        found = hits(scores, counts, np.ones(7), np.array([cells / 7]))
        assert found[0] == pytest.approx(expected)


def _falls(scores: np.ndarray) -> bool:
    return bool(np.all(np.diff(scores) <= 0))


def test_rounding_makes_no_order_among_equals() -> None:
    noisy = 0.1 + np.arange(4) * 1e-17
    assert hits(noisy, np.array([4.0, 0, 0, 0]), EVEN, np.array([0.25])) == [1.0]


def test_where_all_score_alike_as_much_is_hit_as_area_is_chosen() -> None:
    assert hits(np.zeros(4), np.arange(4.0), EVEN, np.array([0.1]))[0] == pytest.approx(0.6)


def test_cells_of_unequal_area_take_their_share() -> None:
    areas, counts = np.array([1.0, 3.0]), np.array([1.0, 6.0])
    assert hits(np.array([2.0, 1.0]), counts, areas, np.array([0.25, 0.5])).tolist() == [1, 3]
    assert best_hits(counts, areas, np.array([0.75])).tolist() == [6]


def test_no_order_hits_more_than_the_best() -> None:
    rng = np.random.default_rng(5)
    counts = rng.poisson(1.0, 30).astype(float)
    best = best_hits(counts, np.ones(30), np.array(SHARES))
    for _ in range(50):
        assert np.all(hits(rng.random(30), counts, np.ones(30), np.array(SHARES)) <= best + 1e-9)


def test_the_area_is_dilated_by_one_square_in_every_direction() -> None:
    seen = np.random.default_rng(6).random((9, 7)) < 0.1
    assert np.array_equal(dilated(seen), binary_dilation(seen, np.ones((3, 3))))
    assert dilated(np.array([[True]])).tolist() == [[True]]
    with pytest.raises(ValueError, match="has_case"):
        dilated(np.ones(3, dtype=bool))


def test_measures_by_hand_with_cases_outside_the_area() -> None:
    scored = Scored(
        hits=np.array([[2.0], [4.0]]),
        best=np.array([[4.0], [8.0]]),
        cases=np.array([10.0, 20.0]),
        log_scores=np.array([-1.0, -2.0]),
        shares=np.array([0.1]),
    )
    assert scored.hit_rate == pytest.approx([0.2])
    assert scored.pai == pytest.approx([2.0])
    assert scored.pei == pytest.approx([0.5])


def test_twice_the_hits_in_every_period_is_a_gain_of_one_for_sure() -> None:
    theirs = np.random.default_rng(7).integers(5, 50, (24, 4)).astype(float)
    found = gain(2 * theirs, theirs, seed=1)
    assert (found.value, found.lower, found.upper) == pytest.approx((1, 1, 1))
    assert gain(theirs, 2 * theirs, seed=1).is_loss


def test_the_gain_is_the_geometric_mean_over_the_shares() -> None:
    ours, theirs = np.array([[2.0, 8.0]]), np.array([[1.0, 1.0]])
    assert gain(ours, theirs, seed=1).value == pytest.approx(3)


def test_without_a_gain_the_interval_misses_zero_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(8)
    missed = 0
    for run in range(300):
        ours, theirs = rng.poisson(100, (2, 48, 4)).astype(float)
        found = gain(ours, theirs, seed=run, draws=300)
        missed += not found.lower <= 0 <= found.upper
    assert missed / 300 < 0.10


def test_blocks_keep_what_neighbouring_periods_share() -> None:
    """Every three periods alike: single draws would take them for three times as much evidence."""
    rng = np.random.default_rng(9)
    theirs = np.full((36, 1), 100.0)
    shared = np.repeat(rng.normal(100, 10, (12, 1)), 3, axis=0)
    apart = [width(gain(rng.permutation(shared), theirs, seed=1)) for _ in range(20)]
    assert width(gain(shared, theirs, seed=1)) > 1.3 * np.mean(apart)


def width(one: Gain) -> float:
    return one.upper - one.lower


def test_few_periods_are_drawn_one_by_one() -> None:
    """With three periods every circular block of three is all of them, and nothing would vary."""
    found = gain(np.array([[1.0], [2.0], [3.0]]), np.full((3, 1), 2.0), seed=1)
    assert found.lower < 0 < found.upper


def test_the_same_seed_gives_the_same_interval() -> None:
    ours, theirs = np.random.default_rng(3).poisson(50, (2, 20, 4)).astype(float)
    assert gain(ours, theirs, seed=5) == gain(ours, theirs, seed=5)


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="scores"):
        hits(np.ones(3), EVEN, EVEN, np.array(SHARES))
    with pytest.raises(ValueError, match="ours"):
        gain(np.ones((2, 4)), np.ones((3, 4)), seed=1)
    with pytest.raises(ValueError, match="caught"):
        gain(np.ones((2, 1)), np.zeros((2, 1)), seed=1)


def make_scored(caught: np.ndarray, cases: float = 20) -> Scored:
    periods = len(caught)
    best, all_cases = 2 * np.full((periods, 1), 8.0), np.full(periods, cases)
    return Scored(caught[:, None], best, all_cases, np.zeros(periods), np.array([0.05]))


def test_what_is_the_same_in_every_period_is_sure() -> None:
    found = limits(make_scored(np.full(24, 8.0)), seed=1)
    assert found.pei.ravel().tolist() == [0.5, 0.5]
    assert found.pai.ravel() == pytest.approx([8, 8])


def test_limits_hold_the_measure_and_narrow_with_more_periods() -> None:
    rng = np.random.default_rng(2)
    few, many = (make_scored(rng.poisson(8, n).astype(float)) for n in (12, 192))
    for scored in (few, many):
        (low,), (high,) = limits(scored, seed=3).pei
        assert low < scored.pei[0] < high
    assert np.ptp(limits(many, seed=3).pai) < np.ptp(limits(few, seed=3).pai) / 2


def test_limits_of_no_case_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one case"):
        limits(make_scored(np.zeros(12), cases=0), seed=1)
