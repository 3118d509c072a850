"""What a grid member does with the phone in one hand."""

import re
import time

from playwright.sync_api import Page, expect

from tests.journeys.server import PATIENCE_S
from tests.journeys.visits import DESK, PHONE, Visitor
from tests.makers import PASSWORD

# Inside 紫轩花苑, which the member of the demonstration answers for; and out in the desert.
AT_HOME = {"latitude": 39.7525, "longitude": 98.2916, "accuracy": 8}
FAR_AWAY = {"latitude": 39.79, "longitude": 98.20, "accuracy": 30}
# On the phone, between header and sheet: both cells lie here.
IN_MY_CELLS = (195, 250)
# With the number beside it; the other tab's name begins alike.
BUILDINGS = re.compile(r"^楼栋 \d+$")


def ground_is_drawn(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-ground", "ready")


def row(kind: str, text: str) -> str:
    return f"[data-kind={kind}]:has(.item__title:text-is('{text}'))"


def test_signs_in_taps_a_building_and_can_call_its_leader(window: Visitor) -> None:
    visit = window(PHONE)
    page = visit.fill_in("grid-member", PASSWORD)
    page.wait_for_url(f"{visit.address}/my-cells/")
    ground_is_drawn(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("我的网格")
    page.touchscreen.tap(*IN_MY_CELLS)
    card = page.locator("#card")
    title = card.locator(".item__title")
    expect(title).to_have_text(re.compile(r"(讨赖小区|紫轩花苑) \d+ 号楼"))
    expect(card).to_contain_text("楼栋长")
    expect(card.get_by_role("link")).to_have_attribute("href", re.compile(r"^tel:[0-9-]+$"))
    # The list speaks of the same building, and so does the address.
    expect(page.locator("#buildings [aria-current=true] .item__title")).to_have_text(
        title.inner_text()
    )
    assert "#building-" in page.url


def test_the_chosen_building_is_drawn_on_the_map_and_comes_back_by_its_address(
    window: Visitor,
) -> None:
    page = window(PHONE).sign_in("grid-member")
    ground_is_drawn(page)
    page.get_by_role("tab", name=BUILDINGS).click()
    before = page.screenshot(clip={"x": 0, "y": 120, "width": 390, "height": 260})
    page.locator(row("building", "讨赖小区 7 号楼")).get_by_role("button").click()
    after = page.screenshot(clip={"x": 0, "y": 120, "width": 390, "height": 260})
    assert before != after
    page.reload()
    expect(page.locator("#card .item__title")).to_have_text("讨赖小区 7 号楼")


def test_a_leader_is_found_by_name_with_the_buildings_of_the_post(window: Visitor) -> None:
    page = window(PHONE).sign_in("grid-member")
    ground_is_drawn(page)
    page.get_by_role("tab", name="楼栋长").click()
    first = page.locator("#leaders [data-kind=post]").first
    name = first.locator(".item__title").inner_text()
    page.locator("[data-action=search]").click()
    page.get_by_role("searchbox").fill(name)
    expect(page.locator("#leaders [data-kind=post]:visible")).to_have_count(1)
    page.get_by_role("searchbox").fill("没有这个人")
    expect(page.get_by_text("没有符合的案件、楼栋或楼栋长")).to_be_visible()


def test_is_told_in_which_cell_the_person_stands_and_how_surely(window: Visitor) -> None:
    page = window(PHONE, geolocation=AT_HOME, permissions=["geolocation"]).sign_in("grid-member")
    expect(page.locator("#here")).to_have_text(re.compile(r"你在 003 网格 内.*误差 8 米"))
    page.context.set_geolocation(FAR_AWAY)
    page.get_by_role("button", name="我在哪").click()
    expect(page.locator("#here")).to_have_text(re.compile(r"你离 00\d 网格 [\d,]+ 米.*误差 30 米"))


def test_who_gives_no_position_points_on_the_map(window: Visitor) -> None:
    page = window(PHONE, permissions=[]).sign_in("grid-member")
    page.get_by_role("button", name="我在哪").click()
    expect(page.get_by_role("heading", name="手机没有给定位")).to_be_visible()
    page.get_by_role("button", name="在地图上点").click()
    expect(page.locator("#here")).to_have_text(re.compile("点一下你站的地方"))
    page.touchscreen.tap(*IN_MY_CELLS)
    expect(page.locator("#here")).to_have_text(re.compile("你点的地方在 00[23] 网格 内"))
    expect(page.locator("#card")).to_be_hidden()


def test_the_sheet_has_three_stops_by_keys_and_by_finger(window: Visitor) -> None:
    page = window(PHONE).sign_in("grid-member")
    ground_is_drawn(page)
    sheet, handle = page.locator("#panel"), page.locator("#handle")

    def height() -> float:
        return (sheet.bounding_box() or {"height": 0})["height"]

    assert height() == 452
    handle.press("ArrowUp")
    assert height() == 844 - 72
    for _ in range(2):
        handle.press("ArrowDown")
    assert height() == 88
    page.mouse.move(195, 844 - 80)
    page.mouse.down()
    page.mouse.move(195, 500, steps=5)
    page.mouse.move(195, 400, steps=20)
    # Slowly: a flick would carry on.
    page.wait_for_timeout(600)
    page.mouse.up()
    expect(sheet).to_have_attribute("data-stop", "middle")


def test_everything_works_from_the_keyboard(window: Visitor) -> None:
    page = window(DESK).sign_in("grid-member")
    ground_is_drawn(page)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.get_by_role("tab", name=BUILDINGS).press("Enter")
    page.locator("body").focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#card .item__title")).to_have_text("讨赖小区 1 号楼")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("#card .item__title")).to_have_text("讨赖小区")
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("紫轩花苑 7 ")
    expect(page.locator("#buildings [data-kind=building]:visible")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox")).to_have_value("")
    page.locator("body").press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_map_moves_and_zooms_from_the_keyboard(window: Visitor) -> None:
    page = window(DESK).sign_in("grid-member")
    ground_is_drawn(page)
    view = page.locator("#map")
    assert "2 个网格，67 栋楼" in (view.get_attribute("aria-label") or "")
    before = view.screenshot()
    view.focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    until = time.monotonic() + PATIENCE_S
    while view.screenshot() == before:
        assert time.monotonic() < until, "the map stands"


def test_english_is_complete_and_comes_back(window: Visitor) -> None:
    page = window(PHONE).sign_in("grid-member")
    page.locator(".account summary").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("My cells")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#tab-leaders")).to_contain_text("Building leaders")
    chinese = page.evaluate("""() => [...document.querySelectorAll("body *")]
        .filter(element => !element.closest("[lang=zh-Hans]"))
        .flatMap(element => [...element.childNodes].filter(node => node.nodeType === 3))
        .map(node => node.textContent.trim()).filter(text => /[\\u4e00-\\u9fff]/.test(text))
        .filter(text => !text.startsWith("{"))""")
    assert chinese == []
    page.locator(".account summary").click()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")


def test_the_theme_can_be_chosen_against_the_system(window: Visitor) -> None:
    page = window(PHONE, color_scheme="light").sign_in("grid-member")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.locator(".account summary").click()
    page.get_by_role("button", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator(".account summary").click()
    page.get_by_role("button", name="跟随系统").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_without_the_paper_around_the_page_still_serves(window: Visitor) -> None:
    visit = window(PHONE)
    visit.expect_failure("ground", "Failed to load resource")
    visit.page.route("**/my-cells/ground/**", lambda route: route.abort())
    page = visit.sign_in("grid-member")
    expect(page.locator("#no-ground")).to_be_visible()
    page.touchscreen.tap(*IN_MY_CELLS)
    expect(page.locator("#card")).to_be_visible()
    page.unroute("**/my-cells/ground/**")
    page.get_by_role("button", name="再取一次").click()
    ground_is_drawn(page)
    expect(page.locator("#no-ground")).to_be_hidden()


def test_without_a_network_the_page_says_how_old_it_is(window: Visitor) -> None:
    page = window(PHONE).sign_in("grid-member")
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_have_text(
        re.compile(r"没有网络，显示的是 \d\d:\d\d 的数据")
    )
    page.touchscreen.tap(*IN_MY_CELLS)
    expect(page.locator("#card")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()


def test_without_scripts_the_list_is_still_there(window: Visitor) -> None:
    page = window(PHONE, java_script_enabled=False).sign_in("grid-member")
    expect(page.get_by_text("讨赖小区 7 号楼")).to_be_visible()
    assert page.locator("a.call").count() >= 67
