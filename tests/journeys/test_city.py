"""What those see who answer for an area or for the whole city."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.visits import DESK, PHONE, Visitor

ZIXUAN = "620201002012"


def press_the_town(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.47, box["y"] + box["height"] * 0.5)


def test_the_administrator_walks_down_to_a_cell_and_back(window: Visitor) -> None:
    page = window(DESK).sign_in("city-admin", "/areas/")
    expect(page.get_by_role("heading", level=2, name="嘉峪关市")).to_be_visible()
    page.get_by_role("link", name="钢城街道").click()
    page.get_by_role("link", name="紫轩社区").click()
    assert page.url.endswith(f"?area={ZIXUAN}")
    page.get_by_role("button", name="紫轩花苑").click()
    card = page.locator("#identify")
    expect(card.get_by_role("heading", name="003 紫轩花苑")).to_be_visible()
    expect(card.get_by_role("link")).to_have_attribute("href", re.compile("^tel:"))
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.go_back()
    expect(page.get_by_role("heading", level=2)).to_have_text("钢城街道")


def test_a_press_on_the_map_tells_what_is_there_and_who_answers(window: Visitor) -> None:
    page = window(DESK).sign_in("city-admin", "/areas/")
    press_the_town(page)
    card = page.locator("#identify")
    expect(card.locator("h2")).to_have_text(re.compile(r"^\d{3} "))
    expect(card).to_contain_text("网格员")


def test_a_planner_sees_places_and_no_people(window: Visitor) -> None:
    page = window(DESK).sign_in("planner")
    press_the_town(page)
    card = page.locator("#identify")
    expect(card.locator("h2")).to_have_text(re.compile(r"^\d{3} "))
    expect(card.get_by_role("link")).to_have_count(0)
    expect(card.locator("[data-people] *")).to_have_count(0)


def test_outside_the_scope_the_map_says_so(window: Visitor) -> None:
    visit = window(DESK)
    # The answer to a place outside is 404, which the browser notes.
    visit.expect_failure("identify", "Failed to load resource")
    page = visit.sign_in("community-officer")
    page.wait_for_load_state("networkidle")
    for _ in range(6):
        page.locator("[data-action=zoom-out]").click()
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 40, box["y"] + box["height"] / 2)
    expect(page.get_by_text("这里不在你负责的范围内。")).to_be_visible()


def test_search_and_list_work_from_the_keyboard(window: Visitor) -> None:
    page = window(DESK).sign_in("city-admin", "/areas/")
    page.keyboard.press("/")
    page.keyboard.type("紫轩花苑 7 号楼")
    page.keyboard.press("Enter")
    expect(page.locator("#areas .item")).to_have_count(1)
    # A key is heard once the scripts of the answer are there.
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#identify h3")).to_have_text("紫轩花苑 7 号楼")


def test_on_a_phone_the_card_comes_from_below_and_goes_again(window: Visitor) -> None:
    page = window(PHONE).sign_in("city-admin", f"/areas/?area={ZIXUAN}")
    page.get_by_role("button", name="讨赖小区").click()
    card = page.locator("#identify")
    expect(card.get_by_role("heading", name="002 讨赖小区")).to_be_visible()
    card.get_by_role("button", name="关闭").click()
    expect(card).to_be_hidden()


def test_an_unknown_address_leads_home(window: Visitor) -> None:
    visit = window(PHONE)
    visit.expect_failure("404")
    page = visit.sign_in("city-admin", "/nowhere/")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有找到这一页")
    page.get_by_role("link", name="回到首页").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("态势")


def test_logging_out_closes_the_door(window: Visitor) -> None:
    visit = window(PHONE)
    page = visit.fill_in("visitor", "fengchao-2026")
    page.locator(".account summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    visit.open("/contacts/")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
