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

from layers.hotspots._compiled import compiled
from layers.hotspots.tails import one_gamma_tail

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

GRID = np.geomspace(1e-3, 6.0, 59)
_STEP = math.log(GRID[1] / GRID[0])
_CUT = 0.95
_PILOT = 0.1
# Standard deviations of the logarithm by which groups may differ.
_AMONG_GROUPS = (0.1, 0.25, 0.5, 0.9)
_PER_E_FOLD = 12
# Expecting less, a place tells nothing: even its first case is beyond the cut.
_TELLING = -math.log(_CUT)
# Beyond this cut its counts one by one cost more than the few that a bin has.
_LONG = 64


@dataclass(frozen=True)
class Spread:
    """Relative variance of what places differ by.

    Attributes
    ----------
    pooled : float
        Were it the same in all groups.
    estimate : ndarray, shape (groups,)
        Posterior mean of each group's.
    """

    pooled: float
    estimate: Floats


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
    Groups borrow from each other as far as they turn out to be alike (empirical Bayes).
    """
    if not len(observed) == len(expected) == len(known) == len(group) or not len(group):
        raise ValueError("observed, expected, known and group must be of one length, not empty")
    bins = _Bins.of(observed, expected, known, group)
    pilot = _PILOT
    for _ in range(2):
        likely = bins.profile(pilot)
        pilot = _peak(likely.sum(axis=0))
    return Spread(pilot, _belief(likely) @ GRID)


def _belief(likely: Floats) -> Floats:
    """Posterior of every group's spread over the grid, given how much the groups differ.

    Their logarithms are normal around a common centre; centre and deviation are given every value
    of a grid and weighted by how well they explain all groups.
    """
    groups = np.exp(likely - likely.max(axis=1, keepdims=True))
    apart = np.log(GRID)[:, None] - np.log(GRID)[None, :]  # spread, centre
    belief = np.zeros_like(likely)
    evidence, parts = [], []
    for deviation in _AMONG_GROUPS:
        around = np.exp(-((apart / deviation) ** 2) / 2)
        around /= around.sum(axis=0)
        explained = groups @ around  # group, centre
        evidence.append(np.log(np.maximum(explained, 1e-300)).sum(axis=0))
        parts.append(around)
    weight = np.exp(np.array(evidence) - np.max(evidence))
    weight /= weight.sum()
    for around, of_centre in zip(parts, weight, strict=True):
        explained = np.maximum(groups @ around, 1e-300)
        belief += groups * ((of_centre / explained) @ around.T)
    belief /= belief.sum(axis=1, keepdims=True)
    return belief


def _peak(line: Floats) -> float:
    """Where a line over the grid is highest, by a parabola through three points."""
    top = int(np.argmax(line))
    if top in (0, len(line) - 1):
        return float(GRID[top])
    left, middle, right = line[top - 1 : top + 2]
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return float(GRID[top] * math.exp(shift * _STEP))


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
        use = np.flatnonzero(expected > _TELLING)
        groups = int(group.max()) + 1
        if not len(use):
            return cls(np.zeros(1, np.int64), observed[:0], expected[:0], known[:0], use, groups)
        mu, sure = expected[use], known[use]
        fine = np.floor(_PER_E_FOLD * np.log(mu / _TELLING)).astype(np.int64)
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
            groups=groups,
        )

    def profile(self, pilot: float) -> Floats:
        """Log likelihood of every group at every point of the grid, cut as the pilot says."""
        parts = _profile(self.starts, self.observed, self.expected, self.known, pilot, GRID)
        likely = np.zeros((self.groups, len(GRID)))
        if len(parts):
            first = np.flatnonzero(np.r_[True, self.group[1:] != self.group[:-1]])
            likely[self.group[first]] = np.add.reduceat(parts, first)
        return likely


@compiled
def _cut_at(mu: float, variance: float) -> int:
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


@compiled
def _profile(
    starts: Ints, observed: Ints, expected: Floats, known: Floats, pilot: float, grid: Floats
) -> Floats:
    likely = np.zeros((len(expected), len(grid)))
    variances = np.empty(len(grid))
    for b in range(len(expected)):
        mu = expected[b]
        cut = _cut_at(mu, (1 + pilot) * (1 + known[b]) - 1)
        if cut == 0:
            continue
        some = observed[starts[b] : starts[b + 1]]
        some = some[some <= cut]
        for g in range(len(grid)):
            variances[g] = (1 + grid[g]) * (1 + known[b]) - 1
        if cut > _LONG:
            _by_count(likely[b], some, cut, mu, variances)
        else:
            _step_by_step(likely[b], some, cut, mu, variances)
    return likely


@compiled
def _step_by_step(likely: Floats, observed: Ints, cut: int, mu: float, variances: Floats) -> None:
    """Log likelihood of counts up to the cut, given that they are, at every variance."""
    having = np.zeros(cut + 1)
    for count in observed:
        having[count] += 1
    for g in range(len(variances)):
        size = 1 / variances[g]
        theta = variances[g] * mu / (1 + variances[g] * mu)
        # Relative to the cut's own probability: the constant falls out of the quotient.
        term, total, weighted = 1.0, 1.0, 0.0
        for y in range(cut, 0, -1):
            term *= y / ((y - 1 + size) * theta)
            total += term
            if having[y - 1]:
                weighted += having[y - 1] * math.log(max(term, 1e-300))
        likely[g] = weighted - len(observed) * math.log(total)


@compiled
def _by_count(likely: Floats, observed: Ints, cut: int, mu: float, variances: Floats) -> None:
    """The same from each count's probability and that of all up to the cut."""
    constant = 0.0
    for count in observed:
        constant += math.lgamma(count + 1.0)
    for g in range(len(variances)):
        size = 1 / variances[g]
        log_theta, log_rest = -math.log1p(size / mu), -math.log1p(variances[g] * mu)
        weighted = -constant - len(observed) * (math.lgamma(size) - size * log_rest)
        for count in observed:
            weighted += math.lgamma(count + size) + count * log_theta
        beyond = one_gamma_tail(cut + 1, mu, variances[g])
        likely[g] = weighted - len(observed) * math.log1p(-beyond)
