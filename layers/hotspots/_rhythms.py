"""The loops of `rhythm`: circular windows over counts by slot, and cases drawn from a pool."""

import numpy as np
import numpy.typing as npt

from layers.hotspots._compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@compiled
def best_window(
    inside: Ints, pool: Ints, costs: Floats, shortest: int, longest: int, logs: Floats
) -> tuple[float, int, int, int]:
    """The circular window with the largest ratio less the cost of its row: that, row, start and length.

    `inside` and `pool` hold the cases of the place and of all, shape (rows, slots), the first row all of
    them; `logs` holds n log n. The ratio is that of two binomials: the place's share in the window against
    the rest's, to one share for both. 0 for all where none exceeds its cost.
    """
    best = (0.0, 0, 0, 0)
    rows, slots = inside.shape
    number, total = inside[0].sum(), pool[0].sum()
    rest = total - number
    whole = logs[total] - logs[number] - logs[rest]
    for row in range(rows):
        for start in range(slots):
            count = together = 0
            for length in range(1, longest + 1):
                slot = (start + length - 1) % slots
                count += inside[row, slot]
                together += pool[row, slot]
                if length >= shortest and count * rest > (together - count) * number:
                    other = together - count
                    ratio = (
                        logs[count]
                        + logs[number - count]
                        + logs[other]
                        + logs[rest - other]
                        - logs[together]
                        - logs[total - together]
                        + whole
                        - costs[row]
                    )
                    if ratio > best[0]:
                        best = (ratio, row, start, length)
    return best


@compiled
def replicate_scores(
    slots: Ints,
    pool: Ints,
    of_row: Ints,
    costs: Floats,
    chances: Floats,
    shortest: int,
    longest: int,
    logs: Floats,
) -> Floats:
    """The best scores of as many cases as `chances` has columns, taken from the pool without return.

    `slots` is the slot of each case of the pool as kind * slots + slot, `of_row` says which kinds each row counts.
    """
    width = pool.shape[1]
    scores = np.empty(len(chances))
    inside = np.empty_like(pool)
    for replicate in range(len(chances)):
        inside[:] = 0
        for drawn in range(chances.shape[1]):
            other = drawn + np.int64(chances[replicate, drawn] * (len(slots) - drawn))
            slots[drawn], slots[other] = slots[other], slots[drawn]
            kind, slot = slots[drawn] // width, slots[drawn] % width
            for row in range(len(pool)):
                inside[row, slot] += of_row[row, kind]
        scores[replicate] = best_window(inside, pool, costs, shortest, longest, logs)[0]
    return scores
