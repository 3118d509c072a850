"""A differencing attack on many cities (WORLDS=100): 10,000 pairs of answers each, and every combination of all answers."""

import os

from tests.layers.hotspots.release_attack import (
    PAIRS,
    answering_where_k_are_asked_for,
    asked,
    determined,
    random_world,
    recovered,
)

WORLDS = int(os.environ.get("WORLDS", "100"))


def test_no_city_gives_anybody_away() -> None:
    broken = 0
    for seed in range(WORLDS):
        world = random_world(seed, cases=300 + 20 * seed)
        answered = asked(world, world.released().answer, seed)
        tried, found = recovered(world, answered, seed)
        assert found == 0, seed
        assert determined(world, answered) == 0, seed
        naive = asked(world, answering_where_k_are_asked_for(world), seed)
        broken += recovered(world, naive, seed)[1] > 0
        assert tried == PAIRS or len(answered) * 20 < PAIRS
    print(f"\n{WORLDS} cities: nobody found; without complementary suppression in {broken} of them")
    assert broken > 0.9 * WORLDS
