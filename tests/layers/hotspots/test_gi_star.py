"""Gi*: the z by its formula, the p against every way to deal the values."""

from itertools import combinations

import numpy as np
import pytest
from scipy import sparse, stats

from layers.hotspots.gi_star import gi_star, permutation_p
from layers.hotspots.neighbours import Weights, row_standardised, with_self
from layers.hotspots.subset_sums import SubsetSums


def graph(chance: np.random.Generator, count: int, share: float) -> Weights:
    upper = np.triu(chance.random((count, count)) < share, 1)
    return with_self(sparse.csr_array((upper | upper.T).astype(float)))


def enumerated(values: np.ndarray, weights: Weights) -> tuple[np.ndarray, np.ndarray]:
    """Upper and lower p of every place, all deals of the other values tried."""
    found = []
    for place, row in enumerate(weights.toarray() > 0):
        row[place] = False
        others = np.delete(values, place)
        sums = np.array([sum(deal) for deal in combinations(others.tolist(), int(row.sum()))])
        observed = values[row].sum()
        found.append(((sums >= observed - 1e-9).mean(), (sums <= observed + 1e-9).mean()))
    upper, lower = np.array(found).T
    return upper, lower


def test_z_by_hand() -> None:
    """Three in a row: at the first (1 + 2 - 2·mean) / (s √((3·2 - 4) / 2)), mean 3, s² 14/3."""
    weights = with_self(sparse.csr_array(np.array([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]])))
    z = gi_star([1, 2, 6], weights)
    deviation = np.sqrt(14 / 3)
    assert z[[0, 2]] == pytest.approx([-3 / deviation, 2 / deviation])
    assert np.isnan(z[1])


def test_equal_values_tell_nothing() -> None:
    weights = graph(np.random.default_rng(1), 6, 0.5)
    assert np.isnan(gi_star(np.full(6, 4.0), weights)).all()
    p = permutation_p(np.full(6, 4.0), weights)
    assert p.upper.tolist() == p.lower.tolist() == [1] * 6


def test_a_place_without_neighbours_has_p_1_and_its_own_z() -> None:
    values = np.array([5.0, 0, 1, 1])
    alone = with_self(sparse.csr_array((4, 4)))
    assert permutation_p(values, alone).upper.tolist() == [1] * 4
    assert gi_star(values, alone) == pytest.approx((values - values.mean()) / values.std())


def test_standardised_rows_have_the_z_and_p_of_binary_ones() -> None:
    """What sum(w) in the place of sum(w²) gets wrong by a factor of three."""
    chance = np.random.default_rng(2)
    weights, values = graph(chance, 200, 0.03), chance.negative_binomial(1, 0.1, 200)
    binary, standardised = gi_star(values, weights), gi_star(values, row_standardised(weights))
    assert standardised == pytest.approx(binary, abs=1e-9)
    one, other = permutation_p(values, weights), permutation_p(values, row_standardised(weights))
    assert (one.upper == other.upper).all()
    assert one.unit == 1


def test_z_has_mean_0_and_variance_1_over_all_deals_for_any_weights() -> None:
    chance = np.random.default_rng(3)
    weights = sparse.csr_array(chance.random((60, 60)) ** 4 + 0.01)
    values = chance.gamma(0.5, size=60)
    z = np.array([gi_star(chance.permutation(values), weights) for _ in range(4000)])
    assert abs(z.mean(axis=0)).max() < 0.08
    assert z.std(axis=0) == pytest.approx(1, abs=0.08)


@pytest.mark.parametrize("seed", range(20))
def test_p_equals_every_deal_tried(seed: int) -> None:
    chance = np.random.default_rng(seed)
    weights = graph(chance, 9, chance.uniform(0.1, 0.95))
    values = chance.negative_binomial(0.5, 0.1, 9)
    p = permutation_p(values, weights)
    upper, lower = enumerated(values, weights)
    assert abs(p.upper - upper).max() < 1e-12
    assert abs(p.lower - lower).max() < 1e-12


def test_p_of_values_that_are_no_counts_is_exact_for_their_rounding() -> None:
    chance = np.random.default_rng(8)
    weights, values = graph(chance, 9, 0.4), chance.normal(size=9) * 1e6
    p = permutation_p(values, weights)
    upper, lower = enumerated(values, weights)
    assert 0 < p.unit < 1e3
    assert abs(p.upper - upper).max() < 1e-12
    assert abs(p.lower - lower).max() < 1e-12


def test_a_lonely_peak_is_hot_by_z_and_not_by_p() -> None:
    """Gi* counts the place itself: quiet neighbours do not lower its z, but the p asks about them."""
    weights = with_self(sparse.csr_array(np.eye(40, k=1) + np.eye(40, k=-1)))
    values = np.ones(40)
    values[20], values[19], values[21] = 60, 0, 0
    assert gi_star(values, weights)[20] > 1.645
    assert permutation_p(values, weights).upper[20] > 0.9


@pytest.mark.parametrize(
    ("count", "drawn", "ones"), [(600, 299, 180), (2000, 500, 60), (300, 20, 299)]
)
def test_deep_draws_keep_their_digits(count: int, drawn: int, ones: int) -> None:
    """Of zeros and threes the sums are hypergeometric."""
    values = np.where(np.arange(count) < ones, 3, 0)
    sums = np.arange(-3, 3 * drawn + 6)
    others, threes = count - 1, ones - 1
    table = SubsetSums(values, drawn)
    tails = table.tails(np.full(len(sums), 3), np.full(len(sums), drawn), sums)
    upper = stats.hypergeom.sf(np.ceil(sums / 3) - 1, others, threes, drawn)
    lower = stats.hypergeom.cdf(np.floor(sums / 3), others, threes, drawn)
    assert abs(tails.upper - upper).max() < 1e-12
    assert abs(tails.lower - lower).max() < 1e-12


@pytest.mark.parametrize(
    ("values", "weights", "named"),
    [
        ([1, 2], np.eye(3), "weights: a row"),
        ([1, np.nan], np.eye(2), "values"),
        ([1, 2], np.zeros((2, 2)), "weights: each place"),
        ([1, 2], np.array([[1, -1], [0, 1]]), "weights: none negative"),
    ],
)
def test_bad_input_is_named(values: list[float], weights: np.ndarray, named: str) -> None:
    for function in (gi_star, permutation_p):
        with pytest.raises(ValueError, match=named):
            function(values, sparse.csr_array(weights))


def test_neighbours_that_weigh_differently_have_no_exact_p() -> None:
    weights = sparse.csr_array(np.array([[1, 0.5, 0.2], [0.5, 1, 0.5], [0.2, 0.2, 1]]))
    with pytest.raises(ValueError, match="weigh the same"):
        permutation_p([1, 2, 3], weights)
