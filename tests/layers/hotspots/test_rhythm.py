"""Hours and months in which a place differs from its topic, at the rates that were demanded."""

import itertools
import math

import numpy as np
import pytest

from layers.hotspots import _rhythms
from layers.hotspots.rhythm import (
    Days,
    hour_peak,
    month_peak,
    month_profile,
    season_profile,
    week_profile,
)
from tests.layers.hotspots import rhythms
from tests.layers.hotspots.rhythms import MORNING, NIGHT, WEEK, YEAR, Ints, drawn, mixed, only, rng

RUNS = 40


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
    """The best window of hours with its ratio, by definition."""
    number, rest = place.sum(), others.sum()
    best, best_score = (0.0, ("", 0, 0)), 0.0
    rows = {"all": range(7), "weekdays": range(5), "weekend": range(5, 7)}
    for (days, row), first, length in itertools.product(rows.items(), range(24), range(2, 9)):
        window = np.ix_(list(row), (first + np.arange(length)) % 24)
        a, b = place[window].sum(), others[window].sum()
        if a * rest > b * number:
            parts = ((a, number), (b, rest))
            apart = sum(log_of(hits, size) for hits, size in parts)
            ratio = apart - log_of(a + b, number + rest)
            score = ratio - (0 if days == "all" else 3.32)
            if score > best_score + 1e-9:
                best, best_score = (ratio, (days, first, length)), score
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
    found = [month_peak(place, others, rng=rng(2, seed)).p_value for seed in range(200)]
    # Any pair that fits into six months but excludes the other two: {0,1}, {1,4}, {4,8}, {8,0}.
    assert np.mean(found) == pytest.approx(4 / 6, abs=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_a_window_is_filled_just_where_its_score_is_as_high(seed: int) -> None:
    """The fewest cases that were worked out before against the ratio of every draw."""
    generator = rng(3, seed)
    pool, number = generator.integers(5, 40, (1, 12)), 20
    costs, lengths = np.zeros(1), (2, 6)
    slots = np.repeat(np.arange(12, dtype=np.uint8), pool[0])
    chances, order = generator.random((200, number)), slots.copy()
    draws = [np.bincount(taken(order, row), minlength=12)[None] for row in chances]
    scores = np.array([_rhythms.best_window(drawn, pool, costs, *lengths)[0] for drawn in draws])
    score = float(np.median(scores))
    least = _rhythms.least_counts(pool, number, costs, *lengths, score)
    found = _rhythms.reaching(slots, np.ones((1, 1), int), least, chances, lengths[0])
    assert found.tolist() == (scores >= score).tolist()


def taken(slots: Ints, chances: rhythms.Floats) -> Ints:
    """So many of the pool, whose order stays changed for the next draw."""
    for case, chance in enumerate(chances):
        other = case + int(chance * (len(slots) - case))
        slots[[case, other]] = slots[[other, case]]
    return slots[: len(chances)]


@pytest.mark.parametrize("shares", [WEEK, YEAR], ids=["hours", "months"])
@pytest.mark.parametrize("size", [12, 40])
def test_places_like_the_topic_seldom_have_a_peak(shares: rhythms.Floats, size: int) -> None:
    """At most 0.05; 20 of 200 would happen once in 300 times."""
    assert rhythms.like_the_topic(shares, size, 200, city=250, replicates=199) < 20 / 200


@pytest.mark.parametrize("size", [12, 20, 40])
def test_a_conflict_of_the_night_is_found_with_its_hours(size: int) -> None:
    """At least 0.98 and 0.96; three and four misses of 40 would happen once in 20 to 50 times."""
    is_found, is_right = rhythms.of_hours(Days.ALL, NIGHT, size, RUNS)
    assert is_found >= 1 - 3 / RUNS
    assert is_right >= 1 - 4 / RUNS


def test_a_market_of_weekend_mornings_is_found_with_its_days() -> None:
    is_found, is_right = rhythms.of_hours(Days.WEEKEND, MORNING, 40, RUNS)
    assert min(is_found, is_right) >= 1 - 3 / RUNS


@pytest.mark.parametrize(("size", "demanded"), [(12, 0.89), (20, 1.0)])
def test_a_conflict_of_the_summer_is_found(size: int, demanded: float) -> None:
    assert rhythms.of_summer(size, RUNS) >= demanded - 0.1


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
