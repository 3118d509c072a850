"""A new report from the page: once, however often it is sent; and what its sender is told."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from gridmap.incidents.models import Incident, Party, Report, ReportConflict, Topic
from tests.console.cases.cast import Cast
from tests.incidents.makers import make_incident
from tests.makers import SIDE, SOUTH, WEST

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def cast() -> Cast:
    return Cast()


def fields(column: float = 0.5, row: float = 0.4, **changed: Any) -> dict[str, Any]:
    values = {
        "key": str(uuid4()),
        "topic": "noise_neighbour",
        "words": "楼上装修",
        "lon": WEST + SIDE * column,
        "lat": SOUTH + SIDE * row,
        "accuracy_m": "8.0",
        "datum": "wgs84",
        "urgency": "normal",
        "occurred_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "party-TOTAL_FORMS": "2",
        "party-INITIAL_FORMS": "0",
        "party-0-role": "reporter",
        "party-1-role": "respondent",
    }
    return {**values, **changed}


def send(cast: Cast, name: str = "member", /, **changed: Any) -> Any:
    return cast.browser(name).post(reverse("report"), fields(**changed), headers=JSON)


def newest() -> Incident:
    case: Incident = Incident.objects.latest("pk")
    return case


def test_a_report_from_the_page_is_a_case_with_place_and_owner(cast: Cast) -> None:
    answer = send(cast, unit_no="2")
    case = newest()
    assert answer.status_code == 201
    assert answer.json()["code"] == case.code
    assert (case.source, case.title, case.unit_no) == ("patrol", "楼上装修", "2")
    assert (case.cell, case.building) == (cast.city.cells["a"], cast.city.buildings["a1"])
    assert case.location_datum == "wgs84"


def test_sent_again_it_is_the_same_report_with_the_same_answer(cast: Cast) -> None:
    same = fields()
    browser = cast.browser("member")
    answers = [browser.post(reverse("report"), same, headers=JSON) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({answer.content for answer in answers}) == 1
    assert Report.objects.count() == 2


def test_another_body_under_the_key_is_a_conflict_and_kept(cast: Cast) -> None:
    key = str(uuid4())
    assert send(cast, key=key).status_code == 201
    answer = send(cast, key=key, words="别的事")
    assert answer.status_code == 409
    assert answer.json()["errors"]["key"]
    assert ReportConflict.objects.get().body["words"] == "别的事"


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"topic": ""}, "topic", "选一类事"),
        ({"topic": "gossip"}, "topic", "选一类事"),
        ({"words": "长" * 2001}, "words", "最多 2000 个字，现在是 2001 个"),
        ({"lon": "", "lat": ""}, "address", "在地图上点位置，或者写明在哪里"),
        ({"occurred_at": "2099-01-01T00:00"}, "occurred_at", "发生时间在以后"),
        ({"settle": "on"}, "resolution", "写一句怎么化解的"),
        ({"party-0-name": "李敏", "party-0-phone": "1380937662"}, "party-0-phone", "现在是 10 位"),
        ({"party-0-phone": "12000006620"}, "party-0-name", "写姓名或单位"),
        ({"joins": "JYG-20200101-00001"}, "joins", "没有这个案件"),
    ],
)
def test_what_is_wrong_is_said_by_field_and_nothing_is_kept(
    cast: Cast, changed: dict[str, str], field: str, says: str
) -> None:
    answer = send(cast, **changed)
    assert answer.status_code == 422
    assert says in " ".join(answer.json()["errors"][field])
    assert Report.objects.count() == 1


def test_without_a_script_the_page_comes_back_with_what_was_typed(cast: Cast) -> None:
    answer = cast.browser("member").post(reverse("report"), fields(topic="", words="很长的话"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "很长的话" in page
    assert "还有 1 处要改" in page
    good = cast.browser("member").post(reverse("report"), fields())
    assert good.status_code == 302


def test_parties_come_with_it_and_stand_in_their_own_table(cast: Cast) -> None:
    send(cast, **{"party-0-name": "李敏", "party-0-phone": "12000006620", "party-1-name": "王强"})
    found = Party.objects.filter(incident=newest()).order_by("pk")
    assert [(p.role, p.name, p.phone) for p in found] == [
        ("reporter", "李敏", "12000006620"),
        ("respondent", "王强", ""),
    ]


def test_a_patrol_find_is_settled_on_the_spot_in_one_act(cast: Cast) -> None:
    same = fields(settle="on", resolution="当场说和")
    browser = cast.browser("member")
    codes = {browser.post(reverse("report"), same, headers=JSON).json()["code"] for _ in range(2)}
    case = Incident.objects.get(code=codes.pop())
    assert not codes
    assert (case.state, case.outcome, case.resolution_text) == (
        "closed",
        "resolved_on_site",
        "当场说和",
    )


def test_where_it_may_not_be_settled_nothing_is_kept(cast: Cast) -> None:
    """The cell is another member's: the page does not offer it, and the server refuses it."""
    answer = send(cast, column=2.5, settle="on", resolution="当场说和")
    assert answer.status_code == 422
    assert Report.objects.count() == 1


