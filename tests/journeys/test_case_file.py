"""The case file with the phone in one hand: report, settle, look, act, and lose nothing on the way."""

import re
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, Route, expect

from tests.journeys.cases import LATE, NAME, NUMBER, OPEN, STAND_IN_NAME, STOOD_IN
from tests.journeys.visits import DESK, PHONE, Visit, Visitor, picture

AT_HOME = {"latitude": 39.7525, "longitude": 98.2916, "accuracy": 8}
WALKING = {"geolocation": AT_HOME, "permissions": ["geolocation"]}
NO_NETWORK = ("Failed to load resource", "net::ERR")
# What lies in the browser's own storage, the keys of encryption aside.
STORED = """async () => {
  const db = await new Promise((resolve) => { const asked = indexedDB.open("gridmap-outbox"); asked.onsuccess = () => resolve(asked.result); });
  const rows = await new Promise((resolve) => { const asked = db.transaction("items").objectStore("items").getAll(); asked.onsuccess = () => resolve(asked.result); });
  db.close();
  const text = (value) => value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value instanceof Uint8Array ? "" : JSON.stringify(value, (_, inner) => inner instanceof ArrayBuffer ? new TextDecoder().decode(inner) : inner);
  return { count: rows.length, text: rows.map(text).join(" ") + JSON.stringify(localStorage) + JSON.stringify(sessionStorage) };
}"""


def words() -> str:
    """A matter that no other story has."""
    return f"井盖松动 {uuid4().hex[:6]}"


def start_report(page: Page, said: str, topic: str = "物业") -> None:
    """The first two taps, and a sentence."""
    expect(page.locator("#place")).to_have_text(re.compile("紫轩花苑 .* 号楼|紫轩花苑"))
    page.locator(f".topic:has-text('{topic}')").first.click()
    page.locator("#id_words").fill(said)


def found(visit: Visit, said: str, query: str = "") -> int:
    """How many cases there are with these words, as the list says."""
    page = visit.open(f"/cases/?q={said}{query}")
    return page.locator(".cases__list .item").count()


def test_a_report_is_three_taps_and_tells_who_has_it(
    window: Visitor, pictures: Path | None
) -> None:
    visit = window(PHONE, **WALKING)
    page = visit.sign_in("grid-member")
    page.get_by_role("link", name="上报").click()
    expect(page.locator("#report")).to_have_attribute("data-drawn", "drawn")
    note = page.locator("#place-note")
    expect(note).to_have_text(re.compile("紫轩社区 003 网格.*误差 8 米"), use_inner_text=True)
    picture(page, pictures, "report-phone-1")
    page.locator(".topic:has-text('供排水')").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("供排水")
    picture(page, pictures, "report-phone-2")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/report/*/")
    expect(page.locator(".receipt__state")).to_have_text("已登记")
    expect(page.locator(".receipt")).to_contain_text("（你）")
    expect(page.locator(".receipt")).to_contain_text("首次联系来件人")
    picture(page, pictures, "report-phone-3")


def test_a_report_sent_by_mistake_is_taken_back_within_ten_seconds(window: Visitor) -> None:
    visit = window(PHONE, **WALKING)
    page = visit.sign_in("grid-member", "/report/")
    said = words()
    start_report(page, said)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/report/*/")
    back = page.get_by_role("button", name="撤回")
    back.focus()
    left = back.inner_text()
    assert "秒内" in left
    page.wait_for_timeout(1_500)
    # The clock stands while the button has the focus.
    expect(back).to_have_text(left, use_inner_text=True)
    back.press("Enter")
    page.wait_for_url("**/my-cells/")
    assert found(visit, said) == 0
    assert found(visit, said, "&show=done") == 1


