"""Whoever may not see cases is told no number between nobody and five, by no question and by no two."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine

from geodata.models import Area
from geodata.querysets import day_of
from gridmap.accounts.models import Role
from gridmap.accounts.scope import scope
from gridmap.incidents.counting import (
    LEAST,
    UNTOLD,
    Chosen,
    NotApart,
    Window,
    count_areas_merged,
)
from gridmap.incidents.counting.released import told_period
from gridmap.incidents.models import Topic
from tests.incidents.counting.planner_attack import World, attack, merged_for_itself
from tests.incidents.makers import NOW, make_incident
from tests.makers import appoint, make_small_city, make_user

PAIRS, SEED = 40, 620_201
EVER = Window(date(2026, 4, 1), date(2026, 7, 15))
MAY = datetime(2026, 5, 12, 4, tzinfo=UTC)
# Of the chessboard.
COLUMNS = {"p": 0.5, "q": 4.5, "r": 6.5}
SPRING = Window(date(2026, 4, 1), date(2026, 7, 1))


@pytest.mark.parametrize(
    ("since", "until", "told"),
    [
        ((2026, 4, 1), (2026, 7, 1), ("2026-04-01", "2026-07-01")),
        ((2026, 4, 20), (2026, 7, 14), ("2026-04-01", "2026-07-01")),
        ((2026, 7, 6), (2026, 7, 13), ("2026-04-01", "2026-07-01")),
        ((2025, 12, 31), (2026, 1, 2), ("2025-10-01", "2026-04-01")),
        ((2025, 12, 31), (2026, 1, 1), ("2025-10-01", "2026-01-01")),
        ((2030, 1, 1), (2031, 1, 1), ("2026-04-01", "2026-07-01")),
    ],
)
def test_what_is_told_are_the_quarters_around_a_window_that_are_over(
    since: tuple[int, int, int], until: tuple[int, int, int], told: tuple[str, str]
) -> None:
    found = told_period(Window(date(*since), date(*until)), day_of(NOW))
    assert (str(found.since), str(found.until)) == told


@pytest.fixture
def asks() -> Iterator["Asks"]:
    with time_machine.travel(NOW, tick=False):
        yield Asks()


class Asks:
    """A planner of the small city; cases happen in the quarter before."""

    def __init__(self) -> None:
        self.city = make_small_city()
        self.chen, self.ning = make_user("chen"), make_user("ning")
        appoint(self.chen, Role.CITY_ADMIN, self.city.areas["city"])
        appoint(self.ning, Role.PLANNER, self.city.areas["city"])

    def happen(
        self, number: int, key: str, topic: str = "water_supply", at: datetime = MAY
    ) -> None:
        for _ in range(number):
            make_incident(self.chen, column=COLUMNS[key], topic=topic, occurred_at=at)

    def told(self, *topics: str, window: Window = EVER, key: str = "city") -> dict[str, int]:
        """The cases of each group of communities by their keys."""
        chosen = Chosen(tuple(Topic.objects.filter(code__in=topics).values_list("pk", flat=True)))
        mine = {
            area.pk
            for area in Area.objects.filter(code__startswith=self.city.areas[key].code.rstrip("0"))
        }
        found = count_areas_merged(scope(self.ning, day_of(NOW)).within(mine), window, chosen)
        keys = {area.pk: key for key, area in self.city.areas.items()}
        groups = ["".join(keys[area] for area in group) for group in found.groups]
        return dict(zip(groups, found.counts.tolist(), strict=True))


@pytest.mark.django_db
def test_communities_are_told_and_the_small_ones_with_others_of_their_branch(asks: Asks) -> None:
    asks.happen(6, "p")
    asks.happen(7, "q")
    asks.happen(5, "r", "parking")
    assert asks.told() == {"p": 6, "q": 7, "r": 5}
    asks.happen(4, "p", at=datetime(2026, 2, 3, tzinfo=UTC))
    asks.happen(1, "q", at=datetime(2026, 2, 3, tzinfo=UTC))
    winter = Window(date(2026, 1, 1), date(2026, 4, 1))
    assert asks.told(window=winter) == {"pq": 5, "r": 0}
    assert asks.told(window=Window(winter.since, SPRING.until)) == {"pq": 18, "r": 5}


@pytest.mark.django_db
def test_what_is_small_even_together_is_not_told_however_it_is_asked_for(asks: Asks) -> None:
    asks.happen(3, "p")
    asks.happen(1, "q")
    asks.happen(9, "r")
    assert asks.told() == {"pq": UNTOLD, "r": 9}
    assert asks.told(key="p") == {"p": UNTOLD}
    asks.happen(9, "q")
    # That of p would follow from both and that of q.
    assert asks.told() == {"pq": 13, "r": 9}
    assert asks.told(key="q") == {"q": UNTOLD}


@pytest.mark.django_db
def test_topics_are_told_of_a_branch_where_the_others_do_not_tell_a_small_one(asks: Asks) -> None:
    asks.happen(6, "p", "parking")
    asks.happen(7, "q", "noise_road")
    assert asks.told("parking") == {"pq": 6, "r": 0}
    asks.happen(2, "q")
    alone = [asks.told(topic)["pq"] for topic in ("parking", "noise_road", "water_supply")]
    # One of the large ones hides the small one.
    assert alone.count(UNTOLD) == 2
    assert alone[2] == UNTOLD
    assert asks.told("parking", key="p") == {"p": UNTOLD}


@pytest.mark.django_db
def test_neither_the_running_quarter_nor_what_is_sensitive_is_told(asks: Asks) -> None:
    asks.happen(LEAST, "p", at=NOW)
    asks.happen(LEAST, "p", "family")
    assert set(asks.told().values()) == {0}
    assert set(asks.told("family").values()) == {UNTOLD}
    assert set(asks.told("family", "parking").values()) == {UNTOLD}


@pytest.mark.django_db
def test_nothing_but_topics_is_told_apart(asks: Asks) -> None:
    with pytest.raises(NotApart) as error:
        count_areas_merged(
            scope(asks.ning, day_of(NOW)), EVER, Chosen(sources=("patrol",), states=("closed",))
        )
    assert error.value.fields == ["source", "state"]


@pytest.mark.django_db
def test_no_two_answers_give_a_few_cases_away() -> None:
    with time_machine.travel(NOW, tick=False):
        broken, told = attack(World(SEED), count_areas_merged, PAIRS)
    assert broken == 0
    assert told > PAIRS


@pytest.mark.django_db
def test_the_attacker_is_stopped_by_the_rule() -> None:
    """The control: each answer by itself has no small number, and their differences have."""
    with time_machine.travel(NOW, tick=False):
        broken, _told = attack(World(SEED), merged_for_itself, PAIRS)
    assert broken > PAIRS / 10
