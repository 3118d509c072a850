"""The boards: what stands where, what a row offers, and what is done from it."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope
from gridmap.console.desk.moves import offers
from gridmap.console.desk.opened import read_opened
from gridmap.incidents.models import Incident, MoveRecord
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.states import Name
from tests.incidents.makers import make_incident, make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user
from tests.statements import AssertStatements

pytestmark = pytest.mark.django_db
# Who asks, and the badges of the frame.
FRAME = 2


class Desk:
    """The small city with a team, a member in cell a, and a dispatcher in front of a browser."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.city: SmallCity = make_small_city()
        self.team = make_team("housing")
        self.rule = make_rule(self.team, "water_supply")
        self.member = self.person("ma", Role.GRID_MEMBER, self.city.cells["a"])
        self.dispatcher = self.person("sun", Role.DISPATCHER, self.city.areas["city"])
        self.client = self.sign_in(self.dispatcher)

    def person(self, name: str, role: Role, place: Any) -> User:
        user = make_user(name)
        appoint(user, role, place)
        return user

    def sign_in(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    def case(self, at: datetime | None = None, **fields: Any) -> Incident:
        return make_incident(self.member, at=at or self.now, **fields)

    def page(self, query: str = "", client: Client | None = None) -> str:
        answer = (client or self.client).get(f"/desk/{query}")
        assert answer.status_code == 200
        return answer.content.decode()

    def post(self, case: Incident, name: str, query: str = "", **fields: Any) -> Any:
        sent = {"move": name, "key": uuid4(), "version": case.version, **fields}
        return self.client.post(f"/desk/?tab=all&case={case.code}{query}", sent)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def titles(page: str) -> list[str]:
    return re.findall(r'class="case__link[^>]*>([^<]*)<', page)


def counts(page: str) -> dict[str, int]:
    found = re.findall(r'id="tab-(\w+)".*?<small[^>]*>([\d,]+)</small>', page)
    return {key: int(number) for key, number in found}


def toast(page: str) -> str:
    found = re.search(r'data-toast><span class="grow">([^<]*)<', page)
    return found[1] if found else ""


def state(case: Incident) -> str:
    case.refresh_from_db()
    return str(case.state)


# What stands where


def test_each_case_stands_in_its_tabs_and_the_soonest_on_top(desk: Desk) -> None:
    hour = timedelta(hours=1)
    desk.case(title="due later")
    desk.case(title="overdue", urgency="emergency", at=desk.now - 5 * hour)
    desk.case(title="nobody answers", column=2.5)
    sent = desk.case(title="sent")
    dispatch_incident(incident=sent, by=desk.dispatcher, at=desk.now)
    page = desk.page()
    assert counts(page) == {
        "to_dispatch": 3, "unrouted": 1, "today": 0, "overdue": 1, "escalated": 0, "to_visit": 0, "all": 4,
    }  # fmt: skip
    assert titles(page)[0] == "overdue"
    assert titles(desk.page("?tab=unrouted")) == ["nobody answers"]
    assert "网格没有网格员" in desk.page("?tab=unrouted")
    assert titles(desk.page("?tab=overdue")) == ["overdue"]


def test_what_is_set_aside_or_done_is_not_overdue(desk: Desk) -> None:
    long_ago = desk.now - timedelta(days=30)
    case = desk.case(at=long_ago)
    dispatch_incident(incident=case, by=desk.dispatcher, at=long_ago)
    assert counts(desk.page("?tab=all"))["overdue"] == 1
    Incident.objects.filter(pk=case.pk).update(state="in_progress")
    Incident.objects.filter(pk=case.pk).update(
        state="suspended", suspended_until=(desk.now + timedelta(days=3)).date()
    )
    page = desk.page("?tab=all")
    assert counts(page)["overdue"] == 0
    assert "挂账到" in page


def test_filters_narrow_list_and_counts_and_areas_hold_what_lies_below(desk: Desk) -> None:
    desk.person("bai", Role.GRID_MEMBER, desk.city.cells["c"])
    desk.case(title="in p", risk_level="red")
    desk.case(title="in q", column=4.5)
    desk.case(title="in r", column=6.5)
    x, q = desk.city.areas["x"].code, desk.city.areas["q"].code
    assert sorted(titles(desk.page(f"?area={x}"))) == ["in p", "in q"]
    assert titles(desk.page(f"?area={q}")) == ["in q"]
    assert titles(desk.page("?risk=red")) == ["in p"]
    assert counts(desk.page("?risk=red"))["all"] == 1
    assert titles(desk.page("?q=in+r")) == ["in r"]


def test_an_empty_list_tells_which_filter_to_drop(desk: Desk) -> None:
    desk.case(risk_level="blue")
    page = desk.page("?tab=all&risk=red&topic=water_supply")
    assert "没有符合的案件" in page
    assert "去掉“红色”，有 1 件。" in page
    assert 'href="?tab=all&amp;topic=water_supply"' in page
    assert "没有超期的" in desk.page("?tab=overdue")


@pytest.mark.parametrize(
    "query",
    ["?from=2026-99-99", "?area=999999", "?topic=gossip", "?team=77", "?risk=pink", "?page=zero"],
)
def test_an_impossible_filter_is_a_message(desk: Desk, query: str) -> None:
    desk.case(title="not shown")
    answer = desk.client.get(f"/desk/{query}")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "这个地址里有看不懂的筛选" in page
    assert titles(page) == []


def test_a_page_costs_four_statements_for_its_data_however_many_rows(
    desk: Desk, assert_statements: AssertStatements
) -> None:
    for number in (2, 58):
        for _ in range(number):
            case = desk.case()
        with assert_statements(FRAME + 3):
            page = desk.page()
        with assert_statements(FRAME + 4):
            opened = desk.page(f"?q={case.code}&case={case.code}")
        assert 'id="opened"' in opened
        with assert_statements(FRAME + 3):
            desk.page("?risk=red&topic=wages")
    assert len(titles(page)) == 50
    assert len(titles(desk.page("?page=2"))) == 10


def test_the_other_open_cases_are_points_and_many_of_them_counts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [desk.case().code for _ in range(2)]
    desk.case(column=2.5)
    box = "/desk/pins/?bbox=98.1,39.6,98.3,39.8"
    found = desk.client.get(box).json()
    assert [code for code, *_ in found["cases"]][:2] == first
    assert found["cells"] == []
    monkeypatch.setattr("gridmap.console.desk.pins.MOST_POINTS", 2)
    found = desk.client.get(box).json()
    assert found["cases"] == []
    assert [count for count, *_ in found["cells"]] == [2, 1]
    assert desk.client.get("/desk/pins/").status_code == 400


# What a row offers and does


def test_an_opened_row_tells_who_has_it_and_what_was_said(desk: Desk) -> None:
    case = desk.case(words="楼上楼下都没有水。")
    page = desk.page(f"?case={case.code}")
    for words in ("楼上楼下都没有水。", "ma", "housing", "001 网格", "规则", "在办 1"):
        assert words in page
    assert page.count('name="move"') == 1


def test_one_press_dispatches_and_another_takes_it_back(desk: Desk) -> None:
    case = desk.case()
    answer = desk.post(case, "dispatch", plain="1")
    assert (answer.status_code, answer["Location"]) == (302, "/desk/?tab=all")
    assert state(case) == "dispatched"
    page = desk.page("?tab=all")
    assert toast(page) == "已派给 housing"
    undo = re.search(r'name="undo" value="(\d+)"', page)
    assert undo is not None
    desk.client.post("/desk/?tab=all", {"undo": undo[1]})
    assert state(case) == "returned"
    assert toast(desk.page()) == "撤销了，1 件回到待派遣"


def test_what_somebody_has_gone_on_with_cannot_be_taken_back(desk: Desk) -> None:
    case = desk.case()
    desk.post(case, "dispatch", plain="1")
    record = MoveRecord.objects.get(name="dispatch")
    move_incident(incident=case, name=Name.START, by=desk.member, at=desk.now)
    desk.client.get("/desk/")
    desk.client.post("/desk/", {"undo": str(record.pk)})
    assert state(case) == "in_progress"
    assert toast(desk.page()) == "已经有人接着办了，不能再撤销。"


def test_the_same_press_twice_is_one_move(desk: Desk) -> None:
    case = desk.case()
    sent = {"plain": "1", "key": uuid4()}
    for _ in range(2):
        assert desk.post(case, "dispatch", **sent).status_code == 302
    assert MoveRecord.objects.filter(name="dispatch").count() == 1


def test_who_comes_second_is_told_and_loses_no_word(desk: Desk) -> None:
    case = desk.case()
    dispatch_incident(incident=case, by=desk.dispatcher, at=desk.now)
    answer = desk.post(case, "withdraw", "&act=withdraw", reason="来件人打电话说不办了")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "刚才改了这个案件" in page
    assert "来件人打电话说不办了" in page


def test_what_is_missing_is_said_under_its_field(desk: Desk) -> None:
    case = desk.case()
    answer = desk.post(case, "decline", "&act=decline", reason="")
    assert answer.status_code == 422
    assert re.search(r'id="decline-reason_error">.*?<span>[^<]+</span>', answer.content.decode())
    assert state(case) == "registered"
    assert desk.post(case, "decline", reason="不归本市管").status_code == 302
    assert state(case) == "declined"


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("620201001001002", 302),
        ("area-p 1", 302),
        ("area-p 002", 302),
        ("area-z 001", 422),
        ("001", 422),
        ("somewhere", 422),
        ("999999999999999", 422),
    ],
)
def test_what_has_no_place_is_given_one(desk: Desk, cell: str, status: int) -> None:
    case = desk.case(lon=None, lat=None)
    page = desk.page(f"?tab=unrouted&case={case.code}")
    assert 'name="cell"' in page
    answer = desk.post(case, "dispatch", cell=cell, team=desk.team.pk, unit="")
    assert answer.status_code == status
    assert state(case) == ("dispatched" if status == 302 else "registered")


