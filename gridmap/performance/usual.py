"""How many new cases are usual on a day like this one: same weekday, same season, working or not. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy import stats

# The same weekday in the weeks just before, and around the same day of the years before.
RECENT_WEEKS = 8
SEASON_WEEKS = 3
YEARS = 5
# With fewer days like this one nothing is said.
LEAST_DAYS = 8
LEVEL = 0.95
# A year of whole weeks keeps the weekday.
_YEAR = timedelta(weeks=52)
_WEEK = timedelta(weeks=1)
# Every fifth or sixth year the weeks fall a week behind the sun.
_DRIFT_DAYS = 1.2425


@dataclass(frozen=True)
class Usual:
    """The range in which a whole day like this one lies 95 times of 100, from so many days."""

    low: int
    high: int
    days: int


def days_alike(day: date) -> list[date]:
    """The days that a day is compared with, the latest first; whether they are working days is not asked here."""
    recent = [day - _WEEK * n for n in range(1, RECENT_WEEKS + 1)]
    past = [
        _years_before(day, years) + _WEEK * n
        for years in range(1, YEARS + 1)
        for n in range(SEASON_WEEKS, -SEASON_WEEKS - 1, -1)
    ]
    return recent + past


def _years_before(day: date, years: int) -> date:
    """The same weekday nearest to the same day of the year."""
    behind = round(years * _DRIFT_DAYS / 7)
    return day - _YEAR * years - _WEEK * behind


def usual_range(counts: Sequence[int]) -> Usual | None:
    """A range for one more day like those counted; None with fewer than `LEAST_DAYS`.

    A negative binomial with the mean and the variance of the days, never narrower than a Poisson one, widened
    because both are themselves estimated: the variance by 1 + 1/n, its quantiles as far apart as those of
    Student's t with n − 1 degrees of freedom are from a normal distribution's. Counts are whole, so that the
    range holds at least its 95 %. Years that lie apart make it wide: then little is unusual.

    Parameters
    ----------
    counts : of int, ≥ 0
        New cases of each day.
    """
    values = np.asarray(counts, dtype=np.float64)
    if len(values) < LEAST_DAYS:
        return None
    if values.min() < 0:
        raise ValueError("counts: must not be negative")
    mean = float(values.mean())
    if mean == 0:
        # Nothing in n days: the rate for which that is still possible (Garwood 1936).
        mean = -float(np.log((1 - LEVEL) / 2)) / len(values)
    tail = (1 - LEVEL) / 2
    stretch = float(stats.t.isf(tail, len(values) - 1) / stats.norm.isf(tail))
    variance = max(float(values.var(ddof=1)), mean) * (1 + 1 / len(values)) * stretch**2
    spread = stats.nbinom(mean**2 / (variance - mean), mean / variance)
    return Usual(int(spread.ppf(tail)), int(spread.isf(tail)), len(values))
