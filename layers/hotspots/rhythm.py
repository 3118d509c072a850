"""The rhythm of a conflict: hours, days and months in which it happens more than the topic elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.special import rel_entr

from layers.hotspots import _rhythms
from layers.hotspots.replicates import sequential_p

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Moments = npt.NDArray[np.datetime64]

DAYS, HOURS, MONTHS = 7, 24, 12
SHORTEST_HOURS, LONGEST_HOURS = 2, 8
SHORTEST_MONTHS, LONGEST_MONTHS = 2, 6
REPLICATES = 999
# 1970-01-01 was a Thursday; Monday is 0.
_THURSDAY = 3
_FIRST_WEEKEND_DAY = 5
# A kind of day is named only where it tells more than chance does at 1 %: half of 2.58².
_COST_OF_DAYS = 3.32


class Days(StrEnum):
    """The days that a window of hours is about."""

    ALL = "all"
    WEEKDAYS = "weekdays"
    WEEKEND = "weekend"


# What of a week, its working days and its weekend, each kind of day is.
_PARTS_OF_WEEK = {Days.ALL: (1, 1), Days.WEEKDAYS: (1, 0), Days.WEEKEND: (0, 1)}


@dataclass(frozen=True)
class Peak:
    """The window in which the place differs most from the topic elsewhere.

    Attributes
    ----------
    first, length : int
        Hour 0-23 and hours, or month 0-11 and months; it may go around midnight or new year.
    days : Days
        `ALL` for months.
    observed : int
        Cases of the place in the window.
    cases : int
        Of the place at all.
    expected : float
        With the topic's share of the window elsewhere in the city.
    llr : float
        0 if no window holds more than its share.
    p_value : float
    """

    first: int
    length: int
    days: Days
    observed: int
    cases: int
    expected: float
    llr: float
    p_value: float

    @property
    def share(self) -> float:
        return self.observed / self.cases if self.cases else 0.0


def hours_of_week(moments: Moments) -> Ints:
    """The hour of the week of each moment of local time, 0 for Monday's first."""
    hours = moments.astype("datetime64[h]").astype(np.int64)
    return (hours + _THURSDAY * HOURS) % (DAYS * HOURS)


def months_of_year(moments: Moments) -> Ints:
    """The month of each moment, 0 for January."""
    return moments.astype("datetime64[M]").astype(np.int64) % MONTHS


def week_profile(moments: Moments) -> Ints:
    """Cases by day of the week, Monday first, and hour, shape (7, 24); moments in local time."""
    return np.bincount(hours_of_week(moments), minlength=DAYS * HOURS).reshape(DAYS, HOURS)


def month_profile(moments: Moments) -> Ints:
    """Cases by month of the year, January first, shape (12,)."""
    return np.bincount(months_of_year(moments), minlength=MONTHS)


def season_profile(moments: Moments) -> Ints:
    """Cases in spring, summer, autumn and winter, from March, June, September and December on, shape (4,)."""
    seasons: Ints = np.roll(month_profile(moments), -2).reshape(4, 3).sum(axis=1)
    return seasons


def hour_peak(
    place: Ints,
    others: Ints,
    *,
    rng: np.random.Generator,
    replicates: int = REPLICATES,
    days: Sequence[Days] = tuple(Days),
) -> Peak:
    """The 2 to 8 hours, on all days, weekdays or weekends, that set a place apart from its topic.

    Parameters
    ----------
    place, others : ndarray of int, shape (7, 24)
        Week profiles of the cases of a topic: of the place, and of the rest of the city.
    days : sequence of Days
        The kinds of day to choose from.

    Raises
    ------
    ValueError
        For another shape, negative counts, or no cases elsewhere.

    Notes
    -----
    Circular scan with the likelihood ratio of two binomials and a permutation p-value: under the null the
    cases of the place are any of the topic's, so replicates draw as many from all without return. That is
    exact, however few cases the topic has elsewhere, where an estimated profile is not. Weekdays or weekends
    have to beat the same hours of all days by 3.32, in replicates too: a dozen cases often leave out a
    weekend by chance.
    Kulldorff, M. (1997): A spatial scan statistic, Communications in Statistics 26, 1481-1496 (Bernoulli model).
    """
    _check(place, others, (DAYS, HOURS))
    kinds = np.array([_PARTS_OF_WEEK[kind] for kind in days])
    of_place, of_pool = (
        np.stack([cases[:_FIRST_WEEKEND_DAY].sum(axis=0), cases[_FIRST_WEEKEND_DAY:].sum(axis=0)])
        for cases in (place, place + others)
    )
    lengths = (SHORTEST_HOURS, LONGEST_HOURS)
    return _peak(of_place, of_pool, kinds, days, lengths, rng, replicates)


