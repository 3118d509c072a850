"""What is done with all that is checked, and looking again for who answers."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope
from gridmap.console.desk import checked
from gridmap.console.desk.boards import CASES, COMMUNITY, TEAMS, TRIAGE
from gridmap.incidents.models import HandOver, Incident, Supervision
from gridmap.incidents.services.moving import dispatch_incident
from tests.incidents.makers import make_incident, make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user

pytestmark = pytest.mark.django_db


class Desk:
    """The small city with two teams, a member in cell a, and a dispatcher in front of a browser."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.city: SmallCity = make_small_city()
        self.team, self.other = make_team("housing"), make_team("justice")
        make_rule(self.team, "water_supply")
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

    def case(self, *, is_sent: bool = False, **fields: Any) -> Incident:
        case = make_incident(self.member, at=self.now, **fields)
        if is_sent:
            dispatch_incident(incident=case, by=self.dispatcher, at=self.now)
        return Incident.objects.get(pk=case.pk)

    def send(self, name: str, cases: list[Incident], tab: str = "all", **fields: Any) -> Any:
        sent = {"bulk": name, "checked": [case.code for case in cases], **fields}
        return self.client.post(f"/desk/?tab={tab}", sent)

    def lines(self, answer: Any) -> list[str]:
        page = self.client.get(answer["Location"]).content.decode()
        return re.findall(r'data-toast><span class="grow">([^<]*)<', page)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def offered(page: str) -> list[str]:
    return re.findall(r'name="bulk" value="(\w+)"', page)


@pytest.mark.parametrize(
    ("tab", "acts"),
    [
        ("to_dispatch", ["supervise", "dispatch"]),
        ("unrouted", ["supervise", "again", "dispatch"]),
        ("all", ["supervise", "hand_over"]),
    ],
)
def test_the_bar_offers_what_the_tab_is_about(desk: Desk, tab: str, acts: list[str]) -> None:
    desk.case(column=2.5)
    page = desk.client.get(f"/desk/?tab={tab}").content.decode()
    assert offered(page) == acts


def test_where_each_case_waits_for_something_else_there_is_no_bar(desk: Desk) -> None:
    person = scope(desk.dispatcher)
    for board, tab in ((TRIAGE, "to_visit"), (CASES, "ended"), (CASES, "any"), (TEAMS, "all")):
        assert checked.offered(board, tab, person) == ()
    assert checked.offered(COMMUNITY, "in_cells", person)


def test_who_sends_nothing_on_has_no_bar(desk: Desk) -> None:
    desk.case()
    operator = desk.sign_in(desk.person("op", Role.HOTLINE_OPERATOR, desk.city.areas["city"]))
    assert offered(operator.get("/desk/?tab=all").content.decode()) == []
    sent = {"bulk": "supervise", "checked": []}
    assert operator.post("/desk/?tab=all", sent).status_code == 404


@pytest.mark.parametrize("name", ["hand_over", "again", "close", ""])
def test_what_a_tab_does_not_offer_is_not_there(desk: Desk, name: str) -> None:
    assert desk.send(name, [desk.case()], tab="to_dispatch").status_code == 404


# Hand over


