"""Conflicts whose course in time is known, over the ordinary cases of a place."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]

YEARS, YEAR = 5, 365.0
PERIOD = YEARS * YEAR
SPREAD, ERROR = 0.2, 0.15


def burst(shortest: float, longest: float) -> Draw:
    def draw(rng: np.random.Generator, size: int) -> Floats:
        length = rng.uniform(shortest, longest)
        return rng.uniform(0, PERIOD - length) + rng.uniform(0, length, size)

    return draw


def spells(fewest: int, most: int) -> Draw:
    """Of 10 to 45 days, each more than 30 days after the one before."""

    def draw(rng: np.random.Generator, size: int) -> Floats:
        number = int(rng.integers(fewest, most + 1))
        starts = np.sort(rng.uniform(0, PERIOD - 75 * number, number)) + 75 * np.arange(number)
        lengths = rng.uniform(10, 45, number)
        which = rng.permutation(np.arange(size) % number)
        return starts[which] + rng.uniform(0, 1, size) * lengths[which]

    return draw


def summers(rng: np.random.Generator, size: int) -> Floats:
    """June to August of any year."""
    return rng.integers(YEARS, size=size) * YEAR + rng.uniform(151, 243, size)


def steady(rng: np.random.Generator, size: int) -> Floats:
    return rng.uniform(0, PERIOD, size)


def ended(rng: np.random.Generator, size: int) -> Floats:
    """After three of the five years."""
    return rng.uniform(0, 3 * YEAR, size)


def new(rng: np.random.Generator, size: int) -> Floats:
    """Only in the last two years."""
    return rng.uniform(3 * YEAR, PERIOD, size)


@dataclass(frozen=True)
class Place:
    """The days of all its cases, of the conflict's alone, and what its other topics let expect."""

    days: Floats
    conflict: Floats
    expected: float


def place(rng: np.random.Generator, draw: Draw, size: int) -> Place:
    """A place that expects 0.5 to 8 ordinary cases, truly spread by 0.2, known to 15 %."""
    usual = rng.uniform(0.5, 8)
    truth = usual * rng.gamma(1 / SPREAD, SPREAD)
    conflict = draw(rng, size)
    ordinary = rng.uniform(0, PERIOD, rng.poisson(truth))
    expected = usual * np.exp(rng.normal(0, ERROR))
    return Place(np.concatenate([ordinary, conflict]), conflict, expected)
