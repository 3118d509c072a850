"""Exact chances of the sum of k values drawn without replacement, for all k and sums at once.

The number of ways to draw k of n values with the sum s is the coefficient of z^k x^s in the product of
1 + z x^y over the values y. At x = a root of unity the coefficients of z follow from the power sums by
Newton's identities, and the power sums are the Fourier transform of the histogram; the inverse transform gives all
sums. To leave out one value v, divide by 1 + z x^v: an alternating sum of the same table.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import fft

from layers.hotspots._compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Larger sums are counted in a coarser unit, which keeps 600 busy cells below 10 ms.
MOST_SUMS = 1 << 16
# What is smaller is rounding.
LEAST_P = 1e-15


@dataclass(frozen=True)
class Tails:
    """Chances of a sum at least as large (`upper`) and at least as small (`lower`), (m,) arrays each."""

    upper: Floats
    lower: Floats


class SubsetSums:
    """Sums of k of n values, drawn without replacement.

    Parameters
    ----------
    values : (n,) array
        Finite. Whole numbers are counted as they are while the largest sum is below `MOST_SUMS`; all else is
        rounded to the multiples of `unit` above the least value, and the chances are exact for what is rounded.
    most : int
        The largest k that will be asked.

    Attributes
    ----------
    unit : float
    steps : (n,) array of int64
        The values above the least one, in units: what sums are told in.

    Raises
    ------
    ValueError
        A value that is not finite.
    """

    def __init__(self, values: npt.ArrayLike, most: int) -> None:
        values = np.asarray(values, np.float64)
        if not np.isfinite(values).all():
            raise ValueError("values: finite")
        self.count = len(values)
        self._deepest = max(min(most, (self.count - 1) // 2), 1)
        above = values - values.min(initial=np.inf)
        largest = np.sort(above)[-self._deepest :].sum()
        whole = bool((values == np.rint(values)).all())
        counted = whole and largest < MOST_SUMS
        self.unit = 1.0 if counted or largest == 0 else largest / (MOST_SUMS - self._deepest)
        self.steps: Ints = np.rint(above / self.unit).astype(np.int64)
        self._total = int(self.steps.sum())
        self._table = self._tail_table()
        self._signs = _exclusion(self.count, self._deepest)

    def tails(self, own: Ints, drawn: Ints, sums: Ints) -> Tails:
        """The chances of each sum of `drawn` others, when a value of `own` steps is not among those drawn from.

        Parameters
        ----------
        own, drawn, sums : (m,) arrays of int
            In steps; `drawn` at most `most` and below n.
        """
        others = self.count - 1
        swapped = 2 * drawn > others
        few = np.where(swapped, others - drawn, drawn)
        rest = np.where(swapped, self._total - own - sums, sums)
        larger = _upper(self._table, self._signs, own, few, rest)
        smaller = 1 - _upper(self._table, self._signs, own, few, rest + 1)
        upper, lower = np.where(swapped, smaller, larger), np.where(swapped, larger, smaller)
        return Tails(upper.clip(LEAST_P, 1), lower.clip(LEAST_P, 1))

    def _tail_table(self) -> Floats:
        """P(sum of k of all n values ≥ s), by k and s."""
        largest = int(np.sort(self.steps)[-self._deepest :].sum())
        length = fft.next_fast_len(largest + 1, real=True)
        histogram = np.bincount(self.steps, minlength=length) / self.count
        means = np.asarray(fft.fft(histogram))
        shares = fft.irfft(_newton(means, self.count, self._deepest), length, axis=1)
        table: Floats = np.cumsum(shares[:, ::-1], axis=1)[:, ::-1].copy()
        return table


def _exclusion(count: int, deepest: int) -> Floats:
    """(-1)^j C(n, k-j) / C(n-1, k), by k and j."""
    signs = np.zeros((deepest + 1, deepest + 1))
    for k in range(deepest + 1):
        signs[k, 0] = count / (count - k)
        for j in range(1, k + 1):
            signs[k, j] = -signs[k, j - 1] * (k - j + 1) / (count - k + j)
    return signs


@compiled
def _newton(means: Any, count: int, deepest: int) -> Any:
    """Elementary symmetric means of order 0 … deepest at each frequency, from the power means."""
    length = len(means)
    half = length // 2 + 1
    found = np.empty((deepest + 1, half), np.complex128)
    found[0] = 1
    for k in range(1, deepest + 1):
        found[k] = 0
        factor = count / k
        for i in range(1, k + 1):
            factor *= (k - i + 1) / (count - k + i)
            sign = factor if i % 2 else -factor
            at, step = 0, i % length
            for t in range(half):
                found[k, t] += sign * found[k - i, t] * means[at]
                at += step
                if at >= length:
                    at -= length
    return found


@compiled
def _upper(table: Any, signs: Any, own: Any, drawn: Any, sums: Any) -> Any:
    """P(sum ≥ s) of k values, one value left out."""
    found = np.zeros(len(own))
    length = table.shape[1]
    for i in range(len(own)):
        for j in range(drawn[i] + 1):
            at = sums[i] - j * own[i]
            k = drawn[i] - j
            tail = 1.0
            if at > 0:
                tail = table[k, at] if at < length else 0.0
            found[i] += signs[drawn[i], j] * tail
    return found
