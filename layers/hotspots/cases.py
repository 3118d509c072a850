"""Cases of a city, and what the pipeline asks of them: counts and profiles that add up, and the cases of a few pairs.

Integers sum to the same whatever the parts are: cases in one array and cases in many files give the same
answer to the last bit.
"""

from dataclasses import dataclass, fields
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from layers.hotspots.intensity import check_cases, counts_of
from layers.hotspots.ladder import NOWHERE
from layers.hotspots.rhythm import DAYS, HOURS, MONTHS, hours_of_week, months_of_year

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Moments = npt.NDArray[np.datetime64]

_DAY = np.timedelta64(1, "D")
_SLICE_DAYS = 30.0


@dataclass(frozen=True)
class Period:
    """From `since` to before `until`, local time, in slices of about a month."""

    since: np.datetime64
    until: np.datetime64

    def __post_init__(self) -> None:
        if not self.since < self.until:
            raise ValueError("since must be before until")

    @property
    def days(self) -> float:
        return float((self.until - self.since) / _DAY)

    @property
    def slices(self) -> int:
        return max(1, round(self.days / _SLICE_DAYS))

    def holds(self, moments: Moments) -> Flags:
        inside: Flags = (moments >= self.since) & (moments < self.until)
        return inside

    def days_of(self, moments: Moments) -> Floats:
        """Days since the beginning, NaN for NaT."""
        days: Floats = (moments - self.since) / _DAY
        return days

    def slice_of(self, moments: Moments) -> Ints:
        part = self.days_of(moments) / self.days
        # The last moment before the end may be rounded onto it.
        return np.minimum((part * self.slices).astype(np.int64), self.slices - 1)

    def month_of_slices(self) -> Ints:
        """Of the year, 0 for January, of the middle of each slice."""
        middles = (np.arange(self.slices) + 0.5) * (self.days / self.slices)
        moments = self.since + (middles * _DAY.astype("timedelta64[s]").astype(np.int64)).astype(
            "timedelta64[s]"
        )
        months: Ints = moments.astype("datetime64[M]").astype(np.int64) % 12
        return months


@dataclass(frozen=True)
class Profile:
    """When cases happened: by slice of the period, day of the week and hour, and month of the year.

    Shapes (slices,), (7, 24) and (12,), each behind an axis of topics where it is of all topics.
    """

    slices: Ints
    week: Ints
    month: Ints

    def __getitem__(self, topic: int) -> "Profile":
        return Profile(self.slices[topic], self.week[topic], self.month[topic])

    @property
    def total(self) -> "Profile":
        """Of all topics together."""
        return Profile(self.slices.sum(axis=0), self.week.sum(axis=0), self.month.sum(axis=0))

    def __add__(self, other: "Profile") -> "Profile":
        return Profile(self.slices + other.slices, self.week + other.week, self.month + other.month)

    def __sub__(self, other: "Profile") -> "Profile":
        return Profile(self.slices - other.slices, self.week - other.week, self.month - other.month)


@dataclass(frozen=True)
class Gathered:
    """Profiles of all topics, and the cases of the pairs that were asked for.

    `number` (own cases,) tells which they are, from the smallest on; the profiles have a first axis of topics.
    """

    profile: Profile
    number: Ints
    own: "Cases"

    def __add__(self, other: "Gathered") -> "Gathered":
        number = np.concatenate([self.number, other.number])
        own = self.own.followed_by(other.own)
        return Gathered(self.profile + other.profile, number, own).numbered(number)

    def numbered(self, number: Ints) -> "Gathered":
        """The same cases under these numbers, from the smallest on."""
        order = np.argsort(number, kind="stable")
        return Gathered(self.profile, number[order], self.own.at(order))


@dataclass(frozen=True)
class Cases:
    """Cases of one city in one period, all arrays of shape (cases,).

    Attributes
    ----------
    leaf : ndarray of int
        Of the ladder; `NOWHERE` for a case without a place, which counts nowhere.
    topic : ndarray of int
    opened, settled : ndarray of datetime64
        Local time; NaT where it is not settled.
    caller : ndarray of int
        The same number for the same caller, -1 where nobody knows; numbers mean nothing else.
    round : ndarray of int
        How often it was begun.
    """

    leaf: Ints
    topic: Ints
    opened: Moments
    settled: Moments
    caller: Ints
    round: Ints

    def __post_init__(self) -> None:
        if len({len(values) for values in vars(self).values()}) != 1:
            raise ValueError("cases: all arrays must be of one length")

    def __len__(self) -> int:
        return len(self.leaf)

    def at(self, rows: Ints | Flags) -> Self:
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    def followed_by(self, other: Self) -> Self:
        names = [field.name for field in fields(self)]
        return type(self)(*(np.concatenate([getattr(self, n), getattr(other, n)]) for n in names))

    def counted(self, period: Period, leaves: int, topics: int) -> Ints:
        """Cases of the period by leaf and topic, shape (leaves, topics).

        Raises
        ------
        ValueError
            A leaf or a topic beyond these.
        """
        return count_cases(self.leaf, self.topic, self.opened, period, leaves, topics)

    def gathered(self, period: Period, shown: Flags, wanted: Flags) -> Gathered:
        """Profiles of the period over the leaves that are `shown`, and the cases at `wanted` pairs there.

        Parameters
        ----------
        shown : ndarray of bool, shape (leaves,)
        wanted : ndarray of bool, shape (leaves, topics)
        """
        placed = np.flatnonzero((self.leaf != NOWHERE) & period.holds(self.opened))
        used = placed[shown[self.leaf[placed]]]
        topic = self.topic[used]
        own = used[wanted[self.leaf[used], topic]]
        return Gathered(
            _profile(self.opened[used], topic, wanted.shape[1], period), own, self.at(own)
        )

    def profile(self, period: Period, topics: int) -> Profile:
        """When these cases happened, by topic."""
        return _profile(self.opened, self.topic, topics, period)


def count_cases(
    leaf: Ints, topic: Ints, opened: Moments, period: Period, leaves: int, topics: int
) -> Ints:
    """As `Cases.counted`, from what it needs."""
    used = (leaf != NOWHERE) & period.holds(opened)
    check_cases(leaf[used], topic[used], leaves, topics)
    return counts_of(leaf[used], topic[used], leaves, topics)


class Source(Protocol):
    """Where cases are, in memory or in many files: it need only answer the two questions of the pipeline."""

    def counted(self, period: Period, leaves: int, topics: int) -> Ints: ...

    def gathered(self, period: Period, shown: Flags, wanted: Flags) -> Gathered: ...


def _profile(moments: Moments, topic: Ints, topics: int, period: Period) -> Profile:
    return Profile(
        _by_topic(topic, period.slice_of(moments), (topics, period.slices)),
        _by_topic(topic, hours_of_week(moments), (topics, DAYS, HOURS)),
        _by_topic(topic, months_of_year(moments), (topics, MONTHS)),
    )


def _by_topic(topic: Ints, part: Ints, shape: tuple[int, ...]) -> Ints:
    parts = int(np.prod(shape[1:]))
    return np.bincount(topic * parts + part, minlength=shape[0] * parts).reshape(shape)
