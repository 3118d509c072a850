"""What is usual: which days are alike, and how often the range holds one more of them."""

from datetime import date, timedelta

import numpy as np
import pytest

from gridmap.performance.usual import LEAST_DAYS, days_alike, usual_range

ROUNDS = 600


def test_the_days_alike_have_the_weekday_and_lie_in_the_season() -> None:
    for day in (date(2026, 7, 14), date(2024, 2, 29), date(2028, 1, 1), date(2026, 12, 31)):
        alike = days_alike(day)
        assert len(alike) == len(set(alike)) == 8 + 5 * 7
        assert {one.weekday() for one in alike} == {day.weekday()}
        assert max(alike) == day - timedelta(weeks=1)
        for years in range(1, 6):
            middle = alike[8 + 7 * (years - 1) + 3]
            same = day - timedelta(days=round(365.2425 * years))
            assert abs(middle - same) <= timedelta(days=4)


def covered(draw: "np.random.Generator", days: int, mean: float, variance: float) -> float:
    """How often a range holds the next day: of days that vary as much as said."""
    shape = mean**2 / (variance - mean) if variance > mean else None
    held = 0
    for _ in range(ROUNDS):
        rates = (
            np.full(days + 1, mean) if shape is None else draw.gamma(shape, mean / shape, days + 1)
        )
        counts = draw.poisson(rates)
        found = usual_range([int(count) for count in counts[:-1]])
        assert found is not None
        held += found.low <= counts[-1] <= found.high
    return held / ROUNDS


@pytest.mark.parametrize(
    ("days", "mean", "variance"),
    [(8, 15, 15), (43, 15, 15), (43, 0.1, 0.1), (43, 15, 45), (12, 3, 9), (43, 600, 6000)],
)
def test_the_range_holds_a_further_day_at_least_as_often_as_it_says(
    days: int, mean: float, variance: float
) -> None:
    rate = covered(np.random.default_rng(20260714), days, mean, variance)
    # Three standard errors of 600 rounds below the 95 %.
    assert rate >= 0.95 - 3 * (0.95 * 0.05 / ROUNDS) ** 0.5


def test_a_range_that_takes_the_mean_for_the_variance_would_not_hold_so_often() -> None:
    draw, held = np.random.default_rng(20260714), 0
    for _ in range(ROUNDS):
        counts = draw.poisson(draw.gamma(15**2 / 30, 2, 44))
        mean = counts[:-1].mean()
        held += abs(counts[-1] - mean) <= 1.96 * mean**0.5
    assert held / ROUNDS < 0.9


def test_the_range_is_no_wider_than_a_good_one_by_more_than_counts_are_whole() -> None:
    found = usual_range([int(count) for count in np.random.default_rng(7).poisson(15, 43)])
    assert found
    # Of a Poisson with 15: 8 to 23.
    assert 5 <= found.low <= 9
    assert 21 <= found.high <= 26


def test_nothing_is_said_from_too_few_days() -> None:
    assert usual_range([3] * (LEAST_DAYS - 1)) is None
    assert usual_range([3] * LEAST_DAYS)


def test_where_nothing_ever_came_little_is_usual() -> None:
    found = usual_range([0] * 43)
    assert found
    assert (found.low, found.high) == (0, 1)


def test_counts_below_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="counts"):
        usual_range([-1] * LEAST_DAYS)
