"""A commander's morning: the look at the page, the way down into one area, a filter, the slider, and the weekly briefing."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.cases import COMING, ZIXUAN
from tests.journeys.visits import DESK, Visit, Visitor

READY = 'html[data-picture="ready"]'


def total_of(page: Page) -> int:
    """The cases of the chosen period, as the page says them."""
    said = page.locator("#window-text").inner_text()
    found = re.search(r"([\d,]+) 件", said)
    assert found, said
    return int(found[1].replace(",", ""))


def open_command(visit: Visit, person: str, query: str = "") -> Page:
    page = visit.sign_in(person, f"/command/{query}")
    expect(page.locator(READY)).to_be_attached()
    return page


def test_the_morning_look_tells_where_what_and_who(window: Visitor) -> None:
    page = open_command(window(DESK), "district-commander")
    expect(page.get_by_role("heading", level=1)).to_have_text("态势")
    assert page.locator("#situation dt").all_inner_texts()[:5] == [
        "今天新增",
        "在办",
        "今天到期",
        "超期",
        "无主",
    ]
    expect(page.locator("#conflicts a[data-conflict]").first).to_be_visible()
    expect(page.locator("#legend-note")).to_contain_text("密度是图画，不是结论")
    assert total_of(page) > 0


def test_time_moves_by_key_without_a_question_and_stands_in_the_address(window: Visitor) -> None:
    page = open_command(window(DESK), "district-commander", "?view=cells")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    before = page.locator("#window-text").inner_text()
    breaks = page.locator("#legend-edges").text_content() or ""
    page.locator("#strip [role=slider]").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#window-text")).not_to_have_text(before)
    # The classes stand still while time moves.
    expect(page.locator("#legend-edges")).to_have_text(breaks)
    assert [url for url in asked if "/command/cube/" in url] == []
    expect(page).to_have_url(re.compile("from="))


def test_a_filter_changes_the_counts_and_goes_again(window: Visitor) -> None:
    page = open_command(window(DESK), "district-commander")
    said, whole = page.locator("#window-text").inner_text(), total_of(page)
    page.evaluate("window.isSame = true")
    page.locator("#pick-topic summary").click()
    topic = page.locator("#filters input[name=topic]").first
    topic.check()
    expect(page.locator("#window-text")).not_to_have_text(said)
    assert total_of(page) < whole
    expect(page).to_have_url(re.compile(f"topic={topic.get_attribute('value')}"))
    topic.uncheck()
    expect(page.locator("#window-text")).to_have_text(said)
    assert "topic=" not in page.url
    assert page.evaluate("window.isSame"), "no page is loaded anew"


def test_from_the_city_down_to_a_cell_and_into_its_cases(window: Visitor) -> None:
    page = open_command(window(DESK), "city-admin")
    page.get_by_role("link", name="区域对照").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("区域对照")
    for name in ("钢城街道", "紫轩社区"):
        page.locator(".comp__table tbody").get_by_role("link", name=name, exact=True).click()
        expect(page.locator(".comp__path [aria-current]")).to_have_text(name)
    row = page.locator(".comp__table tbody tr", has=page.locator("td:nth-of-type(2) a")).first
    cell = row.locator("th").inner_text()
    count = row.locator("td").nth(1).inner_text()
    row.locator("td").nth(1).get_by_role("link").click()
    # The cases of that cell, as many as the table says.
    expect(page.locator("li.case")).to_have_count(int(count))
    assert f"{ZIXUAN}{cell[:3]}" in page.locator(".filters").inner_text()
    page.locator(".case__link").first.click()
    expect(page.locator(".case--on")).to_be_visible()


def test_the_list_beside_the_map_opens_the_conflict(window: Visitor) -> None:
    page = open_command(window(DESK), "district-commander")
    row = page.locator("#conflicts a[data-conflict]", has_text=COMING.split(" · ")[0]).first
    row.click()
    expect(page).to_have_url(re.compile("/conflicts/JYG-R"))


def test_the_briefing_of_the_week_is_read_turned_back_and_taken_away(window: Visitor) -> None:
    page = open_command(window(DESK), "district-commander")
    page.get_by_role("link", name="本周简报").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("简报")
    expect(page.locator("#main")).to_contain_text("这一周")
    page.get_by_role("link", name="上一周").click()
    expect(page).to_have_url(re.compile("week="))
    # Chromium without a window shows no document: what the link leads to is looked at.
    document = page.request.get(page.get_by_role("link", name="PDF").evaluate("link => link.href"))
    assert document.headers["content-type"] == "application/pdf"
    assert document.body().startswith(b"%PDF")


def test_who_is_signed_out_meanwhile_gets_the_log_in_page_and_not_a_piece_of_it(
    window: Visitor,
) -> None:
    page = open_command(window(DESK), "district-commander")
    page.context.clear_cookies()
    # What comes every minute, at once.
    page.locator("#filters").dispatch_event("change")
    expect(page).to_have_url(re.compile(r"/login/\?next=/command/"))


def test_what_did_not_come_without_a_network_is_asked_for_when_there_is_one(
    window: Visitor,
) -> None:
    page = open_command(window(DESK), "district-commander")
    page.context.set_offline(True)
    expect(page.locator("#stale")).to_contain_text("没有网络，显示的是")
    expect(page.locator("#offline")).to_be_hidden()
    with page.expect_response("**/command/situation/**"):
        page.context.set_offline(False)
    expect(page.locator("#stale")).to_be_hidden()
