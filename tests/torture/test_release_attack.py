"""Attacks on releases of many cities (WORLDS=100): 10,000 pairs of answers each, every combination of all answers, and
somebody who knows the rule."""

import os

import pytest

from tests.layers.hotspots.release_attack import (
    PAIRS,
    answering_where_k_are_asked_for,
    asked,
    determined,
    learnt_by_who_knows_the_rule,
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


LADDERS = {
    "one community": (["A"] * 4, ["noise"]),
    "three cells and one": ([*"AAAB"], ["noise"]),
    "each its own": ([*"ABCD"], ["noise"]),
    "two suburbs": (["A D", "B D", "C E", "C E"], ["noise"]),
    "two suburbs of two": (["A D", "B D", "C E", "F E"], ["noise"]),
    "a suburb of one": (["A D", "B D", "C D", "F E"], ["noise"]),
    "two topics": ([*"AB"], ["noise", "water"]),
    "a sensitive topic": ([*"AA"], ["noise", "family"]),
    "a sensitive topic beside": ([*"AB"], ["noise", "family"]),
    "four topics": ([*"A"], ["noise", "water", "market", "family"]),
}


@pytest.mark.parametrize("shape", LADDERS)
def test_nobody_who_knows_the_rule_learns_a_small_count(shape: str) -> None:
    ladders, topics = LADDERS[shape]
    areas = [(*ladder.split(), "city") for ladder in ladders]
    assert learnt_by_who_knows_the_rule(areas, tuple(topics), secrets=14) == []
