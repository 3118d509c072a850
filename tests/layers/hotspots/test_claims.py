"""What could be avoided: how often its interval holds the truth, and what it is of the simplest places."""

from dataclasses import astuple

import numpy as np
import pytest

from layers.hotspots.claims import QUARTER, avoidable, poisson_interval, weighted_interval
from layers.hotspots.recurrence import CityTime

DAYS = 1826.0
ROUNDS = 600
TIME = CityTime(0.0, DAYS)


@pytest.mark.parametrize("count", [0, 1, 4, 48])
def test_weights_that_are_alike_have_the_exact_interval_of_a_count(count: int) -> None:
    found = weighted_interval(np.ones(count))
    assert astuple(found) == pytest.approx(astuple(poisson_interval(count, 1)))


def covered(a_year: float, usual_a_year: float, unsure: float) -> float:
    """How often the interval holds what could be avoided, where the true usual is spread around the expected."""
    draw, held = np.random.default_rng(20260714), 0
    expected = usual_a_year * DAYS / 365.25
    for _ in range(ROUNDS):
        usual = expected * (draw.gamma(1 / unsure, unsure) if unsure else 1.0)
        days = draw.uniform(0, DAYS, max(draw.poisson(a_year * DAYS / 365.25), 1))
        found = avoidable(days, expected, unsure, 0, TIME)
        truth = QUARTER * (a_year / 365.25 - usual / DAYS)
        held += found.low <= truth <= found.high
    return held / ROUNDS


@pytest.mark.parametrize(
    ("a_year", "usual", "unsure"), [(10, 3, 0.0), (10, 3, 0.1), (4, 1, 0.2), (40, 20, 0.05)]
)
def test_the_interval_holds_the_truth_as_often_as_it_says(
    a_year: float, usual: float, unsure: float
) -> None:
    # Three standard errors below the 90 %.
    assert covered(a_year, usual, unsure) >= 0.90 - 3 * (0.9 * 0.1 / ROUNDS) ** 0.5


def test_scaling_the_interval_of_the_ratio_would_not_hold_so_often() -> None:
    """The control: all cases weigh alike in a ratio, the recent ones count for the next quarter."""
    draw, held = np.random.default_rng(20260714), 0
    for _ in range(ROUNDS):
        days = draw.uniform(0, DAYS, draw.poisson(50))
        value = avoidable(days, 15, 0.0, 0, TIME).value
        ratio = poisson_interval(len(days), 15)
        low, high = (value * (end - 1) / (ratio.value - 1) for end in (ratio.low, ratio.high))
        held += low <= QUARTER * (50 - 15) / DAYS <= high
    assert held / ROUNDS < 0.85


def test_what_came_back_after_it_was_settled_counts_again() -> None:
    days = np.linspace(0, DAYS, 40)
    once, again = (astuple(avoidable(days, 5, 0.0, returned, TIME)) for returned in (0, 10))
    assert again == pytest.approx([1.25 * end for end in once])
