"""Reports by API: once, whatever is repeated; refused by field; nothing half done."""

import json
from typing import Any
from uuid import uuid4

import pytest

from gridmap.accounts.models import Role
from gridmap.incidents.models import Incident, Party, Photo, Report, ReportConflict
from tests.incidents.api.asking import Machine, errors_of, report_body, upload
from tests.incidents.pictures import encoded, jpeg, picture
from tests.incidents.test_moving import Cast
from tests.makers import appoint, make_user


def test_a_report_becomes_a_case(cast: Cast, member: Machine) -> None:
    body = report_body(
        title="停水",
        address="三号楼",
        building=cast.city.buildings["b1"].code,
        amount_cny="1200.50",
        people_involved=12,
        parties=[{"role": "reporter", "name": "李四", "phone": "13900000000"}],
    )
    answer = member.post("reports/", body)
    assert answer.status_code == 201
    case = Incident.objects.get(code=answer.json()["code"])
    assert (case.title, case.address, str(case.amount_cny)) == ("停水", "三号楼", "1200.50")
    assert (case.cell, case.building) == (cast.city.cells["a"], cast.city.buildings["b1"])
    assert case.registered_by == cast.member
    assert Party.objects.get().name == "李四"


def test_the_same_body_gets_the_same_answer(member: Machine) -> None:
    body = report_body()
    first, second = (member.post("reports/", body) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Report.objects.filter(key=body["key"]).count() == 1


def test_another_body_under_the_key_is_409_and_both_are_kept(member: Machine) -> None:
    body = report_body()
    member.post("reports/", body)
    answer = member.post("reports/", {**body, "words": "另一件事"})
    assert (answer.status_code, answer.json()["code"]) == (409, "key_taken")
    assert list(errors_of(answer)) == ["key"]
    assert ReportConflict.objects.get().body["words"] == "另一件事"


def test_a_report_with_photos_is_one_act_and_a_retry_adds_none(member: Machine) -> None:
    report = json.dumps(report_body())
    blue = encoded("JPEG", picture(64, 48))
    answers = [
        member.send(
            "reports/", report=report, photos=[upload(data) for data in (jpeg(), blue, blue)]
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert len(answers[0].json()["photos"]) == 2
    assert Photo.objects.filter(report__isnull=False).count() == 2


def test_a_bad_photo_refuses_the_whole_report(member: Machine) -> None:
    before = Incident.objects.count()
    photos = [upload(jpeg()), upload(b"<html>", "photo.jpg")]
    answer = member.send("reports/", report=json.dumps(report_body()), photos=photos)
    assert (answer.status_code, list(errors_of(answer))) == (422, ["photos"])
    assert (Incident.objects.count(), Photo.objects.count()) == (before, 0)


def test_ten_photos_are_too_many(member: Machine) -> None:
    photos = [upload(jpeg()) for _ in range(10)]
    answer = member.send("reports/", report=json.dumps(report_body()), photos=photos)
    assert (answer.status_code, list(errors_of(answer))) == (400, ["photos"])


def test_every_fault_is_told_at_once_by_its_field(member: Machine) -> None:
    body = report_body(
        key="x",
        source="gossip",
        occurred_at="2026-07-14",
        place={"lon": "98", "lat": True},
        amount_cny=1e400,
        people_involved=-1,
        parties=[{"role": "reporter", "name": "x" * 61}, {}],
        adress="typo",
    )
    answer = member.post("reports/", body)
    assert answer.status_code == 400
    assert set(errors_of(answer)) >= {""}  # infinity is no JSON at all
    answer = member.post("reports/", {**body, "amount_cny": "1.234"})
    assert set(errors_of(answer)) == {
        "key", "source", "occurred_at", "place.lon", "place.lat", "amount_cny",
        "people_involved", "parties.0.name", "parties.1.role", "parties.1.name", "adress",
    }  # fmt: skip
    assert errors_of(answer)["key"] == "要一个 UUID。"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"topic": "gossip"}, "topic"),
        ({"place": {"lon": 98.2, "lat": 39.7, "datum": "EPSG:9999"}}, "place.datum"),
        ({"place": {"lon": 1e7, "lat": 39.7}}, "place"),
        ({"building": "99999"}, "building"),
    ],
)
def test_what_the_rules_refuse_is_422_by_field(
    member: Machine, fields: dict[str, Any], field: str
) -> None:
    answer = member.post("reports/", report_body(**fields))
    assert (answer.status_code, list(errors_of(answer))) == (422, [field])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"words": "a\x00b"}, "words"),
        ({"words": "a\ud800b"}, "words"),
        ({"source": "\udfff"}, "source"),
        ({"address": "x" * 201}, "address"),
        ({"people_involved": 10**30}, "people_involved"),
        ({"people_involved": 1.0}, "people_involved"),
        ({"people_involved": True}, "people_involved"),
        ({"occurred_at": "0145-03-04T00:00:00+00:00"}, "occurred_at"),
        ({"occurred_at": "2101-01-01T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-12:00"}, "occurred_at"),
        ({"occurred_at": "2026-02-30T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "2026-07-14T09:20:00"}, "occurred_at"),
        ({"occurred_at": 1_780_000_000}, "occurred_at"),
        ({"place": {"lon": 10**400, "lat": 39.7}}, "place.lon"),
        ({"place": {"lon": 98.2, "lat": 39.7, "accuracy_m": -1}}, "place.accuracy_m"),
        ({"place": "98.2,39.7"}, "place"),
        ({"parties": {}}, "parties"),
        ({"parties": [{"role": "reporter", "name": "a"}] * 21}, "parties"),
        ({"key": None}, "key"),
        ({"\ud800" * 80: 1}, "?" * 60),
    ],
)
def test_what_no_column_holds_is_400_by_field(
    member: Machine, fields: dict[str, Any], field: str
) -> None:
    answer = member.post("reports/", json.dumps(report_body(**fields)))
    assert (answer.status_code, list(errors_of(answer))) == (400, [field])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"[]",
        b"null",
        b'"text"',
        b"NaN",
        b'{"key": Infinity}',
        b"\xff\xfe{\x00}\x00",
        b"\x00",
        b"1" * 5_000,
    ],
)
def test_what_is_no_object_is_400(member: Machine, body: bytes) -> None:
    assert member.post("reports/", body).status_code == 400


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json; charset=hex", 415),
        ("application/json; charset=utf-16", 415),
        ("application/json; charset=UTF-8", 400),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=" + "x" * 300, 415),
        ("a" * 300, 415),
    ],
)
def test_other_kinds_of_bodies_are_told_so(member: Machine, kind: str, status: int) -> None:
    answer = member.client.generic(
        "POST", "/api/reports/", b"{}", content_type=kind, headers=member.headers
    )
    assert answer.status_code == status
    assert answer.json()["errors"]


