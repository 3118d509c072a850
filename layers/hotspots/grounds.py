"""What a place is due by its ground alone: so many cases by residents and use, and which topics by use.

A works has disputes over wages, a village over land, a street over its surface: what is usual at a place is
what its uses have elsewhere in the city. A place of several uses is due the sum of what its leaves are due.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Cases that the whole city's mix is worth beside those of a use: uses differ tenfold, so next to none.
_CITY = 2.0
_NOTHING = 1e-9


@dataclass(frozen=True)
class Part:
    """The places that have some ground of one use: `place` (n,), `due` (n,) and `counts` (n, topics) on it.

    `laps` (n,) says in how many places of the level this ground lies: stretches of a street overlap.
    """

    place: Ints
    due: Floats
    counts: Floats
    laps: Floats


@dataclass(frozen=True)
class Grounds:
    """What is known of the places of one level.

    Attributes
    ----------
    cases : ndarray, shape (uses, topics)
        Of the whole city.
    parts : sequence of Part
        One for each use.
    due : ndarray, shape (places,)
        Cases of all topics that a place would have by its residents and uses.
    """

    cases: Floats
    parts: Sequence[Part]
    due: Floats


@dataclass(frozen=True)
class Usual:
    """Odds of each topic to the others by use alone, and their relative variances, shape (places, topics)."""

    odds: Floats
    variance: Floats


def due_of(counts: Ints, exposure: Floats, use: Ints) -> Floats:
    """Cases of all topics that leaves are due: within a use they follow residents.

    Parameters
    ----------
    counts : ndarray of int, shape (leaves, topics)
    exposure : ndarray, shape (leaves,)
        Residents or another size, NaN where unknown: those share what the unknown ones of their use have.
    use : ndarray of int, shape (leaves,)

    Raises
    ------
    ValueError
        Arrays of differing length, or a negative exposure.
    """
    if not len(counts) == len(exposure) == len(use):
        raise ValueError("counts, exposure and use must be of one length")
    known = np.isfinite(exposure)
    if not np.all(exposure[known] >= 0):
        raise ValueError("exposure must not be negative")
    kind = use * 2 + known
    size = np.where(known, exposure, 1.0)
    of_kind = np.bincount(kind, size)
    each = np.bincount(kind, counts.sum(axis=1)) / np.where(of_kind > 0, of_kind, 1.0)
    due: Floats = each[kind] * size
    return due


def grounds_of(members: csr_array, counts: Ints, due: Floats, use: Ints) -> Grounds:
    """The grounds of the places of a level.

    Parameters
    ----------
    members : sparse array, shape (places, leaves)
        One where a place has a leaf.
    counts, due, use : ndarray
        Of the leaves.
    """
    cases, parts, laps = [], [], members.sum(axis=0)
    for one in range(int(use.max(initial=0)) + 1):
        of_use = np.flatnonzero(use == one)
        here = members[:, of_use]
        size = here @ np.ones(len(of_use))
        place = np.flatnonzero(size)
        here = here[place]
        lap = here @ laps[of_use] / size[place]
        parts.append(Part(place, here @ due[of_use], here @ counts[of_use], lap))
        cases.append(counts[of_use].sum(axis=0))
    return Grounds(np.array(cases, np.float64), parts, members @ due)


def usual(grounds: Grounds, counts: Ints, ordinary: Floats) -> Usual:
    """The odds of topics that the uses of each place have elsewhere.

    Parameters
    ----------
    counts : ndarray of int, shape (places, topics)
    ordinary : ndarray, shape (places, topics)
        The same with obvious excesses cut: what was cut counts nowhere, nor do a place's own cases for itself.

    Notes
    -----
    How much of a place is of which use is told by what its leaves are due; as far as places of a use differ in
    what they have of it, nobody knows.
    """
    kept = np.where(counts > 0, ordinary / np.maximum(counts, 1), 1.0)
    city = np.maximum(ordinary.sum(axis=0) - ordinary, 0.0) + 0.5
    city /= city.sum(axis=1, keepdims=True)
    pieces = [
        _piece(of_use, part, part.counts * kept[part.place], city[part.place])
        for of_use, part in zip(grounds.cases, grounds.parts, strict=True)
    ]
    weights = [part.due / np.maximum(grounds.due[part.place], _NOTHING) for part in grounds.parts]
    share, variance = np.zeros_like(ordinary), np.zeros_like(ordinary)
    for part, weight, piece in zip(grounds.parts, weights, pieces, strict=True):
        share[part.place] += weight[:, None] * piece.mix
    empty = grounds.due <= _NOTHING
    share[empty] = city[empty]
    for part, weight, piece in zip(grounds.parts, weights, pieces, strict=True):
        apart = (piece.mix - share[part.place]) ** 2
        variance[part.place] += weight[:, None] ** 2 * (piece.variance + piece.spread * apart)
    return Usual(share / (1 - share), variance / (share * (1 - share)) ** 2)


@dataclass(frozen=True)
class _Piece:
    """The mix of one use without each place's own cases, its variance, and that of places' sizes."""

    mix: Floats
    variance: Floats
    spread: float


def _piece(of_use: Floats, part: Part, own: Floats, city: Floats) -> _Piece:
    cut = ((part.counts - own) / part.laps[:, None]).sum(axis=0)
    seen = np.maximum(of_use - cut - own, 0.0) + _CITY * city
    every = seen.sum(axis=1, keepdims=True)
    mix = seen / every
    has, due = own.sum(axis=1), part.due
    excess = ((has - due) ** 2 - due).sum() / max((due**2).sum(), _NOTHING)
    return _Piece(mix, mix * (1 - mix) / every, max(0.0, float(excess)))
