"""Who is called recurrent, a burst or neither, at length (RUNS=300 places a row)."""

import itertools
import os

import pytest

from layers.hotspots.recurrence import Course
from tests.layers.hotspots import calibration, patterns

RUNS = int(os.environ.get("RUNS", "300"))


@pytest.mark.parametrize("size", calibration.SIZES)
def test_bursts_are_not_called_recurrent(size: int) -> None:
    for name, draw in calibration.BURSTS.items():
        row = calibration.conflicts(name, draw, size, RUNS * 4)
        print(f"\n{row}", end="")
        assert row.share(Course.RECURRENT) <= 0.03


@pytest.mark.parametrize("size", calibration.SIZES)
def test_recurring_conflicts_are_not_called_bursts(size: int) -> None:
    rows = [calibration.conflicts(*kind, size, RUNS) for kind in calibration.LASTING.items()]
    for row in rows:
        print(f"\n{row}", end="")
        assert row.share(Course.BURST) <= 0.10


def test_many_spells_with_many_cases_are_called_recurrent() -> None:
    for size in (40, 60):
        row = calibration.conflicts("4 to 6 spells", patterns.spells(4, 6), size, RUNS)
        print(f"\n{row}", end="")
        assert row.share(Course.RECURRENT) >= 0.95


def test_ordinary_places_are_not_called_recurrent() -> None:
    row = calibration.ordinary(RUNS * 30)
    print(f"\n{row}", end="")
    assert row.share(Course.RECURRENT) <= 0.01


def test_what_lies_between_is_shown() -> None:
    """No demand: a burst of five months, and conflicts that are new."""
    between = {"burst of 150 days": patterns.burst(150, 150), "new": patterns.new}
    for kind, size in itertools.product(between.items(), calibration.SIZES):
        print(f"\n{calibration.conflicts(*kind, size, RUNS)}", end="")
