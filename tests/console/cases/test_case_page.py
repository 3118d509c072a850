"""The page of a case: how far it is, who has it, who may see whom."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from gridmap.console.cases.case_page import CasePage, read_case_page
from gridmap.console.cases.queries import find_case
from gridmap.incidents.models import Incident, Party, PartyLook
from gridmap.incidents.services.steps import record_step
from gridmap.incidents.states import Name, Step
from tests.console.cases.cast import Cast
from tests.incidents.makers import make_incident

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def seen(cast: Cast, name: str = "member") -> CasePage:
    person = cast.scope(name)
    return read_case_page(find_case(person, cast.case.code), person, cast.now)


def test_the_head_says_state_risk_and_deadline(cast: Cast) -> None:
    cast.in_progress()
    Incident.objects.filter(pk=cast.case.pk).update(risk_level="orange")
    page = cast.page("member")
    assert re.search(r'<span class="chip chip--pri">处置</span>', page)
    assert 'class="risk risk--3"' in page
    assert "橙色风险" in page
    assert "<h1>早上六点起停水</h1>" in page


def test_the_five_steps_show_what_is_done_and_what_is_next(cast: Cast) -> None:
    cast.in_progress()
    record_step(
        incident=cast.fresh(), step=Step.LISTEN, by=cast.people["guide"], at=cast.now, note="谈过"
    )
    discs = seen(cast).discs
    assert [disc.kind for disc in discs] == ["done", "now", "open", "open", "open"]
    assert discs[1].note == "进行中"
    assert "".join(disc.sign for disc in discs) == "听查议调定"


def test_the_steps_of_an_earlier_round_are_told_but_not_counted(cast: Cast) -> None:
    cast.visited()
    cast.move(Name.REOPEN, "visitor", reason="水压还是低")
    page = seen(cast)
    assert [disc.kind for disc in page.discs] == ["open"] * 5
    assert sum(line.what == "一听" for line in page.lines) == 1


def test_both_owners_are_named_with_their_telephones(cast: Cast) -> None:
    territory, lead = seen(cast, "officer").owners
    assert (territory.title, territory.place, territory.is_me) == (
        "member",
        "area-p 001 网格",
        False,
    )
    assert territory.phone == cast.people["member"].phone
    assert (lead.part, lead.title, lead.called) == ("lead", "housing", "guide")
    assert 'href="tel:0937-0000000"' in cast.page("officer")
    assert seen(cast, "member").owners[0].is_me


def test_a_raised_case_is_with_the_area_above(cast: Cast) -> None:
    cast.in_progress()
    cast.move(Name.ESCALATE, "member", reason="办不动")
    territory = seen(cast).owners[0]
    assert (territory.title, territory.place) == ("officer", "area-p")


def test_parties_are_masked_and_organisations_are_not(cast: Cast) -> None:
    page = cast.page("member")
    assert "李**" in page
    assert "120****6620" in page
    assert "紫轩花苑 7 号楼 2 单元 ***" in page
    assert "紫轩物业服务有限公司" in page
    assert "李敏" not in page
    assert "12000006620" not in page


def test_a_look_with_a_reason_shows_them_for_ten_minutes(cast: Cast) -> None:
    browser = cast.browser("member")
    answer = browser.post(reverse("case-parties", args=[cast.case.code]), {"reason": "contact"})
    assert answer.headers["Location"] == f"{cast.address}#parties"
    page = browser.get(cast.address).content.decode()
    assert "李敏" in page
    assert 'href="tel:12000006620"' in page
    assert PartyLook.objects.count() == 1
    # Nobody else sees more because of it, and neither does the member ten minutes later.
    assert "李敏" not in cast.page("officer")
    PartyLook.objects.update(at=cast.now - timedelta(minutes=10, seconds=1))
    assert "李敏" not in browser.get(cast.address).content.decode()


def test_a_page_with_names_is_kept_nowhere(cast: Cast) -> None:
    browser = cast.browser("member")
    browser.post(reverse("case-parties", args=[cast.case.code]), {"reason": "contact"})
    assert "no-store" in browser.get(cast.address).headers["Cache-Control"]


def test_a_building_leader_sees_the_case_but_is_offered_no_look(cast: Cast) -> None:
    page = cast.page("leader")
    assert "李**" in page
    assert 'id="reveal"' not in page
    answer = cast.browser("leader").post(
        reverse("case-parties", args=[cast.case.code]), {"reason": "contact"}
    )
    assert answer.status_code == 409
    assert not PartyLook.objects.exists()


def test_not_found_and_not_mine_are_the_same_page(cast: Cast) -> None:
    browser = cast.browser("neighbour")
    pages = [
        browser.get(reverse("case", args=[code])) for code in (cast.case.code, "JYG-20200101-00001")
    ]
    assert [page.status_code for page in pages] == [404, 404]
    texts = [re.sub(r'value="\w{64}"|/cases/JYG-[\d-]+/', "", p.content.decode()) for p in pages]
    assert texts[0] == texts[1]
    assert "没有找到这个案件" in texts[0]


def test_what_people_wrote_cannot_break_out_of_the_page(cast: Cast) -> None:
    evil = "</h1><script>alert(1)</script>"
    Incident.objects.update(title=evil, summary=evil)
    Party.objects.update(name=evil)
    assert "<script>alert" not in cast.page("officer")
    assert "<script>alert" not in cast.browser("officer").get("/cases/").content.decode()
    assert "<script>alert" not in cast.browser("member").get("/my-cells/").content.decode()


def test_an_english_page_marks_what_people_wrote(cast: Cast) -> None:
    cast.in_progress()
    cast.people["guide"].language = "en"
    cast.people["guide"].save()
    page = cast.page("guide")
    marked = re.sub(
        r'<[^>]*lang="zh-Hans"[^>]*>(?:[^<]|<span class="dot">[^<]*</span>|<br>)*', "", page
    )
    visible = re.sub(r"<[^>]+>", " ", re.sub(r"<template.*?</template>", "", marked, flags=re.S))
    assert re.findall(r"[\u4e00-\u9fff]+", visible) == []
    with translation.override("en"):
        assert "Patrol: registered" in page


def test_the_small_map_shows_the_surroundings_and_no_names_out_of_scope(cast: Cast) -> None:
    answer = cast.browser("member").get(reverse("case-around", args=[cast.case.code]))
    around = answer.json()
    assert [one["name"] for one in around["own"]["buildings"]] == ["building-a1"]
    assert around["ground"]["buildings"].count("M") >= 1
    assert [one["code"] for one in around["cases"]] == [cast.case.code]
    middle = [half / 2 for half in around["size"]]
    assert around["cases"][0]["at"] == pytest.approx(middle, abs=10)


def test_a_case_without_a_place_has_no_map(cast: Cast) -> None:
    Incident.objects.update(geom=None)
    assert "case-map" not in cast.page("member")
    assert (
        cast.browser("member").get(reverse("case-around", args=[cast.case.code])).status_code == 404
    )


def test_where_a_case_was_merged_is_told_to_those_who_see_that_one_too(cast: Cast) -> None:
    other = make_incident(cast.people["neighbour"], at=cast.now, column=2.5)
    cast.move(Name.MERGE, "officer", reason="同一件事", other=other)
    page = cast.page("officer")
    assert f"已并入 {other.code}" in page
    assert f"并入 {other.code}" in [line.what for line in seen(cast, "officer").lines]
    page = cast.page("member")
    assert "并入另一个案件" in page
    assert other.code not in page
