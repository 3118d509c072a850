"""What is said of a conflict: intense, recurrent, current, rhythmic, burdensome, each with number and interval.

Intervals are of 90 %. A claim has the chance that an ordinary place would look as much like it; the q-values over all
conflicts that are listed are made where all of them are known.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from layers.hotspots.cases import Profile
from layers.hotspots.naming import Window
from layers.hotspots.recurrence import CityTime, Course, Recurrence
from layers.hotspots.rhythm import Days, Peak, hour_peak, month_peak, telling_days
from layers.hotspots.spells import ended_p, new_p, quiet_chance, returns, spell_starts
from layers.hotspots.thresholds import CHANCE, QUIET_DAYS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

YEAR, QUARTER = 365.25, 91.0
# Days after which a case counts half for what is to be expected.
HALF_LIFE = 365.0
_TAIL = 0.05

# Of its cases, for a window to be part of its name.
_MOST = 0.5


@dataclass(frozen=True)
class Interval:
    """A number and the bounds of its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Intense:
    """Cases against what the place's other topics and its community lead to expect; `ratio` is the lasting one."""

    observed: int
    expected: float
    ratio: Interval
    p: float
    q: float


@dataclass(frozen=True)
class Recurrent:
    """How it comes back: spells a year, active weeks, and returns after everything had been settled."""

    course: Course
    spells: int
    spells_a_year: Interval
    weeks: int
    returns: int
    quiet_before_return: float
    p: float


@dataclass(frozen=True)
class Current:
    """Cases a quarter as of late, and whether it is new, has ended, or is quiet for the time being."""

    a_quarter: Interval
    days_since: float
    quiet_chance: float
    new_p: float
    ended_p: float

    @property
    def is_new(self) -> bool:
        return self.new_p <= CHANCE

    @property
    def has_ended(self) -> bool:
        return self.ended_p <= CHANCE

    @property
    def is_quiet(self) -> bool:
        """A state of work and no evidence: `quiet_chance` says how often it is so by chance."""
        return self.days_since >= QUIET_DAYS


@dataclass(frozen=True)
class Rhythmic:
    """The windows of the day and of the year that set it apart from its topic elsewhere; `p` is of both.

    `when` is what sets it apart from all that happens in the city: a market is no less a matter of the
    mornings for all markets being so.
    """

    hours: Peak | None
    months: Peak | None
    p: float
    when: Window


@dataclass(frozen=True)
class Burdensome:
    """What it costs: open cases, the share that came back, and days to settle (NaN before the first is settled)."""

    open: int
    reopened: Interval
    days_to_settle: float


def poisson_interval(count: int, size: float) -> Interval:
    """Cases a unit from a count in so many units: exact (Garwood 1936)."""
    if not size > 0:
        raise ValueError("size must be above 0")
    low = float(special.gammaincinv(count, _TAIL)) if count else 0.0
    high = float(special.gammainccinv(count + 1, _TAIL))
    return Interval(count / size, low / size, high / size)


def binomial_interval(part: int, whole: int) -> Interval:
    """A share with the interval of Jeffreys; everything is possible of nothing."""
    if not 0 <= part <= whole:
        raise ValueError("part must lie between 0 and whole")
    if not whole:
        return Interval(float("nan"), 0.0, 1.0)
    low, high = special.betaincinv(part + 0.5, whole - part + 0.5, [_TAIL, 1 - _TAIL])
    return Interval(part / whole, float(low), float(high))


def how_recurrent(opened: Floats, closed: Floats, found: Recurrence, period: float) -> Recurrent:
    """`opened`, `closed` (cases,) are days, NaN in `closed` where a case is open."""
    starts, back = spell_starts(opened), returns(opened, closed)
    return Recurrent(
        course=found.course,
        spells=len(starts),
        spells_a_year=poisson_interval(len(starts), period / YEAR),
        weeks=len(np.unique(np.floor(opened / 7))),
        returns=back.count,
        quiet_before_return=float(np.median(back.quiet)) if back.count else float("nan"),
        p=found.p_values[-1],
    )


def how_current(opened: Floats, time: CityTime) -> Current:
    starts, period = spell_starts(opened), time.end - time.start
    late = int((opened > time.end - YEAR).sum())
    return Current(
        a_quarter=poisson_interval(late, min(YEAR, period) / QUARTER),
        days_since=float(time.end - opened.max()),
        quiet_chance=quiet_chance(len(starts), period),
        new_p=new_p(starts, time),
        ended_p=ended_p(starts, time),
    )


