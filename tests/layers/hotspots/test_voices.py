"""A conflict of one caller is told from one of many, at the rates that were demanded."""

import numpy as np
import pytest

from layers.hotspots.recurrence import CityTime, Reference
from layers.hotspots.voices import UNKNOWN, Voices, hear
from tests.layers.hotspots import calibration, patterns

TIME = CityTime(0, 1000)
REFERENCE = Reference(0.8)
SPREAD_OUT = np.arange(50, 1000, 50.0)


def heard(days: patterns.Floats, callers: list[int]) -> Voices:
    rng = np.random.default_rng(1)
    return hear(days, np.array(callers), REFERENCE, TIME, rng=rng)


def test_a_steady_caller_alone_is_one_voice() -> None:
    callers = [7] * 17 + [1, 2]
    assert heard(SPREAD_OUT, callers) == Voices(7, 17 / 19, True)


def test_a_busy_caller_among_many_is_not_one_voice() -> None:
    callers = [7] * 8 + list(range(10, 21))
    assert heard(SPREAD_OUT, callers) == Voices(7, 8 / 19, False)


def test_less_than_two_fifths_is_never_one_voice() -> None:
    """Without caller 7 three cases of one week are left, which are not recurrent."""
    days = np.array([10.0, 20, 300, 301, 302, 303, 700, 990])
    assert heard(days, [7, 7, 1, 2, 3, 4, 7, 8]) == Voices(7, 3 / 8, False)
    assert heard(days, [7, 7, 1, 2, 3, 4, 7, 7]) == Voices(7, 4 / 8, True)


def test_unknown_callers_are_not_one() -> None:
    assert heard(SPREAD_OUT, [UNKNOWN] * 19) == Voices(UNKNOWN, 0.0, False)
    assert heard(SPREAD_OUT, [UNKNOWN] * 17 + [3, 3]) == Voices(3, 2 / 19, False)
    assert heard(np.zeros(0), []) == Voices(UNKNOWN, 0.0, False)


def label_rate(share: float, size: int, runs: int, draw: patterns.Draw) -> float:
    """How often one caller with this share of the conflict is labelled."""
    rng = np.random.default_rng([3, size])
    labelled = 0
    for _ in range(runs):
        place = patterns.place(rng, draw, size)
        ordinary = len(place.days) - size
        callers = 1 + np.arange(len(place.days))
        callers[ordinary:][rng.random(size) < share] = 0
        reference = calibration.reference_of(place)
        labelled += hear(place.days, callers, reference, calibration.EVEN, rng=rng).is_one_voice
    return labelled / runs


@pytest.mark.parametrize("name", ["steady", "4 to 6 spells"])
def test_the_label_falls_on_campaigns_and_not_on_the_public(name: str) -> None:
    draw = calibration.LASTING[name]
    assert label_rate(0.05, 40, 60, draw) == 0
    assert label_rate(0.30, 40, 60, draw) <= 0.02
    assert label_rate(1.00, 40, 60, draw) >= 0.95


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="callers"):
        heard(SPREAD_OUT, [1])
