"""The loops of `episodes`: over points sorted by bin, and by time within a bin.

The diagonal of a bin is a little shorter than `eps`, so points of one bin are near in space and only
time decides: most points are known to be core without one distance, and the cores of a bin are
linked along time. A near point lies at most two bins away.
"""

import numpy as np
import numpy.typing as npt

from layers.hotspots._compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NOISE = -1
_ROWS = 5
_MOST_AROUND = 25


@compiled
def _root(parents: Ints, point: int) -> int:
    while parents[point] != point:
        parents[point] = parents[parents[point]]
        point = parents[point]
    return point


@compiled
def _join(parents: Ints, one: int, other: int) -> None:
    one, other = _root(parents, one), _root(parents, other)
    if one < other:
        parents[other] = one
    else:
        parents[one] = other


@compiled
def _around(keys: Ints, width: int, bin_: int, first: Ints, found: Ints) -> int:
    """The bins at most two rows and two columns away, but for itself; how many.

    Bins come in the order of their keys, so where each row is looked up only moves forward.
    """
    count = 0
    for row in range(_ROWS):
        middle = keys[bin_] + (row - 2) * width
        while first[row] < len(keys) and keys[first[row]] < middle - 2:
            first[row] += 1
        near = first[row]
        while near < len(keys) and keys[near] <= middle + 2:
            if near != bin_:
                found[count] = near
                count += 1
            near += 1
    return count


@compiled
def find_cores(
    points: Floats, keys: Ints, starts: Ints, width: int, eps: float, gap: float, least: int
) -> Bools:
    """Which points have `least` points, themselves included, within `eps` and `gap`."""
    is_core = np.zeros(len(points), np.bool_)
    first, near = np.zeros(_ROWS, np.int64), np.empty(_MOST_AROUND, np.int64)
    cursors = np.empty(_MOST_AROUND, np.int64)
    for bin_ in range(len(keys)):
        around = _around(keys, width, bin_, first, near)
        for other in range(around):
            cursors[other] = starts[near[other]]
        low = high = starts[bin_]
        for point in range(starts[bin_], starts[bin_ + 1]):
            time = points[point, 2]
            while time - points[low, 2] > gap:
                low += 1
            while high < starts[bin_ + 1] and points[high, 2] - time <= gap:
                high += 1
            count = high - low
            other = 0
            while count < least and other < around:
                candidate = cursors[other]
                end = starts[near[other] + 1]
                while candidate < end and time - points[candidate, 2] > gap:
                    candidate += 1
                cursors[other] = candidate
                while count < least and candidate < end and points[candidate, 2] - time <= gap:
                    x = points[candidate, 0] - points[point, 0]
                    y = points[candidate, 1] - points[point, 1]
                    count += x * x + y * y <= eps * eps
                    candidate += 1
                other += 1
            is_core[point] = count >= least
    return is_core


@compiled
def link_cores(
    points: Floats, keys: Ints, starts: Ints, width: int, eps: float, gap: float
) -> Ints:
    """The root of each core, of points that are all core."""
    parents = np.arange(len(points))
    first, near = np.zeros(_ROWS, np.int64), np.empty(_MOST_AROUND, np.int64)
    for bin_ in range(len(keys)):
        for point in range(starts[bin_] + 1, starts[bin_ + 1]):
            if points[point, 2] - points[point - 1, 2] <= gap:
                _join(parents, point - 1, point)
        around = _around(keys, width, bin_, first, near)
        for other in range(around):
            if near[other] < bin_:
                _link_bins(points, parents, starts, bin_, near[other], eps, gap)
    for point in range(len(points)):
        parents[point] = _root(parents, point)
    return parents


@compiled
def _link_bins(
    points: Floats, parents: Ints, starts: Ints, one: int, other: int, eps: float, gap: float
) -> None:
    """Join what is near across two bins; what hangs together already is not measured again."""
    low, end = starts[other], starts[other + 1]
    for point in range(starts[one], starts[one + 1]):
        time = points[point, 2]
        while low < end and time - points[low, 2] > gap:
            low += 1
        candidate = low
        while candidate < end and points[candidate, 2] - time <= gap:
            if _root(parents, candidate) != _root(parents, point):
                x = points[candidate, 0] - points[point, 0]
                y = points[candidate, 1] - points[point, 1]
                if x * x + y * y <= eps * eps:
                    _join(parents, candidate, point)
            candidate += 1


@compiled
def earliest_cores(points: Floats, roots: Ints) -> Ints:
    """For each root the first of its cores by time, x and y."""
    earliest = np.full(len(points), -1, np.int64)
    for point in range(len(points)):
        best = earliest[roots[point]]
        if best < 0 or _is_before(points, point, best):
            earliest[roots[point]] = point
    return earliest


@compiled
def _is_before(points: Floats, one: int, other: int) -> bool:
    for axis in (2, 0, 1):
        if points[one, axis] != points[other, axis]:
            return bool(points[one, axis] < points[other, axis])
    return False


@compiled
def label_borders(
    points: Floats,
    keys: Ints,
    starts: Ints,
    width: int,
    eps: float,
    gap: float,
    is_core: Bools,
    labels: Ints,
) -> None:
    """Give each border point the label of its nearest core: in space, then in time, then by label."""
    first, near = np.zeros(_ROWS, np.int64), np.empty(_MOST_AROUND, np.int64)
    cursors = np.empty(_MOST_AROUND, np.int64)
    for bin_ in range(len(keys)):
        around = _around(keys, width, bin_, first, near)
        near[around] = bin_
        for other in range(around + 1):
            cursors[other] = starts[near[other]]
        for point in range(starts[bin_], starts[bin_ + 1]):
            if is_core[point]:
                continue
            time = points[point, 2]
            nearest = (np.inf, np.inf, labels[point])
            for other in range(around + 1):
                end = starts[near[other] + 1]
                while cursors[other] < end and time - points[cursors[other], 2] > gap:
                    cursors[other] += 1
                core = cursors[other]
                while core < end and points[core, 2] - time <= gap:
                    x = points[core, 0] - points[point, 0]
                    y = points[core, 1] - points[point, 1]
                    found = (x * x + y * y, abs(points[core, 2] - time), labels[core])
                    if is_core[core] and found[0] <= eps * eps and found < nearest:
                        nearest = found
                    core += 1
            labels[point] = nearest[2]
