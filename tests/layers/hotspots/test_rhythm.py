"""Hours and months in which a place differs from its topic, at the rates that were demanded."""

import itertools
import math

import numpy as np
import pytest

from layers.hotspots.rhythm import (
    Days,
    Ints,
    hour_peak,
    month_peak,
    month_profile,
    season_profile,
    week_profile,
)

RUNS = 40
# A topic of the city: quiet nights, busier weekdays.
WEEK = np.outer([6, 6, 6, 6, 6, 4, 4], 1 + np.sin(np.pi * np.arange(24) / 24) ** 2 * 6)
YEAR = np.array([5, 5, 6, 7, 8, 9, 9, 9, 8, 7, 6, 5.0])
NIGHT, MORNING = np.r_[22:24, 0:4], np.arange(6, 10)


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def drawn(generator: np.random.Generator, shares: np.ndarray, size: int) -> Ints:
    flat = generator.multinomial(size, shares.ravel() / shares.sum())
    return flat.reshape(shares.shape)


def only(slots: Ints, days: slice = slice(None)) -> np.ndarray:
    """The topic's week, but nothing outside these hours and days."""
    week = np.zeros_like(WEEK)
    week[days, slots] = WEEK[days, slots]
    return week


def mixed(generator: np.random.Generator, inside: np.ndarray, usual: np.ndarray, size: int) -> Ints:
    """Four of five cases as `inside` has them."""
    special = generator.binomial(size, 0.8)
    return drawn(generator, inside, special) + drawn(generator, usual, size - special)


def overlap(first: int, length: int, slots: Ints, around: int) -> float:
    """Slots in common ÷ slots in either."""
    window = set((np.arange(first, first + length) % around).tolist())
    return len(window & set(slots.tolist())) / len(window | set(slots.tolist()))


def test_profiles_by_hand() -> None:
    moments = np.array(
        ["2026-01-05T00:30", "2026-01-11T23:59", "2024-02-29T12:00", "1969-12-31T05:00"],
        "datetime64[s]",
    )
    week = week_profile(moments)
    assert [tuple(map(int, found)) for found in np.argwhere(week)] == [
        (0, 0),
        (2, 5),
        (3, 12),
        (6, 23),
    ]
    assert month_profile(moments).tolist() == [2, 1] + [0] * 9 + [1]
    assert season_profile(moments).tolist() == [0, 0, 0, 4]
    every = np.arange("2026-01-01", "2027-01-01", dtype="datetime64[M]")
    assert season_profile(every).tolist() == [3, 3, 3, 3]


def by_trying(place: Ints, others: Ints) -> tuple[float, tuple[str, int, int]]:
    """The largest ratio of all windows of hours, by its definition."""
    number, rest = place.sum(), others.sum()
    best = (0.0, ("", 0, 0))
    rows = {"all": range(7), "weekdays": range(5), "weekend": range(5, 7)}
    for (days, row), first, length in itertools.product(rows.items(), range(24), range(2, 9)):
        window = np.ix_(list(row), (first + np.arange(length)) % 24)
        a, b = place[window].sum(), others[window].sum()
        if a * rest > b * number:
            parts = ((a, number), (b, rest))
            apart = sum(log_of(hits, size) for hits, size in parts)
            ratio = apart - log_of(a + b, number + rest)
            if ratio > best[0] + 1e-9:
                best = (ratio, (days, first, length))
    return best


def log_of(hits: int, size: int) -> float:
    """A binomial's log-likelihood at its own share."""
    share = hits / size
    return sum(n * math.log(p) for n, p in ((hits, share), (size - hits, 1 - share)) if n)


@pytest.mark.parametrize("seed", range(5))
def test_the_peak_is_that_of_trying_every_window(seed: int) -> None:
    generator = rng(1, seed)
    place, others = mixed(generator, only(MORNING), WEEK, 15), drawn(generator, WEEK, 300)
    found = hour_peak(place, others, rng=generator, replicates=1)
    ratio, window = by_trying(place, others)
    assert found.llr == pytest.approx(ratio)
    assert (found.days, found.first, found.length) == window


