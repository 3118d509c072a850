"""Where a topic has more cases than its place's other topics, residents and community explain.

Every pair of place and topic, on every level of the ladder, is tested against its own reference;
the whole family is under one false discovery rate, and of overlapping places that pass the one
that explains most is kept. The definition of a hot spot *here* is an outlier among ordinary places:
what places ordinarily differ by for good is nuisance. The lasting ratio (`posterior`) answers the
other question, in which it is signal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from layers.hotspots.discovery import q_values
from layers.hotspots.grounds import due_of, grounds_of
from layers.hotspots.localise import Candidates, localise
from layers.hotspots.ordinary import ordinary
from layers.hotspots.posterior import LEAST_EXPECTED
from layers.hotspots.reference import Mix, Reference
from layers.hotspots.tails import heavier_tail
from layers.hotspots.weights import power_weights

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Tail = Callable[[Ints, Floats, Floats, Floats], Floats]


@dataclass(frozen=True)
class Level:
    """One step of the ladder.

    Attributes
    ----------
    leaf, place : ndarray of int, shape (pairs,)
        Leaf `leaf[i]` is part of place `place[i]`; places may overlap (windows along a street).
    places : int
    ratio : float
        How many times the usual a hot spot of this level is thought to have: addresses 10,
        streets and estates 5, cells 3, communities 1.8.
    against_city : bool
        Communities: their own mix is what is tested, so that the city's is the reference.
    turn : int
        Levels of a later turn are findings only for what those of earlier ones leave.
    """

    leaf: Ints
    place: Ints
    places: int
    ratio: float
    against_city: bool = False
    turn: int = 0

    def members(self, leaves: int) -> csr_array:
        """One where a place has a leaf, of shape (places, leaves)."""
        ones = np.ones(len(self.leaf))
        return csr_array((ones, (self.place, self.leaf)), (self.places, leaves))


@dataclass(frozen=True)
class Ladder:
    """Levels from the finest to the coarsest, with what is known of the leaves.

    Attributes
    ----------
    levels : sequence of Level
        The coarsest that is not `against_city` tells the communities' mixes: cells.
    community : ndarray of int, shape (leaves,)
    exposure : ndarray, shape (leaves,)
        Residents or another size, NaN where unknown. Residents of a cell are to be shared out
        among its leaves.
    use : ndarray of int, shape (leaves,)
        What the ground is used for, numbered from 0; all zeros where nobody knows.
    """

    levels: Sequence[Level]
    community: Ints
    exposure: Floats
    use: Ints


@dataclass(frozen=True)
class Intensity:
    """Every tested pair that has a case or expects one; arrays of shape (pairs,).

    Attributes
    ----------
    level, place, topic : ndarray of int
    observed : ndarray of int
    expected : ndarray
        Cases that the reference expects.
    reference_variance, spread : ndarray
        Relative variances: of the reference, and of ordinary places in this topic.
    variance, heavy : ndarray
        Of both together, the spread as a gamma factor and as a lognormal one.
    p, weight, q : ndarray
        `weight` has mean one over all tests of all levels.
    chosen : ndarray of bool
        Findings of their own, at the level that explains most.
    tested : int
        Tests in the family, pairs that are not listed here included.
    """

    level: Ints
    place: Ints
    topic: Ints
    observed: Ints
    expected: Floats
    reference_variance: Floats
    spread: Floats
    variance: Floats
    heavy: Floats
    p: Floats
    weight: Floats
    q: Floats
    chosen: Flags
    tested: int


def intensity(
    leaf: Ints,
    topic: Ints,
    topics: int,
    ladder: Ladder,
    masked: Flags | None = None,
    q: float = 0.05,
    tail: Tail = heavier_tail,
) -> Intensity:
    """Tests every place of every level in every topic.

    Parameters
    ----------
    leaf, topic : ndarray of int, shape (cases,)
    topics : int
    ladder : Ladder
    masked : ndarray of bool, shape (cases,), optional
        Cases written down at a desk: no place's own; they count only against the city.
    q : float
        False discovery rate.
    tail : callable
        `heavier_tail` holds whatever shape the ordinary spread of places has; `middle_tail` finds
        up to four times as many where it is large and no heavier than a gamma's.
    """
    leaves = len(ladder.community)
    check_cases(leaf, topic, leaves, topics)
    everything = counts_of(leaf, topic, leaves, topics)
    own = everything
    if masked is not None:
        own = counts_of(leaf[~masked], topic[~masked], leaves, topics)
    return intensity_of_counts(own, everything, ladder, q, tail)


def intensity_of_counts(
    own: Ints,
    everything: Ints,
    ladder: Ladder,
    q: float = 0.05,
    tail: Tail = heavier_tail,
) -> Intensity:
    """The same from cases by leaf and topic, which add up over any parts of the cases.

    Parameters
    ----------
    own, everything : ndarray of int, shape (leaves, topics)
        Without and with the cases that were written down at a desk.
    """
    _check(own, everything, ladder, q)
    return _judge(_tests(own, everything, ladder), own, ladder, q, tail)


def _check(own: Ints, everything: Ints, ladder: Ladder, q: float) -> None:
    leaves = len(ladder.community)
    if not own.shape == everything.shape or own.ndim != 2 or len(own) != leaves:
        raise ValueError("own and everything must be of shape (leaves, topics)")
    if not len(ladder.exposure) == len(ladder.use) == leaves:
        raise ValueError("ladder.exposure and ladder.use must have one value a leaf")
    if not ladder.levels or not all(level.places for level in ladder.levels):
        raise ValueError("ladder.levels must not be empty, nor any of them")
    if own.shape[1] < 2:
        raise ValueError("topics must be 2 or more: a topic is judged by the others")
    if not 0 < q < 1:
        raise ValueError("q must lie between 0 and 1")


def check_cases(leaf: Ints, topic: Ints, leaves: int, topics: int) -> None:
    """Raise ValueError unless each case has a leaf and a topic."""
    if len(leaf) != len(topic):
        raise ValueError("leaf and topic must be of one length")
    for name, values, most in (("leaf", leaf, leaves), ("topic", topic, topics)):
        if len(values) and not (values.min() >= 0 and values.max() < most):
            raise ValueError(f"{name} must be numbered from 0 to {most - 1}")


def counts_of(leaf: Ints, topic: Ints, leaves: int, topics: int) -> Ints:
    """Cases of every leaf and topic, shape (leaves, topics)."""
    return np.bincount(leaf * topics + topic, minlength=leaves * topics).reshape(leaves, topics)


@dataclass(frozen=True)
class _Tests:
    """The listed pairs: of one level, or of all, joined."""

    level: Ints
    place: Ints
    topic: Ints
    observed: Ints
    expected: Floats
    reference_variance: Floats
    spread: Floats
    variance: Floats
    heavy: Floats
    weight: Floats

    @classmethod
    def joined(cls, parts: Sequence["_Tests"]) -> "_Tests":
        columns = [f.name for f in fields(cls)]
        return cls(**{c: np.concatenate([getattr(part, c) for part in parts]) for c in columns})


def _tests(own: Ints, everything: Ints, ladder: Ladder) -> _Tests:
    """From the coarsest level to the finest: no place differs less than the one that holds it."""
    mix: Mix | None = None
    least = least_heavy = np.zeros(own.shape[1])
    due = due_of(everything, ladder.exposure, ladder.use)
    parts = []
    for number, level in reversed(list(enumerate(ladder.levels))):
        source = everything if level.against_city else own
        grounds = grounds_of(level.members(len(own)), source, due, ladder.use)
        known = _is_known(level, ladder.exposure)
        if level.against_city:
            counts = _by_place(level, everything)
            usual = ordinary(counts, grounds, known, np.zeros(level.places, np.int64), 1)
            spread, heavy = usual.spread, usual.heavy
        else:
            counts = _by_place(level, own)
            home = _home(level, ladder.community)
            usual = ordinary(counts, grounds, known, home, int(ladder.community.max()) + 1, mix)
            mix = usual.mix
            spread = least = np.maximum(usual.spread, least)
            heavy = least_heavy = np.maximum(usual.heavy, least_heavy)
        parts.append(_of_level(number, level.ratio, counts, usual.reference, spread, heavy))
    return _Tests.joined(parts[::-1])


def _by_place(level: Level, counts: Ints) -> Ints:
    """Cases of every place and topic."""
    cases: Ints = np.rint(level.members(len(counts)) @ counts).astype(np.int64)
    return cases


def _home(level: Level, community: Ints) -> Ints:
    """The community in which most of a place's leaves lie."""
    communities = int(community.max()) + 1
    code, size = np.unique(level.place * communities + community[level.leaf], return_counts=True)
    order = np.argsort(size, kind="stable")
    home = np.zeros(level.places, np.int64)
    home[code[order] // communities] = code[order] % communities
    return home


def _is_known(level: Level, exposure: Floats) -> Flags:
    """Whether the residents of most of a place's leaves are known."""
    known: Floats = level.members(len(exposure)) @ (np.isfinite(exposure) - 0.5)
    return known > 0


def _of_level(
    number: int, ratio: float, counts: Ints, usual: Reference, spread: Floats, heavy: Floats
) -> _Tests:
    place, topic = np.nonzero((counts > 0) | (usual.expected >= LEAST_EXPECTED))
    variance = (1 + spread) * (1 + usual.variance) - 1
    unsure = usual.variance[place, topic]
    return _Tests(
        level=np.full(len(place), number),
        place=place,
        topic=topic,
        observed=counts[place, topic],
        expected=usual.expected[place, topic],
        reference_variance=unsure,
        spread=spread[topic],
        variance=variance[place, topic],
        heavy=(1 + heavy[topic]) * (1 + unsure) - 1,
        weight=power_weights(usual.expected, variance, ratio)[place, topic],
    )


def _judge(tests: _Tests, own: Ints, ladder: Ladder, q: float, tail: Tail) -> Intensity:
    topics = own.shape[1]
    sizes = np.array([level.places * topics for level in ladder.levels])
    tested = int(sizes.sum())
    # Every level has an equal share of the error budget, however many places it has.
    weight = tests.weight * (tested / (len(sizes) * sizes))[tests.level]
    p = tail(tests.observed, tests.expected, tests.variance, tests.heavy)
    adjusted = q_values(p, weight, tests=tested)
    passing = np.flatnonzero(adjusted <= q)
    chosen = np.zeros(len(p), bool)
    if len(passing):
        cut = (p / weight)[passing].max()
        chosen[passing[_own_findings(tests, passing, cut * weight, own, ladder, tail)]] = True
    columns = {f.name: getattr(tests, f.name) for f in fields(tests)} | {"weight": weight}
    return Intensity(**columns, p=p, q=adjusted, chosen=chosen, tested=tested)


def _row(members: csr_array, place: int) -> Ints:
    row: Ints = members.indices[members.indptr[place] : members.indptr[place + 1]]
    return row


def _own_findings(
    tests: _Tests, passing: Ints, cut: Floats, counts: Ints, ladder: Ladder, tail: Tail
) -> Ints:
    turn = np.array([level.turn for level in ladder.levels])
    members = [level.members(len(counts)) for level in ladder.levels]
    leaves = [_row(members[tests.level[i]], tests.place[i]) for i in passing]
    by_leaf = bool((ladder.levels[0].members(len(counts)).sum(axis=1) == 1).all())
    candidates = Candidates(
        tests.topic[passing], tests.expected[passing], turn[tests.level[passing]], leaves, by_leaf
    )

    def passes(which: Ints, left: Ints) -> Flags:
        at = passing[which]
        p = tail(left, tests.expected[at], tests.variance[at], tests.heavy[at])
        still: Flags = p <= cut[at]
        return still

    return localise(candidates, counts, passes)
