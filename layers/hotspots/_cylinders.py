"""The loops of `scan`: the likelihood ratio over circles and intervals of time.

No logarithm for nearly all cylinders. For each number of cases there is a largest expectation with which
the ratio still exceeds a floor (`ceilings`), so one comparison tells whether a cylinder matters; what is
left has to pass LLR ≤ d² N ÷ (mu (N - mu)), d = c - mu, with the best ratio so far. And an interval whose
first or last period holds no more than expected is never the best: without it d is no smaller and mu is
smaller, with which the ratio rises as long as c + mu ≤ N, which holds in circles of at most half the cases.
"""

import math

import numpy as np
import numpy.typing as npt

from layers.hotspots._compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

# Best ratio, centre, cells of the circle, first period, last period.
Best = tuple[float, int, int, int, int]


@compiled
def likelihood_ratio(count: int, mean: float, total: int) -> float:
    """The logarithm, for a count above the mean."""
    outside = (
        0.0 if count == total else (total - count) * math.log((total - count) / (total - mean))
    )
    return count * math.log(count / mean) + outside


@compiled
def best_cylinder(
    before: Counts,
    expected_before: Floats,
    neighbours: Counts,
    is_circle: Bools,
    is_blocked: Bools,
    ceilings: Floats,
    longest: int,
    only_alive: bool,
) -> Best:
    """The cylinder with the largest ratio above the floor of `ceilings`; a ratio of 0 if none is.

    `before` and `expected_before` hold for each cell the sums before each period, shape (cells, periods + 1).
    """
    periods = before.shape[1] - 1
    total = int(before[:, periods].sum())
    best = (0.0, -1, -1, -1, -1)
    counts, means = np.empty(periods + 1, np.int32), np.empty(periods + 1)
    rich = np.empty(periods, np.int64)
    for centre in range(len(neighbours)):
        counts[:] = 0
        means[:] = 0
        for size in range(neighbours.shape[1]):
            cell = neighbours[centre, size]
            for edge in range(periods + 1):
                counts[edge] += before[cell, edge]
                means[edge] += expected_before[cell, edge]
            if is_blocked[cell] or counts[periods] + means[periods] > total:
                break
            if is_circle[centre, size]:
                if only_alive:
                    ratio, first, last = _best_alive(
                        counts, means, total, ceilings, best[0], longest
                    )
                else:
                    number = _rich_periods(counts, means, rich)
                    ratio, first, last = _best_of_all(
                        counts, means, total, ceilings, best[0], longest, rich[:number]
                    )
                if ratio > best[0]:
                    best = (ratio, centre, size + 1, first, last)
    return best


@compiled
def _best_alive(
    counts: Counts, means: Floats, total: int, ceilings: Floats, best: float, longest: int
) -> tuple[float, int, int]:
    """The largest ratio of one circle up to the last period, with its periods, if it is above the best."""
    last = len(counts) - 2
    found = -1
    for first in range(last, max(-1, last - longest), -1):
        count = counts[last + 1] - counts[first]
        mean = means[last + 1] - means[first]
        if mean < ceilings[count]:
            more = count - mean
            if more * more * total > best * mean * (total - mean):
                ratio = likelihood_ratio(count, mean, total)
                if ratio > best:
                    best, found = ratio, first
    return best, found, last


@compiled
def _rich_periods(counts: Counts, means: Floats, rich: Ints) -> int:
    """How many periods hold more than expected; they are written to `rich`."""
    number = 0
    for period in range(len(counts) - 1):
        rich[number] = period
        number += counts[period + 1] - counts[period] > means[period + 1] - means[period]
    return number


@compiled
def _best_of_all(
    counts: Counts,
    means: Floats,
    total: int,
    ceilings: Floats,
    best: float,
    longest: int,
    rich: Ints,
) -> tuple[float, int, int]:
    """The largest ratio of one circle between rich periods, with its periods, if it is above the best."""
    first_found = last_found = -1
    for index in range(len(rich)):
        last = rich[index]
        for other in range(index, -1, -1):
            first = rich[other]
            if last - first >= longest:
                break
            count = counts[last + 1] - counts[first]
            mean = means[last + 1] - means[first]
            if mean < ceilings[count]:
                more = count - mean
                if more * more * total > best * mean * (total - mean):
                    ratio = likelihood_ratio(count, mean, total)
                    if ratio > best:
                        best, first_found, last_found = ratio, first, last
    return best, first_found, last_found
