"""Stories at the desk: a call becomes a case and ends; a stuck one climbs; an unhappy caller is heard again."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import DjangoDbBlocker

from gridmap.accounts.models import User
from gridmap.incidents.models import Incident
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.states import Name
from tests.conftest import connected_to
from tests.journeys.audit import grave_faults, sideways, small_targets
from tests.journeys.desk_cases import member_of, settle
from tests.journeys.visits import DESK, PHONE, Visitor, picture

Answer = TypeVar("Answer")


class Town:
    """The database behind the desk; asked in a thread of its own, where no browser's loop runs."""

    def __init__(self, name: str, blocker: DjangoDbBlocker) -> None:
        self.name, self.blocker = name, blocker
        self.hands = ThreadPoolExecutor(max_workers=1)

    def do(self, act: Callable[[], Answer]) -> Answer:
        def inside() -> Answer:
            with self.blocker.unblock(), connected_to(self.name):
                return act()

        return self.hands.submit(inside).result()

    def case(self, code: str) -> Incident:
        return self.do(lambda: Incident.objects.select_related("raised_to").get(code=code))

    def member_works(self, code: str, *moves: Name, **details: Any) -> None:
        """What the member of the cell does meanwhile, on the phone."""

        def act() -> None:
            for name in moves:
                case = Incident.objects.select_related("cell").get(code=code)
                member = member_of(case)
                assert member is not None
                if name is Name.HANDLE:
                    settle(case, member, timezone.now())
                    case = Incident.objects.get(pk=case.pk)
                said = Details(outcome="agreement_oral", text="双方说好了", **details)
                move_incident(incident=case, name=name, by=member, at=timezone.now(), details=said)

        self.do(act)


@pytest.fixture(scope="module")
def town(desk_database: str, django_db_blocker: DjangoDbBlocker) -> Town:
    return Town(desk_database, django_db_blocker)


@pytest.fixture
def window(desk_window: Visitor) -> Visitor:
    return desk_window


def press(page: Page, name: str) -> None:
    page.locator("#opened").get_by_role("button", name=name, exact=True).click()


def ask(page: Page, name: str) -> None:
    page.locator("#opened").get_by_role("link", name=name, exact=True).click()
    expect(page.locator("#ask-title")).to_be_visible()


def said(page: Page) -> str:
    toast = page.locator(".toast").first
    expect(toast).to_be_visible()
    return toast.inner_text()


def register(page: Page, words: str, topic: str) -> str:
    """Take a call about 紫轩花苑 down; the code of the case."""
    page.locator("[name=words]").fill(words)
    page.locator("[name=find]").press_sequentially("紫轩花苑9号楼")
    page.get_by_label("紫轩花苑 9 号楼").check()
    page.locator(f"[name=topic][value={topic}]").check()
    page.locator("[name=reporter-name]").fill("李明")
    page.locator("[name=reporter-phone]").fill("12000006620")
    page.locator("#register").click()
    code = re.search(r"JYG-\d{8}-\d{5}", said(page))
    assert code is not None
    return code[0]


def at_desk(window: Visitor, username: str, path: str) -> Page:
    visit = window(DESK)
    visit.sign_in(username)
    return visit.open(path)


def test_a_call_is_dispatched_settled_visited_and_closed(window: Visitor, town: Town) -> None:
    page = at_desk(window, "hotline-operator", "/desk/new/")
    code = register(page, "楼上半夜还在装修。", "noise_neighbour")
    page = at_desk(window, "dispatcher", "/desk/")
    page.get_by_role("link", name="楼上半夜还在装修", exact=True).click()
    expect(page.locator("#opened")).to_contain_text("“楼上半夜还在装修。”")
    expect(page.locator("#opened")).to_contain_text("平安综治")
    press(page, "派遣")
    assert "已派给 平安综治" in said(page)
    town.member_works(code, Name.START, Name.HANDLE)
    page = at_desk(window, "dispatcher", f"/desk/?tab=all&q={code}&case={code}")
    press(page, "核查通过")
    expect(page.locator(".toast")).to_contain_text("核查通过")
    page = at_desk(window, "visitor", f"/desk/?tab=to_visit&q={code}&case={code}")
    ask(page, "回访")
    for label in ("电话", "已解决", "满意"):
        page.locator("#opened").get_by_label(label, exact=True).check()
    press(page, "回访")
    expect(page.locator(".toast")).to_contain_text("回访")
    page.goto(page.url.partition("?")[0] + f"?tab=all&q={code}&case={code}")
    press(page, "结案")
    expect(page.locator(".toast")).to_contain_text("结案")
    case = town.case(code)
    assert (case.state, case.is_visited, case.succeeded) == ("closed", True, True)


