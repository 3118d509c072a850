"""Counts that are kept, at length: ACTS at random one by one, then eight writers with a folder and a reader beside."""

import os
import random

from gridmap.incidents.counting.folding import fold_counts, rebuild_counts
from gridmap.incidents.models import CountChange
from tests.incidents.counting.races import race
from tests.incidents.counting.stage import Stage

ACTS = int(os.environ.get("ACTS", "4000"))
SEED = int(os.environ.get("SEED", str(random.SystemRandom().randrange(10**6))))


def test_they_are_those_of_the_cases_after_thousands_of_acts(own_database: str) -> None:
    print(f"\nSEED={SEED}")
    stage = Stage(SEED)
    for number in range(ACTS):
        stage.hand.act()
        if stage.hand.draw.random() < 0.05:
            fold_counts()
        assert stage.differences(1) == [], number
    rebuild_counts()
    assert stage.differences(100) == []


def test_they_are_right_while_eight_write_for_long(own_database: str) -> None:
    stage = Stage(SEED)
    assert race(stage, ACTS // 10) == []
    fold_counts()
    assert not CountChange.objects.exists()
    assert stage.differences(100) == []
