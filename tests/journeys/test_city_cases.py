"""Where cases were, on the map of the city: switched on, read, followed to the list, and told when it fails."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.journeys.visits import DESK, PHONE, Visitor

COUNT = re.compile(r'role="status">([\d,]+) 件')
OF_CASES = re.compile("/map/counts/|/api/lookups/|overview/cases|layers/squares")


def watched(page: Page) -> list[str]:
    """What is asked for that cases need, from now on."""
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if OF_CASES.search(one.url) else None)
    return asked


def seen(page: Page) -> int:
    """How many cases the legend says are in view."""
    said = page.locator("#cases-seen")
    expect(said).to_have_text(re.compile(r"\d"))
    return int(re.sub(r"\D", "", said.inner_text()))


def press(page: Page, period: str) -> None:
    page.locator("#cases").get_by_role("button", name=period, exact=True).click()
    expect(page.locator("#cases [aria-pressed=true]")).to_have_text(period)


def shows(page: Page, period: str) -> Callable[[], None]:
    """Waits for the picture of a period: its first day stands above the count."""
    begins = page.locator("#cases button", has_text=period).get_attribute("data-since") or ""
    day = f"{int(begins[5:7])}月{int(begins[8:])}日"
    return lambda: expect(page.locator("#cases-period")).to_contain_text(day)


def test_nothing_is_asked_for_until_cases_are_switched_on_and_then_as_many_as_the_list_has(
    desk_window: Visitor,
) -> None:
    visit = desk_window(DESK)
    page = visit.sign_in("community-officer", "/contacts/")
    asked = watched(page)
    visit.open("/areas/")
    page.wait_for_load_state("networkidle")
    assert asked == []
    expect(page.locator("#legend")).to_be_hidden()
    for period in ("90 天", "五年"):
        press(page, period)
        shows(page, period)()
        number = seen(page)
        answer = page.request.get(page.locator("#cases-list").evaluate("link => link.href"))
        found = COUNT.search(answer.text())
        assert found
        assert number == int(found[1].replace(",", "")) > 0
    assert any("/map/counts/" in url for url in asked)
    press(page, "不显示")
    expect(page.locator("#legend")).to_be_hidden()
    expect(page.locator(".leaflet-squares-pane canvas")).to_have_count(0)


def test_what_is_shown_stands_in_the_address_and_goes_along(window: Visitor) -> None:
    page = window(DESK).sign_in("city-admin", "/areas/?cases=year")
    expect(page.locator("#cases [aria-pressed=true]")).to_have_text("今年")
    everything = seen(page)
    page.locator("#cases-topic").select_option("family")
    expect(page).to_have_url(re.compile("cases=year&topic=family"))
    expect(page.locator("#cases-list")).to_have_attribute("href", re.compile("topic=family"))
    assert 0 < seen(page) < everything
    page.get_by_role("link", name="钢城街道").click()
    expect(page).to_have_url(re.compile("area=620201002000&cases=year&topic=family"))
    expect(page.locator("#cases-topic")).to_have_value("family")
    page.go_back()
    expect(page.locator("#cases-topic")).to_have_value("family")
    page.go_back()
    expect(page.locator("#cases-topic")).to_have_value("")


def test_a_press_on_the_map_tells_what_is_there_as_before(window: Visitor) -> None:
    page = window(DESK).sign_in("city-admin", "/areas/?cases=5y")
    seen(page)
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.47, box["y"] + box["height"] * 0.5)
    expect(page.locator("#identify h2")).to_have_text(re.compile(r"^\d{3} "))


def test_what_does_not_come_is_told_and_the_old_picture_stays(window: Visitor) -> None:
    visit = window(PHONE)
    visit.expect_failure("503", "400")
    page = visit.sign_in("city-admin", "/areas/?cases=90d")
    shown = seen(page)
    told, states = page.locator("#cases-told"), [503]

    def refuse(route: Route) -> None:
        route.fulfill(status=states[0])

    page.route("**/map/counts/**", refuse)
    press(page, "五年")
    expect(told).to_have_text("没有取到，会再试。")
    assert seen(page) == shown
    expect(page.locator(".leaflet-squares-pane canvas").first).to_be_attached()
    page.unroute("**/map/counts/**")
    # As when the network is there again.
    page.evaluate("() => { dispatchEvent(new Event('online')); }")
    expect(told).to_have_text("")
    expect(page.locator("#legend")).not_to_have_attribute("aria-busy", "true")
    states[0] = 400
    page.route("**/map/counts/**", refuse)
    press(page, "今年")
    expect(told).to_have_text("没有取到，过一会儿再试。")


def test_who_sees_no_cases_is_offered_none(window: Visitor) -> None:
    page = window(DESK).sign_in("planner", "/areas/?cases=5y")
    asked = watched(page)
    page.wait_for_load_state("networkidle")
    expect(page.locator("#cases, #legend")).to_have_count(0)
    assert asked == []
