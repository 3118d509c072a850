"""The small city, a hand that writes, and somebody who looks at all of it."""

import random

from geodata.querysets import day_of
from gridmap.accounts.models import Role
from gridmap.accounts.scope import Scope, scope
from gridmap.incidents.counting import count_steps
from tests.incidents.counting.hands import FREE, Hand, execute, raw_counts
from tests.incidents.makers import NOW, make_incident
from tests.makers import SmallCity, appoint, make_small_city, make_user


class Stage:
    def __init__(self, seed: int = 620_201) -> None:
        execute(FREE)
        self.city: SmallCity = make_small_city()
        self.chen = make_user("chen")
        appoint(self.chen, Role.CITY_ADMIN, self.city.areas["city"])
        self.scope: Scope = scope(self.chen, day_of(NOW))
        self.hand = Hand(make_incident(self.chen), random.Random(seed))

    def differences(self, questions: int = 2) -> list[str]:
        """Questions to which the kept counts are not those of the cases."""
        found = []
        for _ in range(questions):
            edges, chosen = self.hand.question()
            cells, counts = count_steps(self.scope, edges, chosen)
            if counts.tolist() != raw_counts(cells.tolist(), edges, chosen.topics):
                found.append(f"{edges} {chosen.topics}")
        return found
