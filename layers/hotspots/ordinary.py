"""What is ordinary on one level: the reference and the spread around it, fitted to each other."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.hotspots.grounds import Grounds, usual
from layers.hotspots.levels import fit_prior
from layers.hotspots.reference import Counts, Mix, Reference, base, mix, reference
from layers.hotspots.spread import Spread, truncated_spread
from layers.hotspots.tails import gamma_tail, lognormal_variance

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_OBVIOUS = 0.2
# Places that a spread is fitted to; more would make it slower rather than surer.
_MOST = 50_000
# Cases that a pair expects to tell much about the spread.
_TELLING = 5.0


@dataclass(frozen=True)
class Ordinary:
    """What is ordinary on one level.

    Attributes
    ----------
    reference : Reference
    spread, heavy : ndarray, shape (topics,)
        Relative variance of places around it: as a gamma factor, and as a lognormal one.
    mix : Mix
    """

    reference: Reference
    spread: Floats
    heavy: Floats
    mix: Mix


def ordinary(
    counts: Ints,
    grounds: Grounds,
    known: Flags,
    community: Ints,
    communities: int,
    known_mix: Mix | None = None,
) -> Ordinary:
    """Fits twice: what the first pass finds obvious is cut to what is expected for the second.

    Parameters
    ----------
    counts : ndarray of int, shape (places, topics)
    grounds : Grounds
        Of these places.
    known : ndarray of bool, shape (places,)
        Whose residents are known; the others' levels are judged apart.
    community : ndarray of int, shape (places,)
    known_mix : Mix, optional
        Of a coarser level, where places make up communities; else it is fitted here.
    """
    topics = counts.shape[1]
    spread = np.zeros(topics)
    trimmed = counts.astype(np.float64)
    for again in (True, False):
        seen = Counts(trimmed, usual(grounds, counts, trimmed), community)
        mixed = known_mix or mix(seen, spread, communities)
        total = trimmed.sum(axis=1)
        based = base(total, grounds.due, community, communities)
        prior = fit_prior(total, based, known)
        expected = reference(seen, mixed, spread, prior)
        spread = fit_spread(counts, expected).estimate
        if again:
            trimmed = _without_obvious(counts, expected, spread)
    telling = expected.expected >= _TELLING
    unsure = float(expected.variance[telling].mean()) if telling.any() else 0.0
    return Ordinary(expected, spread, lognormal_variance(spread, unsure), mixed)


def fit_spread(counts: Ints, expected: Reference) -> Spread:
    """The spread of places around their reference, by topic."""
    every = -(-len(counts) // _MOST)
    some, topics = counts[::every], counts.shape[1]
    group = np.broadcast_to(np.arange(topics), some.shape)
    return truncated_spread(
        some.ravel(),
        expected.expected[::every].ravel(),
        expected.variance[::every].ravel(),
        group.ravel(),
    )


def _without_obvious(counts: Ints, expected: Reference, spread: Floats) -> Floats:
    """Counts, those cut that a plain false discovery control at 0.2 would call too many."""
    trimmed = counts.astype(np.float64)
    high = np.flatnonzero(counts > np.maximum(expected.expected, 1))
    usual = expected.expected.ravel()[high]
    variance = ((1 + spread) * (1 + expected.variance) - 1).ravel()[high]
    p = np.sort(tails := gamma_tail(counts.ravel()[high], usual, variance))
    passing = np.flatnonzero(p * counts.size <= _OBVIOUS * np.arange(1, len(p) + 1))
    if len(passing):
        obvious = tails <= p[passing[-1]]
        trimmed.flat[high[obvious]] = usual[obvious]
    return trimmed
