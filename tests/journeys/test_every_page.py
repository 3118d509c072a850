"""Every page: readable, reachable, with nothing of a stranger's, in both themes and languages."""

import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.audit import grave_faults, sideways, small_targets
from tests.journeys.cases import LATE, RESTING
from tests.journeys.visits import DESK, PHONE, Visitor, picture

NOBODY = ""
AT_HOME = {"latitude": 39.7525, "longitude": 98.2916, "accuracy": 8}
ZIXUAN = "620201002012"


# Another name each time, or the brake on guessing would show another page.
strangers = (f"zhouc-{number:02d}" for number in count(3))


def _wrong_password(page: Page) -> None:
    page.locator("[name=username]").fill(next(strangers))
    page.locator("[name=password]").fill("wrong")
    page.locator("form .btn--pri").click()
    expect(page.locator(".err")).to_be_visible()


def _choose_building(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-ground", "ready")
    page.locator("#tab-buildings").click()
    seven = page.locator("[data-kind=building]:has(.tile:text-is('7'))")
    seven.last.locator("button").click()
    expect(page.locator("#card")).to_be_visible()
    expect(page.locator("#here")).to_contain_text("003")


def _refused(page: Page) -> None:
    page.locator("[data-action=locate]").first.click()
    expect(page.locator("#refusal")).to_be_visible()


def _open_menu(page: Page) -> None:
    page.locator(".account summary").click()


def _press_map(page: Page) -> None:
    _map_is_there(page)
    page.wait_for_load_state("networkidle")
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.47, box["y"] + box["height"] * 0.5)
    expect(page.locator("#identified h2")).to_be_visible()


def _map_is_there(page: Page) -> None:
    expect(page.locator("#map canvas").first).to_be_visible()


def _squares_are_drawn(page: Page) -> None:
    expect(page.locator("#cases-seen")).to_have_text(re.compile(r"\d"))
    _map_is_there(page)


def _open_first(page: Page) -> None:
    page.locator(".cases__list a").first.click()
    expect(page.locator("#case-map")).to_have_attribute("data-drawn", "drawn")


def _open_sheet(page: Page) -> None:
    _open_first(page)
    page.locator("[data-open=reveal]").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _open_act(page: Page) -> None:
    _open_first(page)
    page.locator(".moves a").first.click()
    page.locator(".act .btn--lg").click()
    expect(page.locator(".input--err")).to_be_visible()


def _open_conflict(page: Page) -> None:
    page.get_by_role("link", name=RESTING.partition(" ")[0]).filter(has_text="停车").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("停车")


def _send_nothing(page: Page) -> None:
    page.locator("#id_words").fill(" ")
    page.locator(".act .btn--lg").click()
    expect(page.locator(".input--err").first).to_be_visible()


def _report_drawn(page: Page) -> None:
    expect(page.locator("#report")).to_have_attribute("data-drawn", "drawn")
    page.locator(".topic[data-action=others]").click()


def _report_details(page: Page) -> None:
    expect(page.locator("#report")).to_have_attribute("data-drawn", "drawn")
    page.locator(".topic").first.click()
    for part in page.locator("details.set").all():
        part.locator("summary").click()


