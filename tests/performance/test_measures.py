"""The measures: their intervals by hand and by another library, and the smallest shapes."""

from math import isclose, sqrt

import pytest
from scipy import stats

from gridmap.performance.measures import BY_NAME, FEW, MEASURES, UNMEASURED, Share, wilson
from gridmap.performance.shares import COUNTED, COUNTED_BY_ACTS, none, shares_of, total


def test_the_interval_of_the_design_s_example_by_hand() -> None:
    # 1,206 of 1,280: p = 0.9421875, z² = 3.841459.
    p, n, z2 = 1206 / 1280, 1280, 3.841458820694124
    middle = (p + z2 / 2 / n) / (1 + z2 / n)
    reach = sqrt(z2) * sqrt(p * (1 - p) / n + z2 / 4 / n / n) / (1 + z2 / n)
    low, high = Share(1206, 1280).interval
    assert isclose(low, middle - reach)
    assert isclose(high, middle + reach)
    assert (round(low, 4), round(high, 4)) == (0.928, 0.9537)


@pytest.mark.parametrize("denominator", [1, 2, 5, 19, 20, 137, 10_000])
def test_intervals_are_those_of_another_library(denominator: int) -> None:
    for numerator in {0, 1, denominator // 3, denominator - 1, denominator}:
        other = stats.binomtest(numerator, denominator).proportion_ci(method="wilson")
        found = wilson(numerator, denominator)
        assert found == pytest.approx((other.low, other.high), abs=1e-12)


def test_an_interval_holds_the_share_and_stays_between_nothing_and_all() -> None:
    for denominator in range(1, 60):
        for numerator in range(denominator + 1):
            low, high = wilson(numerator, denominator)
            assert 0 <= low <= numerator / denominator <= high <= 1


def test_of_nothing_there_is_no_share_and_everything_is_possible() -> None:
    assert Share().value is None
    assert Share().interval == (0.0, 1.0)
    assert Share().is_few


def test_a_share_of_fewer_than_twenty_is_few() -> None:
    assert Share(0, FEW - 1).is_few
    assert not Share(0, FEW).is_few


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 3), (4, 3), (1, 0)])
def test_a_share_that_cannot_be_is_refused_with_its_field(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="numerator"):
        Share(numerator, denominator)


def test_shares_of_parts_add_up() -> None:
    parts = shares_of(
        [{"part": 1, "on_time_rate": [3, 4]}, {"part": 2, "on_time_rate": [5, 5]}],
        [{"part": 2, "recurrence_90d": [1, 9]}],
    )
    assert parts[1]["recurrence_90d"] == Share()
    sums = total(parts.values())
    assert (sums["on_time_rate"], sums["recurrence_90d"]) == (Share(8, 9), Share(1, 9))
    assert total([]) == none()


def test_every_measure_is_counted_once_and_none_that_is_not_recorded() -> None:
    counted = [*COUNTED, *COUNTED_BY_ACTS, "recurrence_90d"]
    assert sorted(counted) == sorted(BY_NAME)
    assert len(BY_NAME) == len(MEASURES)
    assert not BY_NAME.keys() & {measure.name for measure in UNMEASURED}
