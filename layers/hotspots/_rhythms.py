"""The loops of `rhythm`: circular windows over counts by slot, and cases drawn from a pool."""

import math

import numpy as np
import numpy.typing as npt

from layers.hotspots._compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Slots = npt.NDArray[np.uint8]


@compiled
def _entropy(count: int) -> float:
    return count * math.log(count) if count else 0.0


@compiled
def _ratio(count: int, together: int, number: int, total: int) -> float:
    """The likelihood ratio of two binomials: the place's share in a window against the rest's, to one for both.

    `count` cases of the `number` of the place and `together` of the `total` of all are in the window.
    """
    other, rest = together - count, total - number
    return (
        _entropy(count)
        + _entropy(number - count)
        + _entropy(other)
        + _entropy(rest - other)
        - _entropy(together)
        - _entropy(total - together)
        + (_entropy(total) - _entropy(number) - _entropy(rest))
    )


@compiled
def best_window(
    inside: Ints, pool: Ints, costs: Floats, shortest: int, longest: int
) -> tuple[float, int, int, int]:
    """The circular window with the largest ratio less the cost of its row: that, row, start and length.

    `inside` and `pool` hold the cases of the place and of all, shape (rows, slots), the first row all of
    them. 0 for all where none exceeds its cost.
    """
    best = (0.0, 0, 0, 0)
    rows, slots = inside.shape
    number, total = inside[0].sum(), pool[0].sum()
    for row in range(rows):
        for start in range(slots):
            count = together = 0
            for length in range(1, longest + 1):
                slot = (start + length - 1) % slots
                count += inside[row, slot]
                together += pool[row, slot]
                if length >= shortest and count * (total - number) > (together - count) * number:
                    ratio = _ratio(count, together, number, total) - costs[row]
                    if ratio > best[0]:
                        best = (ratio, row, start, length)
    return best


@compiled
def least_counts(
    pool: Ints, number: int, costs: Floats, shortest: int, longest: int, score: float
) -> Ints:
    """The fewest of `number` cases with which each window scores as much, shape (rows, slots, lengths).

    Above its share a window's ratio grows with its cases, so that replicates need no logarithms.
    """
    rows, slots = pool.shape
    total = pool[0].sum()
    least = np.full((rows, slots, longest + 1), number + 1)
    for row in range(rows):
        for start in range(slots):
            together = 0
            for length in range(1, longest + 1):
                together += pool[row, (start + length - 1) % slots]
                if length < shortest:
                    continue
                low, high = together * number // total, min(number, together) + 1
                while high - low > 1:
                    middle = (low + high) // 2
                    if _ratio(middle, together, number, total) - costs[row] >= score:
                        high = middle
                    else:
                        low = middle
                if high <= min(number, together):
                    least[row, start, length] = high
    return least


@compiled
def reaching(slots: Slots, of_row: Ints, least: Ints, chances: Floats, shortest: int) -> Flags:
    """Whether as many cases as `chances` has columns, taken from the pool without return, fill some window.

    `slots` is the slot of each case of the pool as kind * slots + slot, `of_row` says which kinds each row
    counts, and `least` how many cases fill a window.
    """
    rows, width, longest = least.shape[0], least.shape[1], least.shape[2] - 1
    found = np.zeros(len(chances), np.bool_)
    drawn = np.empty(of_row.shape[1] * width, np.int64)
    inside = np.empty((rows, width + longest), np.int64)
    for replicate in range(len(chances)):
        drawn[:] = 0
        for case in range(chances.shape[1]):
            other = case + np.int64(chances[replicate, case] * (len(slots) - case))
            slots[case], slots[other] = slots[other], slots[case]
            drawn[slots[case]] += 1
        _wrap(drawn, of_row, inside)
        found[replicate] = _is_filled(inside, least, shortest)
    return found


@compiled
def _wrap(drawn: Ints, of_row: Ints, inside: Ints) -> None:
    """Cases by row and slot, the first slots again behind the last."""
    width = len(drawn) // of_row.shape[1]
    for row in range(len(inside)):
        for slot in range(inside.shape[1]):
            inside[row, slot] = 0
            for kind in range(of_row.shape[1]):
                inside[row, slot] += of_row[row, kind] * drawn[kind * width + slot % width]


@compiled
def _is_filled(inside: Ints, least: Ints, shortest: int) -> bool:
    for row in range(least.shape[0]):
        for start in range(least.shape[1]):
            count = 0
            for length in range(1, least.shape[2]):
                count += inside[row, start + length - 1]
                if length >= shortest and count >= least[row, start, length]:
                    return True
    return False