def test_a_patrol_find_is_settled_on_the_spot(window: Visitor) -> None:
    visit = window(PHONE, **WALKING)
    page = visit.sign_in("grid-member", "/report/")
    said = words()
    start_report(page, said)
    page.get_by_role("button", name="就地化解").click()
    sheet = page.get_by_role("dialog", name="就地化解")
    sheet.get_by_role("button", name="就地化解").click()
    expect(sheet.locator(".err")).to_have_text("写一句怎么化解的")
    expect(sheet.get_by_label("怎么化解的")).to_be_focused()
    sheet.get_by_label("怎么化解的").fill("当场把井盖垫平了")
    sheet.get_by_role("button", name="就地化解").click()
    page.wait_for_url("**/report/*/")
    expect(page.locator(".receipt__state")).to_have_text("已就地化解")
    assert found(visit, said, "&show=done") == 1
    page.locator(".cases__list a").click()
    expect(page.locator(".case__head")).to_contain_text("结案")
    expect(page.locator("#story")).to_contain_text("就地化解：当场把井盖垫平了")


def test_a_report_made_offline_arrives_exactly_once(window: Visitor, pictures: Path | None) -> None:
    visit = window(PHONE, **WALKING)
    visit.expect_failure(*NO_NETWORK)
    page = visit.sign_in("grid-member", "/report/")
    said = words()
    start_report(page, said)
    page.context.set_offline(True)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="存在手机里了")).to_be_visible()
    expect(page.locator("#outbox summary")).to_have_text(re.compile("没有网络，1 件等待发送"))
    picture(page, pictures, "states-offline-phone")
    stored = page.evaluate(STORED)
    assert stored["count"] == 1
    assert said.split()[1] not in stored["text"]
    # Reloaded tabs and several of them send it once.
    page.context.set_offline(False)
    expect(page.locator("#toasts")).to_contain_text("已送达")
    expect(page.locator("#outbox")).to_be_hidden()
    assert page.evaluate(STORED)["count"] == 0
    assert found(visit, said) == 1


def test_a_reply_that_is_lost_neither_loses_nor_doubles_the_report(window: Visitor) -> None:
    visit = window(PHONE, **WALKING)
    visit.expect_failure(*NO_NETWORK)
    page = visit.sign_in("grid-member", "/report/")
    said = words()
    lost: list[str] = []

    def lose(route: Route) -> None:
        # The server has taken it; the phone never hears of it.
        route.fetch()
        lost.append(route.request.post_data or "")
        route.abort()

    page.route(
        "**/report/",
        lambda route: lose(route) if route.request.method == "POST" else route.fallback(),
    )
    start_report(page, said)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="存在手机里了")).to_be_visible()
    assert page.evaluate(STORED)["count"] == 1
    page.unroute_all()
    page.goto(f"{visit.address}/cases/")
    expect(page.locator("#toasts")).to_contain_text("已送达")
    assert len(lost) == 1
    assert found(visit, said) == 1


def test_a_page_that_is_no_reply_leaves_the_report_waiting(window: Visitor) -> None:
    """A hotel's network answers everything with its own page and says that all is well."""
    visit = window(PHONE, **WALKING)
    page = visit.sign_in("grid-member", "/report/")
    said = words()

    def greet(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=200, content_type="text/html", body="<h1>welcome</h1>")
        else:
            route.fallback()

    page.route("**/report/", greet)
    start_report(page, said)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="存在手机里了")).to_be_visible()
    assert page.evaluate(STORED)["count"] == 1
    page.unroute_all()
    page.goto(f"{visit.address}/cases/")
    expect(page.locator("#toasts")).to_contain_text("已送达")
    assert found(visit, said) == 1


