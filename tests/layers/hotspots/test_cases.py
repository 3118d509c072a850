"""Counts and profiles by hand, and the same from any parts of the cases."""

from functools import reduce
from operator import add

import numpy as np
import pytest

from layers.hotspots.cases import Cases, Period
from layers.hotspots.ladder import NOWHERE
from tests.layers.hotspots.dated import SINCE, UNTIL, dated, differences
from tests.layers.hotspots.worlds import TOPICS

PERIOD = Period(np.datetime64("2026-01-01", "us"), np.datetime64("2026-03-02", "us"))


def few() -> Cases:
    opened = ["2025-12-31T23:59", "2026-01-01", "2026-01-05T07:30", "2026-03-01T23", "2026-03-02"]
    moments = np.array([*opened, "2026-02-01T07:00", "NaT"], "datetime64[us]")
    ones = np.ones(7, int)
    return Cases(
        leaf=np.array([0, 0, 1, 2, 0, NOWHERE, 0]),
        topic=np.array([0, 0, 1, 1, 0, 0, 0]),
        opened=moments,
        settled=moments,
        caller=ones,
        round=ones,
    )


def test_only_cases_of_the_period_with_a_place_are_counted() -> None:
    assert few().counted(PERIOD, 3, 2).tolist() == [[1, 0], [0, 1], [0, 1]]


def test_profiles_by_hand() -> None:
    shown, wanted = np.array([True, True, False]), np.zeros((3, 2), bool)
    wanted[1:, 1] = True
    found = few().gathered(PERIOD, shown, wanted)
    assert found.number.tolist() == [2]
    assert found.own.opened.tolist() == few().opened[[2]].tolist()
    assert found.profile.slices.tolist() == [[1, 0], [1, 0]]
    assert found.profile.month.sum(axis=0).tolist() == [2] + [0] * 11
    # A Thursday's first hour, and a Monday's eighth.
    assert [tuple(map(int, at)) for at in np.argwhere(found.profile.week)] == [(0, 3, 0), (1, 0, 7)]
    everywhere = few().gathered(PERIOD, np.ones(3, bool), wanted)
    assert everywhere.profile.slices.tolist() == [[1, 0], [1, 1]]
    assert everywhere.number.tolist() == [2, 3]


def test_the_last_moment_is_in_the_last_slice() -> None:
    period = Period(SINCE, UNTIL)
    last = np.array([UNTIL - np.timedelta64(1, "us"), SINCE])
    assert period.slice_of(last).tolist() == [period.slices - 1, 0]


@pytest.mark.parametrize("parts", [2, 7])
def test_parts_in_any_order_add_up_to_the_whole(parts: int) -> None:
    town, rng = dated(1, 1_000, 3_000), np.random.default_rng(parts)
    shown, wanted = rng.random(1_000) < 0.9, rng.random((1_000, TOPICS)) < 0.1
    period, of_part = Period(SINCE, UNTIL), rng.integers(0, parts, len(town.cases))
    whole = town.cases.gathered(period, shown, wanted)
    rows = [np.flatnonzero(of_part == part) for part in rng.permutation(parts)]
    some = [town.cases.at(row) for row in rows]
    asked = [part.gathered(period, shown, wanted) for part in some]
    asked = [one.numbered(row[one.number]) for one, row in zip(asked, rows, strict=True)]
    assert differences(whole, reduce(add, asked)) == []
    counts = [part.counted(period, 1_000, TOPICS) for part in some]
    np.testing.assert_array_equal(sum(counts), town.cases.counted(period, 1_000, TOPICS))


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="since must be before until"):
        Period(UNTIL, UNTIL)
    with pytest.raises(ValueError, match="one length"):
        Cases(*([np.zeros(2, int)] * 5), np.zeros(3, int))
    with pytest.raises(ValueError, match="leaf must be numbered"):
        few().counted(PERIOD, 2, 2)
    with pytest.raises(ValueError, match="topic must be numbered"):
        few().counted(PERIOD, 3, 1)
