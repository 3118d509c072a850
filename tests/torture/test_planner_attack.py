"""A thousand pairs of questions (PAIRS) in each of some cities: a planner subtracts, and finds no small number."""

import os

import pytest
import time_machine

from gridmap.incidents.counting import count_areas_merged
from tests.incidents.counting.planner_attack import World, attack, merged_for_itself
from tests.incidents.makers import NOW

PAIRS = int(os.environ.get("PAIRS", "1000"))
SEED = int(os.environ.get("SEED", "620201"))


@pytest.mark.django_db
@pytest.mark.parametrize("cases", [200, 700, 3000])
def test_no_two_answers_give_a_few_cases_away(cases: int) -> None:
    with time_machine.travel(NOW, tick=False):
        world = World(SEED, cases)
        broken, told = attack(world, count_areas_merged, PAIRS)
        naive, _told = attack(world, merged_for_itself, PAIRS)
    print(
        f"\n{cases} cases, {PAIRS} pairs: {told} numbers told, none gives away; merged for itself {naive}"
    )
    assert broken == 0
    assert naive > PAIRS / 20
