"""A city of addresses, street windows, estates, cells and communities, with conflicts in it."""

from dataclasses import dataclass

import numpy as np

from layers.hotspots.intensity import Ladder, Level
from tests.layers.hotspots.worlds import CASES, SHARES, TOPICS, Ints

CELLS, COMMUNITIES, ESTATES, ESTATE_SIZE = 600, 48, 120, 20
ADDRESS, STREET, ESTATE, CELL, COMMUNITY = range(5)
_WINDOW, _STRIDE = 15, 10


@dataclass(frozen=True)
class Town:
    """Cases by address and topic, and the ladder above the addresses."""

    leaf: Ints
    topic: Ints
    ladder: Ladder


@dataclass(frozen=True)
class Plant:
    """Cases added on a level; `place` is the place they went to."""

    level: int
    cases: int
    topic: int


def ladder(rng: np.random.Generator, addresses: int, known: bool = True) -> Ladder:
    """Cells hold addresses by size; windows of 15 overlap by 5 along them; estates lie in cells."""
    size = np.exp(rng.standard_normal(CELLS))
    cell = np.sort(rng.choice(CELLS, addresses, p=size / size.sum()))
    community = np.arange(CELLS) * COMMUNITIES // CELLS
    first = np.arange(0, addresses - _WINDOW, _STRIDE)
    street = np.repeat(np.arange(len(first)), _WINDOW)
    along = (first[:, None] + np.arange(_WINDOW)).ravel()
    starts = np.flatnonzero(np.r_[True, cell[1:] != cell[:-1]])
    fitting = starts[np.diff(np.r_[starts, addresses]) >= ESTATE_SIZE]
    gates = fitting[:ESTATES]
    estate = np.repeat(np.arange(len(gates)), ESTATE_SIZE)
    within = (gates[:, None] + np.arange(ESTATE_SIZE)).ravel()
    all_of = np.arange(addresses)
    residents = rng.gamma(2, 0.5, addresses) * np.exp(0.3 * rng.standard_normal(addresses))
    return Ladder(
        levels=(
            Level(all_of, all_of, addresses, 10.0),
            Level(along, street, len(first), 5.0),
            Level(within, estate, len(gates), 5.0),
            Level(all_of, cell, CELLS, 3.0),
            Level(all_of, community[cell], COMMUNITIES, 1.8, against_city=True, turn=2),
        ),
        community=community[cell],
        exposure=residents if known else np.full(addresses, np.nan),
        use=np.zeros(addresses, int),
    )


def town(
    rng: np.random.Generator,
    plants: list[Plant],
    addresses: int = 7_350,
    cases: int = CASES,
    known: bool = True,
    spread: float = 0.1,
) -> tuple[Town, list[int]]:
    """A town, and the place of each plant on its level."""
    steps = ladder(rng, addresses, known)
    cell = steps.levels[CELL].place
    level = rng.gamma(1 / 0.3, 0.3, addresses)
    level *= (rng.gamma(5, 0.2, CELLS) * np.exp(0.4 * rng.standard_normal(CELLS)))[cell]
    mix = SHARES * np.exp(0.25 * rng.standard_normal((COMMUNITIES, TOPICS)))
    mix /= mix.sum(axis=1, keepdims=True)
    lasting = rng.gamma(1 / spread, spread, (CELLS, TOPICS)) if spread else np.ones((CELLS, TOPICS))
    rate = level[:, None] * mix[steps.community] * lasting[cell]
    counts = rng.poisson(cases * rate / rate.sum())
    places = [_add(rng, counts, steps, plant) for plant in plants]
    leaf, topic = (np.repeat(at, counts[counts > 0]) for at in np.nonzero(counts))
    return Town(leaf, topic, steps), places


def _add(rng: np.random.Generator, counts: Ints, steps: Ladder, plant: Plant) -> int:
    step = steps.levels[plant.level]
    leaves = np.empty(0, int)
    # A small town has cells without an address.
    while not len(leaves):
        place = int(rng.integers(step.places))
        leaves = step.leaf[step.place == place]
    np.add.at(counts[:, plant.topic], rng.choice(leaves, plant.cases), 1)
    return place
