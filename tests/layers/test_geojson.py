import json
from typing import Any

import pytest
from django.test import Client

from gridmap.accounts.models import Role
from tests.makers import (
    SIDE,
    SOUTH,
    WEST,
    SmallCity,
    appoint,
    make_landmark,
    make_small_city,
    make_user,
)
from tests.statements import AssertStatements

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


@pytest.fixture
def member(client: Client, city: SmallCity) -> Client:
    """Signed in with cell b."""
    user = make_user("member")
    appoint(user, Role.GRID_MEMBER, city.cells["b"])
    client.force_login(user)
    return client


def names_of(answer: Any) -> list[str]:
    return [feature["properties"]["name"] for feature in answer.json()["features"]]


def test_a_feature_has_its_public_fields_its_source_and_seven_digits(
    member: Client, city: SmallCity
) -> None:
    make_landmark("station", column=1 / 3)
    answer = member.get("/map/geojson/landmarks/")
    assert answer["Content-Type"] == "application/geo+json"
    assert json.loads(answer.content) == {
        "type": "FeatureCollection",
        "truncated": False,
        "features": [
            {
                "type": "Feature",
                "source": "landmarks",
                "properties": {"kind": "toll_station", "name": "station", "name_en": ""},
                "geometry": {"type": "Point", "coordinates": [98.2013333, 39.704]},
            }
        ],
    }


def test_rows_end_at_the_scope(member: Client) -> None:
    assert names_of(member.get("/map/geojson/cells/")) == ["cell-b"]
    assert names_of(member.get("/map/geojson/buildings/")) == ["building-b1"]
    assert names_of(member.get("/map/geojson/areas/")) == []


def test_several_sources_come_by_one_statement_beside_the_session(
    member: Client, assert_statements: AssertStatements
) -> None:
    with assert_statements(2):
        answer = member.get("/map/geojson/cells+buildings+posts+areas/")
    assert names_of(answer) == ["cell-b", "building-b1", "post-b1"]


def test_a_box_chooses_what_it_touches(client: Client, city: SmallCity) -> None:
    user = make_user("commander")
    appoint(user, Role.DISTRICT_COMMANDER, city.areas["city"])
    client.force_login(user)
    box = f"{WEST + SIDE * 2.1},{SOUTH},{WEST + SIDE * 4.1},{SOUTH + SIDE}"
    assert names_of(client.get(f"/map/geojson/cells/?bbox={box}")) == ["cell-b", "cell-c"]


def test_a_limit_is_kept_and_told(client: Client, city: SmallCity) -> None:
    user = make_user("commander")
    appoint(user, Role.DISTRICT_COMMANDER, city.areas["city"])
    client.force_login(user)
    some = client.get("/map/geojson/cells+areas/?limit=3").json()
    assert [feature["source"] for feature in some["features"]] == ["cells"] * 3 + ["areas"] * 3
    assert some["truncated"] is True
    assert client.get("/map/geojson/cells/?limit=4").json()["truncated"] is False


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("bbox=", "bbox"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,2,3,4,5", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
        ("bbox=nan,0,1,1", "bbox"),
        ("bbox=0,0,inf,1", "bbox"),
        ("bbox=0,0,181,1", "bbox"),
        ("bbox=0,-91,1,1", "bbox"),
        ("bbox=98,39,98,40", "bbox"),
        ("bbox=98,40,99,39", "bbox"),
        ("bbox=0,0,1,1e999", "bbox"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=10001", "limit"),
        ("limit=1.5", "limit"),
        ("limit=all", "limit"),
        ("limit=%D9%A1", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("limit=%00", "limit"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_field(
    member: Client, query: str, field: str
) -> None:
    answer = member.get(f"/map/geojson/cells/?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


@pytest.mark.parametrize("names", ["nothing", "cells+", "cells+cells", "Cells", "cells.json"])
def test_an_unknown_source_is_not_found(member: Client, names: str) -> None:
    assert member.get(f"/map/geojson/{names}/").status_code == 404


def test_an_outsider_finds_nothing(client: Client, city: SmallCity) -> None:
    assert client.get("/map/geojson/cells/").status_code == 302
    client.force_login(make_user("nobody"))
    assert client.get("/map/geojson/cells/").status_code == 404
    assert client.get("/map/geojson/ground/").status_code == 404
