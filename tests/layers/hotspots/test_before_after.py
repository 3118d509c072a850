"""The change between two counts, against values computed by scipy and by hand."""

from math import inf

import pytest
from scipy import stats

from layers.hotspots.before_after import change


@pytest.mark.parametrize(("before", "after"), [(9, 11), (11, 8), (30, 5), (1, 1), (400, 650)])
def test_the_bounds_are_those_of_clopper_and_pearson(before: int, after: int) -> None:
    found = change(before, after)
    share = stats.binomtest(after, before + after).proportion_ci(0.95, method="exact")
    assert found is not None
    assert found.ratio == after / before
    assert found.low == pytest.approx(share.low / (1 - share.low), rel=1e-6)
    assert found.high == pytest.approx(share.high / (1 - share.high), rel=1e-6)


def test_from_eleven_to_eight_nobody_can_tell() -> None:
    found = change(11, 8)
    assert found is not None
    assert not found.is_less
    assert not found.is_more


def test_from_thirty_to_five_is_less_and_back_is_more() -> None:
    less, more = change(30, 5), change(5, 30)
    assert less is not None and less.is_less  # noqa: PT018 - both for the type
    assert more is not None and more.is_more  # noqa: PT018


def test_nothing_before_and_nothing_after() -> None:
    assert change(0, 0) is None
    first, last = change(0, 4), change(4, 0)
    assert first is not None
    assert (first.ratio, first.high) == (inf, inf)
    assert last is not None
    assert (last.ratio, last.low) == (0.0, 0.0)
    # 1 - 0.025 ** (1 / 4), as odds.
    share = 1 - 0.025**0.25
    assert last.high == pytest.approx(share / (1 - share))


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        change(-1, 2)
