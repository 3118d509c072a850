"""The loops of `recurrence`: windows of time over sorted moments."""

import numpy as np
import numpy.typing as npt

from layers.hotspots._compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@compiled
def most_in_one(moments: Floats, window: float) -> Ints:
    """The most moments of each sorted row within `window`, both ends included."""
    most = np.zeros(len(moments), np.int64)
    for row in range(len(moments)):
        last = 0
        for first in range(moments.shape[1]):
            while last < moments.shape[1] and moments[row, last] <= moments[row, first] + window:
                last += 1
            most[row] = max(most[row], last - first)
    return most


@compiled
def fullest(moments: Floats, window: float, count: int) -> Floats:
    """Where at most `count` disjoint windows start that hold together most of the sorted moments."""
    size = len(moments)
    after = np.searchsorted(moments, moments + window, "right")
    most = np.zeros((count + 1, size + 1), np.int64)
    for number in range(1, count + 1):
        for first in range(size - 1, -1, -1):
            taken = after[first] - first + most[number - 1, after[first]]
            most[number, first] = max(taken, most[number, first + 1])
    starts = np.empty(count)
    found = first = 0
    while first < size and found < count:
        if most[count - found, first] == most[count - found, first + 1]:
            first += 1
        else:
            starts[found] = moments[first]
            first = after[first]
            found += 1
    return starts[:found]


@compiled
def covered(moments: Floats, starts: Floats, window: float) -> int:
    """How many of the sorted moments lie in the windows."""
    inside = 0
    for start in starts:
        first = np.searchsorted(moments, start)
        inside += np.searchsorted(moments, start + window, "right") - first
    return inside