def _counts_are_drawn(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-picture", "ready")
    page.wait_for_load_state("networkidle")


def _nothing(_: Page) -> None:
    """The page as it opens."""


# name of the picture: who, where, what to do there, other options
PAGES: dict[str, tuple[str, str, Callable[[Page], None], dict[str, Any]]] = {
    "login": (NOBODY, "/login/", _wrong_password, {}),
    "my-cells": (
        "grid-member",
        "/my-cells/",
        _choose_building,
        {"geolocation": AT_HOME, "permissions": ["geolocation"]},
    ),
    "my-cells-refused": ("grid-member", "/my-cells/", _refused, {"permissions": []}),
    "my-cells-menu": ("grid-member", "/my-cells/", _open_menu, {}),
    "no-cells": ("planner", "/my-cells/", _nothing, {}),
    "home": ("city-admin", "/areas/", _press_map, {}),
    "home-cases": ("city-admin", "/areas/?cases=5y", _squares_are_drawn, {}),
    "community": ("city-admin", f"/areas/?area={ZIXUAN}", _map_is_there, {}),
    "search": ("city-admin", "/areas/?q=紫轩", _map_is_there, {}),
    "nothing-found": ("city-admin", "/areas/?q=xyz", _map_is_there, {}),
    "command": ("city-admin", "/command/", _counts_are_drawn, {}),
    "command-of-a-planner": ("planner", "/command/", _counts_are_drawn, {}),
    "command-misread": ("city-admin", "/command/?topic=nothing&view=cells", _counts_are_drawn, {}),
    "areas-compared": ("city-admin", f"/command/areas/?area={ZIXUAN}", _nothing, {}),
    "briefing": ("city-admin", "/briefing/", _nothing, {}),
    "contacts": ("grid-member", "/contacts/", _nothing, {}),
    "contacts-of-a-planner": ("planner", "/contacts/", _nothing, {}),
    "cases": ("community-officer", "/cases/", _nothing, {}),
    "no-cases": ("planner", "/cases/", _nothing, {}),
    "case": ("grid-member", f"/cases/?q={LATE}", _open_first, {}),
    "case-parties": ("community-officer", f"/cases/?q={LATE}", _open_sheet, {}),
    "case-act": ("grid-member", f"/cases/?q={LATE}", _open_act, {}),
    "case-not-found": ("grid-member", "/cases/JYG-20200101-00001/", _nothing, {}),
    "conflicts": ("community-officer", "/conflicts/", _nothing, {}),
    "conflict": ("community-officer", "/conflicts/?state=quiet", _open_conflict, {}),
    "conflict-act": ("community-officer", "/conflicts/JYG-R0002/measure/", _send_nothing, {}),
    "conflict-not-found": ("community-officer", "/conflicts/JYG-R9999/", _nothing, {}),
    "report": (
        "grid-member",
        "/report/",
        _report_drawn,
        {"geolocation": AT_HOME, "permissions": ["geolocation"]},
    ),
    "report-details": ("grid-member", "/report/", _report_details, {}),
    "notices": ("grid-member", "/notices/", _nothing, {}),
    "password": ("city-admin", "/password/", _nothing, {}),
    "not-found": ("city-admin", "/nowhere/", _nothing, {}),
}
LOOKS = {
    f"{device}{theme}{language}": (
        {"phone": PHONE, "desk": DESK}[device],
        "dark" if theme else "light",
        "en" if language else "zh-hans",
    )
    for device in ("phone", "desk")
    for theme in ("", "-dark")
    for language in ("", "-en")
}
# Every page once on a phone and once on a desk, in another theme and language; my cells in every look.
CHOSEN = [
    *[(name, look) for name in PAGES for look in ("phone", "desk-dark-en")],
    *[("my-cells", look) for look in LOOKS if look not in ("phone", "desk-dark-en")],
    *[(name, look) for name in ("login", "home") for look in ("phone-dark", "desk", "desk-dark")],
    *[(name, "desk") for name in ("command", "briefing")],
    *[(name, look) for name in ("case", "report") for look in ("phone-dark-en", "desk")],
]
# The language stays with a person: to change it before every visit costs three pages each time.
VISITS = sorted(CHOSEN, key=lambda visit: LOOKS[visit[1]][2] == "en")
PICTURED = ("login", "home", "my-cells", "case", "report", "cases", "command", "briefing")
# Pages that come with a status of their own.
FAILURES = {
    "not-found": "404",
    "command-misread": "400",
    "case-not-found": "404",
    "case-act": "422",
    "conflict-not-found": "404",
    "conflict-act": "422",
}


def show(window: Visitor, name: str, look: str) -> Page:
    who, path, act, options = PAGES[name]
    device, theme, language = LOOKS[look]
    visit = window(device, color_scheme=theme, **options)
    if name in FAILURES:
        visit.expect_failure(FAILURES[name])
    if who:
        page = visit.sign_in(who, path, language)
    else:
        cookie = {"name": "django_language", "value": language, "url": visit.address}
        visit.page.context.add_cookies([cookie])  # type: ignore[list-item]
        page = visit.open(path)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    act(page)
    return page


@pytest.mark.parametrize(("name", "look"), VISITS, ids=["-".join(visit) for visit in VISITS])
def test_a_page_is_readable_and_reachable(
    window: Visitor, axe: str, pictures: Path | None, name: str, look: str
) -> None:
    page = show(window, name, look)
    if name in PICTURED:
        picture(page, pictures, f"{name}-{look}")
    assert grave_faults(page, axe) == []
    assert sideways(page) <= 0
    if look.startswith("phone"):
        assert small_targets(page) == []


# 320 pixels, and a desk of 1280 × 800 magnified to 200 %.
NARROW = {"phone of 320 pixels": (320, 568), "desk at 200 %": (640, 400)}


@pytest.mark.parametrize("size", NARROW.values(), ids=NARROW)
@pytest.mark.parametrize(
    "name",
    [
        "login",
        "my-cells",
        "home",
        "community",
        "command",
        "areas-compared",
        "contacts",
        "password",
        "cases",
        "case",
        "report",
        "conflicts",
    ],
)
def test_a_narrow_window_needs_no_scrolling_sideways(
    window: Visitor, name: str, size: tuple[int, int]
) -> None:
    who, path, _, _ = PAGES[name]
    visit = window({"viewport": {"width": size[0], "height": size[1]}})
    page = visit.sign_in(who, path, "en") if who else visit.open(path)
    assert sideways(page) <= 0
