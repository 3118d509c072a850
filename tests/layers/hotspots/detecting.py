"""The detector tried on worlds of cells: the ladder has one step."""

import numpy as np

from layers.hotspots.intensity import Intensity, Ladder, Level, Tail, intensity
from layers.hotspots.posterior import LastingRatio, lasting_ratio, watch_list
from layers.hotspots.tails import heavier_tail
from tests.layers.hotspots.worlds import CELLS, TOPICS, Flags, World

CELL_RATIO = 3.0


def detect(
    world: World, masked: Flags | None = None, tail: Tail = heavier_tail, q: float = 0.05
) -> Intensity:
    cells = np.arange(CELLS)
    level = Level(cells, cells, CELLS, CELL_RATIO)
    ladder = Ladder((level,), world.community, world.exposure, np.zeros(CELLS, int))
    leaf, topic = (np.repeat(at, world.counts[world.counts > 0]) for at in np.nonzero(world.counts))
    away = None if masked is None else masked[leaf]
    return intensity(leaf, topic, TOPICS, ladder, masked=away, q=q, tail=tail)


def flagged(
    world: World, masked: Flags | None = None, tail: Tail = heavier_tail, q: float = 0.05
) -> Flags:
    """Which pairs of cell and topic are findings."""
    found = detect(world, masked, tail, q)
    flags = np.zeros(world.counts.shape, bool)
    flags[found.place[found.chosen], found.topic[found.chosen]] = True
    return flags


def ratios(world: World, masked: Flags | None = None) -> tuple[Intensity, LastingRatio]:
    found = detect(world, masked)
    return found, lasting_ratio(
        found.observed, found.expected, found.reference_variance, found.spread
    )


def watched(world: World, masked: Flags | None = None) -> Flags:
    """Which pairs of cell and topic are on the watch list."""
    found, ratio = ratios(world, masked)
    flags = np.zeros(world.counts.shape, bool)
    flags[found.place, found.topic] = watch_list(ratio.unremarkable, found.expected)
    return flags


def guarded(world: World) -> Flags:
    """Cells with an address like a desk: at least 30 cases, of all kinds, far above residents."""
    total = world.counts.sum(axis=1)
    shares = world.counts / np.maximum(total, 1)[:, None]
    kinds = np.exp(-(shares * np.log(np.maximum(shares, 1e-12))).sum(axis=1))
    known = np.nan_to_num(world.exposure, nan=1.0)
    usual = known * np.median(total / known)
    return (total >= 30) & (kinds >= 5) & (total > 8 * usual)