def test_a_near_open_case_is_offered_and_takes_the_case_in(desk: Desk) -> None:
    first, second = desk.case(title="first"), desk.case(title="second")
    page = desk.page(f"?case={second.code}")
    assert f"并入 {first.code}" in page
    assert desk.post(second, "merge", other=first.code).status_code == 302
    second.refresh_from_db()
    assert second.merged_into == first


@pytest.mark.parametrize("name", ["close", "visit", "start"])
def test_a_move_that_is_not_offered_is_refused(desk: Desk, name: str) -> None:
    case = desk.case()
    fields = {"no_visit_reason": "refused", "reason": "x", "way": "phone", "result": "solved"}
    answer = desk.post(case, name, satisfaction="satisfied", **fields)
    assert answer.status_code == 422
    assert state(case) == "registered"


def test_nobody_is_offered_what_would_be_refused(desk: Desk) -> None:
    """Every plain button of every role in every state that the way to the end passes is taken."""
    people = [
        desk.dispatcher,
        desk.person("li", Role.COMMUNITY_OFFICER, desk.city.areas["p"]),
        desk.person("chen", Role.DISTRICT_COMMANDER, desk.city.areas["x"]),
        desk.person("wu", Role.VISITOR, desk.city.areas["city"]),
        desk.person("he", Role.CITY_ADMIN, desk.city.areas["city"]),
    ]
    make_rule(desk.team, "repair")
    case = desk.case(topic="repair")
    said = Details(reason="x", outcome="referred", text="x", cell=case.cell, team=desk.team)
    way = (Name.ACCEPT, Name.FILE, Name.DISPATCH, Name.START, Name.HANDLE, Name.CHECK)
    tried: set[tuple[str, str]] = set()
    for name in way:
        by = desk.member if name in (Name.START, Name.HANDLE) else desk.dispatcher
        for person in people:
            case.refresh_from_db()
            opened = read_opened(case, scope(person), desk.now, english=False)
            for offer in offers(opened, scope(person)):
                if not offer.asks:
                    client = desk.sign_in(person)
                    assert _is_taken(client, case, offer.name), (person, case.state, offer)
                    tried.add((person.username, offer.name))
        case.refresh_from_db()
        move_incident(incident=case, name=name, by=by, at=desk.now, details=said)
    senders = {"sun", "li", "chen", "he"}
    assert tried == {(one, move) for one in senders for move in ("dispatch", "check")}


