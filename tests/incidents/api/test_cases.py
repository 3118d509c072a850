"""Cases by API: the same scope as everywhere, filters, pages, and the whole story of one."""

from typing import Any

import pytest
from django.utils import timezone

from gridmap.incidents.models import Party
from gridmap.incidents.states import Name
from tests.incidents.api.asking import Machine, errors_of
from tests.incidents.makers import make_incident
from tests.incidents.test_moving import CONTENT, Cast
from tests.statements import AssertStatements


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [case["code"] for case in answer.json()["cases"]]


def test_the_list_holds_the_cases_in_scope_and_no_other(cast: Cast) -> None:
    beside = make_incident(cast.member, column=2.5)
    far = make_incident(cast.member, column=6.5)
    everything = [far.code, beside.code, cast.case.code]
    for person, expected in (
        (cast.member, [cast.case.code]),
        (cast.neighbour, [beside.code]),
        (cast.officer, [beside.code, cast.case.code]),
        (cast.dispatcher, everything),
        (cast.guide, everything),
    ):
        assert codes(Machine(person).get("cases/")) == expected


def test_outside_the_scope_there_is_no_case(cast: Cast, neighbour: Machine) -> None:
    code = cast.case.code
    for path in (f"cases/{code}/", f"cases/{code}/moves/", f"cases/{code}/photos/{'0' * 64}/"):
        answer = neighbour.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert code not in answer.content.decode()
    for path in ("moves/", "steps/"):
        assert neighbour.post(f"cases/{code}/{path}", {}).status_code == 404


def test_pages_are_bounded_and_lead_on(cast: Cast) -> None:
    made = [cast.case.code, *(make_incident(cast.member).code for _ in range(4))]
    machine, seen, before = Machine(cast.dispatcher), [], {}
    while True:
        answer = machine.get("cases/", limit=2, **before)
        seen += codes(answer)
        if answer.json()["next"] is None:
            break
        before = {"before": answer.json()["next"]}
    assert seen == made[::-1]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"state": "registered"}, ["wages", "case"]),
        ({"state": "dispatched"}, []),
        ({"state": "closed"}, ["closed"]),
        ({"topic": "wages"}, ["wages"]),
        ({"area": "620201001001"}, ["closed", "case"]),
        ({"area": "620201001000"}, ["closed", "wages", "case"]),
        ({"area": "620201002000"}, []),
        ({"area": "999"}, []),
        ({"cell": "620201001002001"}, ["wages"]),
        ({"open": "true"}, ["wages", "case"]),
        ({"open": "false"}, ["closed"]),
        ({"overdue": "true"}, ["case"]),
        ({"overdue": "false"}, ["closed", "wages"]),
        ({"text": "工钱"}, ["wages"]),
        ({"text": "%"}, []),
        ({"text": "-00001"}, ["case", "wages"]),
        ({"topic": "water_supply", "open": "true"}, ["case"]),
    ],
)
def test_filters(cast: Cast, filters: dict[str, str], expected: list[str]) -> None:
    made = {"case": cast.case}
    made["wages"] = make_incident(
        cast.member, at=timezone.now(), column=4.5, topic="wages", words="三个月没有工钱"
    )
    closed = made["closed"] = make_incident(cast.member)
    cast.case = closed
    cast.move(Name.SETTLE_ON_SITE, cast.member, text="说和", outcome="resolved_on_site")
    found = codes(Machine(cast.dispatcher).get("cases/", **filters))
    assert set(found) == {made[name].code for name in expected}


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"state": "lost"}, "state"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "1e2"}, "limit"),
        ({"limit": "５"}, "limit"),
        ({"before": "9" * 30}, "before"),
        ({"before": "-1"}, "before"),
        ({"overdue": "yes"}, "overdue"),
        ({"text": "\x00"}, "text"),
        ({"text": "x" * 41}, "text"),
        ({"area": "'; DROP TABLE"}, "area"),
        ({"sort": "code"}, "sort"),
    ],
)
def test_filters_that_cannot_be_are_400_by_field(
    member: Machine, filters: dict[str, str], field: str
) -> None:
    answer = member.get("cases/", **filters)
    assert (answer.status_code, list(errors_of(answer))) == (400, [field])


def test_a_list_costs_one_statement_besides_who_asks(
    cast: Cast, assert_statements: AssertStatements
) -> None:
    for _ in range(5):
        make_incident(cast.member)
    machine = Machine(cast.officer)
    machine.get("cases/")
    with assert_statements(2):
        assert len(codes(machine.get("cases/"))) == 6


def test_a_case_tells_its_whole_story(cast: Cast, member: Machine) -> None:
    cast.in_progress()
    cast.settle()
    cast.move(Name.HANDLE, cast.guide, outcome="agreement_written", text="换了浮球阀")
    cast.move(Name.CHECK, cast.officer)
    cast.move(Name.VISIT, cast.visitor, visit=CONTENT)
    told = member.get(f"cases/{cast.case.code}/").json()
    assert [move["name"] for move in told["moves"]] == [
        "register", "accept", "file", "dispatch", "start", "handle", "check", "visit",
    ]  # fmt: skip
    assert [step["step"] for step in told["steps"]] == [
        "listen", "investigate", "deliberate", "mediate", "settle",
    ]  # fmt: skip
    assert [visit["satisfaction"] for visit in told["visits"]] == ["satisfied"]
    assert told["moves"][0]["by"] == "ma"
    assert told["place"] == {"lon": 98.202, "lat": 39.702, "datum": "cgcs2000", "accuracy_m": 8.0}
    assert told["cell"] == {"code": cast.city.cells["a"].code, "name": "cell-a"}
    assert told["lead_team"]["name"] == "housing"


def test_names_and_telephones_of_parties_are_never_told(cast: Cast, member: Machine) -> None:
    Party.objects.create(incident=cast.case, role="reporter", name="李四", phone="13900000000")
    answer = member.get(f"cases/{cast.case.code}/")
    assert answer.json()["parties"] == [{"role": "reporter", "is_organisation": False}]
    assert "李四" not in answer.content.decode()
    assert "139" not in answer.content.decode()


def test_a_case_nobody_could_place_is_told_too(cast: Cast) -> None:
    lost = make_incident(cast.member, lon=None, lat=None)
    told = Machine(cast.dispatcher).get(f"cases/{lost.code}/").json()
    assert (told["place"], told["cell"], told["unrouted_reason"]) == (None, None, "no_place")


def test_a_hand_over_counts_with_the_next_request(
    cast: Cast, member: Machine, neighbour: Machine
) -> None:
    cast.in_progress()
    path = f"cases/{cast.case.code}/"
    assert [machine.get(path).status_code for machine in (member, neighbour)] == [200, 404]
    cast.move(Name.HAND_OVER, cast.dispatcher, cell=cast.city.cells["b"], reason="在隔壁")
    assert [machine.get(path).status_code for machine in (member, neighbour)] == [404, 200]


def test_answers_are_kept_by_nobody(member: Machine) -> None:
    for path in ("cases/", "cases/JYG-20000101-00001/", "nowhere/"):
        assert member.get(path).headers["Cache-Control"] == "private, no-store"
