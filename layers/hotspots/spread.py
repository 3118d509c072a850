"""How much places differ for good in a topic, learnt from those that are not extraordinary.

Planted or true hot spots inflate a dispersion fitted to all counts; trimmed moments are too small,
because what was trimmed was partly ordinary. The likelihood *given that a count is below a cut*
(truncated maximum likelihood) has neither fault: it is right for the counts below, whatever the
ones above are. Source of the idea: truncated fits of the central null (Efron 2004, 2010); the
negative binomial in place of the normal because counts are small.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

GRID = np.geomspace(1e-3, 6.0, 59)
_STEP = math.log(GRID[1] / GRID[0])
_CUT = 0.95
_PILOT = 0.1
# The standard deviation of the logarithm by which topics differ; their own data move them from it.
_AMONG_GROUPS = 0.5
# The logarithm of a likelihood at the ends of a two-sided 80 % interval: 1.28² / 2.
_FALL = 0.82
_PER_E_FOLD = 12
_LOWEST = 1e-6


@dataclass(frozen=True)
class Spread:
    """Relative variance of what places differ by: of all groups, and of each with its upper limit.

    `likely` holds each group's log likelihood, prior included, on `GRID`.
    """

    pooled: float
    estimate: Floats
    upper: Floats
    likely: Floats


def truncated_spread(observed: Ints, expected: Floats, known: Floats, group: Ints) -> Spread:
    """The variance, by group, of a factor that multiplies each expectation.

    Parameters
    ----------
    observed, expected : ndarray, shape (n,)
        Counts and what they are expected to be; pairs expecting nothing are left out.
    known : ndarray, shape (n,)
        Relative variance that each expectation has anyway; the fitted one comes on top:
        ``(1 + fitted) (1 + known) - 1``.
    group : ndarray of int, shape (n,)
        Numbered from 0, without gaps.

    Notes
    -----
    The upper limit is the point above the estimate where the log likelihood has fallen by 0.82:
    the 90 % point of what is believed of a group after seeing its data and its neighbours'.
    """
    if not len(observed) == len(expected) == len(known) == len(group) or not len(group):
        raise ValueError("observed, expected, known and group must be of one length, not empty")
    bins = _Bins.of(observed, expected, known, group)
    pilot = _PILOT
    for _ in range(2):
        likely = bins.profile(pilot)
        pilot = _peak(likely.sum(axis=0))[0]
    believed = likely - (np.log(GRID / pilot) / _AMONG_GROUPS) ** 2 / 2
    peaks = np.array([_peak(line) for line in believed])
    return Spread(
        pooled=pilot,
        estimate=peaks[:, 0],
        upper=np.array([_fallen(*both) for both in zip(believed, peaks[:, 1], strict=True)]),
        likely=believed,
    )


def _peak(line: Floats) -> tuple[float, float]:
    """Where a line over the grid is highest, and how high, by a parabola through three points."""
    top = int(np.argmax(line))
    if top in (0, len(line) - 1):
        return float(GRID[top]), float(line[top])
    left, middle, right = line[top - 1 : top + 2]
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    height = middle - 0.25 * (left - right) * shift
    return float(GRID[top] * math.exp(shift * _STEP)), float(height)


def _fallen(line: Floats, height: float) -> float:
    """The first point behind the peak where the line has fallen by `_FALL`."""
    top = int(np.argmax(line))
    below = np.flatnonzero(line[top + 1 :] <= height - _FALL)
    if not len(below):
        return float(GRID[-1])
    after = top + 1 + int(below[0])
    before = line[after - 1]
    part = (before - (height - _FALL)) / (before - line[after])
    return float(GRID[after - 1] * math.exp(min(1.0, max(0.0, part)) * _STEP))


@dataclass(frozen=True)
class _Bins:
    """Pairs of like group, expectation and known variance; a likelihood is worked out once a bin."""

    starts: Ints
    observed: Ints  # sorted by bin
    expected: Floats
    known: Floats
    group: Ints
    groups: int

    @classmethod
    def of(cls, observed: Ints, expected: Floats, known: Floats, group: Ints) -> "_Bins":
        use = np.flatnonzero(expected > _LOWEST)
        mu, sure = expected[use], known[use]
        fine = np.floor(_PER_E_FOLD * np.log(mu / _LOWEST)).astype(np.int64)
        loose = np.floor(6 * np.log1p(sure / 0.01)).astype(np.int64)
        code = (group[use] * (fine.max() + 1) + fine) * (loose.max() + 1) + loose
        order = np.argsort(code, kind="stable")
        code = code[order]
        starts = np.flatnonzero(np.r_[True, code[1:] != code[:-1]])
        sizes = np.diff(np.r_[starts, len(code)])
        return cls(
            starts=np.r_[starts, len(code)],
            observed=observed[use][order],
            expected=np.add.reduceat(mu[order], starts) / sizes,
            known=np.add.reduceat(sure[order], starts) / sizes,
            group=group[use][order][starts],
            groups=int(group.max()) + 1,
        )

    def profile(self, pilot: float) -> Floats:
        """Log likelihood of every group at every point of the grid, cut as the pilot says."""
        parts: Floats = _profile(
            self.starts, self.observed, self.expected, self.known, pilot, GRID
        )
        likely = np.zeros((self.groups, len(GRID)))
        np.add.at(likely, self.group, parts)
        return likely


@njit(cache=True)
def _cut_at(mu, variance):  # type: ignore[no-untyped-def]
    """The count at or below which 95 % of a negative binomial lie; nearly so where it is large."""
    start = math.log1p(variance * mu) / variance
    if start > 600:
        return int(mu + 1.75 * math.sqrt(mu + variance * mu * mu))
    theta = variance * mu / (1 + variance * mu)
    size = 1 / variance
    term = math.exp(-start)
    total = term
    y = 0
    while total < _CUT:
        term *= (y + size) / (y + 1) * theta
        total += term
        y += 1
    return y


@njit(cache=True)
def _profile(starts, observed, expected, known, pilot, grid):  # type: ignore[no-untyped-def]
    likely = np.zeros((len(expected), len(grid)))
    for b in range(len(expected)):
        mu = expected[b]
        cut = _cut_at(mu, (1 + pilot) * (1 + known[b]) - 1)
        if cut == 0:
            continue
        having = np.zeros(cut + 1)
        for i in range(starts[b], starts[b + 1]):
            if observed[i] <= cut:
                having[observed[i]] += 1
        below = having.sum()
        for g in range(len(grid)):
            variance = (1 + grid[g]) * (1 + known[b]) - 1
            size = 1 / variance
            theta = variance * mu / (1 + variance * mu)
            # Relative to the cut's own probability: the constant falls out of the quotient.
            term, total, weighted = 1.0, 1.0, 0.0
            for y in range(cut, 0, -1):
                step = y / ((y - 1 + size) * theta)
                term *= step
                total += term
                if having[y - 1]:
                    weighted += having[y - 1] * math.log(max(term, 1e-300))
            likely[b, g] = weighted - below * math.log(total)
    return likely