def telling_days(place: Ints, others: Ints) -> Days:
    """The kind of day that a place has more of than the others, where that is no chance at 1 %.

    Parameters
    ----------
    place, others : ndarray of int, shape (7, 24)

    Notes
    -----
    Likelihood ratio of two binomials, over all hours.
    """
    _check(place, others, (DAYS, HOURS))
    number, at_weekend = int(place.sum()), int(place[_FIRST_WEEKEND_DAY:].sum())
    share = float(others[_FIRST_WEEKEND_DAY:].sum() / others.sum())
    apart = rel_entr([at_weekend, number - at_weekend], [number * share, number * (1 - share)])
    if not apart.sum() > _COST_OF_DAYS:
        return Days.ALL
    return Days.WEEKEND if at_weekend > number * share else Days.WEEKDAYS


def month_peak(
    place: Ints, others: Ints, *, rng: np.random.Generator, replicates: int = REPLICATES
) -> Peak:
    """The 2 to 6 months of the year that set a place apart from its topic, as `hour_peak` does.

    A single burst has its months too: ask only of conflicts that recur.

    Parameters
    ----------
    place, others : ndarray of int, shape (12,)
        Month profiles.
    """
    _check(place, others, (MONTHS,))
    kinds, lengths = np.array([[1]]), (SHORTEST_MONTHS, LONGEST_MONTHS)
    pool = place + others
    return _peak(place[None], pool[None], kinds, (Days.ALL,), lengths, rng, replicates)


def _check(place: Ints, others: Ints, shape: tuple[int, ...]) -> None:
    for name, cases in (("place", place), ("others", others)):
        if cases.shape != shape or cases.min() < 0:
            raise ValueError(f"{name} must be counts of shape {shape}")
    if not others.sum():
        raise ValueError("others must hold cases: there is nothing to compare with")


def _peak(
    place: Ints,
    pool: Ints,
    kinds: Ints,
    days: Sequence[Days],
    lengths: tuple[int, int],
    rng: np.random.Generator,
    replicates: int,
) -> Peak:
    """The best window over `kinds` of day, each a sum of rows of `place` and `pool`; `days` are their names."""
    costs = np.array([0.0 if kind is Days.ALL else _COST_OF_DAYS for kind in days])
    number, total = int(place.sum()), int(pool.sum())
    inside, together = kinds @ place, kinds @ pool
    score, row, first, length = _rhythms.best_window(inside, together, costs, *lengths)
    window = (first + np.arange(length)) % pool.shape[1]
    observed = int(inside[row, window].sum())
    elsewhere = int(together[row, window].sum()) - observed
    p_value = 1.0
    if score:
        least = _rhythms.least_counts(together, number, costs, *lengths, score)
        slots = np.repeat(np.arange(pool.size, dtype=np.uint8), pool.ravel())

        def extreme(count: int) -> Flags:
            chances = rng.random((count, number))
            return _rhythms.reaching(slots, kinds, least, chances, lengths[0])

        p_value = sequential_p(extreme, replicates)
    return Peak(
        first=first,
        length=length,
        days=days[row],
        observed=observed,
        cases=number,
        expected=number * elsewhere / (total - number),
        llr=score + costs[row] if score else 0.0,
        p_value=p_value,
    )
