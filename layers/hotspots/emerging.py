"""Emerging hot spots: how Gi* over a cube of places and periods has developed, in the classes of ArcGIS.

The rules are a truth table of our own, for in the published ones an order of rules decides where several hold:

1. Hot (or cold) in at least 90 % of all periods: not in the last one → historical; else by the trend of its strength
   → intensifying, diminishing, or persistent without one.
2. Else, not hot in the last period → none.
3. Else, cold in any earlier period → oscillating.
4. Else, hot before the run of hot periods that ends last → sporadic; that run one period long → new; longer → consecutive.

Cold spots mirror hot ones; a place that meets 1 as hot and is cold at the end is historical hot. ArcGIS tests the trend
of z over windows that share a period with the next, where half of the agreement is the windows' own; here it is tested
on the counts around the place, period by period.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from layers.hotspots.discovery import q_values
from layers.hotspots.gi_star import check_weights, neighbours_alike, row_sums, standardised
from layers.hotspots.neighbours import Weights
from layers.hotspots.subset_sums import SubsetSums
from layers.hotspots.trends import mann_kendall, slopes

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# The share of periods from which a place counts as one that always is.
_ALWAYS = 0.9
# Mann-Kendall compares ranks; with fewer cases a period most of them are ties.
_RANKED_MEDIAN = 5


class TrendClass(IntEnum):
    """The 8 + 8 + 1 classes of ArcGIS' Emerging Hot Spot Analysis; a cold one is the negative of its hot one."""

    NONE = 0
    NEW_HOT = 1
    CONSECUTIVE_HOT = 2
    INTENSIFYING_HOT = 3
    PERSISTENT_HOT = 4
    DIMINISHING_HOT = 5
    SPORADIC_HOT = 6
    OSCILLATING_HOT = 7
    HISTORICAL_HOT = 8
    NEW_COLD = -1
    CONSECUTIVE_COLD = -2
    INTENSIFYING_COLD = -3
    PERSISTENT_COLD = -4
    DIMINISHING_COLD = -5
    SPORADIC_COLD = -6
    OSCILLATING_COLD = -7
    HISTORICAL_COLD = -8


@dataclass(frozen=True)
class Emerging:
    """What became of every place.

    Attributes
    ----------
    classes : (n,) array of int8
        `TrendClass` numbers.
    z : (n, periods) array
        Gi*, against the whole cube; NaN where nothing can differ.
    hot, cold : (n, periods) arrays of bool
        Significant after false discovery control over the whole cube.
    trend : (n,) array of int8
        -1, 0 or 1.
    """

    classes: npt.NDArray[np.int8]
    z: Floats
    hot: Bools
    cold: Bools
    trend: npt.NDArray[np.int8]


def emerging(
    counts: npt.ArrayLike, weights: Weights, *, time_step: int = 1, q: float = 0.05
) -> Emerging:
    """Emerging hot spots of one topic.

    Parameters
    ----------
    counts : (n, periods) array
    weights : (n, n) csr_array
        The place itself included, all neighbours alike.
    time_step : int
        How many periods before its own belong to a neighbourhood.
    q : float
        The false discovery rate of hot periods, and of cold ones; the level of the trend.

    Raises
    ------
    ValueError
        Shapes that do not match, values that are not finite, weights that Gi* does not take, a negative step, a q
        that is not a small share.

    References
    ----------
    Esri, “How Emerging Hot Spot Analysis works”; Ord & Getis (1995); Benjamini & Hochberg (1995). The p-values are the
    exact ones of `gi_star.permutation_p`, dealt over the whole cube.
    """
    cube = np.asarray(counts, np.float64)
    if cube.ndim != 2 or weights.shape != (len(cube), len(cube)) or not cube.shape[1]:
        raise ValueError("counts: a row for every place, a column for every period")
    if not np.isfinite(cube).all() or time_step < 0:
        raise ValueError("counts: finite; time_step: not negative")
    if not 0 < q < 0.5:
        raise ValueError("q: above 0, below a half")
    check_weights(weights)
    others = neighbours_alike(weights)
    upper, lower = _chances(cube, others, time_step)
    hot = (q_values(upper.ravel()) <= q).reshape(cube.shape)
    cold = (q_values(lower.ravel()) <= q).reshape(cube.shape)
    trend = _trend(others @ cube + cube, q)
    z = cube_z(cube, weights, time_step)
    return Emerging(trend_classes(hot, cold, trend), z, hot, cold, trend)


