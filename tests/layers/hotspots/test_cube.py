"""The cube of counts: by hand, at the borders of periods, and as the sum of its parts."""

from itertools import pairwise

import numpy as np
import pytest

from layers.hotspots.cube import NONE, Periods, Unit, bin_cube

SHAPE = (3, 2, 2)


def days(*texts: str) -> np.ndarray:
    return np.array(texts, "datetime64[s]")


def test_counts_by_hand() -> None:
    cube = bin_cube([0, 0, 2, 2], [1, 1, 0, 0], [0, 0, 1, 0], SHAPE)
    assert cube.dtype == np.int32
    assert cube[0].tolist() == [[0, 0], [2, 0]]
    assert cube[2].tolist() == [[1, 1], [0, 0]]
    assert cube.sum() == 4


def test_what_is_nowhere_or_at_no_time_is_not_counted() -> None:
    assert bin_cube([-1, 0, 1], [0, NONE, 0], [0, 0, 1], SHAPE).sum() == 1


def test_no_cases_make_an_empty_cube() -> None:
    assert bin_cube([], [], [], SHAPE).tolist() == np.zeros(SHAPE).tolist()


def test_the_cube_of_all_is_the_sum_of_the_cubes_of_parts() -> None:
    chance = np.random.default_rng(3)
    keys = chance.integers(-1, 2, (3, 1000))
    whole = bin_cube(*keys, SHAPE)
    for parts in (2, 7):
        cubes = [bin_cube(*part, SHAPE) for part in np.array_split(keys, parts, axis=1)]
        assert (np.sum(cubes, axis=0) == whole).all()
    expected = np.zeros(SHAPE)
    np.add.at(expected, tuple(keys[:, (keys >= 0).all(axis=0)]), 1)
    assert (whole == expected).all()


def test_weeks_begin_on_monday() -> None:
    weeks = Periods("week", np.datetime64("2026-03-04"), np.datetime64("2026-03-18"))
    assert weeks.starts().astype(str).tolist() == ["2026-03-02", "2026-03-09", "2026-03-16"]
    times = days(
        "2026-03-01T23:59:59", "2026-03-02", "2026-03-08T23:59", "2026-03-09", "2026-03-23"
    )
    assert weeks.of(times).tolist() == [NONE, 0, 0, 1, NONE]


def test_months_are_whole_and_cross_the_year() -> None:
    months = Periods("month", np.datetime64("2025-11-20"), np.datetime64("2026-02-01"))
    assert months.starts().astype(str).tolist() == [
        "2025-11-01",
        "2025-12-01",
        "2026-01-01",
        "2026-02-01",
    ]
    times = days("2025-11-01", "2026-02-28T23:00", "2026-03-01", "2025-10-31", "NaT")
    assert months.of(times).tolist() == [0, 3, NONE, NONE, NONE]


@pytest.mark.parametrize("unit", ["day", "week", "month"])
def test_every_time_lies_between_the_start_of_its_period_and_the_next(unit: Unit) -> None:
    periods = Periods(unit, np.datetime64("1969-11-20"), np.datetime64("1972-03-05"))
    times = np.datetime64("1969-12-01", "s") + np.arange(0, 700 * 86_400, 40_009)
    starts, of = periods.starts(), periods.of(times)
    assert (starts[of] <= times).all()
    assert (times[of < len(periods) - 1] < starts[of[of < len(periods) - 1] + 1]).all()
    assert periods.of(starts).tolist() == list(range(len(periods)))
    assert all(one < other for one, other in pairwise(starts))


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        (([3], [0], [0]), "cell"),
        (([0], [2], [0]), "period"),
        (([0], [0], [2]), "topic"),
        (([0, 1], [0], [0]), "cell, period, topic"),
    ],
)
def test_bad_columns_are_named(columns: tuple[list[int], ...], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        bin_cube(*columns, SHAPE)


def test_bad_periods_are_named() -> None:
    day = np.datetime64("2026-01-01")
    with pytest.raises(ValueError, match="until"):
        Periods("day", day, day - 1)
    with pytest.raises(ValueError, match="unit"):
        Periods("year", day, day)  # type: ignore[arg-type]
