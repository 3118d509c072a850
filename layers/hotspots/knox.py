"""Knox's near-repeat test: are cases that are near in space also near in time more often than by chance?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse, spatial

from layers.hotspots._compiled import compiled

Floats = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.int32]

# Permutations counted side by side: the ranks of a case in all of them are one cache line.
_ABREAST = 16


@dataclass(frozen=True)
class Knox:
    """Pairs of cases, each counted once.

    Attributes
    ----------
    near_both, near_space, near_time, pairs : int
        Near in both, in space, in time; all pairs there are.
    expected : float
        What `near_both` is on average when the times are dealt to the places anew.
    p : float
        One-sided: (1 + permutations with at least as many) / (1 + permutations).
    """

    near_both: int
    near_space: int
    near_time: int
    pairs: int
    expected: float
    p: float


def knox(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    t: npt.ArrayLike,
    near: tuple[float, float],
    *,
    rng: np.random.Generator,
    permutations: int = 999,
) -> Knox:
    """Knox's statistic with its Monte Carlo p.

    Parameters
    ----------
    x, y, t : (n,) arrays
        Coordinates, and times as numbers, e.g. days; cases at one coordinate are near each other.
    near : (distance, gap)
        Near is at most this far, in the units of the coordinates and of `t`.
    rng
        Deals the times to the places.

    Raises
    ------
    ValueError
        Arrays that differ in length or are not finite; a negative distance or gap; no permutations.

    References
    ----------
    Knox (1964), Applied Statistics 13; Townsley, Homel & Chaseling (2003), British Journal of Criminology 43.
    """
    places, times = _checked(x, y, t)
    if min(near) < 0 or permutations < 1:
        raise ValueError("near: not negative; permutations: at least one")
    # Cases that are near each other come near each other in memory.
    order = spatial.cKDTree(places).indices
    lists = _near_in_space(places[order], near[0])
    rank, windows = _near_in_time(times[order], near[1])
    observed = int(_near_both(lists, rank[:, None], windows)[0])
    dealt = np.concatenate(
        [_near_both(lists, ranks, windows) for ranks in _deals(len(rank), permutations, rng)]
    )
    space, time = len(lists[1]), int((windows[1] - 1).sum()) // 2
    pairs = len(rank) * (len(rank) - 1) // 2
    p = (1 + int((dealt >= observed).sum())) / (1 + permutations)
    return Knox(observed, space, time, pairs, space * time / max(pairs, 1), p)


def _checked(x: npt.ArrayLike, y: npt.ArrayLike, t: npt.ArrayLike) -> tuple[Floats, Floats]:
    columns = [np.asarray(column, np.float64) for column in (x, y, t)]
    if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
        raise ValueError("x, y, t: one of each for every case")
    if not all(np.isfinite(column).all() for column in columns):
        raise ValueError("x, y, t: finite")
    return np.column_stack(columns[:2]), columns[2]


def _near_in_space(places: Floats, distance: float) -> tuple[Ranks, Ranks]:
    """For each place where the list of its later neighbours starts, and all lists."""
    pairs = spatial.cKDTree(places).query_pairs(distance, output_type="ndarray")
    shape = (len(places), len(places))
    lists = sparse.csr_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=shape)
    return lists.indptr.astype(np.int32), lists.indices.astype(np.int32)


def _near_in_time(times: Floats, gap: float) -> tuple[Ranks, tuple[Ranks, Ranks]]:
    """The rank of each time; for each rank the first that is near it and how many are, itself included."""
    order = np.argsort(times, kind="stable")
    rank = np.empty(len(times), np.int32)
    rank[order] = np.arange(len(times))
    first, last = _windows(times[order], gap)
    return rank, (first, last - first)


def _deals(count: int, permutations: int, rng: np.random.Generator) -> Iterator[Ranks]:
    """Ranks dealt to the places: in each block a row for each place, a column for each permutation."""
    for done in range(0, permutations, _ABREAST):
        width = min(_ABREAST, permutations - done)
        yield _dealt(count, width, np.uint64(rng.integers(0, 2**63)))


@compiled
def _windows(times: Any, gap: float) -> Any:
    """For each of the sorted times the first that is near it and the first after those that are."""
    count = len(times)
    first, last = np.empty(count, np.int32), np.empty(count, np.int32)
    low = high = 0
    for i in range(count):
        while times[i] - times[low] > gap:
            low += 1
        while high < count and times[high] - times[i] <= gap:
            high += 1
        first[i], last[i] = low, high
    return first, last


@compiled
def _dealt(count: int, width: int, seed: Any) -> Any:
    """Shuffles by Fisher and Yates on SplitMix64."""
    ranks = np.empty((count, width), np.int32)
    state = seed
    for i in range(count):
        for b in range(width):
            state += np.uint64(0x9E3779B97F4A7C15)
            mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            mixed = (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)
            j = int(float(mixed) * 2.0**-53 * (i + 1))
            ranks[i, b] = ranks[j, b]
            ranks[j, b] = i
    return ranks


@compiled
def _near_both(lists: Any, ranks: Any, windows: Any) -> Any:
    """How many pairs that are near in space are near in time, by permutation."""
    starts, others = lists
    first, size = windows
    count, width = ranks.shape
    found = np.zeros(width, np.int64)
    low, span = np.empty(width, np.int32), np.empty(width, np.uint32)
    near = np.empty(width, np.int32)
    for i in range(count):
        if starts[i] == starts[i + 1]:
            continue
        for b in range(width):
            low[b] = first[ranks[i, b]]
            span[b] = size[ranks[i, b]]
            near[b] = 0
        for at in range(starts[i], starts[i + 1]):
            other = ranks[others[at]]
            for b in range(width):
                near[b] += np.uint32(other[b] - low[b]) < span[b]
        for b in range(width):
            found[b] += near[b]
    return found