def _is_taken(client: Client, case: Incident, name: Name) -> bool:
    """Whether the button does what it says; what it did is undone."""
    with transaction.atomic():
        sent = {"move": name, "plain": "1", "key": uuid4(), "version": case.version}
        answer = client.post(f"/desk/?tab=all&case={case.code}", sent)
        transaction.set_rollback(True)
    return answer.status_code == 302


def test_all_that_are_checked_are_dispatched_and_the_others_named(desk: Desk) -> None:
    ready = [desk.case() for _ in range(2)]
    lost = desk.case(lon=None, lat=None)
    sent = {"bulk": "dispatch", "checked": [case.code for case in (*ready, lost)]}
    assert desk.client.post("/desk/?tab=to_dispatch", sent).status_code == 302
    assert [state(case) for case in (*ready, lost)] == ["dispatched", "dispatched", "registered"]
    page = desk.page()
    assert "派遣了 2 件" in page
    assert f"1 件没有派出去：{lost.code}：先选一个网格。" in page


# Other boards


def test_a_team_tells_what_it_leads_from_what_it_assists(desk: Desk) -> None:
    other = make_team("city")
    rule = make_rule(other, "wages")
    rule.assisting_teams.add(desk.team)
    desk.case(title="led")
    desk.case(title="assisted", topic="wages")
    client = desk.sign_in(desk.person("zhang", Role.GUIDE, desk.team))
    assert titles(desk.page("teams/", client)) == ["led"]
    page = desk.page("teams/?tab=assisting", client)
    assert titles(page) == ["assisted"]
    assert counts(page)["all"] == 2
    assert client.get("/desk/").status_code == 404


