"""What a place is expected to have of a topic: from its other topics, its residents, its community.

The place's level has a prior around its residents' share (`base`), as narrow as residents turn
out to tell totals (`levels`), and is updated by the place's *other* topics; the topic's share of it
is that of its uses in the city (`grounds`) times the community's factor (`mix`), shrunk to one as
far as communities turn out to be alike. The
place's own cases of the topic are in none of these.

The mix is a gamma factor per community and topic with a variance of its own for every topic, not
a Dirichlet vector: under a Dirichlet a common topic must vary less, relatively, than a rare one,
and where communities truly differ alike in all topics the common ones (which have the power) were
believed too much. Each place counts towards its community's mix only as far as it tells about
the community: n cases of one place with lasting spread `a` are worth n / (1 + n a) of evidence.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.hotspots.grounds import Usual
from layers.hotspots.levels import Prior, posterior_level
from layers.hotspots.spread import truncated_spread

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LEAST_VARIANCE = 1e-3


@dataclass(frozen=True)
class Counts:
    """Cases of one level's places by topic, and what is known of the places.

    Attributes
    ----------
    ordinary : ndarray, shape (places, topics)
        Cases, obvious excesses cut to what is expected.
    usual : Usual
        The odds of topics by the places' uses alone.
    community : ndarray of int, shape (places,)
    """

    ordinary: Floats
    usual: Usual
    community: Ints


@dataclass(frozen=True)
class Mix:
    """What the odds of topics in each community are told from.

    Attributes
    ----------
    counts : ndarray, shape (communities, topics)
        Cases, obvious excesses cut.
    variance : ndarray, shape (topics,)
        Relative variance of a topic's odds to the others from community to community.
    evidence : ndarray, shape (communities, topics)
        What a case is worth: below 1 where few places with lasting spread make up the community.
    usual : ndarray, shape (communities, topics)
        The odds by the uses of the community's places.
    """

    counts: Floats
    variance: Floats
    evidence: Floats
    usual: Floats


@dataclass(frozen=True)
class Reference:
    """Expected cases and their relative variance, both of shape (places, topics)."""

    expected: Floats
    variance: Floats


def base(total: Floats, due: Floats, community: Ints, communities: int) -> Floats:
    """Cases that places would have by residents, use and community alone.

    Parameters
    ----------
    total : ndarray, shape (places,)
        Cases of all topics.
    due : ndarray, shape (places,)
        The same by residents and use (`grounds`).
    community : ndarray of int, shape (places,)

    Notes
    -----
    The community's factor is shrunk by its variance, found by moments, and does not see the place.
    """
    if not len(total) == len(due) == len(community):
        raise ValueError("total, due and community must be of one length")
    return due * _community_factor(total, due, community, communities)


def _community_factor(total: Floats, expected: Floats, community: Ints, communities: int) -> Floats:
    has = np.bincount(community, total, communities)
    due = np.bincount(community, expected, communities)
    excess = ((has - due) ** 2 - due).sum()
    variance = max(_LEAST_VARIANCE, excess / max((due**2).sum(), 1e-300))
    others, due_others = has[community] - total, due[community] - expected
    factor: Floats = (others + 1 / variance) / (due_others + 1 / variance)
    return factor


def mix(counts: Counts, spread: Floats, communities: int) -> Mix:
    """The communities' mixes, told from all their places; `spread` is that of places, by topic."""
    topics = counts.ordinary.shape[1]
    by_community: Floats = np.stack(
        [np.bincount(counts.community, counts.ordinary[:, k], communities) for k in range(topics)],
        axis=1,
    )
    totals = by_community.sum(axis=1)
    own = counts.ordinary.sum(axis=1)
    lumps = np.bincount(counts.community, own**2, communities) / np.maximum(totals, 1) ** 2
    known = spread * lumps[:, None]
    others = totals[:, None] - by_community
    odds = _of_communities(counts, own, communities)
    due = others * odds
    variance = np.zeros(topics)
    if communities > 2:
        variance = _between(by_community, due, (1 + known) * (1 + 1 / (others + 1)) - 1)
    return Mix(by_community, variance, 1 / (1 + due * known), odds)


def _of_communities(counts: Counts, size: Floats, communities: int) -> Floats:
    """The usual odds of communities: their places' shares, weighed by the places' cases."""
    weight = np.bincount(counts.community, size + 1.0, communities)
    odds = counts.usual.odds
    parts = odds / (1 + odds) * (size + 1.0)[:, None]
    share = (
        np.stack([np.bincount(counts.community, column, communities) for column in parts.T], axis=1)
        / np.maximum(weight, 1.0)[:, None]
    )
    found: Floats = share / (1 - share)
    return found


def _between(counts: Floats, due: Floats, known: Floats) -> Floats:
    group = np.broadcast_to(np.arange(counts.shape[1]), counts.shape)
    fitted = truncated_spread(
        np.rint(counts).astype(np.int64).ravel(), due.ravel(), known.ravel(), group.ravel()
    )
    return fitted.estimate


def reference(counts: Counts, mixed: Mix, spread: Floats, prior: Prior) -> Reference:
    """Expected cases of every place and topic, without looking at these cases.

    Parameters
    ----------
    spread : ndarray, shape (topics,)
        Lasting spread of places: the other topics are not exact witnesses of the place either.
    prior : Prior
        Of the places' levels.
    """
    own = counts.ordinary
    others = own.sum(axis=1, keepdims=True) - own
    factor, unsure = _factor(mixed, counts.community, own, others)
    odds, unsure = counts.usual.odds * factor, (1 + counts.usual.variance) * (1 + unsure) - 1
    share = odds / (1 + odds)
    doubt = share**2 * (spread + unsure)
    noise = (doubt.sum(axis=1, keepdims=True) - doubt) * (1 + odds) ** 2
    level, unsure_level = posterior_level(others, 1 - share, noise, prior)
    return Reference(share * level, (1 + unsure_level) * (1 + unsure) - 1)


def _factor(mixed: Mix, community: Ints, own: Floats, others: Floats) -> tuple[Floats, Floats]:
    """By what a community's odds differ from the usual ones, told without the place, and how surely."""
    strength = 1 / np.maximum(mixed.variance, 1e-9)
    worth = mixed.evidence[community]
    rest = (mixed.counts.sum(axis=1, keepdims=True) - mixed.counts)[community] - others
    due = np.maximum(rest, 0) * mixed.usual[community] * worth
    seen = np.maximum(mixed.counts[community] - own, 0) * worth + strength
    return seen / (due + strength), 1 / seen
