"""Moves by API: only the possible ones are offered, each counts once, and who was first is told."""

from typing import Any
from uuid import uuid4

import pytest

from gridmap.incidents.models import Incident, MoveRecord, StepRecord
from gridmap.incidents.states import Name
from tests.incidents.api.asking import Machine, errors_of
from tests.incidents.makers import make_incident
from tests.incidents.test_moving import Cast


class Desk:
    """The moves of one case, by whoever."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.machines: dict[str, Machine] = {}

    def machine(self, who: str) -> Machine:
        return self.machines.setdefault(who, Machine(getattr(self.cast, who)))

    def possible(self, who: str) -> dict[str, Any]:
        answer = self.machine(who).get(f"cases/{self.cast.case.code}/moves/")
        assert answer.status_code == 200
        return answer.json()  # type: ignore[no-any-return]

    def move(self, who: str, name: str, *, key: str = "", **details: Any) -> Any:
        body: dict[str, Any] = {"name": name, "key": key or str(uuid4())}
        body["version"] = details.pop("version", self.cast.fresh().version)
        if details:
            body["details"] = details
        return self.machine(who).post(f"cases/{self.cast.case.code}/moves/", body)

    def step(self, who: str, step: str, **fields: Any) -> Any:
        body = {"step": step, "note": f"做了{step}", "version": self.cast.fresh().version, **fields}
        return self.machine(who).post(f"cases/{self.cast.case.code}/steps/", body)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


def test_the_whole_way_by_api(desk: Desk) -> None:
    city = desk.cast.city
    for who, name, details in (
        ("dispatcher", "accept", {}),
        ("dispatcher", "file", {}),
        ("dispatcher", "dispatch", {"cell": city.cells["a"].code, "team": desk.cast.team.pk}),
        ("member", "start", {}),
    ):
        assert desk.move(who, name, **details).status_code == 200
    for step in ("listen", "investigate", "deliberate", "mediate", "settle"):
        assert desk.possible("guide")["step"] == step
        assert desk.step("guide", step, hearts=["sincerity"]).status_code == 200
    assert desk.possible("guide")["step"] is None
    content = {"way": "phone", "result": "solved", "satisfaction": "satisfied"}
    for who, name, details in (
        ("guide", "handle", {"outcome": "agreement_written", "text": "换了浮球阀"}),
        ("officer", "check", {}),
        ("visitor", "visit", {"visit": content}),
        ("visitor", "close", {}),
    ):
        answer = desk.move(who, name, **details)
        assert answer.status_code == 200, answer.content
    case = Incident.objects.get()
    assert answer.json() == {
        "code": case.code, "state": "closed", "step": "settle", "version": case.version,
    }  # fmt: skip
    assert case.hearts == ["sincerity"]


def test_what_is_offered_is_what_would_be_taken(desk: Desk) -> None:
    offered = {who: desk.possible(who) for who in ("member", "dispatcher", "visitor", "guide")}
    names = {who: {move["name"] for move in told["moves"]} for who, told in offered.items()}
    assert names["dispatcher"] == {"accept", "decline", "merge", "withdraw"}
    assert names["member"] == {"settle_on_site", "withdraw"}
    assert names["visitor"] == set()
    assert offered["member"]["version"] == 1
    withdraw = next(m for m in offered["member"]["moves"] if m["name"] == "withdraw")
    assert withdraw == {
        "name": "withdraw", "label": "撤回", "needs": ["reason"], "leads_to": "withdrawn",
        "is_final": True,
    }  # fmt: skip
    for who in ("member", "visitor"):
        for name in Name:
            if name.value not in names[who]:
                assert desk.move(who, name.value, reason="x").status_code == 422


def test_the_same_key_is_one_move(desk: Desk) -> None:
    key = str(uuid4())
    answers = [desk.move("dispatcher", "accept", key=key, version=1) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert MoveRecord.objects.filter(name="accept").count() == 1


def test_a_key_of_another_move_is_409(desk: Desk) -> None:
    key = str(uuid4())
    desk.move("dispatcher", "accept", key=key)
    answer = desk.move("dispatcher", "file", key=key)
    assert (answer.status_code, answer.json()["code"]) == (409, "key_taken")
    desk.cast.case = make_incident(desk.cast.member)
    assert desk.move("dispatcher", "accept", key=key).status_code == 409


def test_who_was_overtaken_is_told_by_whom_and_when(desk: Desk) -> None:
    desk.move("dispatcher", "accept")
    answer = desk.move("officer", "decline", version=1, reason="不归我们")
    told = answer.json()
    assert (answer.status_code, told["code"], told["who"]) == (409, "overtaken", "sun")
    assert told["at"].endswith("+08:00")
    assert "sun" in told["errors"][0]["reason"]


@pytest.mark.parametrize(
    ("who", "name", "details", "field"),
    [
        ("dispatcher", "decline", {}, "details.reason"),
        ("dispatcher", "decline", {"reason": " "}, "details.reason"),
        ("dispatcher", "merge", {}, "details.other"),
        ("dispatcher", "merge", {"other": "JYG-20200101-00001"}, "details.other"),
        ("dispatcher", "accept", {"cell": "999"}, "details.cell"),
        ("dispatcher", "accept", {"team": 999}, "details.team"),
        ("dispatcher", "accept", {"unit": 999}, "details.unit"),
    ],
)
def test_what_is_missing_is_told_by_field(
    desk: Desk, who: str, name: str, details: dict[str, Any], field: str
) -> None:
    answer = desk.move(who, name, **details)
    assert (answer.status_code, list(errors_of(answer))) == (422, [field])
    assert desk.cast.state == "registered"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "explode"}, "name"),
        ({"key": "1"}, "key"),
        ({"version": 0}, "version"),
        ({"version": 2**31}, "version"),
        ({"version": "1"}, "version"),
        ({"details": []}, "details"),
        ({"details": {"reason": "x" * 501}}, "details.reason"),
        ({"details": {"until": "2026-13-01"}}, "details.until"),
        ({"details": {"until": "1989-12-31"}}, "details.until"),
        ({"details": {"until": "20260714"}}, "details.until"),
        ({"details": {"visit": {"way": "letter"}}}, "details.visit.way"),
        ({"details": {"team": 2**63}}, "details.team"),
        ({"details": {"outcome": "won"}}, "details.outcome"),
        ({"details": {"other": "x"}}, "details.other"),
        ({"force": True}, "force"),
    ],
)
def test_what_cannot_be_is_400_by_field(
    cast: Cast, member: Machine, fields: dict[str, Any], field: str
) -> None:
    body = {"name": "withdraw", "key": str(uuid4()), "version": 1, **fields}
    answer = member.post(f"cases/{cast.case.code}/moves/", body)
    assert (answer.status_code, field in errors_of(answer)) == (400, True)


def test_a_case_out_of_scope_cannot_be_merged_into(desk: Desk) -> None:
    far = make_incident(desk.cast.member, column=6.5)
    answer = desk.move("officer", "merge", other=far.code)
    assert (answer.status_code, list(errors_of(answer))) == (422, ["details.other"])
    assert desk.move("dispatcher", "merge", other=far.code).status_code == 200


def test_the_same_step_is_one_step(desk: Desk) -> None:
    desk.cast.in_progress()
    version = desk.cast.fresh().version
    answers = [desk.step("guide", "listen", version=version) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert StepRecord.objects.count() == 1
    assert desk.step("guide", "settle").status_code == 422
    assert desk.step("neighbour", "investigate").status_code == 404
    assert desk.step("guide", "listen", note=" ").status_code == 400
