"""Knox: against every pair asked, and its p on random times and on planted repeats."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.hotspots.knox import knox

Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


def cases(chance: np.random.Generator, count: int, side: float = 300.0) -> Columns:
    """On a lattice of 40 m, so that many coincide."""
    x, y = np.round(chance.uniform(0, side, (2, count)) / 40) * 40
    return x, y, chance.integers(0, 60, count).astype(float)


def every_pair(
    x: np.ndarray, y: np.ndarray, t: np.ndarray, distance: float, gap: float
) -> list[int]:
    one, other = np.triu_indices(len(x), 1)
    space = np.hypot(x[one] - x[other], y[one] - y[other]) <= distance
    time = abs(t[one] - t[other]) <= gap
    return [int(found.sum()) for found in (space & time, space, time)]


def counted(columns: Columns, near: tuple[float, float], permutations: int = 1) -> list[int]:
    found = knox(*columns, near, rng=np.random.default_rng(1), permutations=permutations)
    return [found.near_both, found.near_space, found.near_time]


def test_counts_by_hand() -> None:
    """Two at one address 3 days apart, one 5 m away the day of the second, one far away."""
    found = knox([0, 0, 3, 99], [0, 0, 4, 0], [0, 3, 3, 3], (5, 2), rng=np.random.default_rng(1))
    assert (found.near_both, found.near_space, found.near_time, found.pairs) == (1, 3, 3, 6)
    assert found.expected == pytest.approx(1.5)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(2, 80),
    st.sampled_from([0, 40, 100]),
    st.sampled_from([0, 7]),
)
def test_counts_are_those_of_every_pair_asked(
    seed: int, count: int, distance: int, gap: int
) -> None:
    columns = cases(np.random.default_rng(seed), count)
    assert counted(columns, (distance, gap)) == every_pair(*columns, distance, gap)


@pytest.mark.parametrize(("count", "pairs"), [(2000, 10), (13_399, 403)])
def test_a_city_has_the_pairs_that_pointpats_counts(count: int, pairs: int) -> None:
    """`pointpats.spacetime.knox` 2.5.5 on the same cases; it would bring matplotlib into the suite."""
    chance, size = np.random.default_rng(count), [20_000, 15_000]
    centres = chance.uniform([0, 0], size, (200, 2))
    of = chance.integers(0, 200, count)
    is_clustered = chance.random(count) < 0.6
    clustered = centres[of] + chance.normal(0, 150, (count, 2))
    xy = np.where(is_clustered[:, None], clustered, chance.uniform([0, 0], size, (count, 2)))
    snapped = chance.random(count) < 0.3
    xy[snapped] = np.round(xy[snapped] / 40) * 40
    days = chance.integers(0, 1826, count).astype(float)
    assert counted((xy[:, 0], xy[:, 1], days), (100, 14))[0] == pairs


def test_many_at_one_address_are_all_near_each_other() -> None:
    count = 3000
    columns = (np.full(count, 5.0), np.full(count, 5.0), np.arange(count) * 100.0)
    assert counted(columns, (0, 0)) == [0, count * (count - 1) // 2, 0]
    assert counted(columns, (0, 100)) == [count - 1, count * (count - 1) // 2, count - 1]


@pytest.mark.parametrize("count", [0, 1])
def test_without_pairs_nothing_is_near(count: int) -> None:
    found = knox(*np.zeros((3, count)), (1, 1), rng=np.random.default_rng(1))
    assert (found.near_both, found.pairs, found.expected, found.p) == (0, 0, 0, 1)


def test_p_is_that_of_all_deals_of_few_cases() -> None:
    x, y, t = np.array([0, 1, 10, 11, 30]), np.zeros(5), np.array([0, 1, 5, 9, 6])
    deals = [every_pair(x, y, np.array(deal), 2, 1)[0] for deal in permutations(t)]
    exact = np.mean(np.array(deals) >= every_pair(x, y, t, 2, 1)[0])
    found = knox(x, y, t, (2, 1), rng=np.random.default_rng(3), permutations=19_999)
    assert found.p == pytest.approx(exact, abs=0.015)
    assert found.expected == pytest.approx(np.mean(deals))


def test_p_is_uniform_without_repeats_and_small_with_them() -> None:
    chance = np.random.default_rng(4)
    p = np.array(
        [knox(*cases(chance, 150, 900), (60, 5), rng=chance, permutations=99).p for _ in range(300)]
    )
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.035)
    assert p.mean() == pytest.approx(0.5, abs=0.07)
    x, y, t = cases(chance, 150, 900)
    repeated = np.r_[x, x[:70]], np.r_[y, y[:70]], np.r_[t, t[:70] + 1]
    assert knox(*repeated, (60, 5), rng=chance).p == 0.001


def test_the_same_seed_gives_the_same_p() -> None:
    columns = cases(np.random.default_rng(5), 200)
    one, other = (knox(*columns, (60, 5), rng=np.random.default_rng(9)) for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda rng: knox([1], [1, 2], [1], (1, 1), rng=rng), "x, y, t"),
        (lambda rng: knox([1], [np.inf], [1], (1, 1), rng=rng), "finite"),
        (lambda rng: knox([1], [1], [1], (-1, 1), rng=rng), "near"),
        (lambda rng: knox([1], [1], [1], (1, 1), rng=rng, permutations=0), "permutations"),
    ],
)
def test_bad_input_is_named(call, named: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=named):
        call(np.random.default_rng(1))