@pytest.mark.parametrize("path", ["reports/", "cases/JYG-20260714-00001/moves/"])
def test_a_body_over_a_megabyte_is_413(member: Machine, path: str) -> None:
    answer = member.post(path, b'{"words": "' + b"x" * 1_000_000 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_photos_over_12_megabytes_are_413(member: Machine) -> None:
    photos = [upload(b"x" * 6_100_000) for _ in range(2)]
    answer = member.send("reports/", report=json.dumps(report_body()), photos=photos)
    assert answer.status_code == 413


def test_a_form_has_nothing_but_the_report_and_its_photos(member: Machine) -> None:
    report = json.dumps(report_body())
    for form in ({}, {"report": upload(b"{}")}, {"report": report, "other": "x"},
                 {"report": report, "other": upload(b"x")}, {"report": "{"}):  # fmt: skip
        assert member.send("reports/", **form).status_code == 400


def test_who_works_without_cases_reports_none(cast: Cast) -> None:
    planner, outsider = make_user("planner"), make_user("outsider")
    appoint(planner, Role.PLANNER, cast.city.areas["city"])
    for person in (planner, outsider):
        answer = Machine(person).post("reports/", report_body(key=str(uuid4())))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_reasons_come_in_the_language_of_the_person(cast: Cast, member: Machine) -> None:
    cast.member.language = "en"
    cast.member.save()
    answer = member.post("reports/", {})
    assert errors_of(answer)["key"] == "This must be given."
    assert answer.headers["Content-Language"] == "en"
