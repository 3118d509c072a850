"""Addresses that are none: shared coordinates, offices, lattices and desks."""

import numpy as np
import pytest

from layers.hotspots.snapping import (
    Floats,
    at_known_places,
    coordinates,
    effective_topics,
    find_desks,
    find_lattice,
)


def city(snapped: float, step: float, seed: int = 1, size: int = 3000) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 20_000, size), rng.uniform(0, 15_000, size)
    on = rng.random(size) < snapped
    x[on], y[on] = np.round(x[on] / step) * step + 3, np.round(y[on] / step) * step + 11
    return x, y


def test_cases_are_gathered_by_exact_coordinate() -> None:
    found = coordinates(np.array([1.0, 0, 1, 1]), np.array([5.0, 0, 5, 6]))
    assert found.x.tolist() == [0, 1, 1]
    assert found.y.tolist() == [0, 5, 6]
    assert found.cases.tolist() == [1, 2, 1]
    assert found.of_case.tolist() == [1, 0, 1, 2]
    assert found.shared == 0.5
    assert coordinates(np.zeros(0), np.zeros(0)).shared == 0.0


def test_cases_at_an_office_are_found() -> None:
    x, y = np.array([0.0, 0.3, 0.5, 0.6]), np.zeros(4)
    office = np.array([0.0])
    assert at_known_places(x, y, office, office).tolist() == [True, True, True, False]
    assert at_known_places(x, y, np.zeros(0), np.zeros(0)).tolist() == [False] * 4


@pytest.mark.parametrize("share", [0.1, 0.3, 1.0])
@pytest.mark.parametrize("step", [40.0, 100.0])
def test_a_lattice_is_found_with_its_step_and_origin(share: float, step: float) -> None:
    x, y = city(share, step)
    lattice = find_lattice(x, y)
    assert lattice is not None
    assert (lattice.step, lattice.x, lattice.y) == (step, pytest.approx(3), pytest.approx(11))
    truth = (x % step == 3) & (y % step == 11)
    assert (lattice.on_it & truth).sum() == truth.sum()
    assert (lattice.on_it & ~truth).mean() < 0.002


def test_cases_anywhere_have_no_lattice() -> None:
    for seed in range(10):
        assert find_lattice(*city(0, 40, seed)) is None


def test_a_busy_address_is_no_lattice() -> None:
    """The control: taken case by case, one place holds far more than chance."""
    x, y = city(0, 40)
    x[:1500], y[:1500] = 123.4, 567.8
    assert find_lattice(x, y) is None
    assert find_lattice(np.zeros(0), np.zeros(0)) is None
    assert find_lattice(np.full(50, 7.0), np.full(50, 7.0)) is None


def test_degrees_of_three_decimals_are_a_lattice() -> None:
    rng = np.random.default_rng(5)
    x, y = 98 + rng.uniform(0, 0.3, 800), 39 + rng.uniform(0, 0.3, 800)
    steps = (0.01, 0.001, 0.0001)
    lattice = find_lattice(np.round(x, 3), np.round(y, 3), steps=steps)
    assert lattice is not None
    assert lattice.step == 0.001
    assert find_lattice(x, y, steps=steps) is None


def test_effective_topics_by_hand() -> None:
    counts = np.array([[4, 4, 4, 4], [9, 0, 0, 0], [0, 0, 0, 0], [1, 1, 0, 2]])
    np.testing.assert_allclose(effective_topics(counts), [4, 1, 0, 2**1.5])


def test_a_desk_is_crowded_varied_and_above_expectation() -> None:
    counts = np.array(
        [
            [6, 6, 6, 6, 6],  # a desk
            [6, 6, 6, 6, 5],  # too few cases
            [26, 1, 1, 1, 1],  # one topic
            [6, 6, 6, 6, 6],  # not more than 8 times what is expected
        ]
    )
    expected = np.array([3.7, 3.7, 3.7, 3.75])
    assert find_desks(counts, expected).tolist() == [True, False, False, False]
    assert find_desks(np.zeros((0, 5), np.int64), np.zeros(0)).tolist() == []


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="same length"):
        coordinates(np.zeros(2), np.zeros(1))
    with pytest.raises(ValueError, match="finite"):
        coordinates(np.array([np.nan]), np.zeros(1))
    with pytest.raises(ValueError, match="steps"):
        find_lattice(np.zeros(2), np.zeros(2), steps=(0.0,))
    with pytest.raises(ValueError, match="counts"):
        find_desks(np.zeros(3, np.int64), np.zeros(3))
    with pytest.raises(ValueError, match="expected"):
        find_desks(np.zeros((3, 2), np.int64), np.zeros(2))
