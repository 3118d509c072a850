"""What is usual: how often the range holds one more time like those counted, also of a share of them."""

import numpy as np
import pytest

from layers.hotspots.usual import LEAST, UsualMonths, usual_months, usual_range

ROUNDS = 600


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
    assert usual_range([3] * (LEAST - 1)) is None
    assert usual_range([3] * LEAST)


def test_where_nothing_ever_came_little_is_usual() -> None:
    found = usual_range([0] * 43)
    assert found
    assert (found.low, found.high) == (0, 1)


def test_counts_below_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="counts"):
        usual_range([-1] * LEAST)


@pytest.mark.parametrize(("mean", "variance"), [(40, 40), (40, 400), (6, 18)])
def test_a_share_of_the_cases_lies_in_its_range_as_often_as_all_of_them(
    mean: float, variance: float
) -> None:
    draw, share, held = np.random.default_rng(5), 0.05, 0
    for _ in range(ROUNDS):
        shape = mean**2 / max(variance - mean, 1e-9)
        counts = draw.poisson(draw.gamma(shape, mean / shape, 16))
        found = usual_range(counts[:-1].tolist(), share)
        assert found is not None
        held += found.low <= draw.binomial(counts[-1], share) <= found.high
    assert held / ROUNDS >= 0.95 - 3 * (0.95 * 0.05 / ROUNDS) ** 0.5


def test_months_have_the_range_of_their_season() -> None:
    month = np.arange(60) % 12
    winter = np.isin(month, (10, 11, 0, 1, 2))
    found = usual_months(np.where(winter, 200, 20), month, expected=2000.0)
    total = 25 * 200 + 35 * 20
    assert found.high[0] > 200 / total * 2000 > found.high[6]
    assert found.low[0] > found.high[6]
    assert len(found.low) == len(found.high) == 12


def test_of_a_period_too_short_or_a_topic_without_cases_nothing_is_said() -> None:
    month = np.arange(24) % 12
    assert usual_months(np.full(24, 9), month, 5.0) == UsualMonths()
    assert usual_months(np.zeros(60, np.int64), np.arange(60) % 12, 5.0) == UsualMonths()
