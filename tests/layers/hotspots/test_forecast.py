"""The forecast as a whole, in worlds where it is known what there is to gain."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from layers.hotspots.forecast import (
    ALL_HISTORY,
    ALL_HISTORY_TIES,
    MIXTURE,
    START_UP,
    Forecast,
    forecast,
    rolling_forecasts,
)
from layers.hotspots.forecast_evaluation import SHOWN, evaluate
from layers.hotspots.forecast_maps import Neighbourhood
from layers.hotspots.forecast_scores import gain

SIDE = 15
MONTH_D = 30


def squares(side: int = SIDE) -> Neighbourhood:
    centres = np.argwhere(np.ones((side, side))) * 250.0
    return Neighbourhood.of(centres, np.full(len(centres), 250.0**2))


def world(rates: np.ndarray, periods: int, seed: int) -> np.ndarray:
    """Counts of cells, periods and topics, from rates (cells, topics) or (cells, periods, topics)."""
    rates = rates[:, None, :] if rates.ndim == 2 else rates
    shape = (len(rates), periods, rates.shape[2])
    return np.random.default_rng(seed).poisson(np.broadcast_to(rates, shape))


def dense_rates(topics: int = 2, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).gamma(0.5, 3, (SIDE**2, topics))


def whole(counts: np.ndarray, topics: Sequence[int | None] = (0,)) -> list[Forecast]:
    return forecast(counts, squares(), topics, period_d=MONTH_D)


def test_a_forecast_is_a_probability_that_splits_into_named_parts() -> None:
    counts = world(dense_rates(), 12, seed=2)
    for found in whole(counts, [0, None]):
        assert found.probability.sum() == pytest.approx(1)
        assert found.expected.sum() == pytest.approx(found.total)
        assert found.parts.shape == (len(found.names), SIDE**2)
        assert found.parts.sum(axis=0) == pytest.approx(1)
        assert found.parts.min() >= 0
        lower, upper = found.interval()
        assert np.all((lower <= found.expected) & (found.expected <= upper + 1))
        assert ALL_HISTORY in found.candidates
        assert found.score(MIXTURE) != pytest.approx(found.score(ALL_HISTORY))


def test_expected_cases_are_about_those_that_come() -> None:
    rates = dense_rates()
    (found,) = whole(world(rates, 24, seed=3))
    assert found.total == pytest.approx(rates[:, 0].sum(), rel=0.1)
    assert np.corrcoef(found.expected, rates[:, 0])[0, 1] > 0.97


def test_nothing_that_happens_later_changes_a_forecast() -> None:
    counts = world(dense_rates(), 20, seed=4)
    changed = counts.copy()
    changed[:, 15:] = world(dense_rates(seed=9), 5, seed=5)
    for first, second in zip(*(at_origins(c, 12) for c in (counts, changed)), strict=True):
        early = first[:4], second[:4]
        assert all(np.array_equal(one, other) for one, other in zip(*early, strict=True))
        assert not np.array_equal(first[4], second[4])


def at_origins(counts: np.ndarray, first: int) -> list[list[np.ndarray]]:
    made = rolling_forecasts(counts, squares(), [0, None], period_d=MONTH_D, first=first)
    return [list(topic) for topic in zip(*([f.expected for f in fs] for fs in made), strict=True)]


def test_the_forecast_is_the_last_that_is_rolled_from_there() -> None:
    counts = world(dense_rates(), 10, seed=6)
    (rolled,) = rolling_forecasts(counts, squares(), [0], period_d=MONTH_D, first=10)
    assert np.array_equal(rolled[0].expected, whole(counts)[0].expected)


def test_few_cases_are_forecast_by_the_rule_for_the_start() -> None:
    counts = world(dense_rates() / 100, 12, seed=7)
    (found,) = whole(counts)
    assert found.leader == START_UP
    assert MIXTURE not in found.candidates


def test_few_periods_are_forecast_by_the_rule_for_the_start() -> None:
    counts = world(dense_rates() * 100, 3, seed=7)
    assert whole(counts)[0].leader == START_UP
    assert whole(world(dense_rates() * 100, 4, seed=7))[0].leader != START_UP


def scores_of(counts: np.ndarray, topics: Sequence[int | None], first: int = 24) -> Any:
    return evaluate(counts, squares(), topics, period_d=MONTH_D, first=first)


def gain_over(counts: np.ndarray, topics: Sequence[int | None], base: str = ALL_HISTORY) -> Any:
    found = scores_of(counts, topics)
    return gain(found[SHOWN].hits, found[base].hits, seed=1)


def test_a_sparse_topic_gains_where_it_follows_another() -> None:
    found = gain_over(sparse_beside_dense(), [0], ALL_HISTORY_TIES)
    assert found.value > 0.03
    assert found.lower > 0


def sparse_beside_dense() -> np.ndarray:
    dense = dense_rates(1)
    return world(np.column_stack([dense / 10, dense * 2]), 60, seed=8)


def test_the_other_topic_is_named_in_what_it_brings() -> None:
    (found,) = whole(sparse_beside_dense())
    kinds = [name.startswith(("topic 1", "all topics")) for name in found.names]
    assert found.candidates[MIXTURE] @ kinds > 0.5


def test_where_counts_of_all_time_are_the_truth_next_to_nothing_is_lost() -> None:
    found = gain_over(world(dense_rates(), 60, seed=10), [0])
    assert found.value > -0.005


def test_where_places_move_every_year_memory_wins() -> None:
    years = [np.random.default_rng(year).gamma(0.2, 3, (SIDE**2, 1, 1)) for year in range(5)]
    rates = np.concatenate([np.repeat(year, 12, axis=1) for year in years], axis=1)
    found = gain_over(world(rates, 60, seed=11), [0])
    assert found.lower > 0.10


def test_where_places_last_the_guard_shows_no_short_memory() -> None:
    (found,) = whole(world(dense_rates(1) * 10, 40, seed=12))
    recent = [name in ("own 30 d", "own 182 d") for name in found.names]
    assert found.candidates[found.leader] @ recent < 0.3


def test_the_guard_follows_the_leader_of_the_past() -> None:
    """What the one shown caught up to now no other has exceeded."""
    counts = world(dense_rates() / 4, 40, seed=13)
    made = rolling_forecasts(counts, squares(), [0], period_d=MONTH_D, first=39)
    before, _ = (forecasts[0] for forecasts in made)
    caught: dict[str, float] = {}
    for period, (one,) in zip(
        range(4, 39),
        rolling_forecasts(counts, squares(), [0], period_d=MONTH_D, first=4),
        strict=False,
    ):
        if MIXTURE in one.candidates:
            for name in one.candidates:
                best = np.argsort(-one.score(name))[:22]
                caught[name] = caught.get(name, 0) + float(counts[best, period, 0].sum())
    del caught[ALL_HISTORY]
    assert caught[before.leader] >= 0.98 * max(caught.values())


def test_cases_outside_the_area_are_missed() -> None:
    counts = world(dense_rates(), 20, seed=14)
    inside = scores_of(counts, [0, 1], first=15)[SHOWN]
    outside = np.ones((20, 2), dtype=int) * 50
    found = evaluate(counts, squares(), [0, 1], period_d=MONTH_D, first=15, outside=outside)[SHOWN]
    assert found.cases == pytest.approx(inside.cases + 100)
    assert np.array_equal(found.hits, inside.hits)
    assert np.all(found.pai < inside.pai)
    assert np.array_equal(found.pei, inside.pei)
    assert np.all(inside.pei <= 1)


def test_the_log_score_is_better_than_of_plain_counts_with_a_floor() -> None:
    found = scores_of(sparse_beside_dense(), [0])
    assert found[SHOWN].log_scores.sum() > found[ALL_HISTORY].log_scores.sum()


def test_a_city_without_any_case_is_flat() -> None:
    (found,) = whole(np.zeros((SIDE**2, 5, 1), dtype=int))
    assert found.probability == pytest.approx(1 / SIDE**2)
    assert np.all(found.interval()[0] == 0)


def test_one_cell_gets_everything() -> None:
    counts = np.full((1, 10, 1), 100)
    (found,) = forecast(counts, squares(1), [0], period_d=MONTH_D)
    assert found.expected == pytest.approx([100])


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"counts": np.zeros((3, 4, 1), dtype=int)}, "counts"),
        ({"counts": np.full((SIDE**2, 4, 1), -1)}, "counts"),
        ({"topics": [1]}, "topics"),
        ({"first": 0}, "first"),
        ({"first": 5}, "first"),
        ({"period_d": 0}, "period_d"),
    ],
)
def test_bad_input_is_named(changes: dict[str, Any], named: str) -> None:
    given = {"counts": np.zeros((SIDE**2, 4, 1), dtype=int), "topics": [0]}
    options = {"neighbourhood": squares(), "period_d": MONTH_D, "first": 2}
    with pytest.raises(ValueError, match=named):
        list(rolling_forecasts(**(given | options | changes)))


def test_an_evaluation_needs_a_period_to_score() -> None:
    with pytest.raises(ValueError, match="first"):
        scores_of(np.zeros((SIDE**2, 4, 1), dtype=int), [0], first=4)