def test_a_dispatch_is_taken_back_within_ten_seconds(window: Visitor, town: Town) -> None:
    page = at_desk(window, "dispatcher", "/desk/")
    row = page.locator(".case", has_text="健身房关门不退卡")
    row.locator(".case__link").click()
    code = row.get_attribute("data-code")
    press(page, "派遣")
    assert "已派给 市场监管" in said(page)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".toast")).to_contain_text("1 件回到待派遣")
    assert town.case(str(code)).state == "returned"


def test_a_stuck_case_climbs_to_the_city_and_comes_back(window: Visitor, town: Town) -> None:
    page = at_desk(window, "hotline-operator", "/desk/new/")
    code = register(page, "兄妹三人互推照料老人。", "family")
    town.do(
        lambda: dispatch_incident(
            incident=Incident.objects.get(code=code),
            by=User.objects.get(username="dispatcher"),
            at=timezone.now(),
        )
    )
    town.member_works(code, Name.START)
    town.member_works(code, Name.ESCALATE, reason="劝了三次都谈不拢")
    query = f"q={code}&case={code}"
    for username, path in (
        ("community-officer", f"/desk/community/?tab=raised&{query}"),
        ("district-commander", f"/desk/?tab=escalated&{query}"),
    ):
        page = at_desk(window, username, path)
        expect(page.locator("#opened")).to_contain_text("已提到")
        ask(page, "提级")
        page.locator("#opened [name=reason]").fill("需要上一级协调")
        press(page, "提级")
        expect(page.locator(".toast")).to_contain_text("提级")
    raised = town.case(code).raised_to
    assert raised is not None
    assert raised.parent_id is None
    page = at_desk(window, "city-admin", f"/desk/?tab=escalated&{query}")
    ask(page, "下放")
    page.locator("#opened [name=reason]").fill("已协调民政，由街道办理")
    press(page, "下放")
    expect(page.locator(".toast")).to_contain_text("下放")
    case = town.case(code)
    assert (case.state, case.raised_to.kind) == ("dispatched", "subdistrict")


def test_an_unhappy_caller_is_heard_again(window: Visitor, town: Town) -> None:
    page = at_desk(window, "hotline-operator", "/desk/new/")
    code = register(page, "车位被人长期占着。", "parking")

    def until_checked() -> None:
        dispatcher, now = User.objects.get(username="dispatcher"), timezone.now()
        case = Incident.objects.get(code=code)
        dispatch_incident(incident=case, by=dispatcher, at=now)

    town.do(until_checked)
    town.member_works(code, Name.START, Name.HANDLE)
    page = at_desk(window, "dispatcher", f"/desk/?tab=all&q={code}&case={code}")
    press(page, "核查通过")
    said(page)
    page = at_desk(window, "visitor", f"/desk/?tab=to_visit&q={code}&case={code}")
    ask(page, "回访")
    for label in ("电话", "没有解决", "不满意"):
        page.locator("#opened").get_by_label(label, exact=True).check()
    press(page, "回访")
    said(page)
    page = at_desk(window, "visitor", f"/desk/?tab=all&q={code}&case={code}")
    ask(page, "重新办理")
    page.locator("#opened [name=reason]").fill("车还停在那里")
    press(page, "重新办理")
    said(page)
    page = at_desk(window, "dispatcher", f"/desk/?q={code}&case={code}")
    expect(page.locator("#opened")).to_contain_text("车还停在那里")
    press(page, "派遣")
    said(page)
    case = town.case(code)
    assert (case.state, case.round) == ("dispatched", 2)


def test_the_desk_is_worked_with_the_keyboard(window: Visitor) -> None:
    page = at_desk(window, "dispatcher", "/desk/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#opened")).to_be_visible()
    expect(page.locator(".case--on .case__link")).to_be_focused()
    expect(page.locator(".mappin--on")).to_have_count(1)
    expect(page.locator(".board__map .cellcard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#opened")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("早市")
    page.keyboard.press("Enter")
    expect(page.locator(".case__link")).to_have_count(1)
    assert "q=" in page.url


def test_a_question_that_ends_a_case_holds_the_focus_and_gives_it_back(window: Visitor) -> None:
    page = at_desk(window, "dispatcher", "/desk/")
    page.locator(".case__link").nth(1).click()
    page.get_by_role("link", name="不予受理").click()
    dialog = page.locator("#ask")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("heading")).to_have_text("不予受理这件？")
    page.keyboard.press("Escape")
    expect(page.locator("#ask")).to_have_count(0)
    expect(page.locator("#opened")).to_be_visible()


