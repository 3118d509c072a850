"""Nothing of another sub-district can be worked out by its neighbour's commander; `make torture` asks 1,000 pairs."""

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection

from gridmap.incidents.models import Incident
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.recurring.models import Evidence, RecurringConflict
from gridmap.recurring.querysets import ConflictQuerySet
from tests.console.command_attack import (
    Attack,
    Place,
    area_not_there,
    conflict_not_there,
    routes_attacked,
)
from tests.console.command_roads import (
    ABOUT,
    OF_TEAMS,
    OTHER,
    ROADS,
    Filters,
    pairs_of_filters,
)
from tests.incidents.makers import NOW

pytestmark = pytest.mark.django_db
PAIRS, CASES, SEED = 5, 24, 620201
# Half of the rows are written again, so that they lie behind the others.
MOVE = "UPDATE {table} SET id = id WHERE hashint8(id) % 2 = 0"


@pytest.fixture(autouse=True)
def _that_moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def attack(pairs: int) -> Attack:
    return Attack(Place(CASES, SEED), list(ROADS), list(pairs_of_filters(pairs, SEED)))


def test_no_pair_of_questions_tells_anything_of_another_sub_district() -> None:
    one = attack(PAIRS)
    before = one.answers()
    one.place.happen_elsewhere()
    assert list(one.faults(before)) == []


@pytest.mark.parametrize("way", ["enable_nestloop", "enable_indexscan"])
def test_an_answer_does_not_hang_on_where_rows_lie(way: str) -> None:
    """Else the order of what is told would change with what is written elsewhere."""
    one = attack(PAIRS)
    before = one.answers()
    with connection.cursor() as cursor:
        for model in (Incident, RecurringConflict, Evidence, RecurringConflict.cases.through):
            cursor.execute(MOVE.format(table=model._meta.db_table))
        cursor.execute(f"SET LOCAL {way} = off")
    assert list(one.faults(before)) == []


def test_every_road_is_attacked() -> None:
    assert {road.route for road in ROADS} == routes_attacked() - OF_TEAMS


def test_an_area_of_another_is_answered_like_one_that_does_not_exist() -> None:
    place = Place(3, SEED)
    place.happen_elsewhere()
    others = [place.city.areas[key].code for key in ("y", "r")]
    faults = [area_not_there(place, road, other) for road in ROADS for other in others]
    assert [*filter(None, faults)] == []
    # The control: for who commands both, they are there on each road that asks for an area.
    place.command_everything()
    asking = [road for road in ROADS if "area" in dict(road.query(Filters(area=others[0])))]
    assert [str(road) for road in asking if not area_not_there(place, road, others[0])] == []
    assert len(asking) > 8


def test_a_conflict_of_another_is_answered_like_one_that_does_not_exist() -> None:
    place = Place(3, SEED)
    place.happen_elsewhere()
    assert [*filter(None, (conflict_not_there(place, road, OTHER) for road in ABOUT))] == []
    # The control: for who commands both, it is there.
    place.command_everything()
    assert all(conflict_not_there(place, road, OTHER) for road in ABOUT)


def test_who_asks_unasked_every_road_gives_something_away() -> None:
    """The control: with the scope of both, each road is found."""
    one = attack(1)
    before = one.answers()
    one.place.happen_elsewhere()
    one.place.command_everything()
    found = {fault.partition(":")[0] for fault in one.faults(before)}
    assert found == {str(road) for road in one.roads}


@pytest.mark.parametrize("rows", [IncidentQuerySet, ConflictQuerySet])
def test_a_list_without_the_scope_is_found(rows: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: one call forgotten."""
    one = attack(1)
    before = one.answers()
    one.place.happen_elsewhere()
    monkeypatch.setattr(rows, "visible_to", lambda rows, _scope: rows.all())
    assert list(one.faults(before)) != []
