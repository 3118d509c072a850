"""Counts for programs: the same as those of the page."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from geodata.querysets import day_of
from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope
from gridmap.incidents.counting import LEAST, Chosen, count_cells
from tests.incidents.counting.test_reading import EVER
from tests.incidents.makers import NOW, make_incident
from tests.makers import SmallCity, appoint, make_small_city, make_user

pytestmark = pytest.mark.django_db
MAY = datetime(2026, 5, 12, 4, tzinfo=UTC)
EVER_ASKED = {"since": EVER.since.isoformat(), "until": "2099-12-31"}


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


@pytest.fixture
def chen(city: SmallCity) -> User:
    chen = make_user("chen")
    appoint(chen, Role.DISTRICT_COMMANDER, city.areas["x"])
    return chen


def ask(who: User, **asked: Any) -> Any:
    client = Client()
    client.force_login(who)
    return client.get("/api/counts/", EVER_ASKED | asked)


def test_a_program_gets_every_cell_in_scope_also_without_cases(city: SmallCity, chen: User) -> None:
    make_incident(chen)
    make_incident(chen, topic="wages", source="walk_in")
    make_incident(chen, column=2.5, topic="parking")
    found = ask(chen).json()
    codes = [city.cells[key].code for key in "abc"]
    assert [(cell["code"], cell["cases"]) for cell in found["cells"]] == list(
        zip(codes, (2, 1, 0), strict=True)
    )
    assert found["areas"] == []
    counted = count_cells(scope(chen, day_of(NOW)), EVER, Chosen()).counts
    assert sum(cell["cases"] for cell in found["cells"]) == counted.sum()


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ({"topic": ["wages", "parking"]}, 2),
        ({"topic": "wages", "source": ["walk_in", "patrol"]}, 1),
        ({"state": "closed"}, 0),
        ({"urgency": ["normal", "urgent"]}, 3),
        ({"until": "2026-07-14"}, 0),
    ],
)
def test_a_name_may_have_several_values(chen: User, asked: dict[str, Any], number: int) -> None:
    make_incident(chen)
    make_incident(chen, topic="wages", source="walk_in")
    make_incident(chen, column=2.5, topic="parking")
    assert sum(cell["cases"] for cell in ask(chen, **asked).json()["cells"]) == number


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"topic": "nothing"}, "topic"),
        ({"source": ["patrol", "nobody"]}, "source.1"),
        ({"until": "2000-01-01"}, "until"),
        ({"since": "yesterday"}, "since"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_by_field(chen: User, asked: dict[str, Any], field: str) -> None:
    answer = ask(chen, **asked)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_planner_gets_communities_together_over_whole_quarters(
    city: SmallCity, chen: User
) -> None:
    ning = make_user("ning")
    appoint(ning, Role.PLANNER, city.areas["x"])
    make_incident(chen, column=4.5, occurred_at=MAY)
    p, q = ({"code": city.areas[key].code, "name": f"area-{key}"} for key in "pq")
    with time_machine.travel(NOW, tick=False):
        found = ask(ning, until="2026-07-14").json()
        assert (found["areas"], found["cells"]) == ([{"areas": [p, q], "cases": None}], [])
        for _ in range(LEAST - 1):
            make_incident(chen, occurred_at=MAY)
        found = ask(ning, until="2026-07-14").json()
        assert found["areas"] == [{"areas": [p, q], "cases": LEAST}]
        assert found["until"] == "2026-07-01"
        refused = ask(ning, source="patrol", urgency="normal")
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == ["source", "urgency"]
