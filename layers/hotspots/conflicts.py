"""From cases to a short, ranked, named list of conflicts that keep coming back.

One pipeline for the product and for notebooks: desks are set aside, every place of every level is judged by
its other topics and its community, the place that explains most is kept, and of what is left only
what recurs and rests on more than one voice is published, under one false discovery rate for the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from layers.hotspots.cases import Gathered, Period, Source
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
from layers.hotspots.intensity import Intensity, Ladder, intensity_of_counts
from layers.hotspots.naming import Words, name_conflict
from layers.hotspots.posterior import extraordinary_share, lasting_ratio
from layers.hotspots.recurrence import Course, Reference, city_time, recurrence
from layers.hotspots.reference import base
from layers.hotspots.snapping import find_desks
from layers.hotspots.tails import heavier_tail
from layers.hotspots.usual import UsualMonths, usual_months
from layers.hotspots.voices import Voices, hear

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# The false share of the list that is published, on average over lists.
FALSE_SHARE = 0.05


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
    avoidable: Interval
    usual_months: UsualMonths
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
    cases: Source,
    places: Places,
    topics: Sequence[Words],
    *,
    since: np.datetime64,
    until: np.datetime64,
    seed: int,
    disputes: Flags | None = None,
) -> Found:
    """Find what keeps coming back.

    Parameters
    ----------
    cases : Cases or another Source
    topics : sequence of Words
        At least two: a topic is judged by the others.
    since, until : datetime64
        The period, local time; cases outside are left out.
    seed : int
        Of all that is simulated: the same arguments give the same answer.
    disputes : ndarray of bool (topics,), optional
        Topics that are published; the others, plain requests, only tell what a place is like.

    Raises
    ------
    ValueError
        An empty period, or arrays that do not fit.
    """
    period, ladder = Period(since, until), places.ladder
    counts = cases.counted(period, len(ladder.community), len(topics))
    desks = _desks(counts, ladder)
    own = counts.copy()
    own[desks] = 0
    found = intensity_of_counts(own, counts, ladder)
    chosen = np.flatnonzero(found.chosen)
    pairs = [_pair(int(at), found, ladder) for at in chosen]
    gathered = cases.gathered(period, *_asked(pairs, desks, counts.shape))
    findings = [
        _finding(pair, found, ratio, period, gathered, places, topics, seed)
        for pair, ratio in zip(pairs, _ratios(found, chosen), strict=True)
    ]
    listed = np.ones(len(topics), bool) if disputes is None else disputes
    conflicts = _ranked(_published(findings, listed, found))
    visible = _visible(found, places.levels)
    return Found(conflicts, found.tested, desks, visible, int(counts.sum()))


def _desks(counts: Ints, ladder: Ladder) -> Ints:
    communities = int(ladder.community.max(initial=0)) + 1
    due = due_of(counts, ladder.exposure, ladder.use)
    usual = base(counts.sum(axis=1), due, ladder.community, communities)
    return np.flatnonzero(find_desks(counts, usual))


@dataclass(frozen=True)
class _Pair:
    """A chosen pair: its position among the tested, and its leaves."""

    at: int
    level: int
    place: int
    topic: int
    leaves: Ints


def _pair(at: int, found: Intensity, ladder: Ladder) -> _Pair:
    level, place, topic = (int(part[at]) for part in (found.level, found.place, found.topic))
    step = ladder.levels[level]
    return _Pair(at, level, place, topic, step.leaf[step.place == place])


def _asked(pairs: Sequence[_Pair], desks: Ints, shape: tuple[int, ...]) -> tuple[Flags, Flags]:
    """Leaves that are shown, and pairs of a leaf and a topic whose cases are needed."""
    shown, wanted = np.ones(shape[0], bool), np.zeros(shape, bool)
    shown[desks] = False
    for pair in pairs:
        wanted[pair.leaves, pair.topic] = True
    return shown, wanted


def _ratios(found: Intensity, chosen: Ints) -> Floats:
    """Lasting ratio with its interval of the chosen pairs, shape (chosen, 3).

    Each level has a share of extraordinary places of its own, told from all its pairs.
    """
    ratios = np.empty((len(chosen), 3))
    for level in np.unique(found.level[chosen]):
        some = found.level[chosen] == level
        share = extraordinary_share(*_seen(found, found.level == level))
        lasting = lasting_ratio(*_seen(found, chosen[some]), share=share)
        ratios[some] = np.column_stack([lasting.mean, lasting.low, lasting.high])
    return ratios


def _seen(found: Intensity, at: Ints | Flags) -> tuple[Ints, Floats, Floats, Floats]:
    return found.observed[at], found.expected[at], found.reference_variance[at], found.spread[at]


def _finding(
    pair: _Pair,
    found: Intensity,
    ratio: Floats,
    period: Period,
    gathered: Gathered,
    places: Places,
    topics: Sequence[Words],
    seed: int,
) -> Conflict:
    at, level, place, topic = pair.at, pair.level, pair.place, pair.topic
    mine = (gathered.own.topic == topic) & np.isin(gathered.own.leaf, pair.leaves)
    own = gathered.own.at(mine)
    days, settled = period.days_of(own.opened), period.days_of(own.settled)
    # Whoever settled it before it was written down settled it at once.
    settled = np.where(np.isnan(settled), np.nan, np.fmax(settled, days))
    # Its own stream for each finding: another one more or less changes nothing here.
    rng = np.random.default_rng([seed, level, place, topic])
    here = own.profile(period, len(topics))[topic]
    others = gathered.profile[topic] - here
    time = city_time(others.slices, start=0.0, end=period.days)
    reference = Reference(float(found.expected[at]), float(found.variance[at]))
    unsure = float(found.reference_variance[at])
    course = recurrence(days, reference, time, rng=rng)
    recurrent = how_recurrent(days, settled, course, period.days)
    is_recurrent = course.course is Course.RECURRENT
    city = gathered.profile.total - here
    rhythmic = how_rhythmic(here, others, city, is_recurrent=is_recurrent, rng=rng)
    return Conflict(
        level=places.levels[level],
        place=place,
        topic=topic,
        name=name_conflict(places.names[level][place], topics[topic], rhythmic.when),
        cases=gathered.number[mine],
        intense=Intense(
            observed=int(found.observed[at]),
            expected=reference.mean,
            ratio=Interval(*map(float, ratio)),
            p=float(found.p[at]),
            q=float(found.q[at]),
        ),
        recurrent=recurrent,
        current=how_current(days, time),
        rhythmic=rhythmic,
        burdensome=how_burdensome(days, settled, own.round),
        voices=hear(days, own.caller, reference, time, rng=rng),
        avoidable=avoidable(days, reference.mean, unsure, recurrent.returns, time),
        usual_months=usual_months(others.slices, period.month_of_slices(), reference.mean),
        q=1.0,
    )


def _published(findings: Sequence[Conflict], listed: Flags, found: Intensity) -> list[Conflict]:
    """With the q-value of the list: what is not fit for it is filtered before the false share is counted."""
    kept = [bool(listed[finding.topic]) and _is_fit(finding) for finding in findings]
    chosen = found.chosen
    q = focused_q_values(found.p[chosen], kept, found.weight[chosen], tests=found.tested)
    return [
        replace(finding, q=float(of_list)) for finding, of_list in zip(findings, q, strict=True)
    ]


def _is_fit(finding: Conflict) -> bool:
    return finding.recurrent.course is Course.RECURRENT and not finding.voices.is_one_voice


def _ranked(findings: Sequence[Conflict]) -> list[Conflict]:
    return sorted(findings, key=lambda one: (not one.is_published, -one.avoidable.value))


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
    return float(heavier_tail(np.array([count]), expected, variance, heavy)[0])
