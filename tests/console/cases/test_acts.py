"""What can be done with a case: nothing that would be refused, and nothing that was written is lost."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from gridmap.console.cases.acts import ACTS, choice_of, possible_acts
from gridmap.incidents import photo_press, photos
from gridmap.incidents.models import (
    Extension,
    Incident,
    MoveRecord,
    Report,
    StepRecord,
    Supervision,
)
from gridmap.incidents.services.joining import join_report
from gridmap.incidents.services.steps import supervise
from gridmap.incidents.states import MOVES, Name
from tests.console.cases.cast import Cast
from tests.incidents.api.asking import upload
from tests.incidents.makers import make_draft, make_incident
from tests.incidents.pictures import jpeg

pytestmark = pytest.mark.django_db

STAGES: dict[str, Callable[[Cast], Any]] = {
    "registered": lambda cast: None,
    "accepted": lambda cast: cast.move(Name.ACCEPT, "dispatcher"),
    "in progress": Cast.in_progress,
    "settled": Cast.settled,
    "handled": Cast.handled,
    "checked": Cast.checked,
    "visited": Cast.visited,
    "returned": lambda cast: (cast.in_progress(), cast.move(Name.RETURN, "member", reason="不归")),
    "escalated": lambda cast: (
        cast.in_progress(),
        cast.move(Name.ESCALATE, "member", reason="难"),
    ),
    "withdrawn": lambda cast: cast.move(Name.WITHDRAW, "member", reason="误报"),
}


@pytest.fixture
def cast() -> Cast:
    return Cast()


def offered(cast: Cast, name: str) -> set[str]:
    return {act.name for act in possible_acts(cast.fresh(), cast.scope(name))}


def fields_of(cast: Cast, act: str, other: Incident) -> dict[str, Any]:
    """What a person would fill in."""
    values: dict[str, Any] = {
        "reason": "写了原因", "text": "写了情况", "note": "谈过", "words": "今天去看", "answer": "去过",
        "outcome": "agreement_oral", "way": "phone", "result": "solved", "satisfaction": "satisfied",
        "no_visit_reason": "anonymous", "other": other.code, "is_granted": "yes",
        "cell": cast.city.cells["a"].pk, "team": cast.team.pk,
    }  # fmt: skip
    day = timezone.localtime() + timedelta(days=40)
    if act == "photo":
        values["photos"] = upload(jpeg())
    values["until"] = f"{day:%Y-%m-%d}" if act == "suspend" else f"{day:%Y-%m-%dT%H:%M}"
    return values


@pytest.mark.parametrize("stage", STAGES)
def test_whatever_is_offered_is_taken(
    cast: Cast, stage: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PHOTO_DIR = tmp_path
    # A process for each of dozens of pictures would tell nothing here.
    monkeypatch.setattr(photos, "press_apart", photo_press.press)
    other = make_incident(cast.people["member"], at=cast.now)
    STAGES[stage](cast)
    ask: dict[str, Any] = {"by": cast.people["guide"], "at": cast.now}
    if cast.fresh().is_open:
        until = cast.case.due_at + timedelta(days=9)
        Extension.objects.create(incident=cast.case, until=until, note="等配件", **ask)
        supervise(incident=cast.case, words="看一下", by=cast.people["admin"], at=cast.now)
    for name in cast.people:
        for act in possible_acts(cast.fresh(), cast.scope(name)):
            with transaction.atomic():
                answer = cast.act(name, act.name, **fields_of(cast, act.name, other))
                assert answer.status_code == 302, (name, act.name, answer.content.decode())
                transaction.set_rollback(True)


def test_who_has_no_part_is_offered_nothing(cast: Cast) -> None:
    cast.in_progress()
    assert offered(cast, "leader") == set()
    assert offered(cast, "neighbour") == set()
    page = cast.page("leader")
    assert 'class="moves"' not in page


def test_every_move_has_an_act(cast: Cast) -> None:
    assert {name.value for name in MOVES} <= set(ACTS)


def test_the_step_that_is_next_stands_first(cast: Cast) -> None:
    cast.in_progress()
    choice = choice_of(possible_acts(cast.fresh(), cast.scope("member")))
    assert choice.first is not None
    assert choice.first.label == "记录一听结果"
    assert [act.label for act in choice.beside] == ["申请延期", "提级到社区", "退回"]
    assert {act.name for act in choice.more} == {"settle_on_site", "hand_over", "withdraw"}


def test_a_new_case_is_dispatched_in_one_press(cast: Cast) -> None:
    fields = {"cell": cast.city.cells["a"].pk, "team": cast.team.pk}
    assert cast.act("dispatcher", "dispatch", **fields).status_code == 302
    assert cast.fresh().state == "dispatched"


def test_an_act_without_questions_is_one_press_on_the_page(cast: Cast) -> None:
    cast.move(Name.ACCEPT, "dispatcher")
    cast.move(Name.FILE, "dispatcher")
    cast.move(Name.DISPATCH, "dispatcher")
    browser = cast.browser("member")
    page = browser.get(cast.address).content.decode()
    form = re.search(r'<form method="post" action="([^"]+/do/start/)">(.*?)</form>', page, re.S)
    assert form is not None
    fields = dict(re.findall(r'name="(version|key)" value="([^"]+)"', form[2]))
    assert browser.post(form[1], fields).status_code == 302
    # The same press again, because the reply was lost: the same move.
    assert browser.post(form[1], fields).status_code == 302
    assert MoveRecord.objects.filter(name="start").count() == 1
    assert "已完成：接手办理" in browser.get(cast.address).content.decode()


def test_what_was_done_is_said_on_whatever_page_comes_next(cast: Cast) -> None:
    browser = cast.browser("member")
    form = {"version": cast.case.version, "key": str(uuid4()), "reason": "误报"}
    assert (
        browser.post(reverse("case-act", args=[cast.case.code, "withdraw"]), form).status_code
        == 302
    )
    assert "已完成：撤回" in browser.get("/cases/").content.decode()
    assert "已完成：撤回" not in browser.get("/cases/").content.decode()


def test_what_is_missing_is_said_at_its_field_and_the_rest_is_kept(cast: Cast) -> None:
    cast.settled()
    answer = cast.act("member", "handle", text="换了浮球阀")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "选一个化解结果" in page
    assert "还有 1 处要改" in page
    assert "换了浮球阀" in page
    assert cast.fresh().state == "in_progress"


def test_what_a_service_refuses_is_said_at_its_field(cast: Cast) -> None:
    cast.in_progress()
    answer = cast.act("officer", "suspend", reason="等材料", until="2020-01-01")
    assert answer.status_code == 422
    assert "挂账要有一个以后的日期。" in answer.content.decode()
    assert re.search(r'name="until"[^>]*aria-describedby="id_until_error"', answer.content.decode())


def test_somebody_was_first_and_nothing_that_was_written_is_lost(cast: Cast) -> None:
    cast.in_progress()
    stale = cast.fresh().version
    cast.move(Name.HAND_OVER, "dispatcher", reason="换队")
    answer = cast.act("member", "step", note="谈了两个小时", version=stale)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "dispatcher</span> 刚刚：改派" in page
    assert "谈了两个小时" in page
    assert not StepRecord.objects.exists()
    # Sent again from that page it goes with the case as it is now.
    fresh = re.search(r'name="version" value="(\d+)"', page)
    assert fresh is not None
    assert int(fresh[1]) == cast.fresh().version
    assert cast.act("member", "step", note="谈了两个小时", version=fresh[1]).status_code == 302


def test_somebody_was_first_and_the_act_is_gone_but_the_text_is_not(cast: Cast) -> None:
    cast.in_progress()
    stale = cast.fresh().version
    cast.move(Name.RETURN, "guide", reason="不归这里")
    answer = cast.act("member", "step", note="谈了两个小时", version=stale)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "guide</span> 刚刚：退回" in page
    assert "谈了两个小时" in page
    assert "没有保存，可以复制" in page


def test_an_end_is_asked_about_with_its_consequence(cast: Cast) -> None:
    page = cast.browser("dispatcher").get(reverse("case-act", args=[cast.case.code, "decline"]))
    text = page.content.decode()
    assert '<dialog class="dialog" id="final"' in text
    assert "案件到此为止，不再派人办理。以后可以重新办理。" in text


def test_what_is_not_possible_is_not_asked_for(cast: Cast) -> None:
    answer = cast.browser("member").get(reverse("case-act", args=[cast.case.code, "close"]))
    assert answer.status_code == 409
    assert "案件现在是“登记”，你不能“结案”。" in answer.content.decode()
    unknown = cast.browser("member").get(reverse("case-act", args=[cast.case.code, "explode"]))
    assert unknown.status_code == 404


def test_whoever_hands_a_case_away_goes_to_the_list(cast: Cast) -> None:
    cast.in_progress()
    fields = {"cell": cast.city.cells["b"].pk, "team": cast.team.pk, "reason": "在隔壁"}
    answer = cast.act("member", "hand_over", **fields)
    assert answer.headers["Location"] == reverse("cases")


def test_merging_takes_only_a_case_that_one_may_see(cast: Cast) -> None:
    elsewhere = make_incident(cast.people["member"], at=cast.now, column=6.5)
    answer = cast.act("officer", "merge", other=elsewhere.code)
    assert answer.status_code == 422
    assert "没有找到这个案件" in answer.content.decode()
    near = make_incident(cast.people["member"], at=cast.now)
    page = cast.browser("officer").get(reverse("case-act", args=[cast.case.code, "merge"]))
    assert f'<option value="{near.code}">' in page.content.decode()
    assert cast.act("officer", "merge", other=near.code.lower()).status_code == 302
    assert cast.fresh().merged_into == near


def test_more_time_and_supervision_are_asked_and_answered(cast: Cast) -> None:
    cast.in_progress()
    day = timezone.localtime(cast.fresh().due_at) + timedelta(days=3)
    asked = cast.act("member", "extension", until=f"{day:%Y-%m-%dT%H:%M}", reason="等配件")
    assert asked.status_code == 302
    assert "decide" in offered(cast, "officer")
    assert "extension" not in offered(cast, "member")
    assert cast.act("officer", "decide", is_granted="yes").status_code == 302
    assert Extension.objects.get().is_granted
    assert timezone.localtime(cast.fresh().due_at).date() == day.date()
    assert cast.act("commander", "supervise", words="今天去看").status_code == 302
    assert cast.act("member", "answer", answer="去过了").status_code == 302
    assert Supervision.objects.get().answer == "去过了"
    assert "decide" not in offered(cast, "officer")


def test_the_hearts_are_ticked_with_a_step(cast: Cast) -> None:
    cast.in_progress()
    hearts = ["sincerity", "careful_listening"]
    assert cast.act("member", "step", note="谈过", hearts=hearts).status_code == 302
    assert set(cast.fresh().hearts) == set(hearts)
    assert "2 / 6 已做到" in cast.page("member")


def second_report(cast: Cast) -> Report:
    """A second voice of the case, about another matter."""
    draft = make_draft(words="楼下的路灯也不亮")
    receipt = join_report(draft=draft, incident=cast.fresh(), by=cast.people["member"], at=cast.now)
    assert receipt.incident_id == cast.case.pk
    return Report.objects.get(key=draft.key)


def test_a_report_that_does_not_belong_becomes_a_case_of_its_own(cast: Cast) -> None:
    assert "separate" not in offered(cast, "dispatcher")
    assert cast.act("dispatcher", "separate", report=1, reason="x").status_code in {409, 422}
    report = second_report(cast)
    for name in ("dispatcher", "officer", "commander", "admin"):
        assert "separate" in offered(cast, name)
    for name in ("member", "guide", "visitor"):
        assert "separate" not in offered(cast, name)
    page = cast.browser("dispatcher").get(f"{cast.address}do/separate/").content.decode()
    assert "楼下的路灯也不亮" in page
    assert "这份来件成为另一个案件" in page
    done = cast.act("dispatcher", "separate", report=report.pk, reason="是另一件事")
    assert done.status_code == 302
    report.refresh_from_db()
    assert report.incident_id != cast.case.pk
    assert cast.case.reports.count() == 1
    assert "separate" not in offered(cast, "dispatcher")


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"report": ""}, "选一份来件"), ({"report": "999999"}, "选一份来件"), ({"reason": " "}, "写明原因")],
)  # fmt: skip
def test_a_report_is_not_taken_out_without_a_reason(
    cast: Cast, fields: dict[str, str], words: str
) -> None:
    report = second_report(cast)
    answer = cast.act("officer", "separate", **{"report": report.pk, "reason": "x", **fields})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert cast.case.reports.count() == 2


def test_who_is_not_above_the_case_takes_no_report_out(cast: Cast) -> None:
    report = second_report(cast)
    answer = cast.act("member", "separate", report=report.pk, reason="x")
    assert answer.status_code == 409
    assert cast.case.reports.count() == 2