def trend_classes(hot: Bools, cold: Bools, trend: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """The truth table at the head of this module.

    Parameters
    ----------
    hot, cold : (n, periods) arrays of bool, never both
    trend : (n,) array of -1, 0 or 1
        Of the counts: up makes a hot spot stronger and a cold one weaker.

    Raises
    ------
    ValueError
        A place hot and cold in one period, or shapes that do not match.
    """
    if hot.shape != cold.shape or hot.ndim != 2 or trend.shape != hot.shape[:1] or not hot.shape[1]:
        raise ValueError("hot, cold, trend: a row for every place, a column for every period")
    if (hot & cold).any():
        raise ValueError("hot, cold: not both at once")
    as_hot, as_cold = _one_side(hot, cold, trend), _one_side(cold, hot, -trend)
    is_cold = (as_hot == 0) | (as_cold == TrendClass.HISTORICAL_HOT)
    return np.where(is_cold, -as_cold, as_hot).astype(np.int8)


def cube_z(cube: Floats, weights: Weights, time_step: int) -> Floats:
    """Gi* of every place and period against the whole cube."""
    mean, spread = cube.mean(), cube.std()
    sums, squares = row_sums(weights)
    windows = _windows(cube.shape[1], time_step)
    room = np.maximum(cube.size * np.outer(squares, windows) - np.outer(sums, windows) ** 2, 0)
    around = _over_windows(weights @ cube, time_step)
    deviation = spread * np.sqrt(room / max(cube.size - 1, 1))
    return standardised(around - mean * np.outer(sums, windows), deviation)


def _chances(cube: Floats, others: Weights, time_step: int) -> tuple[Floats, Floats]:
    """Exact upper and lower p of each place and period."""
    windows = _windows(cube.shape[1], time_step)
    drawn = np.outer(np.diff(others.indptr) + 1, windows) - 1
    table = SubsetSums(cube.ravel(), int(drawn.max(initial=0)))
    steps = table.steps.reshape(cube.shape)
    held = np.asarray(others @ steps.astype(np.float64) + steps)
    sums = np.rint(_over_windows(held, time_step)).astype(np.int64) - steps
    tails = table.tails(steps.ravel(), drawn.astype(np.int64).ravel(), sums.ravel())
    return tails.upper.reshape(cube.shape), tails.lower.reshape(cube.shape)


def _windows(periods: int, time_step: int) -> npt.NDArray[np.int64]:
    """How many periods each one's window holds: fewer at the start."""
    return np.minimum(np.arange(periods), time_step) + 1


def _over_windows(values: Floats, time_step: int) -> Floats:
    """Each period with those before it in its window."""
    summed = values.copy()
    for back in range(1, min(time_step, values.shape[1] - 1) + 1):
        summed[:, back:] += values[:, :-back]
    return summed


def _trend(around: Floats, level: float) -> npt.NDArray[np.int8]:
    """By ranks where there is enough to rank, else by the slope of the counts."""
    ranked, sloped = mann_kendall(around), slopes(around)
    many = np.median(around, axis=1) >= _RANKED_MEDIAN
    p = np.where(many, ranked.p, sloped.p)
    sign = np.sign(np.where(many, ranked.score, sloped.score))
    return np.where(p <= level, sign, 0).astype(np.int8)


def _always(flags: Bools) -> Bools:
    found: Bools = flags.mean(axis=1) >= _ALWAYS
    return found


def _one_side(
    flags: Bools, opposite: Bools, stronger: npt.NDArray[np.int8]
) -> npt.NDArray[np.int8]:
    """The classes of one sign, told as hot ones."""
    last = flags[:, -1]
    run = np.where(flags.all(axis=1), flags.shape[1], np.argmin(flags[:, ::-1], axis=1))
    before = flags.sum(axis=1) > run
    conditions = [
        _always(flags) & ~last,
        _always(flags) & (stronger > 0),
        _always(flags) & (stronger < 0),
        _always(flags),
        ~last,
        opposite.any(axis=1),
        before,
        run == 1,
    ]
    hot = TrendClass
    classes = [
        hot.HISTORICAL_HOT,
        hot.INTENSIFYING_HOT,
        hot.DIMINISHING_HOT,
        hot.PERSISTENT_HOT,
        hot.NONE,
        hot.OSCILLATING_HOT,
        hot.SPORADIC_HOT,
        hot.NEW_HOT,
    ]
    return np.select(conditions, classes, hot.CONSECUTIVE_HOT).astype(np.int8)
