"""How well a forecast tells where cases fall: PAI, PEI* and hit rate over a fixed area, with intervals.

Source: PAI of Chainey, Tompson & Uhlig 2008 (doi:10.1057/palgrave.sj.8350066); PEI* as sum of the hits by
sum of the best possible hits, after Hunt 2016 (the NIJ forecasting challenge).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.hotspots.forecast_maps import Floats

SHARES = (0.01, 0.02, 0.05, 0.10)
BLOCK = 3
_FEWEST_FOR_BLOCKS = 12
# Scores that differ by less are the same but for rounding.
_DIGITS = 12


def dilated(has_case: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The fixed area rule: squares (rows, columns) that had a case of any topic, and the eight around each."""
    if has_case.ndim != 2:
        raise ValueError(f"has_case: (rows, columns) is needed, not {has_case.shape}")
    padded = np.pad(has_case, 1)
    rows, columns = has_case.shape
    views = [padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    around: npt.NDArray[np.bool_] = np.logical_or.reduce(views)
    return around


def hits(scores: Floats, counts: Floats, areas: Floats, shares: Floats) -> Floats:
    """Cases in the part of the area that scores highest, cells with equal scores shared pro rata.

    Parameters
    ----------
    scores : ndarray (cells,)
        Expected cases by area, or anything that orders alike.
    counts : ndarray (cells,)
        What fell.
    areas : ndarray (cells,)
        Above 0.
    shares : ndarray (shares,)
        Parts of the whole area.

    Returns
    -------
    ndarray (shares,)
        Expected value over all orders of the cells that tie.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    if not scores.shape == counts.shape == areas.shape:
        raise ValueError("scores, counts, areas: one of each is needed for each cell")
    largest = np.abs(scores).max(initial=0)
    rounded = np.round(scores / largest, _DIGITS) if largest > 0 else scores
    order = np.argsort(-rounded)
    ranked = rounded[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    area = np.concatenate([[0], np.cumsum(areas[order])[last]])
    fallen = np.concatenate([[0], np.cumsum(counts[order])[last]])
    caught: Floats = np.interp(np.asarray(shares) * area[-1], area, fallen)
    return caught


def best_hits(counts: Floats, areas: Floats, shares: Floats) -> Floats:
    """Cases that the best choice of each part of the area would have caught."""
    return hits(counts / areas, counts, areas, shares)


@dataclass(frozen=True)
class Scored:
    """Periods scored at each share of the area; cases outside the area count among all, and are missed.

    Attributes
    ----------
    hits, best : ndarray (periods, shares)
        Caught, and the most that could be caught.
    cases : ndarray (periods,)
        All that fell.
    log_scores : ndarray (periods,)
        Sum of the logarithms of the probabilities of the cells in which cases fell.
    shares : ndarray (shares,)
    """

    hits: Floats
    best: Floats
    cases: Floats
    log_scores: Floats
    shares: Floats

    @property
    def hit_rate(self) -> Floats:
        """Part of all cases that was caught, by share."""
        rate: Floats = self.hits.sum(axis=0) / self.cases.sum()
        return rate

    @property
    def pai(self) -> Floats:
        """Hit rate by share of area: how many times better than chance."""
        return self.hit_rate / self.shares

    @property
    def pei(self) -> Floats:
        """PEI*: caught by what could be caught, by share."""
        part: Floats = self.hits.sum(axis=0) / self.best.sum(axis=0)
        return part


@dataclass(frozen=True)
class Gain:
    """By how much one forecast beats another, with the limits of its 95 % interval."""

    value: float
    lower: float
    upper: float

    @property
    def is_loss(self) -> bool:
        """Significantly worse."""
        return self.upper < 0


def gain(ours: Floats, theirs: Floats, *, seed: int, draws: int = 2000) -> Gain:
    """Geometric mean over the shares of hits by hits, less 1, with a paired circular block bootstrap.

    Blocks of three periods keep what neighbouring periods share; with fewer than twelve periods they are
    drawn one by one. Source: Politis & Romano 1992, A circular block-resampling procedure.

    Parameters
    ----------
    ours, theirs : ndarray (periods, shares)
        Hits on the same periods.
    seed : int
        Of the draws.
    draws : int

    Raises
    ------
    ValueError
        If shapes differ or nothing was caught.
    """
    if ours.shape != theirs.shape or ours.ndim != 2 or not len(ours):
        raise ValueError("ours, theirs: hits (periods, shares) on the same periods are needed")
    if not (np.all(ours.sum(axis=0) > 0) and np.all(theirs.sum(axis=0) > 0)):
        raise ValueError("ours, theirs: at every share something must have been caught")
    chosen = _drawn_periods(len(ours), seed, draws)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = np.log(ours[chosen].sum(axis=1) / theirs[chosen].sum(axis=1)).mean(axis=1)
    value = np.log(ours.sum(axis=0) / theirs.sum(axis=0)).mean()
    lower, upper = np.expm1(np.nanquantile(drawn, [0.025, 0.975]))
    return Gain(float(np.expm1(value)), float(lower), float(upper))


@dataclass(frozen=True)
class Limits:
    """95 % intervals of PAI and PEI*, each (2, shares): lower and upper."""

    pai: Floats
    pei: Floats


def limits(scored: Scored, *, seed: int, draws: int = 2000) -> Limits:
    """How sure PAI and PEI* are, by the bootstrap of `gain`.

    Raises
    ------
    ValueError
        If no period has a case.
    """
    if not scored.cases.sum() > 0:
        raise ValueError("scored: at least one case is needed")
    chosen = _drawn_periods(len(scored.hits), seed, draws)
    caught, best = scored.hits[chosen].sum(axis=1), scored.best[chosen].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = caught / scored.cases[chosen].sum(axis=1)[:, None]
        pei = caught / best
    ends = [0.025, 0.975]
    return Limits(
        np.nanquantile(rate, ends, axis=0) / scored.shares, np.nanquantile(pei, ends, axis=0)
    )


def _drawn_periods(periods: int, seed: int, draws: int) -> npt.NDArray[np.int64]:
    """Periods of each draw, shape (draws, periods), in circular blocks where there are enough."""
    length = BLOCK if periods >= _FEWEST_FOR_BLOCKS else 1
    starts = np.random.default_rng(seed).integers(periods, size=(draws, -(-periods // length)))
    return (starts[:, :, None] + np.arange(length)).reshape(draws, -1)[:, :periods] % periods
