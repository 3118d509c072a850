"""Did it become less? The change between two counts of equal periods, and how sure that is."""

from dataclasses import dataclass
from math import inf

from scipy.special import betaincinv

_LEVEL = 0.95


@dataclass(frozen=True)
class Change:
    """The ratio of the later count to the earlier one with its 95 % interval; infinite where nothing was before."""

    ratio: float
    low: float
    high: float

    @property
    def is_less(self) -> bool:
        """Whether the interval holds fewer cases only."""
        return self.high < 1

    @property
    def is_more(self) -> bool:
        return self.low > 1


def change(before: int, after: int) -> Change | None:
    """Compare two counts of periods of one length; None where nothing happened in either.

    Given their sum the later count is binomial, whatever the rates are; the bounds are those of Clopper and
    Pearson, turned into odds (Przyborowski and Wilenski 1940).

    Parameters
    ----------
    before, after : int
        Cases, at least 0.

    Raises
    ------
    ValueError
        A negative count.
    """
    if before < 0 or after < 0:
        raise ValueError("counts must not be negative")
    if not before + after:
        return None
    tail = (1 - _LEVEL) / 2
    low = float(betaincinv(after, before + 1, tail)) if after else 0.0
    high = float(betaincinv(after + 1, before, 1 - tail)) if before else 1.0
    return Change(after / before if before else inf, _odds(low), _odds(high))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else inf