def how_rhythmic(
    place: Profile,
    topic: Profile,
    city: Profile,
    *,
    is_recurrent: bool,
    rng: np.random.Generator,
) -> Rhythmic:
    """From the profiles of the place, and of its topic and of everything elsewhere; months only of what recurs."""
    when = _when(place, city, is_recurrent, rng)
    if not topic.week.any():
        return Rhythmic(None, None, 1.0, when)
    hours = hour_peak(place.week, topic.week, rng=rng)
    months = month_peak(place.month, topic.month, rng=rng) if is_recurrent else None
    tried = [peak.p_value for peak in (hours, months) if peak]
    return Rhythmic(hours, months, min(1.0, len(tried) * min(tried)), when)


def _when(place: Profile, city: Profile, is_recurrent: bool, rng: np.random.Generator) -> Window:
    """When most of it happens, as far as that is neither chance nor what everything does."""
    hours = hour_peak(place.week, city.week, rng=rng, days=(Days.ALL,))
    months = month_peak(place.month, city.month, rng=rng) if is_recurrent else None
    return Window(
        hours=(hours.first, hours.length) if _is_telling(hours) else None,
        days=telling_days(place.week, city.week),
        months=(months.first + 1, months.length) if months and _is_telling(months) else None,
    )


def _is_telling(peak: Peak) -> bool:
    return peak.p_value <= CHANCE and peak.share >= _MOST


def how_burdensome(opened: Floats, closed: Floats, rounds: Ints) -> Burdensome:
    """`rounds` (cases,) counts how often each was begun."""
    settled = np.isfinite(closed)
    return Burdensome(
        open=int((~settled).sum()),
        reopened=binomial_interval(int((rounds > 1).sum()), len(rounds)),
        days_to_settle=float(np.median((closed - opened)[settled]))
        if settled.any()
        else float("nan"),
    )


def weighted_interval(weights: Floats) -> Interval:
    """A sum of weights of independent cases: by gamma distributions (Fay & Feuer 1997, Stat. Med. 16, 791-801).

    With weights that are all alike it is `poisson_interval`.
    """
    if not len(weights):
        return Interval(0.0, 0.0, poisson_interval(0, 1).high)
    total, most = float(weights.sum()), float(weights.max())
    spread = float((weights**2).sum())
    low = special.gammaincinv(total**2 / spread, _TAIL) * spread / total
    above, spread = total + most, spread + most**2
    high = special.gammainccinv(above**2 / spread, _TAIL) * spread / above
    return Interval(total, float(low), float(high))


def avoidable(
    opened: Floats, expected: float, unsure: float, returned: int, time: CityTime
) -> Interval:
    """Cases of the next quarter that would not be there if the place were as usual.

    Recent ones weigh more (half-life a year), and what came back after settlement counts again. The bounds are those
    of a difference of two numbers with intervals of their own (MOVER: Zou & Donner 2008, Stat. Med. 27, 1693-1702):
    of the recent cases and of what is usual, `unsure` being the variance of its true mean ÷ mean². The share that came
    back is taken as it is, and cases as independent, as in the other claims.
    """
    period = time.end - time.start
    # Days of a past that is forgotten by half each year.
    remembered = HALF_LIFE / np.log(2) * (1 - 0.5 ** (period / HALF_LIFE))
    recent = weighted_interval(0.5 ** ((time.end - opened) / HALF_LIFE))
    usual = _gamma_interval(expected, unsure)
    rate = QUARTER * (1 + returned / len(opened))
    value = recent.value / remembered - usual.value / period
    down = np.hypot((recent.value - recent.low) / remembered, (usual.high - usual.value) / period)
    up = np.hypot((recent.high - recent.value) / remembered, (usual.value - usual.low) / period)
    return Interval(*(float(rate * end) for end in (value, value - down, value + up)))


def _gamma_interval(mean: float, relative_variance: float) -> Interval:
    if relative_variance == 0:
        return Interval(mean, mean, mean)
    size = 1 / relative_variance
    low, high = special.gammaincinv(size, [_TAIL, 1 - _TAIL]) * mean / size
    return Interval(mean, float(low), float(high))