def test_observed_and_expected_by_hand() -> None:
    place, others = np.zeros(12, np.int64), np.full(12, 10)
    place[[11, 0]] = 4, 5
    found = month_peak(place, others, rng=rng(1))
    assert (found.first, found.length, found.observed, found.expected) == (11, 2, 9, 9 * 20 / 120)
    assert found.p_value == 0.001
    assert found.days == Days.ALL


def test_chances_are_the_exact_ones_of_drawing_without_return() -> None:
    """Two of the topic's four cases are the place's, one way of six puts both in the window."""
    place, others = np.zeros(12, np.int64), np.zeros(12, np.int64)
    place[[0, 1]] = 1
    others[[4, 8]] = 1
    found = month_peak(place, others, rng=rng(2), replicates=9999)
    # Any pair that fits into six months but excludes the other two: {0,1}, {1,4}, {4,8}, {8,0}.
    assert found.p_value == pytest.approx(4 / 6, abs=0.02)


def peaks(shares: np.ndarray, size: int, runs: int, seed: int) -> list[float]:
    """p-values of places that follow the topic."""
    generator = rng(seed, size)
    ask = hour_peak if shares.ndim == 2 else month_peak
    return [
        ask(drawn(generator, shares, size), drawn(generator, shares, 250), rng=generator).p_value
        for _ in range(runs)
    ]


@pytest.mark.parametrize("shares", [WEEK, YEAR], ids=["hours", "months"])
@pytest.mark.parametrize("size", [12, 40])
def test_places_like_the_topic_seldom_have_a_peak(shares: np.ndarray, size: int) -> None:
    chances = np.array(peaks(shares, size, 5 * RUNS, 3))
    # The 99.9 % limit of 200 runs at 0.05.
    assert (chances <= 0.05).sum() <= 20


@pytest.mark.parametrize("size", [12, 20, 40])
def test_a_conflict_of_the_night_is_found_with_its_hours(size: int) -> None:
    generator = rng(4, size)
    found = []
    for _ in range(RUNS):
        place = mixed(generator, only(NIGHT), WEEK, size)
        peak = hour_peak(place, drawn(generator, WEEK, 1500), rng=generator)
        found.append((peak.p_value <= 0.05, overlap(peak.first, peak.length, NIGHT, 24) >= 0.5))
    is_found, is_right = np.mean(found, axis=0)
    assert is_found >= 0.98 - 0.05
    assert is_right >= 0.96 - 0.06


def test_a_market_of_weekend_mornings_is_found_with_its_days() -> None:
    generator = rng(5)
    found = []
    for _ in range(RUNS):
        place = mixed(generator, only(MORNING, slice(5, 7)), WEEK, 40)
        peak = hour_peak(place, drawn(generator, WEEK, 1500), rng=generator)
        found.append(peak.p_value <= 0.05 and peak.days == Days.WEEKEND)
        assert overlap(peak.first, peak.length, MORNING, 24) >= 0.5
    assert np.mean(found) >= 0.95


@pytest.mark.parametrize(("size", "demanded"), [(12, 0.89), (20, 1.0)])
def test_a_conflict_of_the_summer_is_found(size: int, demanded: float) -> None:
    generator = rng(6, size)
    summer = np.where((np.arange(12) >= 5) & (np.arange(12) <= 7), YEAR, 0)
    found = []
    for _ in range(RUNS):
        place = mixed(generator, summer, YEAR, size)
        peak = month_peak(place, drawn(generator, YEAR, 1500), rng=generator)
        found.append(peak.p_value <= 0.05)
    assert np.mean(found) >= demanded - 0.1


def test_a_place_without_cases_has_no_peak() -> None:
    found = month_peak(np.zeros(12, np.int64), np.full(12, 3), rng=rng(1))
    assert (found.llr, found.observed, found.p_value) == (0, 0, 1)


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="place"):
        hour_peak(np.zeros(24, np.int64), np.ones((7, 24), np.int64), rng=rng(1))
    with pytest.raises(ValueError, match="place"):
        month_peak(np.full(12, -1), np.ones(12, np.int64), rng=rng(1))
    with pytest.raises(ValueError, match="others"):
        month_peak(np.ones(12, np.int64), np.zeros(12, np.int64), rng=rng(1))
