"""What a forecast is made of: maps, weights, totals and spread."""

import numpy as np
import pytest
from scipy import optimize, stats

from layers.hotspots.forecast_maps import KERNELS, NEAR, OWN, SHARED, History, Neighbourhood
from layers.hotspots.forecast_totals import dispersion, expected_total, interval
from layers.hotspots.forecast_weights import fitted_weights, fixed_weights, only, start_weights

SIDE = 100.0


def squares(rows: int, columns: int) -> Neighbourhood:
    centres = np.argwhere(np.ones((rows, columns))) * SIDE
    return Neighbourhood.of(centres, np.full(len(centres), SIDE**2))


def history_of(counts: np.ndarray, topics: list[int | None], others: list[int]) -> History:
    near = squares(1, len(counts))
    history = History(near, topics, others, counts.shape[2], period_d=30)
    for period in range(counts.shape[1]):
        history.move_on(counts[:, period])
    return history


def test_kernels_by_hand() -> None:
    near = squares(1, 12)
    for kernel, width in zip(near.kernels, KERNELS, strict=True):
        assert kernel[0, 0] == pytest.approx(SIDE**2)
        assert kernel[0, 1] / kernel[0, 0] == pytest.approx(np.exp(-0.5 / width**2))
        beyond = int(3 * width) + 1
        assert kernel[0, beyond] == 0 < kernel[0, beyond - 1]


def test_cells_of_any_shape_spread_by_distance_and_receive_by_area() -> None:
    near = Neighbourhood.of(np.array([[0.0, 0], [1, 0], [0, 2]]), np.array([1.0, 1, 4]))
    assert near.area_shares == pytest.approx([1 / 6, 1 / 6, 4 / 6])
    kernel = near.kernels[2]
    assert kernel[2, 0] == pytest.approx(4 * np.exp(-0.5 * (2 / 3) ** 2))
    assert kernel[0, 2] == pytest.approx(np.exp(-0.5 * (2 / 3) ** 2))


def test_maps_by_brute_force() -> None:
    counts = np.random.default_rng(1).integers(0, 4, (6, 5, 3))
    history = history_of(counts, [1], [2, 0])
    maps = dict(zip(history.names(1), history.maps(1), strict=True))
    age_d = np.arange(5, 0, -1) * 30
    for name, half_life in zip(OWN, (np.inf, 730, 365, 182, 30), strict=True):
        assert maps[name] == pytest.approx(_share(counts[:, :, 1] @ 0.5 ** (age_d / half_life)))
    year = 0.5 ** (age_d / 365)
    whole, own_year = counts[:, :, 1].sum(axis=1), counts[:, :, 1] @ year
    every = counts.sum(axis=2)
    expected = {
        NEAR[0]: _smooth(whole, 0.75),
        NEAR[1]: _smooth(own_year, 1.5),
        NEAR[2]: _smooth(whole, 3),
        SHARED[0]: every.sum(axis=1),
        SHARED[1]: every @ year,
        SHARED[2]: _smooth(every.sum(axis=1), 0.75),
        "topic 2": counts[:, :, 2].sum(axis=1),
        "topic 2 near": _smooth(counts[:, :, 2].sum(axis=1), 0.75),
        "topic 0": counts[:, :, 0].sum(axis=1),
        "topic 0 near": _smooth(counts[:, :, 0].sum(axis=1), 0.75),
        "floor": np.ones(6),
    }
    for name, values in expected.items():
        assert maps[name] == pytest.approx(_share(values)), name
    assert len(maps) == len(OWN) + len(expected)


def _share(values: np.ndarray) -> np.ndarray:
    return values / values.sum()


def _smooth(values: np.ndarray, width: float) -> np.ndarray:
    apart = np.abs(np.subtract.outer(np.arange(len(values)), np.arange(len(values))))
    return np.where(apart <= 3 * width, np.exp(-0.5 * (apart / width) ** 2), 0) @ values


def test_all_topics_together_have_no_shared_maps_of_their_own() -> None:
    counts = np.random.default_rng(2).integers(0, 4, (5, 3, 2))
    history = history_of(counts, [None, 1], [0, 1])
    assert not set(SHARED) & set(history.names(None))
    assert {"topic 0", "topic 1"} <= set(history.names(None))
    assert "topic 1" not in history.names(1)
    own = history.maps(None)[history.names(None).index("own")]
    assert own == pytest.approx(_share(counts.sum(axis=(1, 2))))


def test_a_map_without_any_case_is_the_floor() -> None:
    history = history_of(np.zeros((4, 2, 1), dtype=int), [0], [])
    assert np.all(history.maps(0) == 0.25)


def test_one_cell_is_a_city() -> None:
    history = history_of(np.ones((1, 2, 1), dtype=int), [0], [])
    assert np.all(history.maps(0) == 1)


def test_a_bad_neighbourhood_is_named() -> None:
    with pytest.raises(ValueError, match="centres"):
        Neighbourhood.of(np.empty((0, 2)), np.empty(0))
    with pytest.raises(ValueError, match="areas"):
        Neighbourhood.of(np.zeros((2, 2)), np.array([1.0, 0]))


