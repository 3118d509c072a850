"""False discovery control: which of many tests to believe, at a stated share of false ones.

A test is believed at a share q where its q-value is at most q.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def q_values(
    p: npt.ArrayLike, weights: npt.ArrayLike | None = None, *, tests: int | None = None
) -> Floats:
    """The smallest false discovery rate at which each test is among the discoveries.

    Parameters
    ----------
    p : (m,) array of p-values
        Of all the tests that were made, not of the good ones only; see `tests`.
    weights : (m,) array, mean 1, optional
        How much of the error budget each test gets; chosen without a look at `p`, e.g. by the power to see what is looked for.

    tests : int, optional
        How many were made, where those that cannot be among the discoveries are left out of `p`.

    Returns
    -------
    (m,) array
        In [0, 1]; `q_values(p) <= q` is the step-up procedure at q.

    Raises
    ------
    ValueError
        A p-value outside [0, 1]; weights not positive, or of all tests with another mean than 1; fewer
        tests than p-values.

    References
    ----------
    Benjamini & Hochberg (1995), JRSS B 57; Genovese, Roeder & Wasserman (2006), Biometrika 93.
    """
    p = np.asarray(p, np.float64)
    return focused_q_values(p, np.ones(p.shape, bool), weights, tests=tests)


def focused_q_values(
    p: npt.ArrayLike,
    kept: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    tests: int | None = None,
) -> Floats:
    """q-values of the discoveries that are published after others were filtered out.

    The false share is that of the published list: at a cut t, m t over the number of kept tests with
    p / weight ≤ t, and the largest cut within q counts. Filtering the discoveries of `q_values` instead
    leaves the false share of the list without a bound.

    Parameters
    ----------
    p, weights, tests
        As in `q_values`, kept or not.
    kept : (m,) array of bool
        What the filter lets through.

    Returns
    -------
    (m,) array
        1 where not kept.

    References
    ----------
    Katsevich, Sabatti & Bogomolov (2023), JASA 118, “Filtering the rejection set while preserving FDR control”.
    """
    p, kept = np.asarray(p, np.float64), np.asarray(kept, bool)
    made = len(p) if tests is None else tests
    _check(p, kept, made)
    shares = p if weights is None else p / _checked_weights(weights, p, made)
    published = np.flatnonzero(kept)
    order = published[np.argsort(shares[published], kind="stable")]
    rates = shares[order] * made / np.arange(1, len(order) + 1)
    found = np.ones(len(p))
    found[order] = np.minimum(np.minimum.accumulate(rates[::-1])[::-1], 1)
    return found


def _check(p: Floats, kept: npt.NDArray[np.bool_], made: int) -> None:
    if p.ndim != 1 or p.shape != kept.shape:
        raise ValueError("p and kept: one of each for every test")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p: between 0 and 1")
    if made < len(p):
        raise ValueError("tests: not fewer than p-values")


def _checked_weights(weights: npt.ArrayLike, p: npt.NDArray[Any], made: int) -> Floats:
    found = np.asarray(weights, np.float64)
    if found.shape != p.shape:
        raise ValueError("weights: one for every test")
    if not (found > 0).all():
        raise ValueError("weights: positive")
    if len(found) == made and len(found) and abs(found.mean() - 1) > 1e-6:
        raise ValueError("weights: with mean 1 over all tests")
    return found
