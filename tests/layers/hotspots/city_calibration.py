"""How often the detector is right, over many drawn cities."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from layers.hotspots.intensity import Tail
from layers.hotspots.tails import heavier_tail
from tests.layers.hotspots import detecting, oracle
from tests.layers.hotspots.worlds import RECIPES, Recipe, World, draw

SITES = 12
LARGE, UNREMARKABLE, LEAST_EXPECTED = 3.0, 1.25, 8.0


@dataclass(frozen=True)
class Found:
    """Of several cities: how many were flagged at all, and how well."""

    runs: int
    any_flag: float
    recall: float
    false_share: float  # mean over cities; a city without a flag has none

    @property
    def any_flag_limit(self) -> float:
        """One-sided upper 95 % limit (Clopper & Pearson)."""
        hits = round(self.any_flag * self.runs)
        return float(stats.beta.ppf(0.95, hits + 1, self.runs - hits))


def planted(name: str, times: float = 3.0, least: float = LEAST_EXPECTED) -> Recipe:
    return replace(RECIPES[name], sites=SITES, times=times, least=least)


def listed(
    recipe: Recipe, seeds: Iterable[int], tail: Tail = heavier_tail, q: float = 0.05
) -> Found:
    """Findings, judged by the planted sites."""
    return _summed(
        [
            _against_sites(world, detecting.flagged(world, _desks(world), tail, q))
            for world in _worlds(recipe, seeds)
        ]
    )


def best_listed(recipe: Recipe, seeds: Iterable[int]) -> Found:
    """The same of the judge who knows how the world was drawn."""
    return _summed(
        [_against_sites(world, oracle.flags(world, recipe)) for world in _worlds(recipe, seeds)]
    )


def watched(recipe: Recipe, seeds: Iterable[int]) -> Found:
    """The watch list, judged by lasting ratios, whatever their cause."""
    return _summed(
        [
            _against_ratios(world, detecting.watched(world, _desks(world)))
            for world in _worlds(recipe, seeds)
        ]
    )


def _worlds(recipe: Recipe, seeds: Iterable[int]) -> Iterable[World]:
    return (draw(recipe, seed) for seed in seeds)


def _desks(world: World) -> np.ndarray | None:
    return detecting.guarded(world) if world.office.any() else None


def _against_sites(world: World, flags: np.ndarray) -> tuple[int, int, int, int]:
    truth = world.planted
    return flags.sum(), (flags & ~truth).sum(), (flags & truth).sum(), truth.sum()


def _against_ratios(world: World, flags: np.ndarray) -> tuple[int, int, int, int]:
    large = (world.ratio >= LARGE) & (world.expected >= LEAST_EXPECTED)
    false = flags & (world.ratio < UNREMARKABLE)
    return flags.sum(), false.sum(), (flags & large).sum(), large.sum()


def _summed(runs: list[tuple[int, int, int, int]]) -> Found:
    flags, false, hits, truth = np.array(runs, float).T
    return Found(
        runs=len(runs),
        any_flag=float((flags > 0).mean()),
        recall=float(hits.sum() / max(truth.sum(), 1)),
        false_share=float((false / np.maximum(flags, 1)).mean()),
    )
