"""Emerging hot spots: the truth table over all inputs, and planted histories found again."""

from itertools import product

import numpy as np
import pytest
import shapely
from scipy import sparse

from layers.hotspots.discovery import q_values
from layers.hotspots.emerging import TrendClass, cube_z, emerging, trend_classes
from layers.hotspots.gi_star import gi_star, permutation_p
from layers.hotspots.neighbours import contiguity, with_self

T = TrendClass


def classes(signs: str, trend: int) -> TrendClass:
    """Of one place, its periods told as + (hot), - (cold) and 0."""
    row = np.array([list(signs)])
    return T(int(trend_classes(row == "+", row == "-", np.array([trend], np.int8))[0]))


@pytest.mark.parametrize(
    ("signs", "trend", "expected"),
    [
        ("0000000000", 0, T.NONE),
        ("000000000+", 0, T.NEW_HOT),
        ("0000000+++", 0, T.CONSECUTIVE_HOT),
        ("0+++++++++", 1, T.INTENSIFYING_HOT),
        ("0+++++++++", 0, T.PERSISTENT_HOT),
        ("0+++++++++", -1, T.DIMINISHING_HOT),
        ("0+0+0+000+", 0, T.SPORADIC_HOT),
        ("0+-+0+000+", 0, T.OSCILLATING_HOT),
        ("---------+", 0, T.HISTORICAL_COLD),
        ("+++++++++0", 0, T.HISTORICAL_HOT),
        ("+++++++++-", 0, T.HISTORICAL_HOT),
        ("++++++++00", 0, T.NONE),
        ("000000000-", 0, T.NEW_COLD),
        ("00000000--", 0, T.CONSECUTIVE_COLD),
        ("0---------", -1, T.INTENSIFYING_COLD),
        ("----------", 0, T.PERSISTENT_COLD),
        ("0---------", 1, T.DIMINISHING_COLD),
        ("0-0-0-000-", 0, T.SPORADIC_COLD),
        ("++++000++-", 0, T.OSCILLATING_COLD),
    ],
)
def test_the_truth_table(signs: str, trend: int, expected: TrendClass) -> None:
    assert classes(signs, trend) is expected


def test_cold_mirrors_hot_for_every_history() -> None:
    histories = np.array(list(product([-1, 0, 1], repeat=10)))
    trends = np.tile(np.array([-1, 0, 1], np.int8), len(histories))
    rows = np.repeat(histories, 3, axis=0)
    found = trend_classes(rows > 0, rows < 0, trends)
    mirrored = trend_classes(rows < 0, rows > 0, -trends)
    assert (found == -mirrored).all()
    assert set(found.tolist()) == {one.value for one in T}


def chain(count: int) -> sparse.csr_array:
    return with_self(sparse.csr_array(np.eye(count, k=1) + np.eye(count, k=-1)))


@pytest.mark.parametrize("step", [0, 1, 2, 9])
def test_z_and_p_of_the_cube_are_those_of_its_periods_as_places(step: int) -> None:
    """The neighbourhood in space and time written out as one large matrix."""
    chance = np.random.default_rng(1)
    cube, weights = chance.negative_binomial(1, 0.2, (12, 5)), chain(12)
    cube[3:6, 1:] += 12
    lags = sum(np.eye(5, k=-back) for back in range(min(step, 4) + 1))
    whole = sparse.csr_array(sparse.kron(weights, lags))
    z = cube_z(cube.astype(float), weights, step)
    assert z.ravel() == pytest.approx(gi_star(cube.ravel(), whole), abs=1e-9)
    p = permutation_p(cube.ravel(), whole)
    found = emerging(cube, weights, time_step=step, q=0.4)
    assert (found.hot.ravel() == (q_values(p.upper) <= 0.4)).all()
    assert (found.cold.ravel() == (q_values(p.lower) <= 0.4)).all()
    assert found.hot.any()


def test_planted_histories_are_found_again() -> None:
    chance = np.random.default_rng(2)
    cells = np.array([shapely.box(i, j, i + 1, j + 1) for j in range(20) for i in range(20)])
    weights, periods = with_self(contiguity(cells)), np.arange(24)
    means = np.full((400, 24), 4.0)
    block = np.array([[-21, -20, -19], [-1, 0, 1], [19, 20, 21]]).ravel()
    means[63 + block] += 25
    means[75 + block] += np.where(periods >= 21, 25, 0)
    means[263 + block] += 12 + 1.5 * periods
    means[275 + block] += np.where(periods < 22, 25, 0)
    found = emerging(chance.poisson(means), weights)
    assert [T(int(found.classes[place])) for place in (63, 75, 263, 275)] == [
        T.PERSISTENT_HOT,
        T.CONSECUTIVE_HOT,
        T.INTENSIFYING_HOT,
        T.HISTORICAL_HOT,
    ]
    assert found.z.shape == found.hot.shape == (400, 24)


def test_without_anything_planted_hardly_a_place_has_a_class() -> None:
    chance = np.random.default_rng(3)
    named = [
        (emerging(chance.poisson(2, (100, 12)), chain(100)).classes != 0).any() for _ in range(40)
    ]
    assert np.mean(named) <= 0.15


def test_an_empty_topic_has_no_class() -> None:
    found = emerging(np.zeros((4, 6)), chain(4))
    assert not found.classes.any()
    assert not found.hot.any()


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="counts"):
        emerging(np.zeros(4), chain(4))
    with pytest.raises(ValueError, match="counts"):
        emerging(np.zeros((4, 0)), chain(4))
    with pytest.raises(ValueError, match="time_step"):
        emerging(np.zeros((4, 2)), chain(4), time_step=-1)
    with pytest.raises(ValueError, match="q"):
        emerging(np.zeros((4, 2)), chain(4), q=0.5)
    both = np.ones((1, 2), bool)
    with pytest.raises(ValueError, match="both"):
        trend_classes(both, both, np.zeros(1, np.int8))
    with pytest.raises(ValueError, match="row"):
        trend_classes(both, both, np.zeros(2, np.int8))
