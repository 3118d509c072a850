"""Do counts rise or fall over the periods? By ranks where there is enough to rank, by a slope where there is little."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from layers.hotspots._compiled import compiled

Floats = npt.NDArray[np.float64]

_STEPS, _ENOUGH = 50, 1e-10


@dataclass(frozen=True)
class Trend:
    """Of every series.

    Attributes
    ----------
    score : (n,) array
        Standard normal without a trend; positive when the series rises.
    p : (n,) array
        Two-sided; 1 where nothing can be told.
    """

    score: Floats
    p: Floats


@dataclass(frozen=True)
class Slope(Trend):
    """A trend with its size.

    Attributes
    ----------
    slope : (n,) array
        Natural logarithm of the ratio of one period to the one before; ±inf where all cases are in the last, or the
        first, period; NaN without cases.
    """

    slope: Floats


def mann_kendall(series: npt.ArrayLike) -> Trend:
    """Mann and Kendall's test, ties and continuity corrected.

    Parameters
    ----------
    series : (n, periods) array

    Raises
    ------
    ValueError
        Not two-dimensional or not finite.

    References
    ----------
    Mann (1945), Econometrica 13; Kendall (1975), “Rank Correlation Methods”.
    """
    values = _series(series)
    score, variance = _mann_kendall(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, (score - np.sign(score)) / np.sqrt(variance), 0.0)
    return Trend(z, _two_sided(z))


def slopes(
    counts: npt.ArrayLike, *, dispersion: float = 0.0, profile: npt.ArrayLike | None = None
) -> Slope:
    """The log-linear slope of counts, Poisson or negative binomial, with its score test.

    The score test stays calibrated at counts where estimates over their errors do not.

    Parameters
    ----------
    counts : (n, periods) array, not negative
    dispersion : float
        The variance is mu + dispersion mu².
    profile : (periods,) array, positive, optional
        What is usual in each period, e.g. the city's cases of the topic: the trend is told against it.

    Raises
    ------
    ValueError
        A negative count or dispersion, a profile that is not positive.

    References
    ----------
    Lawless (1987), Canadian Journal of Statistics 15, “Negative binomial and mixed Poisson regression”.
    """
    values = _series(counts)
    usual = np.ones(values.shape[1]) if profile is None else np.asarray(profile, np.float64)
    if (values < 0).any() or dispersion < 0:
        raise ValueError("counts, dispersion: not negative")
    if usual.shape != values.shape[1:] or not (usual > 0).all():
        raise ValueError("profile: positive, one for every period")
    level = values.sum(axis=1, keepdims=True) * usual / usual.sum()
    time = np.arange(values.shape[1], dtype=np.float64)
    weight = level / (1 + dispersion * level)
    with np.errstate(divide="ignore", invalid="ignore"):
        away = time - (weight @ time / weight.sum(axis=1))[:, None]
        found = ((values - level) / (1 + dispersion * level) * away).sum(axis=1)
        z = found / np.sqrt((weight * away**2).sum(axis=1))
    z = np.nan_to_num(z, nan=0.0)
    return Slope(z, _two_sided(z), _log_slopes(values, usual, dispersion))


def _series(series: npt.ArrayLike) -> Floats:
    values = np.asarray(series, np.float64)
    if values.ndim != 2 or not np.isfinite(values).all():
        raise ValueError("series: a finite row for every place")
    return values


def _two_sided(z: Floats) -> Floats:
    p: Floats = np.minimum(2 * special.ndtr(-np.abs(z)), 1)
    return p


def _log_slopes(counts: Floats, usual: Floats, dispersion: float) -> Floats:
    """Maximum likelihood by scoring, from a flat start."""
    periods = counts.shape[1]
    total = counts.sum(axis=1)
    slope = np.full(len(counts), np.nan)
    slope[(total > 0) & (counts[:, -1] == total)] = np.inf
    slope[(total > 0) & (counts[:, 0] == total)] = -np.inf
    left = np.flatnonzero((total > 0) & np.isnan(slope))
    if periods < 2:
        return np.full(len(counts), np.nan)
    slope[left] = [_scoring(row, usual, dispersion) for row in counts[left]]
    return slope


@compiled
def _scoring(counts: Any, usual: Any, dispersion: float) -> float:
    """The slope of one series."""
    periods = len(counts)
    middle = (periods - 1) / 2
    level, slope = np.log(counts.sum() / usual.sum()), 0.0
    for _ in range(_STEPS):
        a = b = c = u = v = 0.0
        for t in range(periods):
            away = t - middle
            mean = usual[t] * np.exp(level + slope * away)
            weight = mean / (1 + dispersion * mean)
            excess = (counts[t] - mean) / (1 + dispersion * mean)
            a, b, c = a + weight, b + weight * away, c + weight * away * away
            u, v = u + excess, v + excess * away
        determinant = a * c - b * b
        if not determinant > 0:
            break
        step_level, step_slope = (c * u - b * v) / determinant, (a * v - b * u) / determinant
        # Half of a period's doubling at most: scoring overshoots where nearly all cases are at one end.
        shorter = min(1.0, 0.5 / max(abs(step_level), abs(step_slope) * max(middle, 1), 1e-300))
        level, slope = level + shorter * step_level, slope + shorter * step_slope
        if max(abs(step_level), abs(step_slope)) < _ENOUGH:
            break
    return slope


@compiled
def _mann_kendall(series: Any) -> Any:
    count, periods = series.shape
    score, variance = np.zeros(count), np.zeros(count)
    for i in range(count):
        row = series[i]
        for t in range(periods):
            for s in range(t):
                score[i] += np.sign(row[t] - row[s])
        ordered, tied = np.sort(row), 1
        total = periods * (periods - 1.0) * (2 * periods + 5)
        for t in range(1, periods + 1):
            if t < periods and ordered[t] == ordered[t - 1]:
                tied += 1
            else:
                total -= tied * (tied - 1.0) * (2 * tied + 5)
                tied = 1
        variance[i] = total / 18
    return score, variance