def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(
    window: Visitor, pictures: Path | None
) -> None:
    visit = window(PHONE, **WALKING)
    visit.expect_failure("422", *NO_NETWORK)
    page = visit.sign_in("grid-member", "/report/")
    said = words()
    start_report(page, said)
    page.locator("summary:has-text('当事人')").click()
    page.get_by_label("姓名或单位").first.fill(NAME)
    number = page.get_by_label("联系电话").first
    number.fill(NUMBER[:-1])
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#id_party-0-phone_error")).to_have_text("手机号要 11 位，现在是 10 位")
    expect(number).to_be_focused()
    expect(number).to_have_attribute("aria-describedby", "id_party-0-phone_error")
    picture(page, pictures, "states-form-phone")
    number.fill(NUMBER)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/report/*/")
    assert found(visit, said) == 1


def test_names_are_never_kept_on_the_phone(window: Visitor) -> None:
    visit = window(PHONE, **WALKING)
    visit.expect_failure(*NO_NETWORK)
    page = visit.sign_in("grid-member", "/report/")
    said = words()
    start_report(page, said)
    page.locator("summary:has-text('当事人')").click()
    page.get_by_label("姓名或单位").first.fill(NAME)
    page.get_by_label("联系电话").first.fill(NUMBER)
    page.context.set_offline(True)
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#problems")).to_contain_text("当事人不能存在手机里")
    expect(page.get_by_label("姓名或单位").first).to_have_value(NAME)
    stored = page.evaluate(STORED)
    assert stored["count"] == 0
    assert NAME not in stored["text"]
    page.context.set_offline(False)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/report/*/")
    assert found(visit, said) == 1


def test_the_same_matter_nearby_is_offered_and_joined(window: Visitor) -> None:
    visit = window(PHONE, **WALKING)
    page = visit.sign_in("grid-member", "/report/")
    near = page.locator("#near li").first
    title = near.locator(".item__title").inner_text()
    near.get_by_role("button", name="是同一件").click()
    expect(page.locator("#joined")).to_contain_text(title)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/report/*/")
    expect(page.locator(".receipt__state")).to_have_text("已并入")


def open_case(visit: Visit, who: str, title: str) -> Page:
    page = visit.sign_in(who, f"/cases/?q={title}")
    page.locator(f".cases__list .item:has-text('{title}') a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    return page


def test_parties_are_shown_for_a_reason_that_is_chosen(
    window: Visitor, pictures: Path | None
) -> None:
    page = open_case(window(PHONE), "grid-member", LATE)
    parties = page.locator("#parties")
    expect(parties).to_contain_text("李**")
    expect(page.locator("body")).not_to_contain_text(NUMBER)
    parties.get_by_text("查看", exact=True).click()
    sheet = page.get_by_role("dialog", name="查看当事人信息")
    picture(page, pictures, "case-phone-reveal")
    sheet.get_by_label("组织调解").check()
    sheet.get_by_role("button", name="查看 1 人").click()
    expect(parties).to_contain_text(NAME)
    expect(parties).to_contain_text(NUMBER)
    expect(parties).to_contain_text(re.compile(r"\d\d:\d\d 再遮蔽"))


def test_the_sheet_of_reasons_holds_the_focus_and_gives_it_back(window: Visitor) -> None:
    page = open_case(window(DESK), "community-officer", LATE)
    expect(page.locator("#case-map")).to_have_attribute("data-drawn", "drawn")
    opener = page.locator("[data-open=reveal]")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_stand_in_has_the_case_and_acts_on_it(window: Visitor) -> None:
    visit = window(PHONE)
    page = visit.sign_in(STAND_IN_NAME)
    page.locator(f"#todo .item:has-text('{STOOD_IN}') a").click()
    expect(page.locator("#owners + .grp")).to_contain_text("你")
    page.get_by_role("link", name="就地化解").click()
    page.get_by_label("怎么化解的").fill("和住户一起搬走了")
    page.get_by_role("button", name="就地化解").click()
    expect(page.locator("#toasts")).to_contain_text("已完成：就地化解")
    expect(page.locator(".case__head")).to_contain_text("结案")


def test_somebody_was_first_and_the_text_is_kept(window: Visitor, pictures: Path | None) -> None:
    slow, quick = window(PHONE), window(DESK)
    page = open_case(slow, "grid-member", OPEN)
    page.locator(".moves .btn--pri").click()
    mine = page.get_by_label("这一步做了什么")
    mine.fill("量过车棚，离墙不到一米")
    other = open_case(quick, "guide", OPEN)
    other.locator(".moves .btn--pri").click()
    other.get_by_label("这一步做了什么").fill("查了消防规定")
    other.locator(".moves .btn").click()
    expect(other.locator("#story")).to_contain_text("查了消防规定")
    slow.expect_failure("409", *NO_NETWORK)
    page.locator(".moves .btn").click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("刚刚：二查|分钟前：二查"))
    picture(page, pictures, "states-first-phone")
    expect(mine).to_have_value("量过车棚，离墙不到一米")
    # The step that is next now takes the same text.
    page.locator(".moves .btn").click()
    expect(page.locator("#story")).to_contain_text("三议：量过车棚，离墙不到一米")


def test_an_end_is_asked_about_and_the_button_repeats_the_verb(
    window: Visitor, pictures: Path | None
) -> None:
    visit = window(PHONE, **WALKING)
    page = visit.sign_in("grid-member", "/report/")
    said = words()
    start_report(page, said)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/report/*/")
    page = open_case(visit, "grid-member", said)
    page.get_by_role("link", name="撤回").click()
    page.get_by_label("原因").fill("看错了")
    page.get_by_role("button", name="撤回").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("案件到此为止")
    picture(page, pictures, "states-end-phone")
    dialog.get_by_role("button", name="返回").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="撤回").click()
    dialog.get_by_role("button", name="撤回").click()
    expect(page.locator(".case__head")).to_contain_text("撤回")


