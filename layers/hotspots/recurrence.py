"""Does a conflict keep coming back, or was it one burst? Partial conjunction over spells.

A place with more cases than expected may owe them to a single quarrel. So the fullest windows of time
are taken away, and what is left is tested against what is expected in the time that is left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import special

from layers.hotspots import _windows
from layers.hotspots.replicates import sequential_p

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Tail = Callable[[int, float, float], float]

WINDOW = 91.0
SPELLS = 3
LEVEL = 0.05
BURST_LEVEL = 0.01
REPLICATES = 999


@dataclass(frozen=True)
class Reference:
    """What a place leads to expect over the whole period: mean, and variance of the true mean ÷ mean²."""

    mean: float
    relative_variance: float = 0.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.mean) and self.mean > 0):
            raise ValueError("mean must be above 0")
        if not self.relative_variance >= 0:
            raise ValueError("relative_variance must be 0 or more")


class CityTime:
    """How the cases of a topic spread over the period in the whole city.

    Parameters
    ----------
    start, end : float
        The period in days, `start` below `end`.
    weights : ndarray of float, optional
        Cases (or any weight) in slices of equal length from `start` to `end`; none for even time.

    Raises
    ------
    ValueError
        For an empty period, and for weights that are negative or sum to 0.
    """

    def __init__(self, start: float, end: float, weights: Floats | None = None) -> None:
        weights = np.ones(1) if weights is None else np.asarray(weights, np.float64)
        if not start < end:
            raise ValueError("start must be before end")
        if not ((weights >= 0).all() and weights.sum() > 0):
            raise ValueError("weights must be 0 or more, not all 0")
        self.start, self.end = start, end
        self._edges = np.linspace(start, end, len(weights) + 1)
        self._shares = np.append(0.0, np.cumsum(weights) / weights.sum())

    def share_before(self, days: Floats) -> Floats:
        """The part of the city's cases up to each moment, 0 to 1."""
        shares: Floats = np.interp(days, self._edges, self._shares)
        return shares

    def moment(self, shares: Floats) -> Floats:
        """When the city had had this part of its cases: the inverse of `share_before`."""
        days: Floats = np.interp(shares, self._shares, self._edges)
        return days


def city_time(counts: Ints, *, start: float, end: float, evenness: float = 60.0) -> CityTime:
    """The city's profile from the cases of a topic, shrunk to even time by `evenness` more cases.

    Parameters
    ----------
    counts : ndarray of int, shape (n,)
        Cases in equal slices of the period, about a month each; best without those of the place that is tested.
    """
    return CityTime(start, end, counts.astype(np.float64) + evenness / len(counts))


class Course(StrEnum):
    """How the cases above expectation lie in time."""

    RECURRENT = "recurrent"
    TWICE = "twice"
    BURST = "burst"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Recurrence:
    """The verdict with its evidence.

    Attributes
    ----------
    course : Course
    p_values : tuple of float
        p_1 … p_r: the chance of as many cases as are left without the fullest 0 … r-1 windows.
    left : tuple of int
        The cases that are left for each.
    burst_p : float
        The chance of as full a window given the number of cases; 1 where it was not asked.
    """

    course: Course
    p_values: tuple[float, ...]
    left: tuple[int, ...]
    burst_p: float


def upper_tail(count: int, mean: float, relative_variance: float) -> float:
    """The chance of `count` cases or more: gamma-Poisson, Poisson without variance."""
    if count <= 0:
        return 1.0
    if relative_variance == 0:
        return float(special.gammainc(count, mean))
    size = 1 / relative_variance
    return float(special.betainc(count, size, mean / (size + mean)))


def recurrence(
    days: Floats,
    reference: Reference,
    time: CityTime,
    *,
    rng: np.random.Generator,
    window: float = WINDOW,
    spells: int = SPELLS,
    tail: Tail = upper_tail,
) -> Recurrence:
    """Tell a conflict that keeps coming back from a burst.

    p_r is the chance of what is left when the r - 1 disjoint windows with most cases are removed, against
    the expectation of the uncovered time in the city's own profile. *Recurrent*: p_r of the `spells`-th
    at most 0.05 and that many cases left. *Twice*: p_2 at most 0.05. *Burst*: p_2 above it and the
    fullest window too full for so many cases (p at most 0.01, simulated from the city's profile).

    Parameters
    ----------
    days : ndarray of float, shape (n,)
        When the cases happened, within the period of `time`, in any order.
    reference, time
        What is expected of the place in the whole period, and the city's profile of the topic.
    window, spells, tail
        Days of a window; how many spells make a recurrent conflict, 3, or 2 for “came back once”; and the
        chance of a count or more, given mean and relative variance.

    Raises
    ------
    ValueError
        For days outside the period, or `spells` below 2.

    Notes
    -----
    Benjamini, Y. & Heller, R. (2008): Screening for partial conjunction hypotheses, Biometrics 64,
    1215-1222, over windows of time in place of studies. Scan statistic: Naus, J. (1965), JASA 60, 532-538.
    """
    days = _sorted_days(days, time)
    if spells < 2:
        raise ValueError("spells must be 2 or more")
    left, p_values = _without_fullest(days, reference, time, window, spells, tail)
    if p_values[-1] <= LEVEL and left[-1] >= spells:
        return Recurrence(Course.RECURRENT, p_values, left, 1.0)
    if p_values[1] <= LEVEL:
        return Recurrence(Course.TWICE, p_values, left, 1.0)
    burst_p = scan_p(days, time, rng=rng, window=window)
    course = Course.BURST if burst_p <= BURST_LEVEL else Course.UNDETERMINED
    return Recurrence(course, p_values, left, burst_p)


def _without_fullest(
    days: Floats, reference: Reference, time: CityTime, window: float, spells: int, tail: Tail
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Cases left without the fullest 0 … spells - 1 windows, and the chance of as many in the time left."""
    left, p_values = [], []
    for removed in range(spells):
        starts = _windows.fullest(days, window, removed)
        count = len(days) - _windows.covered(days, starts, window)
        mean = reference.mean * _uncovered(starts, window, time)
        left.append(count)
        p_values.append(tail(count, mean, reference.relative_variance))
    return tuple(left), tuple(p_values)


def _sorted_days(days: Floats, time: CityTime) -> Floats:
    days = np.sort(np.asarray(days, np.float64))
    # Sorting puts what is not a number at the end.
    if len(days) and not (days[0] >= time.start and days[-1] <= time.end):
        raise ValueError("days must lie within the period")
    return days


def _uncovered(starts: Floats, window: float, time: CityTime) -> float:
    ends = np.minimum(starts + window, time.end)
    return 1 - float(np.sum(time.share_before(ends) - time.share_before(starts)))


def scan_p(
    days: Floats,
    time: CityTime,
    *,
    rng: np.random.Generator,
    window: float = WINDOW,
    replicates: int = REPLICATES,
) -> float:
    """The chance that some window holds as many of the cases as the fullest does, given their number.

    Simulated: so many moments are drawn from the city's profile, up to `replicates` times.
    """
    days = _sorted_days(days, time)
    if not len(days):
        return 1.0
    fullest = _windows.most_in_one(days[None], window)[0]

    def extreme(count: int) -> Flags:
        drawn = time.moment(np.sort(rng.random((count, len(days))), axis=1))
        as_full: Flags = _windows.most_in_one(drawn, window) >= fullest
        return as_full

    return sequential_p(extreme, replicates)
