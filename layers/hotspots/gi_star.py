"""Getis and Ord's Gi*: how far the weighted sum around a place is from what the whole map would give.

For users who know it and for comparison; on counts of cases it flags busy places, not unusual ones. Its z is not a
normal quantile when counts are skewed: `permutation_p` is exact where the normal p is much too small.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from layers.hotspots.neighbours import Weights
from layers.hotspots.subset_sums import SubsetSums

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PermutationP:
    """Exact one-sided p-values of a conditional permutation test, without simulation.

    Attributes
    ----------
    upper, lower : (n,) arrays
        The share of all ways to deal the other places' values to the neighbours, the place keeping its own, that
        give a sum at least as large, or as small; 1e-15 stands for all that is smaller.
    unit : float
        1 for whole numbers; else values were rounded to multiples of it and the p is exact for the rounded ones.
    """

    upper: Floats
    lower: Floats
    unit: float


def gi_star(values: npt.ArrayLike, weights: Weights) -> Floats:
    """The z of Gi* for every place, for any weights.

    The variance takes the sum of the squared weights, so a row-standardised row has the z of its binary one.

    Parameters
    ----------
    values : (n,) array
    weights : (n, n) csr_array
        Not negative, the place itself included (`neighbours.with_self`).

    Returns
    -------
    (n,) array
        NaN where nothing can differ: all values equal, or all places weighted alike.

    Raises
    ------
    ValueError
        Shapes that do not match, values that are not finite, a negative weight or a place without itself.

    References
    ----------
    Ord & Getis (1995), Geographical Analysis 27, equation 14.
    """
    values = checked_values(values, weights)
    mean, spread = values.mean(), values.std()
    sums, squares = row_sums(weights)
    room = np.maximum(len(values) * squares - sums**2, 0) / max(len(values) - 1, 1)
    return standardised(weights @ values - mean * sums, spread * np.sqrt(room))


def permutation_p(values: npt.ArrayLike, weights: Weights) -> PermutationP:
    """Exact conditional permutation p-values of Gi*.

    Parameters
    ----------
    values, weights
        As for `gi_star`; the neighbours of a place weigh the same, what it weighs itself does not matter: binary
        and row-standardised weights give the same p.

    Raises
    ------
    ValueError
        As `gi_star`; neighbours of one place that weigh differently.

    Notes
    -----
    A table of all subset sums (`subset_sums`) takes the place of simulated permutations, whose p is never below
    1 / (permutations + 1): too coarse for thousands of tests at once.
    """
    values = checked_values(values, weights)
    around = neighbours_alike(weights)
    drawn = np.diff(around.indptr).astype(np.int64)
    table = SubsetSums(values, int(drawn.max(initial=0)))
    sums = np.rint(around @ table.steps.astype(np.float64)).astype(np.int64)
    tails = table.tails(table.steps, drawn, sums)
    return PermutationP(tails.upper, tails.lower, table.unit)


def checked_values(values: npt.ArrayLike, weights: Weights) -> Floats:
    found = np.asarray(values, np.float64)
    if found.ndim != 1 or weights.shape != (len(found), len(found)):
        raise ValueError("weights: a row and a column for every value")
    if not np.isfinite(found).all():
        raise ValueError("values: finite")
    check_weights(weights)
    return found


def check_weights(weights: Weights) -> None:
    if (weights.data < 0).any():
        raise ValueError("weights: none negative")
    if not (weights.diagonal() > 0).all():
        raise ValueError("weights: each place weighs itself too")


def row_sums(weights: Weights) -> tuple[Floats, Floats]:
    """Of the weights and of their squares."""
    squared = sparse.csr_array((weights.data**2, weights.indices, weights.indptr), weights.shape)
    ones = np.ones(weights.shape[1])
    return weights @ ones, squared @ ones


def standardised(excess: Floats, deviation: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        z: Floats = np.where(deviation > 0, excess / deviation, np.nan)
    return z


def neighbours_alike(weights: Weights) -> Weights:
    """The neighbours without the place itself, each with weight 1."""
    others = sparse.csr_array(weights)
    rows = np.repeat(np.arange(others.shape[0]), np.diff(others.indptr))
    counted = (others.indices != rows) & (others.data > 0)
    rows, columns, data = rows[counted], others.indices[counted], others.data[counted]
    found = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=others.shape)
    least, most = np.full(found.shape[0], np.inf), np.zeros(found.shape[0])
    np.minimum.at(least, rows, data)
    np.maximum.at(most, rows, data)
    if (most > least * (1 + 1e-9)).any():
        raise ValueError("weights: the neighbours of a place weigh the same")
    return found
