"""From cases to a short, ranked, named list of conflicts that keep coming back.

One pipeline for the product and for notebooks: desks are set aside, every place of every level is judged by
its other topics and its community, the place that explains most is kept, and of what is left only
what recurs and rests on more than one voice is published, under one false discovery rate for the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from layers.hotspots.claims import (
    Burdensome,
    Current,
    Intense,
    Interval,
    Recurrent,
    Rhythmic,
    avoidable,
    how_burdensome,
    how_current,
    how_recurrent,
    how_rhythmic,
)
from layers.hotspots.discovery import focused_q_values
from layers.hotspots.grounds import due_of
from layers.hotspots.intensity import Intensity, Ladder, counts_of, intensity
from layers.hotspots.ladder import NOWHERE
from layers.hotspots.naming import Words, name_conflict
from layers.hotspots.posterior import lasting_ratio
from layers.hotspots.recurrence import CityTime, Course, Reference, city_time, recurrence
from layers.hotspots.reference import base
from layers.hotspots.snapping import find_desks
from layers.hotspots.tails import middle_tail
from layers.hotspots.voices import Voices, hear

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Moments = npt.NDArray[np.datetime64]

# The false share of the list that is published, on average over lists.
FALSE_SHARE = 0.05
_DAY = np.timedelta64(1, "D")
_SLICE_DAYS = 30.0


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


@dataclass(frozen=True)
class Places:
    """The ladder with what its levels and places are called.

    `names[level][place]` are words; `levels` are the names of the levels.
    """

    ladder: Ladder
    levels: Sequence[str]
    names: Sequence[Sequence[Words]]


@dataclass(frozen=True)
class Conflict:
    """A finding: where, about what, and the five claims. `cases` are positions in the cases that were given.

    `q` is the false share of the published list down to this one, 1 for what is not published; `avoidable` are
    cases of the next quarter, by which the list is ranked.
    """

    level: str
    place: int
    topic: int
    name: Words
    cases: Ints
    intense: Intense
    recurrent: Recurrent
    current: Current
    rhythmic: Rhythmic
    burdensome: Burdensome
    voices: Voices
    avoidable: float
    q: float

    @property
    def is_published(self) -> bool:
        return self.q <= FALSE_SHARE


@dataclass(frozen=True)
class Found:
    """All findings, the published ones first and by rank.

    `tested` is how many pairs of a place and a topic were looked at; `desks` are leaves where cases are taken
    down and do not happen; `visible` the fewest cases of an average place of each level that would be seen;
    `placed` how many cases had a place.
    """

    conflicts: Sequence[Conflict]
    tested: int
    desks: Ints
    visible: dict[str, int]
    placed: int

    @property
    def published(self) -> list[Conflict]:
        return [conflict for conflict in self.conflicts if conflict.is_published]


def recurring_conflicts(
    cases: Cases,
    places: Places,
    topics: Sequence[Words],
    *,
    since: np.datetime64,
    until: np.datetime64,
    seed: int,
) -> Found:
    """Find what keeps coming back.

    Parameters
    ----------
    topics : sequence of Words
        At least two: a topic is judged by the others.
    since, until : datetime64
        The period, local time; cases outside are left out.
    seed : int
        Of all that is simulated: the same arguments give the same answer.

    Raises
    ------
    ValueError
        An empty period, or arrays that do not fit.
    """
    if not since < until:
        raise ValueError("since must be before until")
    used = np.flatnonzero(
        (cases.leaf != NOWHERE) & (cases.opened >= since) & (cases.opened < until)
    )
    desks = _desks(cases.leaf[used], cases.topic[used], len(topics), places.ladder)
    is_at_desk = np.isin(cases.leaf[used], desks)
    # The milder tail: what is found has to recur besides, and to rest on more than one voice.
    found = intensity(
        cases.leaf[used],
        cases.topic[used],
        len(topics),
        places.ladder,
        masked=is_at_desk,
        tail=middle_tail,
    )
    period = _Period(cases, used[~is_at_desk], since, until)
    ratios = _ratios(found)
    chosen = np.flatnonzero(found.chosen)
    findings = [_finding(int(at), found, ratios, period, places, topics, seed) for at in chosen]
    conflicts = _ranked(_published(findings, found))
    visible = _visible(found, places.levels)
    return Found(conflicts, found.tested, desks, visible, len(used))


def _desks(leaf: Ints, topic: Ints, topics: int, ladder: Ladder) -> Ints:
    table = counts_of(leaf, topic, len(ladder.community), topics)
    communities = int(ladder.community.max(initial=0)) + 1
    due = due_of(table, ladder.exposure, ladder.use)
    usual = base(table.sum(axis=1), due, ladder.community, communities)
    return np.flatnonzero(find_desks(table, usual))


class _Period:
    """The cases that count, as days since the beginning."""

    def __init__(
        self, cases: Cases, used: Ints, since: np.datetime64, until: np.datetime64
    ) -> None:
        self.used, self.leaf, self.topic = used, cases.leaf[used], cases.topic[used]
        self.moments = cases.opened[used]
        self.opened = (self.moments - since) / _DAY
        settled = (cases.settled[used] - since) / _DAY
        # Whoever settled it before it was written down settled it at once.
        self.settled = np.where(np.isnan(settled), np.nan, np.fmax(settled, self.opened))
        self.caller, self.round = cases.caller[used], cases.round[used]
        self.length = float((until - since) / _DAY)

    def time_of(self, topic: int, own: Flags) -> CityTime:
        """The city's profile of a topic without a place."""
        others = self.opened[(self.topic == topic) & ~own]
        slices = max(1, round(self.length / _SLICE_DAYS))
        return city_time(others, start=0.0, end=self.length, slices=slices)


