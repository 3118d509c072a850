"""How many times its usual a place lasts at, with an interval, and which places to watch.

The definition here is "a lasting ratio of at least `LEAST_RATIO` to the place's own reference,
whatever the cause": what places differ by for good is signal, not nuisance. The ratio is a gamma
factor with the topic's spread or, for a share of places that the data tell, anything between 1.5
and 100 times (a two-groups model, Efron 2010, with the slab on the scale of ratios). What the
reference is not sure of is integrated out apart: put into one factor with the spread, it would be
shown as signal.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.hotspots._compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LEAST_RATIO = 1.25
LEAST_EXPECTED = 1.0
_SLAB = (1.5, 100.0)
_RATIOS = np.geomspace(0.03, 150.0, 128)
_EDGES = np.sqrt(_RATIOS[1:] * _RATIOS[:-1])
# So many ordinary places are believed to have been seen before the first datum.
_ORDINARY_BEFORE = 10.0
_ROUNDS = 60
_INTERVAL = (0.05, 0.95)
_LEAST_SPREAD = 1e-3


@dataclass(frozen=True)
class LastingRatio:
    """Posterior of each pair's lasting ratio.

    Attributes
    ----------
    mean, low, high : ndarray, shape (n,)
        With the 90 % interval.
    unremarkable : ndarray, shape (n,)
        Probability that the ratio is below the least that is asked for, whatever its cause.
    ordinary : ndarray, shape (n,)
        Probability that the place differs only by what places ordinarily differ by.
    share : float
        Of extraordinary places.
    """

    mean: Floats
    low: Floats
    high: Floats
    unremarkable: Floats
    ordinary: Floats
    share: float


def lasting_ratio(
    observed: Ints,
    expected: Floats,
    variance: Floats,
    spread: Floats,
    *,
    least: float = LEAST_RATIO,
    share: float | None = None,
) -> LastingRatio:
    """The posterior of the ratio of every pair of one level.

    Parameters
    ----------
    observed, expected, variance : ndarray, shape (n,)
        Cases, what is expected, and the relative variance of the *reference* alone.
    spread : ndarray, shape (n,)
        Relative variance of ordinary places in the pair's topic.
    least : float
        A ratio below is unremarkable.
    share : float, optional
        `extraordinary_share` of all pairs of the level, where only some are asked for; else that of these.
    """
    if share is None:
        share = extraordinary_share(observed, expected, variance, spread)
    fits = _fits(observed, expected, variance, _RATIOS)
    ordinary = fits * _ordinary(spread)
    extraordinary = fits * _slab(*_SLAB)
    plain, special = ordinary.sum(axis=1), extraordinary.sum(axis=1)
    weight = (1 - share) * ordinary + share * extraordinary
    weight /= weight.sum(axis=1, keepdims=True)
    cumulative = np.cumsum(weight, axis=1)
    return LastingRatio(
        mean=weight @ _RATIOS,
        low=_quantile(cumulative, _INTERVAL[0]),
        high=_quantile(cumulative, _INTERVAL[1]),
        unremarkable=_below(cumulative, least),
        ordinary=(1 - share) * plain / np.maximum((1 - share) * plain + share * special, 1e-300),
        share=share,
    )


def extraordinary_share(
    observed: Ints, expected: Floats, variance: Floats, spread: Floats
) -> float:
    """The share of extraordinary pairs among those of one level, by expectation maximisation.

    Parameters
    ----------
    observed, expected, variance, spread
        As for `lasting_ratio`; pairs expecting less than `LEAST_EXPECTED` do not count.
    """
    if not len(observed) == len(expected) == len(variance) == len(spread):
        raise ValueError("observed, expected, variance and spread must be of one length")
    if len(expected) and not expected.min() > 0:
        raise ValueError("expected must be above 0")
    able = expected >= LEAST_EXPECTED
    shapes, which = np.unique(spread[able], return_inverse=True)
    plain, special = _sums(
        observed[able],
        expected[able],
        variance[able],
        _RATIOS,
        _ordinary(shapes),
        which,
        _slab(*_SLAB),
    )
    return _share(plain, special)


def watch_list(unremarkable: Floats, expected: Floats, q: float = 0.045) -> Flags:
    """The longest list of which at most `q` are expected to be unremarkable.

    Source: Bayesian false discovery rate (Newton et al. 2004; Müller, Parmigiani & Rice 2006).
    """
    if not 0 < q < 1:
        raise ValueError("q must lie between 0 and 1")
    able = np.flatnonzero(expected >= LEAST_EXPECTED)
    order = able[np.argsort(unremarkable[able], kind="stable")]
    mean = np.cumsum(unremarkable[order]) / np.arange(1, len(order) + 1)
    listed = np.zeros(len(unremarkable), bool)
    listed[order[: int(np.searchsorted(mean, q, side="right"))]] = True
    return listed


def _ordinary(spread: Floats) -> Floats:
    """Weights of a gamma factor on the ratios, by pair; their sum is one."""
    shapes, which = np.unique(np.maximum(spread, _LEAST_SPREAD), return_inverse=True)
    log_weight = np.log(_RATIOS) / shapes[:, None] - _RATIOS / shapes[:, None]
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    rows: Floats = weight[which]
    return rows


def _slab(least: float, most: float) -> Floats:
    inside = ((least <= _RATIOS) & (most >= _RATIOS)).astype(np.float64)
    weight: Floats = inside / inside.sum()
    return weight


def _share(plain: Floats, special: Floats) -> float:
    share = 0.01
    for _ in range(_ROUNDS):
        belief = share * special / np.maximum((1 - share) * plain + share * special, 1e-300)
        share = float(belief.sum() / (len(belief) + _ORDINARY_BEFORE))
    return share


def _quantile(cumulative: Floats, at: float) -> Floats:
    """The ratio below which this much lies, between the edges of the ratios' bins."""
    above = np.minimum((cumulative < at).sum(axis=1), len(_RATIOS) - 1)
    rows = np.arange(len(cumulative))
    before = np.where(above > 0, cumulative[rows, above - 1], 0.0)
    part = (at - before) / np.maximum(cumulative[rows, above] - before, 1e-300)
    edges = np.r_[_RATIOS[0], _EDGES, _RATIOS[-1]]
    ratio: Floats = edges[above] * (edges[above + 1] / edges[above]) ** np.clip(part, 0, 1)
    return ratio


