"""The state of a page kept under a name: by keyboard, and on a phone without scripts."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.visits import DESK, PHONE, Visitor

READY = 'html[data-picture="ready"]'


def menu(page: Page) -> Page:
    """Opens the menu with the keyboard alone."""
    page.locator("#views > summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#view-name")).to_be_visible()
    return page


def test_the_morning_view_is_kept_as_it_stands_opened_deleted_and_brought_back(
    window: Visitor,
) -> None:
    page = window(DESK).sign_in("district-commander", "/command/")
    expect(page.locator(READY)).to_be_attached()
    page.locator("[data-view=cells]").click()
    page.locator("[data-step=month]").click()
    expect(page).to_have_url(re.compile("step=month"))
    menu(page)
    page.locator("#view-name").focus()
    page.keyboard.type("每月网格")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("存好了：每月网格")
    expect(page).to_have_url(re.compile(r"/command/\?step=month&view=cells$"))

    page.goto(page.url.partition("?")[0])
    menu(page).get_by_role("link", name="每月网格").press("Enter")
    expect(page.locator("[data-view=cells]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-step=month]")).to_have_attribute("aria-pressed", "true")

    menu(page).get_by_role("button", name="删除视图“每月网格”").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("删掉了")
    menu(page)
    expect(page.get_by_role("link", name="每月网格")).to_have_count(0)
    page.locator("#toasts").get_by_role("button", name="撤销").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("存好了")
    expect(menu(page).get_by_role("link", name="每月网格")).to_be_visible()


def test_on_a_phone_without_scripts_a_list_is_kept(window: Visitor) -> None:
    page = window(PHONE, java_script_enabled=False).sign_in(
        "community-officer", "/conflicts/?state=quiet"
    )
    page.locator("#views > summary").click()
    page.locator("#view-name").fill("平静的")
    page.locator("#views").get_by_role("button", name="保存").click()
    # The page that answers: its menu is closed, that of the page before was open.
    expect(page.locator("#toasts")).to_contain_text("存好了：平静的")
    page.locator("#views > summary").click()
    expect(page.get_by_role("link", name="平静的")).to_have_attribute(
        "href", "/conflicts/?state=quiet"
    )
