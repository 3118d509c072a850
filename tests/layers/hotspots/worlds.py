"""Cities whose truth is known, drawn without any knowledge of the detector that is tried on them.

600 cells in 48 communities, twelve topics, 13,399 cases in five years. What a place is expected to
have is its residents, times what everybody there reports more or less than others (`level`), times
its community's mix of topics. What is *lasting* there beside that is `ratio`: the place's own spread
in one topic, times three or four where a site was planted.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

CASES, CELLS, COMMUNITIES = 13_399, 600, 48
SHARES = np.array([0.2, 0.16, 0.13, 0.11, 0.09, 0.08, 0.07, 0.055, 0.04, 0.03, 0.02, 0.015])
TOPICS = len(SHARES)


@dataclass(frozen=True)
class Recipe:
    """How a world is drawn; variances of factors with mean one, unless said otherwise."""

    residents: float = 1.0  # standard deviation of the logarithm
    exposure_error: float | None = 0.3  # the same; None: residents are not known at all
    place: float = 0.0
    reporting: float = 0.0  # standard deviation of the logarithm
    spread: float | tuple[float, float] = 0.0  # of place and topic; two: from topic to topic
    lognormal: bool = False
    community: float = 0.0  # standard deviation of the logarithm, of level and of every topic
    offices: int = 0
    office_share: float = 0.01
    sites: int = 0
    times: float = 3.0
    least: float = 8.0  # what a site is expected to have without being one


@dataclass(frozen=True)
class World:
    """One city. Arrays of (cells, topics) unless said otherwise."""

    counts: Ints
    residents: Floats  # (cells,); no detector may see them
    exposure: Floats  # (cells,): what is known of the residents
    community: Ints  # (cells,)
    expected: Floats
    ratio: Floats
    spread: Floats  # (topics,)
    planted: Flags
    office: Flags  # (cells,)


_B = Recipe(place=0.2)
_C = replace(_B, reporting=0.6, spread=0.05)
_D = replace(_C, spread=0.2)
_H = replace(_D, community=0.3)
RECIPES = {
    "uniform": Recipe(residents=0.0, exposure_error=None),
    "exposure": Recipe(),
    "reporting": Recipe(reporting=0.6),
    "A": Recipe(exposure_error=0.0),
    "B": _B,
    "C": _C,
    "D": _D,
    "E": replace(_D, spread=(0.05, 0.5)),
    "F": replace(_D, exposure_error=None),
    "G": replace(_D, lognormal=True),
    "H": _H,
    "I": replace(_H, offices=12),
}


def draw(recipe: Recipe, seed: int) -> World:
    """One city after the recipe."""
    rng = np.random.default_rng(seed)
    residents = np.exp(recipe.residents * rng.standard_normal(CELLS))
    community = np.sort(rng.integers(COMMUNITIES, size=CELLS))
    level = residents * _gamma(rng, recipe.place, CELLS)
    level *= np.exp(recipe.reporting * rng.standard_normal(CELLS))
    level *= np.exp(recipe.community * rng.standard_normal(COMMUNITIES))[community]
    mix = SHARES * np.exp(recipe.community * rng.standard_normal((COMMUNITIES, TOPICS)))
    mix /= mix.sum(axis=1, keepdims=True)
    expected = CASES * level[:, None] / level.sum() * mix[community]
    spread = _spreads(rng, recipe.spread)
    ratio = _ratios(rng, spread, recipe.lognormal)
    planted = _plant(rng, expected, recipe)
    ratio = np.where(planted, recipe.times * ratio, ratio)
    counts = rng.poisson(expected * ratio)
    office = _put_offices(rng, counts, recipe)
    return World(
        counts=counts,
        residents=residents,
        exposure=_known(rng, residents, recipe.exposure_error),
        community=community,
        expected=expected,
        ratio=ratio,
        spread=spread,
        planted=planted,
        office=office,
    )


def _gamma(rng: np.random.Generator, variance: float, size: int) -> Floats:
    return rng.gamma(1 / variance, variance, size) if variance else np.ones(size)


def _spreads(rng: np.random.Generator, spread: float | tuple[float, float]) -> Floats:
    if isinstance(spread, tuple):
        return rng.permutation(np.geomspace(*spread, TOPICS))
    return np.full(TOPICS, spread)


def _ratios(rng: np.random.Generator, spread: Floats, lognormal: bool) -> Floats:
    if not spread.any():
        return np.ones((CELLS, TOPICS))
    if lognormal:
        sigma = np.sqrt(np.log1p(spread))
        return np.exp(sigma * rng.standard_normal((CELLS, TOPICS)) - sigma**2 / 2)
    return rng.gamma(1 / spread, spread, (CELLS, TOPICS))


def _plant(rng: np.random.Generator, expected: Floats, recipe: Recipe) -> Flags:
    planted = np.zeros(expected.shape, bool)
    candidates = np.flatnonzero(expected >= recipe.least)
    chosen = rng.choice(candidates, min(recipe.sites, len(candidates)), replace=False)
    planted.flat[chosen] = True
    return planted


def _put_offices(rng: np.random.Generator, counts: Ints, recipe: Recipe) -> Flags:
    """Desks at which cases from everywhere are written down; they take them from other cells."""
    office = np.zeros(CELLS, bool)
    if recipe.offices:
        office[rng.choice(CELLS, recipe.offices, replace=False)] = True
        taken = rng.binomial(counts, recipe.office_share * recipe.offices)
        counts -= taken
        for topic in range(TOPICS):
            counts[office, topic] += rng.multinomial(
                taken[:, topic].sum(), np.full(recipe.offices, 1 / recipe.offices)
            )
    return office


def _known(rng: np.random.Generator, residents: Floats, error: float | None) -> Floats:
    if error is None:
        return np.full(CELLS, np.nan)
    return residents * np.exp(error * rng.standard_normal(CELLS))
