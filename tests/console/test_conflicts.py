"""The list of what keeps coming back, and the page of one."""

import csv
import json
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gridmap.accounts.models import Role, User
from gridmap.recurring.models import Evidence, RecurringConflict
from gridmap.recurring.services.following import follow_conflicts
from gridmap.recurring.services.handling import confirm_conflict, give_owner
from tests.incidents.makers import make_incident
from tests.makers import appoint, make_small_city, make_team, make_user
from tests.recurring.makers import make_conflict, make_run, see
from tests.statements import AssertStatements

pytestmark = pytest.mark.django_db


class Cast:
    """A commander over sub-district x, a planner, a member of cell a, and a conflict with two cases there."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.city = make_small_city()
        self.chen, self.lin, self.ma, self.op = (
            make_user(name) for name in ("chen", "lin", "ma", "op")
        )
        appoint(self.chen, Role.DISTRICT_COMMANDER, self.city.areas["x"])
        appoint(self.lin, Role.PLANNER, self.city.areas["city"])
        appoint(self.ma, Role.GRID_MEMBER, self.city.cells["a"])
        self.conflict = make_conflict(self.city.areas["p"], at=self.now - timedelta(days=30))
        self.cases = [self.case(days) for days in (20, 4)]

    def case(self, days: int) -> Any:
        at = self.now - timedelta(days=days)
        return make_incident(self.ma, at=at, occurred_at=at, title=f"停水 {days}")

    def own(self) -> None:
        confirm_conflict(conflict=self.conflict, by=self.chen, at=self.now)
        give_owner(
            conflict=self.conflict, owner=self.chen, team=make_team(), by=self.chen, at=self.now
        )

    def act(self, by: User, name: str, **fields: Any) -> Any:
        version = RecurringConflict.objects.get().version
        address = f"/conflicts/{self.conflict.code}/{name}/"
        return browser(by).post(address, {"version": version, **fields})


@pytest.fixture
def cast() -> Cast:
    return Cast()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    """The page, with the dots between words as they are read."""
    return str(answer.content.decode()).replace('<span class="dot"> · </span>', " · ")


def test_a_row_says_place_topic_times_state_owner_and_last_case(cast: Cast) -> None:
    page = text(browser(cast.chen).get("/conflicts/"))
    for words in (
        "紫轩花苑 · 供排水",
        "平常的 3.4 倍（2.5～4.5）",
        "待确认",
        "尚无负责人",
        "48 件",
        "最近一件",
    ):
        assert words in page, words
    cast.own()
    assert "尚无负责人" not in text(browser(cast.chen).get("/conflicts/"))


def test_the_list_is_chosen_by_topic_state_and_area(cast: Cast) -> None:
    make_conflict(cast.city.areas["q"], "wages", name="别处 · 欠薪", at=cast.now)
    chen = browser(cast.chen)

    def listed(query: str) -> list[bool]:
        page = text(chen.get(f"/conflicts/?{query}"))
        return [name in page for name in ("紫轩花苑 · 供排水", "别处 · 欠薪")]

    assert listed("") == [True, True]
    assert listed("topic=wages") == [False, True]
    assert listed(f"area={cast.city.areas['p'].code}") == [True, False]
    assert listed(f"area={cast.city.areas['x'].code}") == [True, True]
    assert listed("state=confirmed") == [False, False]
    assert chen.get("/conflicts/?topic=nothing").status_code == 404


def test_the_list_comes_as_a_file_with_the_same_numbers_and_no_formula(cast: Cast) -> None:
    cast.own()
    RecurringConflict.objects.update(name="=1+1")
    Evidence.objects.update(avoidable=-0.34)

    def rows(by: User) -> list[list[str]]:
        answer = browser(by).get("/conflicts/?format=csv")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))

    head, one = rows(cast.chen)
    found = dict(zip(head, one, strict=True))
    assert [found[name] for name in ("名称", "负责人", "案件数", "倍数", "90% 下限", "90% 上限", "下季可避免")] == [
        "'=1+1", "chen", "48", "3.4", "2.5", "4.5", "-0.3",
    ]  # fmt: skip
    assert "chen" not in rows(cast.lin)[1], "a planner works without persons"


def test_an_empty_list_says_what_to_do(cast: Cast) -> None:
    RecurringConflict.objects.update(area=cast.city.areas["r"])
    assert "每天凌晨会再查一次" in text(browser(cast.chen).get("/conflicts/"))
    assert "去掉筛选" in text(browser(cast.chen).get("/conflicts/?state=quiet"))


def test_what_the_last_run_did_not_list_is_gone_unless_it_was_confirmed(cast: Cast) -> None:
    see(cast.conflict, make_run(cast.now), rank=None)
    chen = browser(cast.chen)
    assert "紫轩花苑" not in text(chen.get("/conflicts/"))
    confirm_conflict(conflict=cast.conflict, by=cast.chen, at=cast.now)
    assert "紫轩花苑" in text(chen.get("/conflicts/"))
    assert "最近一次查找没有列出它" in text(chen.get(f"/conflicts/{cast.conflict.code}/"))


def test_the_page_tells_the_five_claims_and_how_sure_they_are(cast: Cast) -> None:
    page = text(browser(cast.chen).get(f"/conflicts/{cast.conflict.code}/"))
    for words in (
        "3.4 倍", "多半 2.5～4.5 倍（90%）", "6 阵", "仍在发生", "22～3 时", "6～8 月", "3 件在办", "多半 25～56% 重新办理（90%）",
        "同时检验了许多", "占 7 / 48 件", "少于 12 件",
    ):  # fmt: skip
        assert words in page, words


def test_a_story_tells_what_runs_saw_where_that_changed(cast: Cast) -> None:
    """Rank and ratio of each night: the same again, another rank alone, another ratio, the same again."""
    nights = ((1, 3.4), (1, 3.41), (2, 3.4), (2, 5.2), (2, 5.2))
    for day, (rank, ratio) in enumerate(nights):
        seen = see(cast.conflict, make_run(cast.now - timedelta(days=20 - day)), rank)
        Evidence.objects.filter(pk=seen.pk).update(ratio=ratio)

    def told(by: User) -> list[str]:
        page = browser(by).get(f"/conflicts/{cast.conflict.code}/")
        return [line.words.partition("，")[0] for line in page.context["seen"].lines]

    # The last one is told though it says nothing new; the first one by its name.
    assert told(cast.lin) == [
        "查找：第 2 位",
        "查找：第 2 位",
        "查找：第 2 位",
        "首次发现：第 1 位",
    ]
    assert [words.split(" ")[0] for words in told(cast.chen)] == [
        "查找：平常的",
        "查找：平常的",
        "首次发现：平常的",
    ]


def test_numbers_of_the_city_are_for_those_who_have_all_of_it(cast: Cast) -> None:
    told = (
        (f"/conflicts/{cast.conflict.code}/", "全市 79 / 13,399 件没有位置"),
        (f"/conflicts/{cast.conflict.code}/", "全市第 1 位"),
        (f"/conflicts/{cast.conflict.code}/", "首次发现：第 1 位"),
        (f"/conflicts/{cast.conflict.code}/", "同时检验了 4,170 个"),
        ("/conflicts/", "查找 13,399 件，检验了 4,170 个"),
        ("/command/conflicts/", "检验了 4,170 个"),
        ("/api/conflicts/", '"cases":13399,"tested":4170'),
    )
    for address, words in told:
        assert words in text(browser(cast.lin).get(address)), words
        assert words not in text(browser(cast.chen).get(address)), words
    for address in ("/command/conflicts/", "/conflicts/", f"/conflicts/{cast.conflict.code}/"):
        page = text(browser(cast.chen).get(address))
        assert "检验了许多“地点 × 专题”" in page, address
        assert "误报不超过 5%" in page, address


def test_a_planner_sees_the_conflict_and_neither_cases_nor_persons(cast: Cast) -> None:
    cast.own()
    page = text(browser(cast.lin).get(f"/conflicts/{cast.conflict.code}/"))
    assert "3.4 倍" in page
    for hidden in ("停水", "chen", "JYG-2"):
        assert hidden not in page, hidden


def test_points_are_cases_and_stand_there_for_who_may_see_them_only(cast: Cast) -> None:
    def drawn(by: User) -> Any:
        page = browser(by).get(f"/conflicts/{cast.conflict.code}/").text
        found = re.search(r'<script id="ground" type="application/json">(.*?)</script>', page)
        assert found
        return json.loads(found[1])

    seen, told = drawn(cast.chen), drawn(cast.lin)
    assert (len(seen["points"]), len(told["points"])) == (2, 0)
    assert seen["outline"] == told["outline"]
    assert seen["dashed"]
    cast.own()
    assert not drawn(cast.chen)["dashed"]


def test_somebody_of_another_area_finds_no_such_conflict(cast: Cast) -> None:
    sun = make_user("sun")
    appoint(sun, Role.DISTRICT_COMMANDER, cast.city.areas["y"])
    answer = browser(sun).get(f"/conflicts/{cast.conflict.code}/")
    nothing = browser(sun).get("/conflicts/JYG-R9999/")
    assert (answer.status_code, nothing.status_code) == (404, 404)
    assert "没有找到这个矛盾" in text(answer)


@pytest.mark.parametrize(
    "code", ["%00", "JYG-R0001%00", "JYG-R000１", "JYG-20260714-00001", "J" * 3_000]
)
def test_what_is_no_number_of_a_conflict_is_not_found(cast: Cast, code: str) -> None:
    for address in (f"/conflicts/{code}/", f"/conflicts/{code}/confirm/"):
        answer = browser(cast.chen).get(address)
        assert answer.status_code == 404
        assert "没有找到这个矛盾" in text(answer)


def test_from_confirm_to_close_by_the_pages(cast: Cast) -> None:
    due, taken = (f"{cast.now + timedelta(days=n):%Y-%m-%d}" for n in (9, -2))
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("confirm", {}, "已确认"),
        ("own", {"owner": cast.chen.pk}, "chen 负责"),
        ("plan", {"plan": "换泵", "due": due}, "方案实施中"),
        ("measure", {"words": "换了泵", "taken_on": taken, "taken_by": "供水公司"}, "还太早"),
    ]
    for name, fields, told in steps:
        answer = cast.act(cast.chen, name, **fields)
        assert answer.status_code == 302, (name, text(answer))
        assert told in text(browser(cast.chen).get(answer.headers["Location"])), name
    follow_conflicts(cast.now + timedelta(days=120))
    assert cast.act(cast.chen, "close", reason="没有了").status_code == 302
    assert RecurringConflict.objects.get().state == "closed"


def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(cast: Cast) -> None:
    cast.own()
    answer = cast.act(cast.chen, "plan", plan="换泵", due="2020-01-01")
    assert answer.status_code == 422
    assert "这一天已经过了。" in text(answer)
    assert "换泵" in text(answer)


def test_who_comes_second_is_told_and_may_send_it_again(cast: Cast) -> None:
    address = f"/conflicts/{cast.conflict.code}/dismiss/"
    cast.own()
    again = browser(cast.chen).post(address, {"version": 1, "reason": "巧合"})
    assert again.status_code == 409
    assert "别人刚才改了这个矛盾" in text(again)
    assert 'name="version" value="3"' in text(again)


def test_what_was_said_to_be_none_is_drawn_dashed(cast: Cast) -> None:
    cast.act(cast.chen, "dismiss", reason="巧合")
    page = text(browser(cast.chen).get(f"/conflicts/{cast.conflict.code}/"))
    assert "不是反复矛盾" in page
    assert "虚线：没有确认的范围。" in page


def test_an_act_that_cannot_be_done_now_is_not_asked_for(cast: Cast) -> None:
    answer = browser(cast.chen).get(f"/conflicts/{cast.conflict.code}/close/")
    assert answer.status_code == 409
    assert "这一步现在做不了" in text(answer)


def test_a_case_says_at_once_to_what_it_belongs(cast: Cast) -> None:
    case = cast.case(1)
    page = text(browser(cast.ma).get(f"/cases/{case.code}/"))
    assert "属于反复矛盾“紫轩花苑 · 供排水”" in page
    assert "12 个月内第 3 件" in page


def test_the_receipt_tells_it_to_who_may_see_the_conflict_and_to_nobody_else(cast: Cast) -> None:
    def receipt(by: User) -> str:
        case = make_incident(by, at=cast.now)
        return text(browser(by).get(f"/report/{case.reports.get().key}/"))

    assert "可能是反复发生的事" in receipt(cast.ma)
    stranger = make_user("mb")
    appoint(stranger, Role.GRID_MEMBER, cast.city.cells["b"])
    assert "反复发生" not in receipt(stranger)


def test_a_page_costs_as_many_statements_however_many_conflicts_there_are(
    cast: Cast, assert_statements: AssertStatements
) -> None:
    chen = browser(cast.chen)
    for number in range(5):
        make_conflict(cast.city.areas["p"], at=cast.now, key=f"more:{number}")
    with assert_statements(8):
        chen.get("/conflicts/")
    with assert_statements(17):
        chen.get(f"/conflicts/{cast.conflict.code}/")
