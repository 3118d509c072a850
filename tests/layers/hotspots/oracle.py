"""What the best possible judge of the planted sites would flag, who knows how the world was drawn.

It knows residents without error, every variance, the topics' shares, how many sites there are, how
many times the usual they have, and which pairs of place and topic could be sites at all. What it
does not know is each place's own level: that it has to infer from the place's other topics, by the
true likelihood. (Communities that differ are taken for known.)
"""

import numpy as np
from scipy import stats

from tests.layers.hotspots.worlds import Flags, Floats, Recipe, World

_NODES = 121


def flags(world: World, recipe: Recipe, false_share: float = 0.05) -> Flags:
    """The longest list of pairs whose mean chance of not being a site is at most `false_share`."""
    able = world.expected >= recipe.least
    share = recipe.sites / able.sum()
    plain, site = likelihoods(world, recipe)
    no_site = (1 - share) * plain / ((1 - share) * plain + share * site)
    ordered = np.sort(no_site[able])
    kept = int(np.searchsorted(np.cumsum(ordered) / np.arange(1, len(ordered) + 1), false_share))
    flagged: Flags = able & (no_site <= (ordered[kept - 1] if kept else -1.0))
    return flagged


def likelihoods(world: World, recipe: Recipe) -> tuple[Floats, Floats]:
    """Of each count without and with a site, over what its other topics say of the level."""
    level, weight = levels(recipe)
    mix = world.expected / world.expected.sum(axis=1, keepdims=True)
    usual = world.residents * world.expected.sum() / world.residents.sum()
    mean = usual[:, None, None] * mix[:, :, None] * level
    spread = np.maximum(world.spread, 1e-6)[:, None]
    counts = world.counts[:, :, None]
    plain = _log_chance(counts, mean, spread)
    site = _log_chance(counts, recipe.times * mean, spread)
    others = plain.sum(axis=1, keepdims=True) - plain + np.log(weight)
    others -= others.max(axis=2, keepdims=True)
    belief = np.exp(others)
    belief /= belief.sum(axis=2, keepdims=True)
    return (belief * np.exp(plain)).sum(axis=2), (belief * np.exp(site)).sum(axis=2)


def levels(recipe: Recipe) -> tuple[Floats, Floats]:
    """The prior of a place's level against its residents, over a grid."""
    rng = np.random.default_rng(0)
    drawn = np.exp(recipe.reporting * rng.standard_normal(200_000))
    if recipe.place:
        drawn *= rng.gamma(1 / recipe.place, recipe.place, len(drawn))
    logs = np.log(drawn / drawn.mean())
    edges = np.linspace(logs.min() - 0.01, logs.max() + 0.01, _NODES + 1)
    weight = np.histogram(logs, edges)[0] + 1e-3
    return np.exp((edges[1:] + edges[:-1]) / 2), weight / weight.sum()


def _log_chance(counts: Floats, mean: Floats, spread: Floats) -> Floats:
    chance: Floats = stats.nbinom.logpmf(counts, 1 / spread, 1 / (1 + spread * mean))
    return chance
