"""A second voice on the same matter joins the case, and can be taken out again."""

from collections.abc import Iterator
from datetime import timedelta
from math import cos, radians
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import act_as, scope
from gridmap.incidents.drafts import PartyDraft
from gridmap.incidents.models import (
    Incident,
    MoveRecord,
    Notice,
    Party,
    Photo,
    Report,
    ReportConflict,
)
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.errors import KeyTaken, MoveRefused, ReportRefused
from gridmap.incidents.services.joining import join_report, near_open_cases, separate_report
from gridmap.incidents.services.moving import move_incident
from gridmap.incidents.services.reporting import report_incident
from gridmap.incidents.states import Name
from tests.incidents.makers import NOW, make_draft, make_incident, make_rule
from tests.makers import (
    SIDE,
    SOUTH,
    WEST,
    SmallCity,
    appoint,
    make_small_city,
    make_team,
    make_user,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)
# Degrees per metre at the chessboard.
NORTH_M = 1 / 111_000
EAST_M = NORTH_M / cos(radians(SOUTH))
LON, LAT = WEST + SIDE * 0.5, SOUTH + SIDE * 0.5


class Cast:
    def __init__(self) -> None:
        self.city: SmallCity = make_small_city()
        make_rule(make_team("housing"))
        self.member = self._person("ma", Role.GRID_MEMBER, "cells", "a")
        self.neighbour = self._person("bai", Role.GRID_MEMBER, "cells", "b")
        self.dispatcher = self._person("sun", Role.DISPATCHER, "areas", "city")
        self.planner = self._person("lu", Role.PLANNER, "areas", "city")
        self.case = make_incident(self.member)

    def _person(self, username: str, role: Role, kind: str, key: str) -> User:
        user = make_user(username, password=None)
        appoint(user, role, getattr(self.city, kind)[key])
        return user

    def near(self, by: User | None = None, **asked: object) -> list[Incident]:
        where = {"lon": LON, "lat": LAT, "topic": "water_supply", "at": LATER, **asked}
        return list(near_open_cases(scope=scope(by or self.member), **where))  # type: ignore[arg-type]


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def as_application(cast: Cast) -> Iterator[Cast]:
    call_command("grant_app")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE gridmap_app")
    yield cast
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_a_second_report_becomes_another_voice_of_the_case(cast: Cast) -> None:
    draft = make_draft(source="hotline_12345", words="三楼也没有水", occurred_at=LATER)
    receipt = join_report(draft=draft, incident=cast.case, by=cast.dispatcher, at=LATER)
    assert (receipt.incident_id, receipt.code, receipt.is_new) == (
        cast.case.pk,
        cast.case.code,
        True,
    )
    report = Report.objects.get(pk=receipt.report_id)
    assert (report.incident, report.words, report.registered_as) == (
        cast.case,
        "三楼也没有水",
        cast.case.code,
    )
    assert report.geom is not None
    assert Incident.objects.count() == 1
    record = MoveRecord.objects.get(name="report")
    assert (record.from_state, record.to_state, record.by) == (
        "registered",
        "registered",
        cast.dispatcher,
    )
    assert Notice.objects.filter(user=cast.member, kind="moved").exists()


def test_a_report_that_joins_is_taken_once(cast: Cast) -> None:
    draft = make_draft()
    first, second = (
        join_report(draft=draft, incident=cast.case, by=cast.member, at=LATER) for _ in range(2)
    )
    assert (first.report_id, first.code) == (second.report_id, second.code)
    assert (first.is_new, second.is_new) == (True, False)
    assert (Report.objects.count(), MoveRecord.objects.filter(name="report").count()) == (2, 1)


def test_the_same_key_is_one_report_whether_it_joins_or_not(cast: Cast) -> None:
    draft = make_draft()
    first = report_incident(draft=draft, by=cast.member, at=NOW)
    again = join_report(draft=draft, incident=cast.case, by=cast.member, at=LATER)
    assert (again.report_id, again.code, again.is_new) == (first.report_id, first.code, False)


def test_another_body_under_the_key_of_a_joined_report_is_refused_and_kept(cast: Cast) -> None:
    key = uuid4()
    join_report(draft=make_draft(key=key), incident=cast.case, by=cast.member, at=LATER)
    with pytest.raises(KeyTaken):
        join_report(
            draft=make_draft(key=key, words="另一件"), incident=cast.case, by=cast.member, at=LATER
        )
    assert ReportConflict.objects.get().body["words"] == "另一件"


