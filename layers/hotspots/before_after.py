"""Did it become less? The change between two counts of equal periods, and how sure that is."""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, lgamma, log

_LEVEL = 0.95
_STEPS = 60


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
    total = before + after
    if not total:
        return None
    tail = (1 - _LEVEL) / 2
    low = _share(lambda share: _at_least(after, total, share) < tail) if after else 0.0
    high = _share(lambda share: _at_least(after + 1, total, share) < 1 - tail) if before else 1.0
    return Change(after / before if before else inf, _odds(low), _odds(high))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else inf


def _share(is_too_small: Callable[[float], bool]) -> float:
    """The share at which a rising condition turns, by halving."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_too_small(middle) else (low, middle)
    return (low + high) / 2


def _at_least(least: int, total: int, share: float) -> float:
    """The chance of at least so many of the total."""
    return sum(
        exp(
            lgamma(total + 1) - lgamma(n + 1) - lgamma(total - n + 1)
            + n * log(share) + (total - n) * log(1 - share)
        )
        for n in range(least, total + 1)
    )  # fmt: skip