def _below(cumulative: Floats, ratio: float) -> Floats:
    edge = int(np.searchsorted(_EDGES, ratio))
    left = _EDGES[edge - 1] if edge else _RATIOS[0]
    part = math.log(ratio / left) / math.log(_EDGES[edge] / left)
    before = cumulative[:, edge - 1] if edge else np.zeros(len(cumulative))
    below: Floats = before + part * (cumulative[:, edge] - before)
    return below


@compiled
def _fits(observed: Ints, expected: Floats, variance: Floats, ratios: Floats) -> Floats:
    """Likelihood of every count at every ratio, relative to its own greatest."""
    fits = np.empty((len(observed), len(ratios)))
    logs = np.log(ratios)
    for i in range(len(observed)):
        _fit(fits[i], observed[i], expected[i], max(variance[i], 1e-6), ratios, logs)
    return fits


@compiled
def _fit(
    fit: Floats, observed: int, expected: float, variance: float, ratios: Floats, logs: Floats
) -> None:
    size = 1 / variance
    odds = variance * expected
    rate = math.log(odds)
    top = -1e300
    for g in range(len(ratios)):
        fit[g] = observed * (rate + logs[g]) - (observed + size) * math.log1p(odds * ratios[g])
        top = max(top, fit[g])
    for g in range(len(ratios)):
        fit[g] = math.exp(fit[g] - top)


@compiled
def _sums(
    observed: Ints,
    expected: Floats,
    variance: Floats,
    ratios: Floats,
    ordinary: Floats,
    which: Ints,
    slab: Floats,
) -> tuple[Floats, Floats]:
    """Likelihoods over the weights of an ordinary place and of the slab, without a table of all of them."""
    plain, special = np.zeros(len(observed)), np.zeros(len(observed))
    fit, logs = np.empty(len(ratios)), np.log(ratios)
    for i in range(len(observed)):
        _fit(fit, observed[i], expected[i], max(variance[i], 1e-6), ratios, logs)
        for g in range(len(ratios)):
            plain[i] += fit[g] * ordinary[which[i], g]
            special[i] += fit[g] * slab[g]
    return plain, special