def test_a_retry_gets_its_receipt_though_the_case_is_closed_by_now(cast: Cast) -> None:
    draft = make_draft()
    first = join_report(draft=draft, incident=cast.case, by=cast.member, at=LATER)
    details = Details(reason="自己好了")
    move_incident(
        incident=cast.case, name=Name.WITHDRAW, by=cast.dispatcher, at=LATER, details=details
    )
    again = join_report(draft=draft, incident=cast.case, by=cast.member, at=LATER)
    assert again.report_id == first.report_id
    with pytest.raises(ReportRefused) as refused:
        join_report(draft=make_draft(), incident=cast.case, by=cast.member, at=LATER)
    assert refused.value.field == "incident"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"topic": "gossip"}, "topic"),
        ({"datum": "EPSG:999999"}, "datum"),
        ({"lon": float("nan")}, "place"),
        ({"building_id": 999_999}, "building_id"),
    ],
)
def test_a_report_that_cannot_be_does_not_join(
    cast: Cast, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(ReportRefused) as refused:
        join_report(draft=make_draft(**fields), incident=cast.case, by=cast.member, at=LATER)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert Report.objects.count() == 1


def test_who_does_not_see_the_case_adds_nothing_to_it(cast: Cast) -> None:
    for outsider in (cast.neighbour, cast.planner):
        with pytest.raises(ReportRefused):
            join_report(draft=make_draft(), incident=cast.case, by=outsider, at=LATER)
    assert Report.objects.count() == 1


def test_persons_come_with_the_report_also_for_the_application(as_application: Cast) -> None:
    cast = as_application
    act_as(cast.member)
    draft = make_draft(parties=(PartyDraft("reporter", "丁一", "0937-0000000"),))
    join_report(draft=draft, incident=cast.case, by=cast.member, at=LATER)
    assert Party.objects.get().incident == cast.case


def test_open_cases_near_in_place_topic_and_time_are_offered_nearest_first(cast: Cast) -> None:
    far = make_incident(cast.member, lon=LON, lat=LAT + 150 * NORTH_M)
    make_incident(cast.member, lon=LON, lat=LAT + 230 * NORTH_M)
    make_incident(cast.member, topic="family")
    make_incident(cast.member, at=NOW - timedelta(days=40))
    closed = make_incident(cast.member)
    move_incident(
        incident=closed,
        name=Name.WITHDRAW,
        by=cast.dispatcher,
        at=NOW,
        details=Details(reason="好了"),
    )
    found = cast.near()
    assert found == [cast.case, far]
    assert [round(case.distance_m) for case in found] == [0, 150]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("metres", "is_found"), [(196, True), (204, False)])
def test_two_hundred_metres_are_metres_on_the_ground(
    cast: Cast, metres: int, is_found: bool
) -> None:
    for east, north in ((EAST_M, 0.0), (0.0, NORTH_M)):
        found = cast.near(lon=LON + metres * east, lat=LAT + metres * north)
        assert bool(found) is is_found


def test_a_case_out_of_scope_is_not_offered(cast: Cast) -> None:
    assert cast.near(cast.neighbour) == []
    assert cast.near(cast.planner) == []
    assert cast.near(cast.dispatcher) == [cast.case]


def test_a_building_is_a_place_and_nowhere_is_none(cast: Cast) -> None:
    own = cast.city.buildings["a1"].pk
    assert cast.near(lon=None, lat=None, building_id=own) == [cast.case]
    assert cast.near(lon=None, lat=None) == []