def test_the_same_matter_joins_the_case_that_is_there(cast: Cast) -> None:
    answer = send(cast, joins=cast.case.code)
    assert answer.json()["code"] == cast.case.code
    assert Report.objects.filter(incident=cast.case).count() == 2
    assert Incident.objects.count() == 1
    page = cast.browser("member").get(answer.json()["receipt"]).content.decode()
    assert "已并入" in page
    assert 'id="withdraw"' not in page


@pytest.mark.parametrize(
    ("name", "source"),
    [("member", "patrol"), ("leader", "sentinel"), ("officer", "walk_in"), ("guide", "walk_in")],
)
def test_who_reports_decides_by_which_way_it_came(cast: Cast, name: str, source: str) -> None:
    assert send(cast, name).status_code == 201
    assert newest().source == source


def test_the_receipt_says_who_has_it_and_by_when(cast: Cast) -> None:
    address = send(cast).json()["receipt"]
    page = cast.browser("member").get(address).content.decode()
    assert newest().code in page
    assert "member</span>（你）" in page
    assert "首次联系来件人" in page
    assert "5 个工作日，周末和节假日不算" in page
    assert "已登记" in page
    assert cast.browser("officer").get(address).status_code == 404


def test_a_report_is_taken_back_while_it_is_fresh(cast: Cast) -> None:
    address = send(cast).json()["receipt"]
    browser = cast.browser("member")
    assert 'id="withdraw"' in browser.get(address).content.decode()
    assert browser.post(f"{address}withdraw/").headers["Location"] == "/"
    assert newest().state == "withdrawn"
    Report.objects.update(received_at=timezone.now() - timedelta(minutes=1))
    assert 'id="withdraw"' not in browser.get(address).content.decode()


def test_topics_that_are_common_here_stand_first(cast: Cast) -> None:
    for _ in range(3):
        make_incident(cast.people["member"], at=cast.now, topic="parking")
    page = cast.browser("member").get(reverse("report")).content.decode()
    codes = re.findall(r'data-topic="(\w+)"', page)
    assert codes[:2] == ["parking", "water_supply"]
    assert len(codes) == Topic.objects.count()
    assert "这里常见的排在前面" in page


def test_who_answers_for_many_places_has_the_order_of_the_table(cast: Cast) -> None:
    page = cast.browser("admin").get(reverse("report")).content.decode()
    assert re.findall(r'data-topic="(\w+)"', page)[0] == "water_supply"
    assert "这里常见的排在前面" not in page


def test_around_a_place_stand_the_open_cases_in_scope(cast: Cast) -> None:
    place = {"lon": WEST + SIDE * 0.5, "lat": SOUTH + SIDE * 0.4}
    for name, found in (("member", [cast.case.code]), ("neighbour", [])):
        around = cast.browser(name).get(reverse("report-around"), place).json()
        assert [case["code"] for case in around["cases"]] == found
        # Paper is the same for everybody.
        assert around["ground"]["buildings"]


@pytest.mark.parametrize("place", [{}, {"lon": "x", "lat": "1"}, {"lon": "nan", "lat": "39.7"}])
def test_around_no_place_is_nothing(cast: Cast, place: dict[str, str]) -> None:
    answer = cast.browser("member").get(reverse("report-around"), place)
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_a_planner_takes_no_reports_down(cast: Cast) -> None:
    assert cast.browser("planner").get(reverse("report")).status_code == 404
    assert send(cast, "planner").status_code == 404
