"""The address of overviews: bins and counts as bytes, or nothing at all."""

from typing import Any

import pytest
from django.test import Client

from geodata.models import Area
from gridmap.accounts.models import Role, User
from gridmap.incidents.counting.folding import fold_counts
from tests.console.test_bin_bytes import unpacked
from tests.incidents.makers import make_incident
from tests.makers import appoint, make_small_city, make_user

pytestmark = pytest.mark.django_db
# Of all, and around cell a.
CLASSES, TILE = "/map/counts/14/", "/map/counts/14/12661/6220/"
EVER = {"since": "2000-01-01", "until": "2099-12-31"}


@pytest.fixture
def chen() -> User:
    chen = make_user("chen")
    appoint(chen, Role.CITY_ADMIN, make_small_city().areas["city"])
    return chen


def ask(who: User, address: str = TILE, **asked: Any) -> Any:
    client = Client()
    client.force_login(who)
    return client.get(address, EVER | asked)


def test_a_tile_has_its_bins_and_their_cases(chen: User) -> None:
    for _ in range(3):
        make_incident(chen)
    make_incident(chen, column=2.5, topic="wages")
    answer = ask(chen)
    assert sorted(unpacked(answer.content).values()) == [1, 3]
    assert answer["Cache-Control"] == "private, no-cache"
    assert list(unpacked(ask(chen, topic="wages").content).values()) == [1]
    assert ask(chen, until="2026-07-14").status_code == 204


def test_what_has_not_changed_is_not_sent_again(chen: User) -> None:
    make_incident(chen)
    tag = ask(chen)["ETag"]
    client = Client()
    client.force_login(chen)
    assert client.get(TILE, EVER, headers={"If-None-Match": tag}).status_code == 304
    make_incident(chen)
    assert client.get(TILE, EVER, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"since": "x"}, "since"), ({"until": "1999-01-01"}, "until"), ({"topic": "x"}, "topic"),
     ({"until": "2200-01-01"}, "until")],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_field(chen: User, asked: dict[str, Any], field: str) -> None:
    answer = ask(chen, **asked)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_there_is_none_at_other_zooms(chen: User) -> None:
    assert ask(chen, "/map/counts/15/1/1/").status_code == 404
    assert ask(chen, "/map/counts/15/").status_code == 404


def test_the_classes_are_those_of_all_bins_in_scope_and_stand_still(chen: User) -> None:
    for _ in range(20):
        make_incident(chen)
    make_incident(chen, column=6.5)
    assert ask(chen, CLASSES).json() == {"breaks": [2, 4, 6, 9, 14, 22]}
    assert ask(chen, "/map/counts/10/").json() == {"breaks": [2, 4, 6, 9, 14, 22]}
    fold_counts()
    assert ask(chen, CLASSES).json() == {"breaks": [2, 4, 6, 9, 14, 22]}
    # Who sees the one case only, has classes of it.
    ning = make_user("ning")
    appoint(ning, Role.COMMUNITY_OFFICER, Area.objects.get(name="area-r"))
    assert ask(ning, CLASSES).json() == {"breaks": [1, 2, 4, 6, 9, 14]}
    assert ask(chen, CLASSES, topic="wages").status_code == 204
    assert list(ask(chen, CLASSES, topic="x").json()["errors"]) == ["topic"]