def test_looking_for_near_cases_uses_the_spatial_index(cast: Cast) -> None:
    fields = (f for f in Incident._meta.concrete_fields if not f.generated)
    columns = [f.column for f in fields if f.column not in {"id", "code", "geom"}]
    names = ", ".join(columns)
    with CaptureQueriesContext(connection) as queries:
        cast.near(cast.dispatcher)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO incidents_incident (code, geom, {names})"
            f" SELECT 'X-' || n, ST_Translate(geom, n % 100 * 0.0003, n / 100 * 0.0003), {names}"
            " FROM incidents_incident CROSS JOIN generate_series(1, 3000) AS n"
        )
        cursor.execute("ANALYZE incidents_incident")
        cursor.execute(f"EXPLAIN {queries[-1]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "incident_geom_3857" in plan, plan


def test_a_report_becomes_a_case_of_its_own_again(cast: Cast) -> None:
    draft = make_draft(column=2.5, words="隔壁院子停电", source="walk_in")
    receipt = join_report(draft=draft, incident=cast.case, by=cast.dispatcher, at=NOW)
    report = Report.objects.get(pk=receipt.report_id)
    Photo.objects.create(
        incident=cast.case, report=report, digest="1" * 64, width=1, height=1, size=1,
        added_at=NOW, added_by=cast.member,
    )  # fmt: skip
    other = separate_report(report=report, reason="两回事", by=cast.dispatcher, at=LATER)
    assert (other.cell, other.title, other.source) == (
        cast.city.cells["b"],
        "隔壁院子停电",
        "walk_in",
    )
    assert (other.state, other.registered_at, other.round) == ("registered", LATER, 1)
    assert other.due_at > cast.case.due_at
    assert list(other.reports.all()) == [report]
    assert cast.case.reports.count() == 1
    assert other.photos.get().digest == "1" * 64
    records = MoveRecord.objects.filter(name="separate").values_list("incident", "other", "note")
    assert set(records) == {
        (cast.case.pk, other.pk, "两回事"),
        (other.pk, cast.case.pk, ""),
    }
    assert Notice.objects.filter(user=cast.neighbour, incident=other, kind="arrived").exists()


def test_the_sender_of_a_separated_report_is_told_what_he_was_told(cast: Cast) -> None:
    draft = make_draft()
    first = join_report(draft=draft, incident=cast.case, by=cast.member, at=NOW)
    report = Report.objects.get(pk=first.report_id)
    separate_report(report=report, reason="两回事", by=cast.dispatcher, at=LATER)
    again = join_report(draft=draft, incident=cast.case, by=cast.member, at=LATER)
    assert (again.report_id, again.incident_id, again.code) == (
        first.report_id,
        first.incident_id,
        first.code,
    )


def test_separating_is_done_once_under_one_key(cast: Cast) -> None:
    receipt = join_report(draft=make_draft(), incident=cast.case, by=cast.member, at=NOW)
    report, key = Report.objects.get(pk=receipt.report_id), uuid4()
    first, second = (
        separate_report(report=report, reason="两回事", by=cast.dispatcher, at=LATER, key=key)
        for _ in range(2)
    )
    assert first == second
    assert Incident.objects.count() == 2


def test_the_key_of_another_move_separates_nothing(cast: Cast) -> None:
    key, other = uuid4(), make_incident(cast.member)
    details = Details(other=other, key=key)
    move_incident(incident=cast.case, name=Name.MERGE, by=cast.dispatcher, at=NOW, details=details)
    receipt = join_report(draft=make_draft(), incident=other, by=cast.member, at=NOW)
    report = Report.objects.get(pk=receipt.report_id)
    with pytest.raises(KeyTaken):
        separate_report(report=report, reason="两回事", by=cast.dispatcher, at=LATER, key=key)
    assert Incident.objects.count() == 2


def test_the_only_report_of_a_case_stays_and_only_those_above_separate(cast: Cast) -> None:
    only = cast.case.reports.get()
    with pytest.raises(MoveRefused):
        separate_report(report=only, reason="两回事", by=cast.dispatcher, at=LATER)
    join_report(draft=make_draft(), incident=cast.case, by=cast.member, at=NOW)
    with pytest.raises(MoveRefused):
        separate_report(report=only, reason="两回事", by=cast.member, at=LATER)
    with pytest.raises(MoveRefused) as refused:
        separate_report(report=only, reason=" ", by=cast.dispatcher, at=LATER)
    assert refused.value.field == "reason"
    separate_report(report=only, reason="两回事", by=cast.dispatcher, at=LATER)


def test_a_case_that_has_ended_is_not_taken_apart(cast: Cast) -> None:
    """As the page has it: first it is opened again."""
    join_report(draft=make_draft(), incident=cast.case, by=cast.member, at=NOW)
    move_incident(
        incident=cast.case,
        name=Name.WITHDRAW,
        by=cast.dispatcher,
        at=NOW,
        details=Details(reason="误报"),
    )
    with pytest.raises(MoveRefused):
        separate_report(
            report=cast.case.reports.first(), reason="两回事", by=cast.dispatcher, at=LATER
        )
