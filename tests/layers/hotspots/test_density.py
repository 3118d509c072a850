"""The density, against every case summed at every point."""

import numpy as np
import pytest

from layers.hotspots.density import Grid, density, density_ratio

GRID = Grid(west=0.0, south=-500.0, step=50.0, columns=60, rows=40)
BANDWIDTH = 300.0


def summed(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray, bandwidth: float = BANDWIDTH
) -> np.ndarray:
    across = np.exp(-(((GRID.x[:, None] - x) / bandwidth) ** 2) / 2)
    up = np.exp(-(((GRID.y[:, None] - y) / bandwidth) ** 2) / 2)
    return (up * weights) @ across.T / (2 * np.pi * bandwidth**2)


def error(x: np.ndarray, y: np.ndarray, weights: np.ndarray, bandwidth: float = BANDWIDTH) -> float:
    """The largest, of the peak."""
    exact = summed(x, y, weights, bandwidth)
    found = density(x, y, GRID, bandwidth, weights=weights)
    return float(abs(found - exact).max() / exact.max())


def test_one_case_on_a_point_of_the_grid() -> None:
    found = density([1000.0], [500.0], GRID, BANDWIDTH)
    assert found.shape == (40, 60)
    assert found[20, 20] == pytest.approx(1 / (2 * np.pi * BANDWIDTH**2), rel=5e-4)
    assert np.unravel_index(found.argmax(), found.shape) == (20, 20)


def test_the_whole_city_holds_all_its_cases() -> None:
    around = Grid(-3000, -3000, 60, 151, 141)
    found = density([1000.0, 2000.0], [500.0, 400.0], around, BANDWIDTH, weights=[2, 3])
    assert found.sum() * 60**2 == pytest.approx(5, rel=1e-4)


def test_one_pile_anywhere_is_right_within_a_twentieth_of_a_percent() -> None:
    """The worst that there is: no other case to average the error out."""
    chance = np.random.default_rng(1)
    for x, y in chance.uniform([0, -500], [3000, 1500], (200, 2)):
        assert error(np.array([x]), np.array([y]), np.ones(1)) < 5e-4


@pytest.mark.parametrize("bandwidth", [60.0, 300.0, 2000.0])
def test_clusters_weights_and_cases_outside(bandwidth: float) -> None:
    chance = np.random.default_rng(2)
    x = np.r_[chance.normal(1500, 80, 500), chance.uniform(-2000, 5000, 2000)]
    y = np.r_[chance.normal(0, 80, 500), chance.uniform(-3000, 4000, 2000)]
    assert error(x, y, chance.gamma(1, size=2500), bandwidth) < 5e-4


def test_moments_are_what_makes_it_right() -> None:
    """Control: a case moved to the middle of its bin is off by percents."""
    x, y = np.array([1049.0]), np.array([549.0])
    moved = summed(np.array([1000.0]), np.array([500.0]), np.ones(1))
    exact = summed(x, y, np.ones(1))
    assert (
        abs(moved - exact).max()
        > 0.05 * exact.max()
        > 100 * abs(density(x, y, GRID, BANDWIDTH) - exact).max()
    )


def test_no_cases_are_dark() -> None:
    assert not density([], [], GRID, BANDWIDTH).any()


def test_parts_add_up() -> None:
    x, y = np.random.default_rng(3).uniform(0, 1500, (2, 400))
    parts = density(x[:100], y[:100], GRID, 200) + density(x[100:], y[100:], GRID, 200)
    assert density(x, y, GRID, 200) == pytest.approx(parts, rel=1e-12)


def test_the_ratio_is_1_where_cases_follow_people_and_says_nothing_where_nobody_lives() -> None:
    people = density([500.0, 2500.0], [500.0, 500.0], GRID, 200, weights=[900, 100])
    cases = density([500.0, 2500.0], [500.0, 500.0], GRID, 200, weights=[90, 10])
    ratio = density_ratio(cases, people, least=0.01)
    assert ratio[20, [10, 50]] == pytest.approx([1, 1])
    assert np.isnan(ratio[20, 30])
    more = density_ratio(density([2500.0], [500.0], GRID, 200), people, least=0.01)
    assert more[20, 50] == pytest.approx(10, rel=0.01)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: density([1], [1, 2], GRID, 300), "x, y"),
        (lambda: density([np.nan], [1], GRID, 300), "finite"),
        (lambda: density([1], [1], GRID, 49), "bandwidth"),
        (lambda: density([1], [1], GRID, 300, weights=[np.inf]), "weights"),
        (lambda: Grid(0, 0, 0, 1, 1), "step"),
        (lambda: density_ratio(np.ones((2, 2)), np.ones((2, 3)), least=0.1), "same grid"),
        (lambda: density_ratio(np.ones((2, 2)), np.ones((2, 2)), least=0), "least"),
        (lambda: density_ratio(np.ones((2, 2)), np.zeros((2, 2)), least=0.1), "above 0"),
    ],
)
def test_bad_input_is_named(call, named: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=named):
        call()
