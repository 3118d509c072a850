"""False discovery control: by hand, against the step-up rule written out, and on random nulls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.hotspots.discovery import focused_q_values, q_values


def step_up(p: np.ndarray, q: float, kept: np.ndarray) -> set[int]:
    """The rule as its authors tell it: the largest cut with m · cut / found ≤ q."""
    best: set[int] = set()
    for cut in p:
        found = {i for i in range(len(p)) if p[i] <= cut and kept[i]}
        if found and len(p) * cut / len(found) <= q:
            best = max(best, found, key=len)
    return best


def test_values_by_hand() -> None:
    assert q_values([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])


def test_no_tests_make_no_discoveries() -> None:
    assert q_values([]).tolist() == []
    assert focused_q_values([0.001], [False]).tolist() == [1]


def test_a_filter_counts_only_what_it_lets_through() -> None:
    p, kept = [0.01, 0.02, 0.02, 0.9], [True, False, False, True]
    assert q_values(p)[0] == pytest.approx(0.08 / 3)
    assert focused_q_values(p, kept) == pytest.approx([0.04, 1, 1, 1])


def test_a_weight_moves_the_budget() -> None:
    assert q_values([0.02, 0.02], [1.6, 0.4]) == pytest.approx([0.025, 0.05])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_what_is_within_q_is_what_the_step_up_rule_finds(seed: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    p, kept = np.round(chance.random(count) ** 3, 2), chance.random(count) < 0.7
    for q in (0.037, 0.113, 0.41):
        assert set(np.flatnonzero(q_values(p) <= q)) == step_up(p, q, kept >= 0)
        assert set(np.flatnonzero(focused_q_values(p, kept) <= q)) == step_up(p, q, kept)


def test_the_share_of_false_discoveries_holds_where_a_plain_filter_breaks_it() -> None:
    """A filter that keeps the false ones: 40 true of 400, 36 of them dropped."""
    chance = np.random.default_rng(7)
    focused, plain = [], []
    kept = np.r_[np.ones(4, bool), np.zeros(36, bool), np.ones(360, bool)]
    for _ in range(300):
        p = np.r_[chance.random(40) * 1e-5, chance.random(360)]
        for shares, q in ((focused, focused_q_values(p, kept)), (plain, q_values(p))):
            listed = np.flatnonzero((q <= 0.1) & kept)
            shares.append((listed >= 40).sum() / max(len(listed), 1))
    assert np.mean(focused) < 0.11
    assert np.mean(plain) > 0.3


def test_what_cannot_be_found_may_be_left_out_if_it_is_counted() -> None:
    p, weights = np.array([0.001, 0.02, 0.9, 1.0]), np.array([0.5, 1.5, 1.0, 1.0])
    assert q_values(p[:2], weights[:2], tests=4) == pytest.approx(q_values(p, weights)[:2])
    assert q_values([0.01], tests=5) == pytest.approx([0.05])


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: q_values([0.5, 1.2]), "p"),
        (lambda: q_values([np.nan]), "p"),
        (lambda: q_values([0.5, 0.5], [1, 2]), "weights"),
        (lambda: q_values([0.5, 0.5], [2, 0]), "weights"),
        (lambda: q_values([0.5], [1, 1]), "weights"),
        (lambda: focused_q_values([0.5], [True, False]), "kept"),
        (lambda: q_values([0.5, 0.5], tests=1), "tests"),
    ],
)
def test_bad_input_is_named(call, named: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=named):
        call()