def test_many_cases_change_hands_after_a_question(desk: Desk) -> None:
    cases = [desk.case(is_sent=True, title=f"case {number}") for number in range(2)]
    waiting = desk.case(title="still waits")
    asked = desk.send("hand_over", [*cases, waiting])
    assert asked.status_code == 200
    page = asked.content.decode()
    assert "移交 2 件" in page
    assert "1 件现在不能这样做，留在原处" in page
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    sent = {"key": key[1], "cell": "", "team": desk.other.pk, "unit": "", "reason": "归司法管"}
    done = desk.send("hand_over", [*cases, waiting], **sent)
    assert desk.lines(done) == ["移交了 2 件"]
    teams = set(
        Incident.objects.filter(pk__in=[case.pk for case in cases]).values_list("lead_team")
    )
    assert teams == {(desk.other.pk,)}
    waiting.refresh_from_db()
    assert waiting.lead_team == desk.team
    # Once, however often it is sent.
    before = HandOver.objects.count()
    desk.send("hand_over", cases, **sent)
    assert HandOver.objects.count() == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": ""}, 'id="all-reason_error"'),
        ({"team": ""}, "选一个网格、队伍或单位"),
        ({"cell": "nowhere 999"}, "你负责的范围里没有这个网格。"),
        ({"key": "x"}, ""),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_moves(
    desk: Desk, fields: dict[str, str], words: str
) -> None:
    case = desk.case(is_sent=True)
    before = HandOver.objects.count()
    sent = {"key": uuid4(), "cell": "", "team": desk.other.pk, "unit": "", "reason": "x", **fields}
    answer = desk.send("hand_over", [case], **sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert HandOver.objects.count() == before


def test_where_nothing_can_be_done_that_is_said(desk: Desk) -> None:
    page = desk.send("hand_over", [desk.case()]).content.decode()
    assert "现在没有一件可以这样做" in page
    assert 'value="hand_over"' not in page


def test_cases_out_of_scope_are_not_among_the_checked(desk: Desk) -> None:
    near, far = desk.case(), desk.case(column=6.5, title="far away")
    officer = desk.sign_in(desk.person("li", Role.COMMUNITY_OFFICER, desk.city.areas["p"]))
    sent = {"bulk": "supervise", "checked": [near.code, far.code]}
    page = officer.post("/desk/?tab=all", sent).content.decode()
    assert "督办 1 件" in page
    assert far.code not in page


# Supervise


def test_many_cases_are_put_under_supervision(desk: Desk) -> None:
    cases = [desk.case(is_sent=True), desk.case()]
    done = desk.send("supervise", cases, key=uuid4(), words="三天内答复")
    assert desk.lines(done) == ["督办了 2 件"]
    assert set(Supervision.objects.values_list("incident", "note")) == {
        (case.pk, "三天内答复") for case in cases
    }


# Look again


def test_a_case_finds_its_team_once_there_is_a_rule(desk: Desk) -> None:
    case = desk.case(topic="wages")
    assert case.unrouted_reason == "no_rule"
    row = f"/desk/?tab=unrouted&case={case.code}"
    assert 'name="again"' in desk.client.get(row).content.decode()
    assert desk.lines(desk.client.post(row, {"again": "1"})) == ["1 件还是没有人负责"]
    make_rule(desk.other, "wages")
    assert desk.lines(desk.client.post(row, {"again": "1"})) == ["1 件找到了负责的人"]
    case.refresh_from_db()
    assert (case.unrouted_reason, case.lead_team) == ("", desk.other)
    # It has its owners: there is no such button any more, and who was second is told.
    row = row.replace("unrouted", "all")
    assert 'name="again"' not in desk.client.get(row).content.decode()
    late = desk.client.post(row, {"again": "1"})
    assert late.status_code == 422
    assert "这个案件已经有人负责。" in late.content.decode()


def test_who_only_looks_on_has_no_button_and_is_refused(desk: Desk) -> None:
    case = desk.case(topic="wages")
    row = f"/desk/?tab=unrouted&case={case.code}"
    caller = desk.sign_in(desk.person("op", Role.HOTLINE_OPERATOR, desk.city.areas["city"]))
    assert 'name="again"' not in caller.get(row).content.decode()
    answer = caller.post(row, {"again": "1"})
    assert answer.status_code == 422
    assert "你不能对这个案件这样做。" in answer.content.decode()


def test_all_checked_are_looked_for_again(desk: Desk) -> None:
    cases = [desk.case(topic="wages"), desk.case(topic="wages"), desk.case(column=2.5)]
    make_rule(desk.other, "wages")
    done = desk.send("again", cases, tab="unrouted")
    assert desk.lines(done) == ["2 件找到了负责的人", "1 件还是没有人负责"]
    assert Incident.objects.unrouted().count() == 1
