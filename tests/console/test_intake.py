"""A report is taken down at a desk: once, at its place, as a case of its own or as another voice."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone, translation

from gridmap.accounts.models import Role, User
from gridmap.console.desk.intake_forms import IntakeForm
from gridmap.incidents.models import Incident, Party, Report, ReportConflict
from tests.incidents.makers import make_incident, make_rule
from tests.makers import (
    SmallCity,
    appoint,
    make_landmark,
    make_small_city,
    make_street,
    make_team,
    make_user,
    point,
)

pytestmark = pytest.mark.django_db


class Counter:
    """An operator with the form open."""

    def __init__(self) -> None:
        self.city: SmallCity = make_small_city()
        make_rule(make_team("housing"))
        self.member = self.person("ma", Role.GRID_MEMBER, self.city.cells["a"])
        self.operator = self.person("gu", Role.HOTLINE_OPERATOR, self.city.areas["city"])
        self.client = Client()
        self.client.force_login(self.operator)

    def person(self, name: str, role: Role, place: Any) -> User:
        user = make_user(name)
        appoint(user, role, place)
        return user

    def fields(self, **fields: Any) -> dict[str, Any]:
        building = self.city.buildings["a1"]
        return {
            "key": str(uuid4()),
            "source": "hotline_12345",
            "words": "地下室又返水，进了三家。",
            "topic": "water_supply",
            "urgency": "normal",
            "risk_level": "orange",
            "occurred_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
            "place": f"building-{building.pk}",
            **fields,
        }

    def send(self, **fields: Any) -> Any:
        return self.client.post("/desk/new/", self.fields(**fields))


@pytest.fixture
def counter() -> Counter:
    return Counter()


def test_a_call_becomes_a_case_at_its_building_with_its_parties(counter: Counter) -> None:
    answer = counter.send(
        **{"channel_reference": "SZ-0714-88", "unit_no": "2", "reporter-name": "李明"},
        **{"reporter-phone": "13809376620", "respondent-name": "供水公司"},
        **{"respondent-is_organisation": "on"},
    )
    case = Incident.objects.get()
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/desk/?tab=all&q={case.code}&case={case.code}",
    )
    assert (case.title, case.cell, case.building) == (
        "地下室又返水，进了三家",
        counter.city.cells["a"],
        counter.city.buildings["a1"],
    )
    assert (case.risk_level, case.unit_no, case.unrouted_reason) == ("orange", "2", "")
    assert Report.objects.get().channel_reference == "SZ-0714-88"
    parties = Party.objects.order_by("pk").values_list("role", "name", "phone", "is_organisation")
    assert list(parties) == [
        ("reporter", "李明", "13809376620", False),
        ("respondent", "供水公司", "", True),
    ]
    assert f"登记好了：{case.code}" in counter.client.get(answer["Location"]).content.decode()


def test_the_form_sent_twice_is_one_case(counter: Counter) -> None:
    form = counter.client.get("/desk/new/").content.decode()
    key = re.search(r'name="key" value="([0-9a-f-]{36})"', form)
    assert key is not None
    sent = counter.fields(key=key[1])
    first, second = (counter.client.post("/desk/new/", sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Incident.objects.count() == 1
    assert "这份来件已经登记过" in counter.client.get(second["Location"]).content.decode()


def test_another_text_under_the_same_key_is_kept_and_asked_about(counter: Counter) -> None:
    sent = counter.fields()
    counter.client.post("/desk/new/", sent)
    answer = counter.client.post("/desk/new/", {**sent, "words": "另一件事", "joins": "another"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "两份都留着" in page
    assert "另一件事" in page
    assert sent["key"] not in page
    assert ReportConflict.objects.count() == 1


def test_a_place_that_was_pressed_wins_over_the_search(counter: Counter) -> None:
    spot = point(2.5, 0.5)
    counter.person("bai", Role.GRID_MEMBER, counter.city.cells["b"])
    counter.send(place="", lon=spot.x, lat=spot.y, find="巷子里", address="")
    case = Incident.objects.get()
    assert (case.cell, case.address) == (counter.city.cells["b"], "巷子里")


def test_a_street_alone_does_not_say_which_cell(counter: Counter) -> None:
    street = make_street("镜铁西路", row=1)
    counter.send(place=f"street-{street.pk}", find="镜铁西路 118 号")
    case = Incident.objects.get()
    assert (case.unrouted_reason, case.address) == ("inaccurate", "镜铁西路 118 号")


def test_without_a_place_it_is_taken_down_and_stands_in_the_queue(counter: Counter) -> None:
    assert counter.send(place="").status_code == 302
    assert Incident.objects.get().unrouted_reason == "no_place"


def test_a_near_open_case_is_asked_about_and_can_be_joined(counter: Counter) -> None:
    known = make_incident(counter.member, at=timezone.now(), title="返水")
    sent = counter.fields()
    asked = counter.client.post("/desk/new/", sent)
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "是不是同一件？" in page
    assert known.code in page
    assert sent["words"] in page
    assert counter.client.post("/desk/new/", {**sent, "joins": known.code}).status_code == 302
    assert Incident.objects.count() == 1
    assert known.reports.count() == 2
    other = counter.fields(joins="another")
    assert counter.client.post("/desk/new/", other).status_code == 302
    assert Incident.objects.count() == 2


def test_what_is_far_of_another_topic_or_finished_is_not_near(counter: Counter) -> None:
    make_incident(counter.member, at=timezone.now(), column=1.5, row=1.5)
    make_incident(counter.member, at=timezone.now(), topic="wages")
    assert counter.send().status_code == 302


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"words": ""}, "写下来件人怎么说的。"),
        ({"topic": "gossip"}, "选一个专题。"),
        ({"topic": ""}, "选一个专题。"),
        ({"occurred_at": "2999-01-01T00:00"}, "发生时间在以后"),
        ({"occurred_at": "gestern"}, "时间写成"),
        ({"reporter-phone": "1380937662"}, "手机号要 11 位，现在是 10 位"),
        ({"reporter-phone": "abc"}, "电话只写数字"),
        ({"reporter-phone": "13809376620"}, "写姓名或单位"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    counter: Counter, fields: dict[str, str], words: str
) -> None:
    answer = counter.send(**{"channel_reference": "keep-me", **fields})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "keep-me" in page
    assert "还有 1 处要改" in page
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    "place", ["building-999999", "building-x", "cell-1", "' OR 1=1", "street-"]
)
def test_a_place_that_is_not_there_is_no_place(counter: Counter, place: str) -> None:
    assert counter.send(place=place).status_code == 302
    assert Incident.objects.get().unrouted_reason == "no_place"


def test_addresses_are_found_as_people_say_them(counter: Counter) -> None:
    make_landmark("富强市场")
    make_street("镜铁西路")
    building = counter.city.buildings["a1"]
    type(building).objects.filter(pk=building.pk).update(name="紫轩花苑 12 号楼")

    def found(words: str) -> list[str]:
        page = counter.client.get("/desk/new/places/", {"find": words}).content.decode()
        return re.findall(r'value="(building|landmark|street)-\d+"', page)

    assert found("紫轩花苑12号楼") == ["building"]
    assert found("富强") == ["landmark"]
    assert found("镜铁西路118号") == ["street"]
    assert found("紫") == []
    assert found("%%") == []
    searched = counter.client.post("/desk/new/", counter.fields(search="1", find="富强"))
    assert searched.status_code == 200
    assert "富强市场" in searched.content.decode()
    assert not Incident.objects.exists()


def test_who_only_visits_takes_nothing_down(counter: Counter) -> None:
    client = Client()
    client.force_login(counter.person("wu", Role.VISITOR, counter.city.areas["city"]))
    assert client.get("/desk/new/").status_code == 404


def test_topics_are_offered_in_the_language_of_the_page() -> None:
    with translation.override("en"):
        form = IntakeForm(source="walk_in", now=timezone.now())
        labels = [str(label) for _code, label in form.fields["topic"].choices]
    assert "Water and drainage" in labels
