"""A report becomes one case, at one place, with two owners and a clock."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from geodata.models import Building
from gridmap.accounts.models import GuideTeam, Role, User
from gridmap.incidents.models import (
    CaseNumber,
    Incident,
    MoveRecord,
    Notice,
    Report,
    ReportConflict,
)
from gridmap.incidents.services.errors import KeyTaken, ReportRefused
from gridmap.incidents.services.reporting import report_incident
from tests.incidents.makers import NOW, make_draft, make_incident, make_rule
from tests.makers import (
    SmallCity,
    appoint,
    make_building,
    make_small_city,
    make_team,
    make_user,
    square,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


@pytest.fixture
def team() -> GuideTeam:
    return make_team("housing")


@pytest.fixture
def member(city: SmallCity) -> User:
    user = make_user("ma")
    appoint(user, Role.GRID_MEMBER, city.cells["a"])
    return user


def test_a_report_becomes_a_case_with_place_two_owners_and_a_clock(
    city: SmallCity, team: GuideTeam, member: User
) -> None:
    rule = make_rule(team, "water_supply")
    case = make_incident(member)
    assert case.code == "JYG-20260714-00001"
    assert (case.title, case.state, case.unrouted_reason) == ("早上六点起停水", "registered", "")
    assert (case.cell, case.area) == (city.cells["a"], city.areas["p"])
    assert (case.building, case.post) == (city.buildings["a1"], city.posts["a1"])
    assert (case.lead_team, case.rule) == (team, rule)
    assert case.contact_due_at == datetime(2026, 7, 14, 5, 20, tzinfo=UTC)
    assert case.due_at == datetime(2026, 7, 21, 1, 20, tzinfo=UTC)
    assert list(MoveRecord.objects.values_list("name", "to_state", "by")) == [
        ("register", "registered", member.pk)
    ]


def test_the_number_counts_within_a_day_in_beijing(city: SmallCity, member: User) -> None:
    late = datetime(2026, 7, 14, 15, 59, tzinfo=UTC)
    codes = [make_incident(member, at=at).code for at in (NOW, late, late.replace(hour=16))]
    assert codes == ["JYG-20260714-00001", "JYG-20260714-00002", "JYG-20260715-00001"]


def test_the_number_after_99999_has_six_digits(city: SmallCity, member: User) -> None:
    make_incident(member)
    CaseNumber.objects.update(last=99_999)
    assert make_incident(member).code == "JYG-20260714-100000"


def test_of_two_buildings_over_each_other_the_older_one_is_meant(
    city: SmallCity, member: User
) -> None:
    for code in ("62020100100190001", "62020100100190002"):
        make_building(city.areas["p"], code, square(1.2, 1.2, width=0.3, height=0.3))
    older = Building.objects.get(code="62020100100190001")
    # A row that is written again moves to the end of the table, as most do in time.
    Building.objects.filter(pk=older.pk).update(name="renamed")
    assert make_incident(member, column=1.3, row=1.3).building == older


def test_the_same_report_again_gets_the_same_receipt(city: SmallCity, member: User) -> None:
    draft = make_draft()
    first, second = (report_incident(draft=draft, by=member, at=NOW) for _ in range(2))
    assert (first.report_id, first.code) == (second.report_id, second.code)
    assert (first.is_new, second.is_new) == (True, False)
    assert (Report.objects.count(), Incident.objects.count()) == (1, 1)


def test_another_body_under_the_same_key_is_refused_and_kept(city: SmallCity, member: User) -> None:
    key = uuid4()
    report_incident(draft=make_draft(key=key), by=member, at=NOW)
    for _ in range(2):
        with pytest.raises(KeyTaken):
            report_incident(draft=make_draft(key=key, words="另一件事"), by=member, at=NOW)
    assert Report.objects.count() == 1
    assert [kept.body["words"] for kept in ReportConflict.objects.all()] == ["另一件事"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"lon": None, "lat": None}, "no_place"),
        ({"column": 20}, "outside"),
        ({"lon": 8.5, "lat": 47.4}, "outside"),
        ({"accuracy_m": 900.0}, "inaccurate"),
        ({"column": 2.5}, "no_member"),
        ({"topic": "wages"}, "no_rule"),
        ({}, ""),
    ],
)
def test_what_nobody_answers_for_stands_in_the_queue_with_its_reason(
    city: SmallCity, team: GuideTeam, member: User, fields: dict[str, object], reason: str
) -> None:
    make_rule(team, "water_supply")
    dispatcher = make_user("sun")
    appoint(dispatcher, Role.DISPATCHER, city.areas["city"])
    case = make_incident(member, **fields)  # type: ignore[arg-type]
    assert case.unrouted_reason == reason
    assert list(Notice.objects.values_list("user", "kind")) == (
        [(dispatcher.pk, "unrouted")] if reason else []
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"topic": "gossip"}, "topic"),
        ({"datum": "EPSG:999999"}, "datum"),
        ({"lon": float("nan")}, "place"),
        ({"lat": float("inf")}, "place"),
    ],
)
def test_a_report_that_cannot_be_is_refused_by_field(
    city: SmallCity, member: User, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(ReportRefused) as refused:
        make_incident(member, **fields)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not Incident.objects.exists()
