"""Four real cities, every period forecast from what was known before it: the gain over counts of all time."""

import os
from pathlib import Path

import pytest

from tests.layers.hotspots.real.verdicts import DEMANDS, Demand, reached

DATA = Path(os.environ["GRIDMAP_REAL_DATA"]).resolve()


@pytest.mark.parametrize(
    "demand", DEMANDS, ids=lambda one: f"{one.city}-{'topics' if one.is_by_topic else 'all'}"
)
def test_the_forecast_gains_on_a_real_city_what_is_demanded(demand: Demand) -> None:
    found = reached(demand, DATA)
    assert demand.is_met(found.gain), found.gain
