"""Everybody with 500 random appointments, on every road to a case: all filters, all tabs, many cases."""

import os
import time
from random import Random

from gridmap.accounts.models import User
from tests.incidents.random_offices import SEED, RandomOffices
from tests.incidents.roads_of_places import ALL_ROADS
from tests.incidents.roads_to_many import Asked, differences

PEOPLE = int(os.environ.get("PEOPLE", "1000"))
# Asked for one by one, by each person.
CASES = int(os.environ.get("CASES", "6"))


def test_everybody_sees_on_every_road_what_brute_force_says(offices: RandomOffices) -> None:
    draw, began = Random(SEED), time.perf_counter()
    people = User.objects.order_by("pk")[:PEOPLE]
    offices.tell(people)
    sights, rows = offices.sights(people), offices.rows()
    for number, sight in enumerate(sights, 1):
        asked = Asked(offices, sight, draw.sample(rows, CASES), None)
        assert list(differences(ALL_ROADS, asked)) == []
        if number % 20 == 0:
            print(f"\n{number} of {len(sights)} people in {time.perf_counter() - began:.0f} s")
