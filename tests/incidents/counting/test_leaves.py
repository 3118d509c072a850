"""Sums over time, cut into leaves and blocks, are those of the numbers that went in, before any day."""

import random
from collections import Counter

import numpy as np
import pytest

from gridmap.incidents.counting import leaves
from gridmap.incidents.counting.leaves import (
    DAY_SHIFT,
    MOST,
    Leaf,
    changed,
    empty_leaf,
    offsets,
    read,
    summed,
    written,
)

DAYS, PLACES = 400, 12
Numbers = Counter[tuple[int, int]]


@pytest.fixture(autouse=True)
def many_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaves, "FEWEST_ENTRIES", 5)
    monkeypatch.setattr(leaves, "MOST_BLOCKS", 4)


def folded(series: list[Leaf], new: Numbers, width: int) -> list[Leaf]:
    """What folding does: every leaf gets its own changes, and what lies before it is added to its sums."""
    keys = np.array([day << DAY_SHIFT | place for day, place in new])
    own = summed(keys, np.array(list(new.values())))
    found: list[Leaf] = []
    bounds = [*np.searchsorted(own.days, [leaf.first for leaf in series]).tolist(), len(own.keys)]
    for leaf, begin, end in zip(series, bounds, bounds[1:], strict=False):
        before = leaves.widened(leaf.before, width) + own.part(0, begin).sums(width)
        kept = Leaf(before, leaf.marks, leaf.parts)
        found += changed(kept, own.part(begin, end), width) if begin < end else [kept]
    return found


def before(series: list[Leaf], day: int, width: int) -> list[int]:
    """What reading does."""
    leaf = [one for one in series if one.first <= day][-1]
    at = int(np.searchsorted(leaf.marks, day, side="right")) - 1
    data, starts = b"".join(leaf.parts), offsets(leaf.parts)
    sums, days, entries, _end = read(data[starts[at] - 1 : starts[at + 1] - 1])
    total = np.zeros(width, np.int64)
    for vector in (leaf.before, sums):
        total[: len(vector)] += vector
    for entry in entries[days < day].tolist():
        total[entry >> 8] += (entry & 255) - 128
    return total.tolist()


def drawn(draw: random.Random, width: int, number: int) -> Numbers:
    days = draw.choice((range(DAYS), range(DAYS - 3, DAYS), range(5)))
    most = draw.choice((1, 3, 500))
    return Counter(
        {(draw.choice(days), draw.randrange(width)): draw.randint(-1, most) for _ in range(number)}
    )


def test_they_are_those_of_the_numbers_whatever_comes_and_when() -> None:
    draw, total = random.Random(7), Numbers()
    series = [empty_leaf()]
    for step in range(60):
        width = 1 + step * PLACES // 60
        new = drawn(draw, width, draw.choice((1, 4, 80)))
        if not any(new.values()):
            continue
        total.update(new)
        series = folded(series, new, width)
        for day in draw.sample(range(DAYS + 2), 12):
            expected = [0] * width
            for (at, place), number in total.items():
                expected[place] += number * (at < day)
            assert before(series, day, width) == expected, (step, day)
    assert len(series) > 10
    assert max(len(leaf.marks) for leaf in series) <= 4
    assert [leaf.first for leaf in series] == sorted({leaf.first for leaf in series})


def test_a_day_with_more_entries_than_a_block_keeps_none_of_them() -> None:
    one_day = Counter({(9, place): 2 for place in range(PLACES)})
    more = Counter({(10, place): 1 for place in range(PLACES)})
    (leaf,) = folded(folded([empty_leaf()], one_day, PLACES), more, PLACES)
    assert leaf.marks == [0, 10, 11]
    assert [len(read(part)[1]) for part in leaf.parts] == [0, 0, 0]
    assert before([leaf], 10, PLACES) == [2] * PLACES
    assert before([leaf], 11, PLACES) == [3] * PLACES


@pytest.mark.parametrize("number", [1, -1, MOST, MOST + 1, -MOST - 1, 100_000])
def test_a_number_of_any_size_is_kept(number: int) -> None:
    entries = summed(np.array([5 << DAY_SHIFT | 3]), np.array([number]))
    _, days, kept, end = read(written(np.zeros(0, np.int64), entries))
    assert sum((kept & 255).astype(int) - 128) == number
    assert {*days.tolist()} == {5}
    assert {*(kept >> 8).tolist()} == {3}
    assert end == len(written(np.zeros(0, np.int64), entries))


@pytest.mark.parametrize(("most", "size"), [(127, 1), (128, 2), (32_768, 4)])
def test_sums_take_as_many_bytes_as_the_largest_needs(most: int, size: int) -> None:
    sums, *_ = read(written(np.array([1, -most, most])))
    assert (sums.tolist(), sums.itemsize) == ([1, -most, most], size)