def test_map_and_list_select_the_same_case(window: Visitor) -> None:
    page = window(DESK).sign_in("grid-member")
    expect(page.locator("html")).to_have_attribute("data-ground", "ready")
    view = page.locator("#map")
    before = view.screenshot()
    page.locator(f"#todo .item:has-text('{LATE}') a").focus()
    assert view.screenshot() != before
    page.mouse.click(*page.evaluate(RED_PIN))
    expect(page.locator("#todo [aria-current=true]")).to_contain_text(LATE)
    expect(page.locator("#card .item__title")).to_have_text("紫轩花苑 7 号楼")
    assert "#case-" in page.url
    page.reload()
    expect(page.locator("#todo [aria-current=true]")).to_contain_text(LATE)


# The only red on the map is the pin of what is overdue.
RED_PIN = """() => {
  const canvas = document.querySelector("#map canvas");
  const { left, top, width } = canvas.getBoundingClientRect();
  const ratio = canvas.width / width;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let [x, y, count] = [0, 0, 0];
  for (let n = 0; n < data.length; n += 4) {
    if (data[n] !== 179 || data[n + 1] !== 38 || data[n + 2] !== 30) continue;
    x += (n / 4) % canvas.width; y += Math.floor(n / 4 / canvas.width); count += 1;
  }
  return [left + x / count / ratio, top + y / count / ratio];
}"""


def test_a_case_of_somebody_else_is_not_found(window: Visitor, pictures: Path | None) -> None:
    visit = window(PHONE)
    visit.expect_failure("404", *NO_NETWORK)
    day = f"{datetime.now():%Y%m%d}"  # noqa: DTZ005
    page = visit.sign_in("building-leader", f"/cases/JYG-{day}-99999/")
    expect(page.get_by_role("heading", name="没有找到这个案件")).to_be_visible()
    picture(page, pictures, "states-not-found-phone")
    page.get_by_role("link", name="回到我的案件").click()
    page.wait_for_url("**/cases/")


def test_the_pages_beside_the_design(window: Visitor, pictures: Path | None) -> None:
    visit = window(PHONE, **WALKING)
    page = visit.sign_in("grid-member")
    expect(page.locator("html")).to_have_attribute("data-ground", "ready")
    expect(page.locator("#here")).to_contain_text("003")
    page.mouse.click(*page.evaluate(RED_PIN))
    expect(page.locator("#card .item__title")).to_have_text("紫轩花苑 7 号楼")
    picture(page, pictures, "my-cases-phone")
    page = open_case(visit, "grid-member", LATE)
    expect(page.locator("#case-map")).to_have_attribute("data-drawn", "drawn")
    picture(page, pictures, "case-phone")
    page.set_viewport_size({"width": 390, "height": 1660})
    picture(page, pictures, "case-phone-long")
