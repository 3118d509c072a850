"""Chances from no more replicates than they need are honest, and exact where they are small."""

import numpy as np
import pytest

from layers.hotspots.replicates import ENOUGH, sequential_p

MOST = 999


class Drawn:
    """Replicates that are extreme with a given chance, and how many were asked for."""

    def __init__(self, chance: float, seed: int) -> None:
        self.chance, self.rng, self.asked = chance, np.random.default_rng(seed), 0

    def __call__(self, count: int) -> np.ndarray:
        self.asked += count
        return self.rng.random(count) < self.chance


def test_a_small_chance_is_that_of_all_replicates() -> None:
    for seed in range(20):
        drawn = Drawn(0.01, seed)
        found = sequential_p(drawn, MOST)
        assert drawn.asked == MOST
        assert found == (1 + (np.random.default_rng(seed).random(MOST) < 0.01).sum()) / 1000


def test_a_large_chance_needs_few() -> None:
    drawn = Drawn(0.6, 1)
    assert sequential_p(drawn, MOST) == pytest.approx(0.6, abs=0.2)
    assert drawn.asked <= 200


def test_it_counts_until_the_last_that_is_needed() -> None:
    hits = np.zeros(300, bool)
    hits[2::3] = True
    rest = iter([hits[:100], hits[100:200]])
    assert sequential_p(lambda _count: next(rest), MOST) == ENOUGH / (3 * ENOUGH)


@pytest.mark.parametrize("level", [0.01, 0.05, 0.2])
def test_under_the_null_it_is_below_a_level_no_more_often(level: float) -> None:
    """The control: of 5,000 true chances, twice the level is reached about twice as often."""
    chances = np.random.default_rng(7).random(5_000)
    found = np.array([sequential_p(Drawn(chance, n), 199) for n, chance in enumerate(chances)])
    room = 3 * np.sqrt(level / len(found))
    assert (found <= level).mean() <= level + room
    assert (found <= 2 * level).mean() > level + room
