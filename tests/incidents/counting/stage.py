"""The small city, a hand that writes, and somebody who looks at all of it."""

import random

from geodata.querysets import day_of
from gridmap.accounts.models import Role
from gridmap.accounts.scope import Scope, scope
from gridmap.incidents.counting import Window, count_steps
from gridmap.incidents.counting.squares import ZOOMS
from tests.incidents.counting.hands import FREE, Hand, execute, raw_counts
from tests.incidents.counting.tiles import tile_differences
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
        """Questions to which the kept counts are not those of the cases, by cell and in the tiles of some zoom."""
        found: list[str] = []
        for _ in range(questions):
            edges, chosen = self.hand.question()
            cells, counts = count_steps(self.scope, edges, chosen)
            if counts.tolist() != raw_counts(cells.tolist(), edges, chosen.topics):
                found.append(f"{edges} {chosen.topics}")
            zooms = (self.hand.draw.choice(ZOOMS),)
            window = Window(edges[0], edges[-1])
            found += tile_differences(self.scope, cells.tolist(), window, chosen.topics, zooms)
        return found
