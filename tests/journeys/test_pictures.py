"""The commander's pages as large as a desk, a phone and a wall, in both languages, light and dark.

One window for a language: size and theme change under a page that is loaded once. Nothing may stick out sideways and
no figure, heading or button may be cut, whatever the size; pictures are taken where they are asked for.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.audit import cut_off, dots_first, sideways
from tests.journeys.cases import ZIXUAN
from tests.journeys.visits import DESK, Visit, Visitor, picture

DESKS, PHONES, WALLS = (1440, 900), (390, 844), (1920, 1080)
OWN_BOX = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".dot { display: inline-block }");
  document.adoptedStyleSheets = [sheet];
}"""
SIZES = {"phone": PHONES, "wall": WALLS, "desk": DESKS}
PAGES = {
    "situation": "/command/",
    "change": f"/command/?view=cells&measure=change&area={ZIXUAN}",
    "conflicts": "/conflicts/",
    "conflict": "/conflicts/JYG-R0001/",
    "comparison": "/command/areas/",
    "week": "/briefing/",
}


def open_page(visit: Visit, path: str, language: str) -> Page:
    page = visit.sign_in("city-admin", path, language)
    if path.startswith("/command/") and "areas" not in path:
        expect(page.locator('html[data-picture="ready"]')).to_be_attached()
    page.wait_for_load_state("networkidle")
    return page


def keep(page: Page, gallery: Path | None, name: str) -> None:
    """In both themes, where pictures are asked for: a page is no wider in the other."""
    if gallery is None:
        return
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        page.wait_for_timeout(300)
        picture(page, gallery, f"{name}-{theme}")


def broken_dots(page: Page) -> list[int]:
    """The widths of a phone and of less at which a line begins with a dot."""
    found = []
    for width in range(200, 440, 8):
        page.set_viewport_size({"width": width, "height": 844})
        if dots_first(page):
            found.append(width)
    return found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_of_a_commander_is_cut_at_any_size(
    window: Visitor, gallery: Path | None, language: str
) -> None:
    visit, faults = window(DESK, color_scheme="light"), []
    for name, path in PAGES.items():
        page = open_page(visit, path, language)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            if "command" in path and "areas" not in path:
                page.locator("[data-action=fit]").click()
            keep(page, gallery, f"{name}-{size}-{language}")
            cut = cut_off(page)
            faults += [f"{name} {size}: {words}" for words in cut]
            faults += [
                f"{name} {size}: a line begins with a dot, {one}" for one in dots_first(page)
            ]
            if sideways(page) > 0:
                faults.append(f"{name} {size} is {sideways(page)} too wide")
    assert faults == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_line_ends_with_its_dot_at_every_width(window: Visitor, language: str) -> None:
    page = open_page(window(DESK, color_scheme="light"), "/conflicts/", language)
    assert broken_dots(page) == []
    # The control: a dot that is a box of its own breaks off.
    page.evaluate(OWN_BOX)
    assert broken_dots(page) != []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_wall_shows_all_of_its_words(
    window: Visitor, gallery: Path | None, language: str
) -> None:
    device = {"viewport": {"width": WALLS[0], "height": WALLS[1]}}
    page = open_page(window(device, color_scheme="light"), "/command/?wall&view=cells", language)
    keep(page, gallery, f"screen-{language}")
    assert cut_off(page) == []
    assert page.evaluate("document.documentElement.scrollHeight") <= WALLS[1]