def test_maps_that_share_no_place_get_the_cases_that_fell_there() -> None:
    values = np.array([[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]])
    weights = fitted_weights(values, np.array([10.0, 20, 30, 40]), np.array([0.5, 0.5]))
    assert weights == pytest.approx(np.array([30.25, 70.25]) / 100.5)


def test_weights_reach_the_likelihood_of_a_general_optimiser() -> None:
    rng = np.random.default_rng(3)
    maps = rng.dirichlet(np.full(200, 0.3), 3)
    cases = rng.multinomial(5000, np.array([0.6, 0.3, 0.1]) @ maps).astype(float)
    hit = cases > 0
    values, cases = maps[:, hit], cases[hit]

    def loss(weights: np.ndarray) -> float:
        return -float(cases @ np.log(np.maximum(weights @ values, 1e-300)))

    best = optimize.minimize(
        loss,
        np.full(3, 1 / 3),
        bounds=[(0, 1)] * 3,
        constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1},
    )
    found = fitted_weights(values, cases, np.full(3, 1 / 3))
    assert found.sum() == pytest.approx(1)
    assert loss(found) - best.fun < 0.1
    assert found == pytest.approx([0.6, 0.3, 0.1], abs=0.05)


def test_a_place_that_no_map_knows_does_not_spoil_the_weights() -> None:
    weights = fitted_weights(np.zeros((2, 1)), np.ones(1), np.array([0.5, 0.5]))
    assert weights == pytest.approx([0.5, 0.5])


def test_values_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="values"):
        fitted_weights(np.ones((2, 3)), np.ones(2), np.array([0.5, 0.5]))


def test_ties_are_broken_by_neighbours_and_then_by_all_topics_and_order_nothing_else() -> None:
    counts = np.zeros((9, 1, 2), dtype=int)
    counts[:, 0, 0] = [1, 0, 1, 1, 0, 0, 0, 0, 3]
    counts[:, 0, 1] = [0, 0, 0, 0, 0, 0, 2, 0, 0]
    history = history_of(counts, [0], [1])
    names, maps = history.names(0), history.maps(0)
    broken = fixed_weights(names, OWN[0]) @ maps
    plain = only(names, OWN[0]) @ maps
    assert [broken.sum(), plain.sum()] == pytest.approx([1, 1])
    assert plain[0] == plain[2] == plain[3] > plain[6] == plain[5]
    # 2 and 3 stand together, 0 stands alone; 5 has no neighbour with a case, and 6 had others.
    assert broken[8] > broken[3] > broken[0] > broken[1]
    assert broken[2] > broken[0]
    assert broken[6] > broken[5]


def test_the_start_of_fitting_gives_every_map_a_chance() -> None:
    names = history_of(np.ones((3, 1, 4), dtype=int), [0], [1, 2, 3]).names(0)
    weights = start_weights(names)
    assert weights.sum() == pytest.approx(1)
    assert weights.min() > 0


def test_the_total_by_hand() -> None:
    assert expected_total(np.array([7.0])) == 7
    assert expected_total(np.array([10.0, 20.0])) == pytest.approx((20 + 0.8 * 10) / 1.8)
    assert expected_total(np.array([1e6, 1, 1, 1, 1, 1, 1])) == pytest.approx(1)
    with pytest.raises(ValueError, match="totals"):
        expected_total(np.empty(0))


@pytest.mark.parametrize("phi", [0.2, 2.0])
def test_the_spread_of_counts_is_found_again(phi: float) -> None:
    rng = np.random.default_rng(5)
    expected = rng.gamma(1, 2, 20_000)
    counts = rng.negative_binomial(1 / phi, 1 / (1 + phi * expected)).astype(float)
    found = dispersion(counts, expected)
    assert found == pytest.approx(phi, rel=0.1)

    def likelihood(value: float) -> float:
        return float(stats.nbinom.logpmf(counts, 1 / value, 1 / (1 + value * expected)).sum())

    assert likelihood(found) >= max(likelihood(found * 0.98), likelihood(found * 1.02))


def test_counts_that_do_not_spread_have_next_to_no_dispersion() -> None:
    expected = np.full(5000, 3.0)
    counts = np.random.default_rng(6).poisson(expected).astype(float)
    assert dispersion(counts, expected) < 0.02


def test_the_interval_holds_what_it_says() -> None:
    rng = np.random.default_rng(7)
    expected, phi = rng.gamma(2, 10, 20_000), 0.3
    lower, upper = interval(expected, phi, 0.9)
    counts = rng.negative_binomial(1 / phi, 1 / (1 + phi * expected))
    assert 0.90 <= ((counts >= lower) & (counts <= upper)).mean() < 0.95
    narrow = stats.poisson(expected)
    as_poisson = (counts >= narrow.ppf(0.05)) & (counts <= narrow.ppf(0.95))
    assert as_poisson.mean() < 0.7


def test_bad_counts_and_levels_are_named() -> None:
    with pytest.raises(ValueError, match="level"):
        interval(np.ones(1), 1.0, 1.0)
    with pytest.raises(ValueError, match="expected"):
        dispersion(np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match="expected"):
        dispersion(np.ones(1), np.zeros(1))
