"""Masks of points: fixed for ever, far enough, and not to be averaged away."""

import numpy as np
import pytest

from layers.hotspots.release_masks import donut_radii, households_nearer, masked

SECRET = b"for tests only"
NUMBER = 400


def rings(count: int) -> tuple[np.ndarray, np.ndarray]:
    return np.full(count, 50.0), np.full(count, 100.0)


def test_the_inner_circle_holds_k_households() -> None:
    inner, outer = donut_radii(np.array([20e6 / np.pi]), k=20)
    assert inner[0] == pytest.approx(1.0)
    assert outer[0] == pytest.approx(2.0)


def test_a_case_is_moved_into_its_ring_evenly_over_the_area() -> None:
    points = np.random.default_rng(1).uniform(0, 1e4, (NUMBER, 2))
    keys = [f"case {n}" for n in range(NUMBER)]
    moved = masked(points, keys, *rings(NUMBER), secret=SECRET) - points
    distance = np.hypot(*moved.T)
    assert distance.min() >= 50
    assert distance.max() <= 100
    # Half of the ring's area lies inside this circle.
    middle = np.sqrt((50**2 + 100**2) / 2)
    assert (distance < middle).mean() == pytest.approx(0.5, abs=0.1)
    assert np.abs(moved.mean(axis=0)).max() < 15


def test_a_mask_is_the_same_in_every_order_and_company() -> None:
    points = np.arange(20.0).reshape(10, 2)
    keys = [f"case {n}" for n in range(10)]
    whole = masked(points, keys, *rings(10), secret=SECRET)
    turned = masked(points[::-1], keys[::-1], *rings(10), secret=SECRET)
    alone = masked(points[3:4], keys[3:4], *rings(1), secret=SECRET)
    assert np.array_equal(whole, turned[::-1])
    assert np.array_equal(whole[3:4], alone)


def test_a_mask_asked_for_again_and_again_does_not_average_out() -> None:
    point = np.zeros((1, 2))
    answers = [masked(point, ["case"], *rings(1), secret=SECRET) for _ in range(NUMBER)]
    assert np.hypot(*np.mean(answers, axis=0)[0]) >= 50


def test_the_mean_of_an_address_stays_away_from_it_only_where_its_cases_share_a_key() -> None:
    points = np.zeros((NUMBER, 2))
    shared = masked(points, ["one address"] * NUMBER, *rings(NUMBER), secret=SECRET)
    own = masked(points, [f"case {n}" for n in range(NUMBER)], *rings(NUMBER), secret=SECRET)
    assert np.hypot(*shared.mean(axis=0)) >= 50
    assert np.hypot(*own.mean(axis=0)) < 15


def test_another_secret_masks_otherwise() -> None:
    points = np.zeros((1, 2))
    one = masked(points, ["case"], *rings(1), secret=b"one")
    other = masked(points, ["case"], *rings(1), secret=b"other")
    assert np.hypot(*(one - other)[0]) > 1


def test_twenty_households_hide_each_case_in_a_town_of_even_density() -> None:
    rng = np.random.default_rng(7)
    households = rng.uniform(-3000, 3000, (36_000, 2))
    points = rng.uniform(-2000, 2000, (NUMBER, 2))
    inner, outer = donut_radii(np.full(NUMBER, 1000.0), k=30)
    masks = masked(points, [str(n) for n in range(NUMBER)], inner, outer, secret=SECRET)
    assert (households_nearer(points, masks, households) >= 20).mean() > 0.98


def test_households_nearer_are_counted() -> None:
    households = np.array([[0.0, 0.0], [9.0, 0.0], [10.0, 3.0], [30.0, 0.0]])
    assert households_nearer(np.array([[1.0, 0.0]]), np.array([[10.0, 0.0]]), households) == [2]


def test_no_case_needs_no_mask() -> None:
    assert masked(np.empty((0, 2)), [], *rings(0), secret=SECRET).shape == (0, 2)


def test_bad_input_is_named() -> None:
    point = np.zeros((1, 2))
    with pytest.raises(ValueError, match="secret"):
        masked(point, ["a"], *rings(1), secret=b"")
    with pytest.raises(ValueError, match="keys"):
        masked(point, ["a", "b"], *rings(1), secret=SECRET)
    with pytest.raises(ValueError, match="outer_m"):
        masked(point, ["a"], np.ones(1), np.ones(1), secret=SECRET)
    with pytest.raises(ValueError, match="households_per_km2"):
        donut_radii(np.zeros(1))