def _ratios(found: Intensity) -> Floats:
    """Lasting ratio with its interval of every pair, shape (pairs, 3).

    Each level has a share of extraordinary places of its own.
    """
    ratios = np.empty((len(found.p), 3))
    for level in np.unique(found.level):
        at = np.flatnonzero(found.level == level)
        lasting = lasting_ratio(
            found.observed[at], found.expected[at], found.reference_variance[at], found.spread[at]
        )
        ratios[at] = np.column_stack([lasting.mean, lasting.low, lasting.high])
    return ratios


def _finding(
    at: int,
    found: Intensity,
    ratios: Floats,
    period: _Period,
    places: Places,
    topics: Sequence[Words],
    seed: int,
) -> Conflict:
    level, place, topic = (int(part[at]) for part in (found.level, found.place, found.topic))
    step = places.ladder.levels[level]
    leaves = step.leaf[step.place == place]
    own = (period.topic == topic) & np.isin(period.leaf, leaves)
    days, settled = period.opened[own], period.settled[own]
    # Its own stream for each finding: another one more or less changes nothing here.
    rng = np.random.default_rng([seed, level, place, topic])
    time = period.time_of(topic, own)
    reference = Reference(float(found.expected[at]), float(found.variance[at]))
    course = recurrence(days, reference, time, rng=rng)
    recurrent = how_recurrent(days, settled, course, period.length)
    others = period.moments[(period.topic == topic) & ~own]
    is_recurrent = course.course is Course.RECURRENT
    rhythmic = how_rhythmic(period.moments[own], others, is_recurrent=is_recurrent, rng=rng)
    return Conflict(
        level=places.levels[level],
        place=place,
        topic=topic,
        name=name_conflict(places.names[level][place], topics[topic], rhythmic.window),
        cases=period.used[own],
        intense=Intense(
            observed=int(found.observed[at]),
            expected=reference.mean,
            ratio=Interval(*map(float, ratios[at])),
            p=float(found.p[at]),
            q=float(found.q[at]),
        ),
        recurrent=recurrent,
        current=how_current(days, time),
        rhythmic=rhythmic,
        burdensome=how_burdensome(days, settled, period.round[own]),
        voices=hear(days, period.caller[own], reference, time, rng=rng),
        avoidable=avoidable(days, reference.mean, recurrent.returns, time),
        q=1.0,
    )


def _published(findings: Sequence[Conflict], found: Intensity) -> list[Conflict]:
    """With the q-value of the list: bursts and single voices are filtered before the false share is counted."""
    kept = [_is_fit(finding) for finding in findings]
    chosen = found.chosen
    q = focused_q_values(found.p[chosen], kept, found.weight[chosen], tests=found.tested)
    return [
        replace(finding, q=float(of_list)) for finding, of_list in zip(findings, q, strict=True)
    ]


def _is_fit(finding: Conflict) -> bool:
    return finding.recurrent.course is Course.RECURRENT and not finding.voices.is_one_voice


def _ranked(findings: Sequence[Conflict]) -> list[Conflict]:
    return sorted(findings, key=lambda one: (not one.is_published, -one.avoidable))


def _visible(found: Intensity, levels: Sequence[str]) -> dict[str, int]:
    """By level, the fewest cases that would pass at a place and in a topic that expect a middling number."""
    passed = (found.p / found.weight)[found.q <= FALSE_SHARE]
    cut = passed.max() if len(passed) else FALSE_SHARE / found.tested
    fewest = {}
    for number, name in enumerate(levels):
        at = np.flatnonzero(found.level == number)
        if len(at):
            parts = (found.expected, found.variance, found.heavy, found.weight)
            *usual, weight = (np.median(part[at], keepdims=True) for part in parts)
            fewest[name] = _fewest(usual, cut * float(weight[0]))
    return fewest


def _fewest(usual: Sequence[Floats], cut: float) -> int:
    """The smallest count whose tail is within the cut, by halving."""
    low, high = 0, 1
    while _tail(high, usual) > cut:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _tail(middle, usual) <= cut else (middle, high)
    return high


def _tail(count: int, usual: Sequence[Floats]) -> float:
    expected, variance, heavy = usual
    return float(middle_tail(np.array([count]), expected, variance, heavy)[0])
