"""How often a rhythm is found, rightly and wrongly, at length (RUNS=1000 places a row)."""

import os

import pytest

from layers.hotspots.rhythm import Days
from tests.layers.hotspots import rhythms

RUNS = int(os.environ.get("RUNS", "1000"))
SIZES = (12, 20, 40)


@pytest.mark.parametrize("city", [100, 250, rhythms.CITY])
@pytest.mark.parametrize("size", SIZES)
def test_places_like_the_topic_seldom_have_a_peak(size: int, city: int) -> None:
    """Without a peak 0.05 of them have one; the upper 95 % limit of 1,000 runs is 0.065."""
    for name, shares in (("hours", rhythms.WEEK), ("months", rhythms.YEAR)):
        share = rhythms.like_the_topic(shares, size, RUNS, city=city)
        print(f"\n{name}, {size} cases of {city}: a peak in {share:.3f}", end="")
        assert share <= 0.065


@pytest.mark.parametrize("size", SIZES)
def test_nights_and_markets_are_found_with_their_hours(size: int) -> None:
    for days, hours in ((Days.ALL, rhythms.NIGHT), (Days.WEEKEND, rhythms.MORNING)):
        is_found, is_right = rhythms.of_hours(days, hours, size, RUNS)
        print(
            f"\n{days} {hours[0]}-{hours[-1]}, {size} cases: found {is_found:.3f}, right {is_right:.3f}",
            end="",
        )
        assert is_found >= 0.98
        assert is_right >= 0.96


@pytest.mark.parametrize(("size", "demanded"), [(12, 0.89), (20, 0.99), (40, 0.99)])
def test_summers_are_found(size: int, demanded: float) -> None:
    share = rhythms.of_summer(size, RUNS)
    print(f"\nsummers, {size} cases: found {share:.3f}", end="")
    assert share >= demanded
