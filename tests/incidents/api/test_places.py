"""Places, words and the document by API; and what is common to every address."""

from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.test import Client
from django.urls import get_resolver

from geodata.crs import from_cgcs2000
from gridmap.incidents.api import places as places_view
from gridmap.incidents.api.asking import ApiView
from gridmap.incidents.api.schema import schema_in
from tests.incidents.api.asking import Machine, errors_of
from tests.incidents.test_moving import Cast
from tests.makers import SIDE, SOUTH, WEST

INSIDE = (WEST + SIDE * 0.5, SOUTH + SIDE * 0.4)


def test_a_point_tells_its_places(cast: Cast, member: Machine) -> None:
    lon, lat = INSIDE
    told = member.get("places/", lon=lon, lat=lat).json()
    assert {name: told[name] and told[name]["name"] for name in
            ("cell", "community", "building", "post")} == {
        "cell": "cell-a", "community": "area-p", "building": "building-a1", "post": "post-a1",
    }  # fmt: skip


def test_beside_every_building_there_is_none(cast: Cast, member: Machine) -> None:
    told = member.get("places/", lon=WEST + SIDE * 1.9, lat=SOUTH + SIDE * 1.9).json()
    assert (told["cell"]["name"], told["building"], told["post"]) == ("cell-a", None, None)


@pytest.mark.parametrize("system", ["wgs84", "gcj02", "bd09", "EPSG:4542"])
def test_a_point_may_come_in_any_system(cast: Cast, member: Machine, system: str) -> None:
    x, y = (float(value) for value in from_cgcs2000(*INSIDE, system))
    told = member.get("places/", lon=repr(x), lat=repr(y), datum=system).json()
    assert told["cell"]["name"] == "cell-a"
    assert told["lon"] == pytest.approx(INSIDE[0], abs=1e-6)


def test_outside_the_scope_there_is_no_place(cast: Cast, neighbour: Machine) -> None:
    for lon, lat in (INSIDE, (0, 0), (180, 90)):
        assert neighbour.get("places/", lon=lon, lat=lat).status_code == 404


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({}, {"lon", "lat"}),
        ({"lon": "x", "lat": "39"}, {"lon"}),
        ({"lon": "nan", "lat": "inf"}, {"lon", "lat"}),
        ({"lon": "1e999", "lat": "39"}, {"lon"}),
        ({"lon": "98", "lat": "1e9"}, {"lat"}),
        ({"lon": "98", "lat": "91"}, {"lon"}),
        ({"lon": "98", "lat": "39", "datum": "moon"}, {"datum"}),
        ({"lon": "98", "lat": "39", "datum": "EPSG:99999"}, {"datum"}),
        ({"lon": "\x00", "lat": "39"}, {"lon"}),
    ],
)
def test_points_that_cannot_be_are_400_by_field(
    member: Machine, query: dict[str, str], fields: set[str]
) -> None:
    answer = member.get("places/", **query)
    assert (answer.status_code, set(errors_of(answer))) == (400, fields)


def test_words_come_in_the_language_of_the_person(cast: Cast, member: Machine) -> None:
    topics = {topic["code"]: topic["label"] for topic in member.get("lookups/").json()["topics"]}
    assert topics["water_supply"] == "供排水"
    cast.member.language = "en"
    cast.member.save()
    told = member.get("lookups/").json()
    assert told["topics"][0]["label"] == "Water and drainage"
    assert told["teams"] == [{"id": cast.team.pk, "name": "housing"}]


def test_the_document_names_every_operation(member: Machine) -> None:
    document = member.get("schema/").json()
    operations = {
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert operations == {
        "report", "list_cases", "case", "possible_moves", "move", "record_step", "add_photo",
        "photo", "place", "lookups", "schema", "list_conflicts", "counts",
    }  # fmt: skip
    assert document["components"]["securitySchemes"]["token"] == {
        "type": "http",
        "scheme": "bearer",
    }


def test_the_document_is_made_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    schema_in.cache_clear()
    schema_in("zh-hans")
    told = capsys.readouterr()
    assert "arning" not in told.err + told.out
    assert "rror" not in told.err


def test_every_view_stands_on_the_common_ground() -> None:
    """A view beside it would ask for no log-in, or read as much as anybody sends."""
    views = [pattern.callback for pattern in api_patterns()]
    assert len(views) == 12
    assert all(issubclass(view.cls, ApiView) and view.login_required for view in views)


def api_patterns() -> list[Any]:
    parts = (p for p in get_resolver().url_patterns if str(p.pattern) == "api/")
    return [pattern for part in parts for pattern in part.url_patterns]


@pytest.mark.parametrize("path", ["nowhere/", "cases/x/", "cases/JYG-20260714-0000１/", "%00/"])
def test_no_such_address_is_404_in_json(member: Machine, path: str) -> None:
    answer = member.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_405_in_json(member: Machine, method: str) -> None:
    answer = member.client.generic(method, "/api/cases/", headers=member.headers)
    assert (answer.status_code, answer.json()["code"]) == (405, "not_allowed")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("gone"), 503, "unavailable"),
        (SuspiciousOperation("odd"), 400, "invalid"),
        (RuntimeError("a fault of ours"), 500, "fault"),
    ],
)
def test_what_goes_wrong_inside_is_told_in_json(
    cast: Cast,
    member: Machine,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    code: str,
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(places_view, "places_at", fail)
    member.client = Client(raise_request_exception=False)
    answer = member.get("places/", lon=98, lat=39)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert str(error) not in answer.content.decode()


def test_a_query_in_another_alphabet_harms_nobody(member: Machine) -> None:
    for query in ("text=%ff%fe", "text=%ed%a0%80", "%ff=1", "&&&=", "limit=1&limit=2"):
        answer = member.client.get(f"/api/cases/?{query}", headers=member.headers)
        assert answer.status_code in (200, 400)
