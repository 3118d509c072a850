"""How many cases a period brings, and how far a cell's count may stray from what is expected."""

import numpy as np
from scipy import optimize, special, stats

from layers.hotspots.forecast_maps import Floats

_MEMORY, _KEEP = 6, 0.8
_SMALLEST, _LARGEST = 1e-4, 50.0


def expected_total(totals: Floats) -> float:
    """Cases of the next period: the last six, each with 0.8 of the weight of the one after it.

    Parameters
    ----------
    totals : ndarray (periods,)
        Cases of each period, the latest last.

    Raises
    ------
    ValueError
        If there is no period.
    """
    if not len(totals):
        raise ValueError("totals: at least one period is needed")
    last = totals[::-1][:_MEMORY]
    return float(np.average(last, weights=_KEEP ** np.arange(len(last))))


def dispersion(counts: Floats, expected: Floats) -> float:
    """Phi of a negative binomial with variance m + phi m² by maximum likelihood.

    Source: Cameron & Trivedi 2013, Regression Analysis of Count Data, 3.3 (NB2).

    Parameters
    ----------
    counts, expected : ndarray of the same shape
        What fell in each cell and period, and what was forecast; expected above 0 wherever anything fell.

    Raises
    ------
    ValueError
        If the shapes differ, or something fell where nothing was expected.
    """
    if counts.shape != expected.shape:
        raise ValueError("expected: one is needed for each of the counts")
    if np.any((expected <= 0) & (counts > 0)):
        raise ValueError("expected: above 0 is needed wherever a case fell")
    hit = counts > 0
    y, m = counts[hit], expected[hit]

    def loss(log_phi: float) -> float:
        phi = float(np.exp(log_phi))
        size = 1 / phi
        empty = size * np.log1p(phi * expected).sum()
        fallen = (
            special.gammaln(y + size) - special.gammaln(size) + y * np.log(phi * m / (1 + phi * m))
        )
        return float(empty - fallen.sum())

    bounds = (np.log(_SMALLEST), np.log(_LARGEST))
    return float(np.exp(optimize.minimize_scalar(loss, bounds=bounds, method="bounded").x))


def interval(expected: Floats, phi: float, level: float = 0.9) -> tuple[Floats, Floats]:
    """Quantiles of the negative binomial that enclose a count with at least this probability.

    Parameters
    ----------
    expected : ndarray (cells,)
        Above 0.
    phi : float
        As of `dispersion`.
    level : float
        Between 0 and 1.

    Returns
    -------
    lower, upper : ndarray (cells,)
        Both inside the interval.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level: between 0 and 1, not {level}")
    known = stats.nbinom(1 / phi, 1 / (1 + phi * expected))
    tail = (1 - level) / 2
    return known.ppf(tail), known.ppf(1 - tail)
