"""The space-time scan statistic: is there a circle and an interval with too many cases?"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree
from scipy.stats import gumbel_r

from layers.hotspots import _cylinders

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Cells = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Number = TypeVar("Number", np.int64, np.float64)

REPLICATES = 999
MOST_CLUSTERS = 10
# Far more than the rounding of a sum; what passes is judged by its true ratio.
_SLACK = 1e-9


class Windows(StrEnum):
    """Intervals that end now, or all."""

    PROSPECTIVE = "prospective"
    RETROSPECTIVE = "retrospective"


@dataclass(frozen=True)
class Circles:
    """For each cell the cells nearest to it, itself included, and where the circles around it end.

    Attributes
    ----------
    neighbours : ndarray of int, shape (cells, k)
    is_circle : ndarray of bool, shape (cells, k)
        Whether the cells so far fill a circle: the next one is farther away.
    """

    neighbours: Cells
    is_circle: Bools


@dataclass(frozen=True)
class Cluster:
    """A circle of cells and the periods `first` to `last` with more cases than expected."""

    cells: Ints
    first: int
    last: int
    observed: int
    expected: float
    llr: float
    p_value: float


@dataclass(frozen=True)
class Scan:
    """Clusters that share no cell, the most likely first, and the largest ratio of each replicate."""

    clusters: tuple[Cluster, ...]
    maxima: Floats

    def gumbel_p(self, llr: float) -> float:
        """The chance of a ratio this large by a Gumbel distribution fitted to the replicates.

        Abrams, A. M., Kleinman, K. & Kulldorff, M. (2010): Gumbel based p-value approximations for
        spatial scan statistics, International Journal of Health Geographics 9:61.
        """
        return float(gumbel_r.sf(llr, *gumbel_r.fit(self.maxima, method="MM")))


def circles(x: Floats, y: Floats, *, most_cells: int) -> Circles:
    """The circles around each cell, by distance of centroids, of at most `most_cells` cells.

    Parameters
    ----------
    x, y : ndarray of float, shape (cells,)
        Centroids, in a plane.

    Raises
    ------
    ValueError
        When there are no cells or `most_cells` is below 1.
    """
    if not len(x) or most_cells < 1:
        raise ValueError("most_cells and the number of cells must be 1 or more")
    centroids = np.column_stack([x, y])
    # One more than asked for, to see whether the last circle is complete.
    asked = min(most_cells + 1, len(centroids))
    away, found = cKDTree(centroids).query(centroids, k=np.arange(1, asked + 1))
    further = np.diff(away, append=np.inf) > 0
    return Circles(
        np.ascontiguousarray(found[:, :most_cells], np.int32),
        np.ascontiguousarray(further[:, :most_cells]),
    )


def scan(
    counts: Ints,
    zones: Circles,
    *,
    expected: Floats | None = None,
    windows: Windows = Windows.RETROSPECTIVE,
    longest: int,
    replicates: int = REPLICATES,
    seed: int,
    most_clusters: int = MOST_CLUSTERS,
) -> Scan:
    """Find the clusters in space and time, with Monte Carlo p-values.

    Parameters
    ----------
    counts : ndarray of int, shape (cells, periods)
        Cases.
    zones : Circles
    expected : ndarray of float, shape (cells, periods), optional
        What is expected, up to a factor: the Poisson model, whose replicates draw all cases anew. Without it
        the permutation model, which needs cases only: each cell has its share of each period, and
        replicates permute the periods of the cases.
    windows : Windows
    longest : int
        Periods of the longest interval.
    seed : int
        Each replicate has a generator of its own, so they may be computed in any number of processes.
    most_clusters : int
        Of the clusters after the first, only those that share no cell with an earlier one.

    Raises
    ------
    ValueError
        For shapes that do not fit, negative values, and parameters below 1.

    Notes
    -----
    Kulldorff, M. (2001): Prospective time periodic geographical disease surveillance using a scan
    statistic, JRSS A 164, 61-72. Kulldorff, M. et al. (2005): A space-time permutation scan statistic for
    disease outbreak detection, PLoS Medicine 2(3): e59. As usual, no circle holds more than half: its
    cases and its expectation together are at most all cases.
    """
    if most_clusters < 1 or replicates < 1:
        raise ValueError("most_clusters and replicates must be 1 or more")
    counts, expected, is_permuted = _checked(counts, zones, expected, longest)
    scanner = _Scanner(expected, zones, longest, windows)
    seeds = np.random.SeedSequence(seed).spawn(replicates)
    found = scanner.clusters(counts, most_clusters)
    maxima = scanner.maxima(counts, seeds, is_permuted)
    return Scan(tuple(_cluster(best, counts, expected, zones, maxima) for best in found), maxima)


def replicate_maxima(
    counts: Ints,
    zones: Circles,
    *,
    seeds: Iterable[np.random.SeedSequence],
    expected: Floats | None = None,
    windows: Windows = Windows.RETROSPECTIVE,
    longest: int,
) -> Floats:
    """The largest ratios of some replicates, one for each of the seeds: the part to share among processes.

    Parameters are those of `scan`, whose maxima are these of `SeedSequence(seed).spawn(replicates)`.
    """
    counts, expected, is_permuted = _checked(counts, zones, expected, longest)
    return _Scanner(expected, zones, longest, windows).maxima(counts, seeds, is_permuted)


def _checked(
    counts: Ints, zones: Circles, expected: Floats | None, longest: int
) -> tuple[Ints, Floats, bool]:
    """Counts, expectations with the same sum, and whether cases are permuted."""
    counts = np.asarray(counts, np.int64)
    if counts.ndim != 2 or len(counts) != len(zones.neighbours):
        raise ValueError("counts must be by cell and period, with the cells of zones")
    if counts.min(initial=0) < 0 or not counts.sum():
        raise ValueError("counts must be 0 or more, not all 0")
    if longest < 1:
        raise ValueError("longest must be 1 or more")
    if expected is None:
        by_cell, by_period = counts.sum(axis=1), counts.sum(axis=0)
        return counts, np.outer(by_cell, by_period) / counts.sum(), True
    expected = np.asarray(expected, np.float64)
    if expected.shape != counts.shape or not ((expected >= 0).all() and expected.sum() > 0):
        raise ValueError("expected must be as counts, 0 or more, not all 0")
    if counts[expected == 0].any():
        raise ValueError("expected must be above 0 where there are cases")
    return counts, expected * (counts.sum() / expected.sum()), False


class _Scanner:
    """One set of circles, intervals and expectations, over any counts of the same total."""

    def __init__(self, expected: Floats, zones: Circles, longest: int, windows: Windows) -> None:
        self._expected, self._zones = expected, zones
        self._longest, self._only_alive = longest, windows == Windows.PROSPECTIVE
        self._expected_before = _before(expected)

    def clusters(self, counts: Ints, most: int) -> list[_cylinders.Best]:
        """The best cylinder, then each time the best that shares no cell with those before."""
        is_blocked = np.zeros(len(counts), np.bool_)
        ceilings = _ceilings(int(counts.sum()), 0.0)
        found: list[_cylinders.Best] = []
        while len(found) < most:
            best = self._best(counts, ceilings, is_blocked)
            if not best[0]:
                break
            found.append(best)
            is_blocked[self._zones.neighbours[best[1], : best[2]]] = True
        return found

    def maxima(
        self, counts: Ints, seeds: Iterable[np.random.SeedSequence], is_permuted: bool
    ) -> Floats:
        """Which floor the ratios are sought above changes the work, never the answer."""
        draw = _permuted if is_permuted else _drawn
        total, nothing_blocked = int(counts.sum()), np.zeros(len(counts), np.bool_)
        floor = 0.0
        ceilings = _ceilings(total, floor)
        maxima: list[float] = []
        for seed in seeds:
            replicate = draw(counts, self._expected, np.random.default_rng(seed))
            largest = self._best(replicate, ceilings, nothing_blocked)[0]
            while not largest and floor:
                floor = floor / 2 if floor > 1 else 0.0
                ceilings = _ceilings(total, floor)
                largest = self._best(replicate, ceilings, nothing_blocked)[0]
            if not maxima:
                floor = largest * 0.8
                ceilings = _ceilings(total, floor)
            maxima.append(largest)
        return np.array(maxima)

    def _best(self, counts: Ints, ceilings: Floats, is_blocked: Bools) -> _cylinders.Best:
        return _cylinders.best_cylinder(
            _before(counts).astype(np.int32),
            self._expected_before,
            self._zones.neighbours,
            self._zones.is_circle,
            is_blocked,
            ceilings,
            self._longest,
            self._only_alive,
        )


def _before(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """For each cell the sums before each period, and of all."""
    return np.pad(np.cumsum(values, axis=1), ((0, 0), (1, 0)))


def _ceilings(total: int, floor: float) -> Floats:
    """For 0 to `total` cases the largest expectation with which the ratio exceeds the floor.

    Newton's steps start where the ratio is too large and, as it is convex, never pass the root.
    """
    counts = np.arange(1.0, total + 1)
    ceilings = counts * np.exp(-1 - floor / counts)
    if floor == 0:
        return np.append(0.0, counts)
    outside = total - counts
    constant = counts * np.log(counts) + outside * np.log(np.maximum(outside, 1)) - floor
    step = np.inf
    while step > _SLACK:
        excess = constant - counts * np.log(ceilings) - outside * np.log(total - ceilings)
        slope = counts / ceilings - outside / (total - ceilings)
        steps = excess / slope
        ceilings += steps
        step = float(np.max(steps / ceilings))
    return np.append(0.0, ceilings * (1 + 10 * _SLACK))


def _permuted(counts: Ints, expected: Floats, rng: np.random.Generator) -> Ints:
    """The same cases with their periods permuted."""
    cells, periods = counts.shape
    cell = np.repeat(np.arange(cells), counts.sum(axis=1))
    period = rng.permutation(np.repeat(np.arange(periods), counts.sum(axis=0)))
    return np.bincount(cell * periods + period, minlength=counts.size).reshape(counts.shape)


def _drawn(counts: Ints, expected: Floats, rng: np.random.Generator) -> Ints:
    """As many cases, drawn from what is expected."""
    shares = expected.ravel() / expected.sum()
    return rng.multinomial(counts.sum(), shares).reshape(counts.shape)


def _cluster(
    best: _cylinders.Best, counts: Ints, expected: Floats, zones: Circles, maxima: Floats
) -> Cluster:
    llr, centre, size, first, last = best
    cells = np.sort(zones.neighbours[centre, :size]).astype(np.int64)
    periods = slice(first, last + 1)
    p_value = (1 + int((maxima >= llr).sum())) / (1 + len(maxima))
    observed, mean = counts[cells, periods].sum(), expected[cells, periods].sum()
    return Cluster(cells, first, last, int(observed), float(mean), llr, p_value)