def test_filters_stand_in_the_address_and_go_again(window: Visitor) -> None:
    page = at_desk(window, "dispatcher", "/desk/")
    page.locator("#pick-risk summary").click()
    page.get_by_label("橙色").check()
    page.locator("#pick-risk .btn--pri").click()
    expect(page.locator(".filters__result")).to_contain_text("按到期先后")
    expect(page.locator("#pick-risk .field--on")).to_contain_text("橙色")
    assert "risk=orange" in page.url
    page.reload()
    expect(page.locator("#pick-risk .field--on")).to_contain_text("橙色")
    page.get_by_role("link", name="去掉“风险”的筛选").click()
    expect(page.locator("#pick-risk .field--on")).to_have_count(0)


def test_without_a_script_the_desk_works_as_well(browser: Browser, desk_address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=DESK["viewport"])
    page = context.new_page()
    page.goto(f"{desk_address}/login/?next=/desk/")
    page.locator("[name=username]").fill("dispatcher")
    page.locator("[name=password]").fill("fengchao-2026")
    page.locator("form .btn--pri").click()
    row = page.locator(".case", has_text="路灯不亮")
    row.locator(".case__link").click()
    page.get_by_role("link", name="不予受理").click()
    page.locator("#opened [name=reason]").fill("路灯不归这里管")
    page.locator("#opened .btn--end").click()
    expect(page.locator(".toast")).to_contain_text("不予受理")
    context.close()


# Pictures, and what every page must keep


def _open_third(page: Page) -> None:
    page.locator(".case__link").nth(2).click()
    expect(page.locator(".board__map .cellcard")).to_be_visible()
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")


def _open_first(page: Page) -> None:
    page.locator(".case__link").first.click()
    expect(page.locator(".ask")).to_be_visible()
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")


def _call(page: Page) -> None:
    page.locator("[name=words]").fill("地下室又进水了，比早上还深。")
    page.locator("[name=find]").press_sequentially("紫轩花苑12号楼")
    page.locator("[name=place]").first.check()
    page.locator("[name=topic][value=water_supply]").check()
    expect(page.locator("#near fieldset")).to_be_visible()
    page.locator("[name=words]").focus()
    page.wait_for_load_state("networkidle")


def _choose_cell(page: Page) -> None:
    page.locator(".over__cells .item__main").nth(2).click()
    expect(page.locator(".over__ask")).to_be_visible()


def _nothing(_: Page) -> None:
    """The page as it opens."""


PAGES: dict[str, tuple[str, str, Callable[[Page], None]]] = {
    "desk-triage": ("dispatcher", "/desk/", _open_third),
    "desk-unrouted": ("dispatcher", "/desk/?tab=unrouted", _open_first),
    "desk-new": ("hotline-operator", "/desk/new/", _call),
    "desk-hand-over": ("community-officer", "/desk/hand-over/", _choose_cell),
    "desk-empty": ("dispatcher", "/desk/?tab=all&risk=red&topic=wages", _nothing),
    "desk-teams": ("guide", "/desk/teams/", _nothing),
    "desk-community": ("community-officer", "/desk/community/", _nothing),
    "notices": ("dispatcher", "/notices/", _nothing),
}
PICTURED = ("desk-triage", "desk-unrouted", "desk-new", "desk-hand-over")
LOOKS: dict[str, tuple[dict[str, Any], str, str]] = {
    "": (DESK, "light", "zh-hans"),
    "-phone": (PHONE, "light", "zh-hans"),
    "-dark-en": (DESK, "dark", "en"),
}


# One look after the other: the language stays with a person, and changing it costs three pages.
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("look", LOOKS)
def test_a_desk_page_is_readable_and_reachable(
    window: Visitor, axe: str, pictures: Path | None, name: str, look: str
) -> None:
    who, path, act = PAGES[name]
    device, theme, language = LOOKS[look]
    page = window(device, color_scheme=theme).sign_in(who, path, language)
    if device is DESK:
        act(page)
    if name in PICTURED and look != "-phone" and (look == "" or name == "desk-triage"):
        picture(page, pictures, f"{name}{look}")
    assert grave_faults(page, axe) == []
    assert sideways(page) <= 0
    if device is PHONE:
        assert small_targets(page) == []


def test_on_a_phone_the_bars_hold_what_they_show(window: Visitor) -> None:
    """Of all roles the administrator of the city has the most places."""
    page = window(PHONE).sign_in("city-admin", "/desk/")
    boxes = [
        page.locator(part).bounding_box()
        for part in (".top .btn--pri", ".rail > .account", ".rail__report")
    ]
    register, account, report = (box for box in boxes if box is not None)
    assert register["x"] + register["width"] <= account["x"]
    assert report["x"] + report["width"] <= PHONE["viewport"]["width"]
