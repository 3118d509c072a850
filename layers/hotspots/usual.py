"""How many cases are usual at a time like some others: of days, weeks or months of one season."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Every process of the server imports this: scipy.stats would take each a second and tens of megabytes.
from scipy import special

# With fewer times like this one nothing is said.
LEAST = 8
LEVEL = 0.95
MONTHS = 12
# Months on both sides that are of one season.
SEASON_MONTHS = 1


@dataclass(frozen=True)
class Usual:
    """The range in which a time like those counted lies 95 times of 100, from so many of them."""

    low: int
    high: int
    days: int


def usual_range(counts: Sequence[int], share: float = 1.0) -> Usual | None:
    """A range for one more time like those counted; None with fewer than `LEAST`.

    A negative binomial with the mean and the variance of the counts, never narrower than a Poisson one, widened
    because both are themselves estimated: the variance by 1 + 1/n, its quantiles as far apart as those of
    Student's t with n − 1 degrees of freedom are from a normal distribution's. Counts are whole, so that the
    range holds at least its 95 %. Years that lie apart make it wide: then little is unusual.

    Parameters
    ----------
    counts : of int, ≥ 0
        Cases of each time.
    share : float
        Of the cases, so many by chance are those that are asked for: 1 for all of them.

    Raises
    ------
    ValueError
        A negative count.
    """
    values = np.asarray(counts, dtype=np.float64)
    if len(values) < LEAST:
        return None
    if values.min() < 0:
        raise ValueError("counts: must not be negative")
    mean, beyond = float(values.mean()), max(float(values.var(ddof=1) - values.mean()), 0.0)
    if mean == 0:
        # Nothing in n days: the rate for which that is still possible (Garwood 1936).
        mean = -float(np.log((1 - LEVEL) / 2)) / len(values)
    tail = (1 - LEVEL) / 2
    stretch = float(special.stdtrit(len(values) - 1, tail) / special.ndtri(tail))
    mean *= share
    # Of cases that are taken by chance, what varies beyond chance is left by the square.
    variance = (mean + beyond * share**2) * (1 + 1 / len(values)) * stretch**2
    low, high = _quantiles(mean**2 / (variance - mean), mean / variance, tail)
    return Usual(low, high, len(values))


def _quantiles(size: float, chance: float, tail: float) -> tuple[int, int]:
    """The least counts of a negative binomial with at least `tail` up to it, and at most `tail` beyond it."""
    low = _least(lambda count: bool(special.betainc(size, count + 1, chance) >= tail))
    high = _least(lambda count: bool(special.betainc(count + 1, size, 1 - chance) <= tail))
    return low, high


def _least(holds: Callable[[int], bool]) -> int:
    """The least count for which it holds, as it does for all above."""
    beyond = 1
    while not holds(beyond):
        beyond *= 2
    return bisect_left(range(beyond), True, key=holds)


@dataclass(frozen=True)
class UsualMonths:
    """The usual range of each month of the year, January first; empty where the period is too short to tell."""

    low: tuple[int, ...] = ()
    high: tuple[int, ...] = ()


def usual_months(
    elsewhere: npt.NDArray[np.int64], month: npt.NDArray[np.int64], expected: float
) -> UsualMonths:
    """What is usual at a place in each month of the year, from what happened elsewhere in such months.

    Parameters
    ----------
    elsewhere : ndarray (slices,) of int
        Cases of the topic at other places, in slices of a month each.
    month : ndarray (slices,) of int
        Of the year, 0 for January, of the middle of each slice.
    expected : float
        Cases of the place in all slices together, were it as usual.
    """
    total = int(elsewhere.sum())
    if not total:
        return UsualMonths()
    found = []
    for one in range(MONTHS):
        apart = np.abs((month - one + MONTHS // 2) % MONTHS - MONTHS // 2)
        found.append(usual_range(elsewhere[apart <= SEASON_MONTHS].tolist(), expected / total))
    if None in found:
        return UsualMonths()
    known = [one for one in found if one]
    return UsualMonths(tuple(one.low for one in known), tuple(one.high for one in known))
