"""Spells, returns after settlement, ended and new conflicts."""

import numpy as np
import pytest

from layers.hotspots.recurrence import CityTime
from layers.hotspots.spells import ended_p, new_p, quiet_chance, returns, spell_starts

TIME = CityTime(0, 1000)


def test_a_spell_starts_after_more_than_thirty_quiet_days() -> None:
    days = np.array([70.0, 0.0, 30.0, 61.0, 200.0])
    assert spell_starts(days).tolist() == [0.0, 61.0, 200.0]
    assert spell_starts(np.zeros(0)).tolist() == []


def test_a_conflict_returns_only_where_everything_was_closed() -> None:
    opened = np.array([0.0, 50.0, 100.0, 200.0, 300.0])
    closed = np.array([10.0, 120.0, 110.0, np.nan, 310.0])
    found = returns(opened, closed)
    assert found.days.tolist() == [50.0, 200.0]
    assert found.quiet.tolist() == [50.0, 100.0]
    assert found.count == 2


def test_returns_do_not_depend_on_the_order_of_the_cases() -> None:
    opened = np.array([300.0, 0.0, 100.0])
    assert returns(opened, opened + 5).days.tolist() == [100.0, 300.0]


def test_a_case_closed_on_the_day_of_the_next_is_not_settled_before_it() -> None:
    assert returns(np.array([0.0, 40.0]), np.array([40.0, 50.0])).count == 0
    assert returns(np.zeros(0), np.zeros(0)).count == 0


def test_ended_and_new_by_hand() -> None:
    starts = np.array([200.0, 500.0, 100.0])
    assert ended_p(starts, TIME) == pytest.approx(0.5**3)
    assert new_p(starts, TIME) == pytest.approx(0.9**3)
    assert ended_p(np.zeros(0), TIME) == new_p(np.zeros(0), TIME) == 1.0


def test_ended_and_new_follow_the_city() -> None:
    """Three quarters of the city's cases lie in the first half."""
    early = CityTime(0, 1000, np.array([3.0, 1.0]))
    assert ended_p(np.array([500.0] * 2), early) == pytest.approx(0.75**2)
    assert new_p(np.array([500.0] * 2), early) == pytest.approx(0.25**2)


def test_ended_is_exact_for_spells_at_random() -> None:
    rng = np.random.default_rng(3)
    chances = np.array([ended_p(rng.uniform(0, 1000, 4), TIME) for _ in range(4000)])
    for level in (0.05, 0.3, 0.8):
        assert (chances <= level).mean() == pytest.approx(level, abs=0.025)


def test_quiet_for_ninety_days_by_chance() -> None:
    assert quiet_chance(10, 900.0) == pytest.approx(np.exp(-1))
    assert quiet_chance(0, 900.0) == 1.0


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="closed must be one"):
        returns(np.zeros(2), np.zeros(1))
    with pytest.raises(ValueError, match="closed must not be before"):
        returns(np.ones(1), np.zeros(1))
    with pytest.raises(ValueError, match="period"):
        quiet_chance(3, 0.0)
