"""A thousand pairs of filters (PAIRS) on every road to the commander's map: nothing of the neighbours shows."""

import os
from collections import Counter

import pytest
import time_machine

from tests.console.command_attack import Attack, Place
from tests.console.command_roads import PAPER, ROADS, pairs_of_filters
from tests.incidents.makers import NOW

PAIRS = int(os.environ.get("PAIRS", "1000"))
CASES, SEED = 120, int(os.environ.get("SEED", "620201"))


@pytest.mark.django_db
def test_no_pair_of_questions_tells_anything_of_another_sub_district() -> None:
    with time_machine.travel(NOW, tick=False):
        one = Attack(Place(CASES, SEED), [*ROADS, PAPER], list(pairs_of_filters(PAIRS, SEED)))
        before = one.answers()
        one.place.happen_elsewhere()
        assert list(one.faults(before)) == []
    told = Counter(answer.status for answer in before.values())
    print(f"\n{PAIRS} pairs on {len(one.roads)} roads, {len(before)} addresses asked twice: {told}")