def test_a_community_sees_what_is_raised_to_it(desk: Desk) -> None:
    officer = desk.person("li", Role.COMMUNITY_OFFICER, desk.city.areas["p"])
    case = desk.case(title="stuck")
    dispatch_incident(incident=case, by=desk.dispatcher, at=desk.now)
    case.refresh_from_db()
    move_incident(
        incident=case, name=Name.ESCALATE, by=desk.member, at=desk.now, details=Details(reason="x")
    )
    client = desk.sign_in(officer)
    assert titles(desk.page("community/?tab=raised", client)) == ["stuck"]
    page = desk.page(f"community/?tab=raised&case={case.code}", client)
    assert "接手办理" in page


def test_what_has_ended_is_found_among_all_cases(desk: Desk) -> None:
    case = desk.case(title="over")
    desk.post(case, "decline", reason="不归本市管")
    assert titles(desk.page(f"?tab=all&q={case.code}")) == []
    assert titles(desk.page(f"cases/?tab=any&q={case.code}")) == ["over"]


def test_a_dispatcher_begins_at_the_desk_and_a_guide_with_the_team(desk: Desk) -> None:
    assert desk.client.get("/")["Location"] == "/desk/"
    guide = desk.sign_in(desk.person("zhang", Role.GUIDE, desk.team))
    assert guide.get("/")["Location"] == "/desk/teams/"
    operator = desk.sign_in(desk.person("gu", Role.HOTLINE_OPERATOR, desk.city.areas["city"]))
    assert operator.get("/")["Location"] == "/desk/"


def test_an_english_board_marks_every_chinese_word(desk: Desk) -> None:
    case = desk.case()
    User.objects.filter(pk=desk.dispatcher.pk).update(language="en")
    page = desk.page(f"?case={case.code}&risk=blue&from=2026-01-01")
    marked = re.sub(r'<(\w+)[^>]*lang="zh-Hans"[^>]*>[^<]*', "", page)
    visible = re.sub(r"<script.*?</script>|<[^>]+>", " ", marked, flags=re.S)
    assert re.findall(r"[\u4e00-\u9fff]+", visible) == []


def test_nobody_is_offered_to_send_a_case_down_to_nobody(desk: Desk) -> None:
    officer = desk.sign_in(desk.person("li", Role.COMMUNITY_OFFICER, desk.city.areas["p"]))
    case, stuck = desk.case(), Details(reason="谈不拢")
    dispatch_incident(incident=case, by=desk.dispatcher, at=desk.now)
    move_incident(incident=case, name=Name.ESCALATE, by=desk.member, at=desk.now, details=stuck)
    query = f"?tab=escalated&case={case.code}"
    assert "pull_down" in desk.page(query, officer)
    User.objects.filter(pk=desk.member.pk).update(is_active=False)
    assert "pull_down" not in desk.page(query, officer)
