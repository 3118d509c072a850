import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from folium.plugins import HeatMap, MarkerCluster
from playwright.sync_api import Browser, Page, Route, sync_playwright

from layers import folium_maps
from layers.folium_maps.faults import FAULTS
from layers.offline import LOADED, NeedsNetwork, without_network
from layers.styles import PALETTES
from tests.layers.hotspots.claim_rows import ROW

EVIL = "</script><img src=x onerror=alert(1)>{{ 90001 * 90001 }}"
RUN = ("<img src=x", str(90001 * 90001))
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
CELLS = gpd.GeoDataFrame(
    {"name": ["", EVIL], "code": ["620201001001001", "620201001001002"], "households": [3, 60]},
    geometry=[shapely.box(98.20, 39.7, 98.21, 39.71), shapely.box(98.21, 39.7, 98.22, 39.71)],
    crs=4490,
)
STREETS = gpd.GeoDataFrame(
    {"grade": ["main"]}, geometry=[shapely.LineString([(98.2, 39.7), (98.22, 39.71)])], crs=4490
)


def make_faults(*geometries: Any) -> gpd.GeoDataFrame:
    kinds = list(FAULTS)[: len(geometries)]
    texts = [f"{kind} {EVIL}" for kind in kinds]
    return gpd.GeoDataFrame({"kind": kinds, "text": texts}, geometry=list(geometries), crs=4490)


def make_points(count: int = 60) -> gpd.GeoDataFrame:
    """Cases of a year in Beijing, all in the western cell; the first has no place and the second no moment."""
    rng = np.random.default_rng(1)
    moments = pd.Timestamp("2025-01-01", tz="Asia/Shanghai") + pd.to_timedelta(
        np.linspace(0, 364, count), "D"
    )
    places = list(
        shapely.points(rng.normal(98.205, 0.001, count), rng.normal(39.705, 0.001, count))
    )
    frame = gpd.GeoDataFrame({"at": moments}, geometry=[None, *places[1:]], crs=4490)
    frame.loc[1, "at"] = pd.NaT
    return frame


def make_conflicts() -> gpd.GeoDataFrame:
    rows = [
        {**ROW, "rank": 2, "name": "乙", "name_en": "B", "state": "candidate"},
        {**ROW, "rank": 1, "name": f"甲 {EVIL}", "name_en": "A", "state": "confirmed"},
        {**ROW, "rank": None, "name": "丙", "name_en": "C", "state": "confirmed"},
    ]
    return gpd.GeoDataFrame(rows, geometry=[CELLS.geometry[0]] * 3, crs=4490)


def in_json(words: str) -> str:
    return json.dumps(words)[1:-1]


def every_fault() -> folium_maps.Page:
    shape = shapely.box(98.205, 39.7, 98.215, 39.705)
    faults = make_faults(shape, shape, shape, shape, shapely.Point(98.2, 39.7), None)
    return folium_maps.coverage(CELLS, faults, title="6 处问题", summary="")


PAGES: dict[str, Callable[[], folium_maps.Page]] = {
    "cells": lambda: folium_maps.cells(CELLS, title=EVIL, streets=STREETS),
    "choropleth": lambda: folium_maps.choropleth(
        CELLS, [3, 60], unit=EVIL, title="户数", unsure=np.array([True, False])
    ),
    "heat": lambda: folium_maps.heat(make_points(), CELLS, title=EVIL, streets=STREETS),
    "heat_with_time": lambda: folium_maps.heat_with_time(
        make_points(), CELLS, when="at", title=EVIL
    ),
    "conflicts": lambda: folium_maps.conflicts(
        make_conflicts(), CELLS, title=EVIL, summary=EVIL, theme="dark"
    ),
    "coverage": every_fault,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


class Opened:
    """A page in a browser without a network; `asked` are the addresses it wanted from elsewhere."""

    def __init__(self, browser: Browser, text: str, path: Path, viewport: Any) -> None:
        path.write_text(text, encoding="utf-8")
        self.context = browser.new_context(viewport=viewport, offline=True)
        self.asked: list[str] = []
        self.errors: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.route("**/*", self._answer)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(path.as_uri())

    def _answer(self, route: Route) -> None:
        if route.request.url.startswith(("file:", "data:")):
            route.continue_()
        else:
            self.asked.append(route.request.url)
            route.abort()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    windows: list[Opened] = []

    def open_page(text: str, viewport: Any = DESK) -> Opened:
        windows.append(Opened(browser, text, tmp_path / "page.html", viewport))
        return windows[-1]

    yield open_page
    for window in windows:
        window.context.close()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_with_the_network_cut_and_asks_nobody(
    opened: Callable[..., Opened], name: str, viewport: Any
) -> None:
    window = opened(PAGES[name]().text, viewport)
    assert window.page.locator("path.leaflet-interactive").count() >= 2
    assert window.page.locator("img[src='x']").count() == 0
    wide = window.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= viewport["width"]
    assert (window.asked, window.errors) == ([], [])


def test_the_browser_counts_what_a_page_asks_for(opened: Callable[..., Opened]) -> None:
    page = folium.Map(tiles="https://tile.example.org/{z}/{x}/{y}.png", attr="x")
    assert opened(page.get_root().render()).asked


def test_a_fault_is_found_from_the_list(opened: Callable[..., Opened]) -> None:
    page = opened(every_fault().text).page
    page.click("[data-fault='1']")
    assert page.locator(".fault").count() == 5
    assert page.locator("[data-fault]").count() == 6


def test_time_is_moved_by_keyboard_and_the_picture_follows(opened: Callable[..., Opened]) -> None:
    page = opened(PAGES["heat_with_time"]().text).page
    picture, said = page.locator(".leaflet-image-layer"), page.locator("output")
    last = (picture.get_attribute("src"), said.text_content())
    assert last[1] == "2025-12 · 5 件 cases"
    page.locator("input[type=range]").press("Home")
    assert said.text_content() == "2025-01 · 4 件 cases"
    assert picture.get_attribute("src") != last[0]
    page.locator("input[type=range]").press("End")
    assert (picture.get_attribute("src"), said.text_content()) == last
    page.locator(".time button").click()
    assert said.text_content() == "2025-01 · 4 件 cases"
    assert page.locator(".time button").get_attribute("aria-label") == "停 Pause"


def test_a_conflict_tells_its_five_claims_when_its_row_is_chosen(
    opened: Callable[..., Opened],
) -> None:
    page = opened(PAGES["conflicts"]().text, PHONE).page
    rows = page.locator("[data-conflict]")
    assert [row.split("\n")[0] for row in rows.all_inner_texts()] == ["1", "2"]
    rows.first.focus()
    page.keyboard.press("Enter")
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    assert popup.locator("dt").count() == popup.locator("dd").count() == 5
    assert "48 件，通常 14.0 件；平常的 3.4 倍（2.5～4.5）" in popup.inner_text()
    left = [box["x"] for disc in page.locator(".place .disc").all() if (box := disc.bounding_box())]
    assert len({round(x) for x in left}) == 2, "discs of one place stand beside each other"


def test_what_nobody_has_confirmed_is_dashed_and_what_was_not_listed_is_not_drawn(
    opened: Callable[..., Opened],
) -> None:
    page = opened(PAGES["conflicts"]().text).page
    assert page.locator(".panel .disc.dashed").all_inner_texts() == ["2"]
    assert page.locator("path[stroke-dasharray]").count() == 1
    assert page.locator("[data-conflict]").count() == 2


@pytest.mark.parametrize("name", PAGES)
def test_names_from_a_file_are_text_and_neither_html_nor_template(name: str) -> None:
    text = PAGES[name]().text
    assert EVIL not in text
    for ran in RUN:
        assert ran not in text


def test_counts_are_coloured_in_the_classes_of_the_legend() -> None:
    text = folium_maps.choropleth(CELLS, [3, 60]).text
    assert PALETTES["light"]["h6"] in text
    assert "<li>" in text
    assert [edge for edge in ("85", "130") if f"</i>{edge}</li>" in text] == []
    assert "</i>55</li>" in text


def test_a_change_is_shown_in_its_own_colours_and_what_is_unsure_is_hatched() -> None:
    text = folium_maps.choropleth(CELLS, [0.4, 2.5], scale="change").text
    assert PALETTES["light"]["d-3"] in text
    assert "</i>÷2</li>" in text
    assert "斜线" not in text
    assert 'url(#unsure)"' in PAGES["choropleth"]().text
    assert "斜线" in PAGES["choropleth"]().text


def test_what_is_not_compared_stays_paper_and_has_no_number() -> None:
    text = folium_maps.choropleth(CELLS, [np.nan, 60]).text
    assert '"name": "620201001001001"' in text
    assert in_json(" · 60") in text


def test_there_is_one_value_for_each_cell() -> None:
    with pytest.raises(ValueError, match="one for each of the 2 cells"):
        folium_maps.choropleth(CELLS, [1, 2, 3])


@pytest.mark.parametrize("name", ["heat", "heat_with_time"])
def test_density_says_that_it_is_a_picture(name: str) -> None:
    assert "密度是图画，不是结论" in PAGES[name]().text


def test_the_peak_of_a_density_is_in_cases_per_square_kilometre() -> None:
    # Of n cases at one point the kernel's peak is n / (2 π b²).
    points = gpd.GeoDataFrame(geometry=[shapely.Point(98.21, 39.705)] * 400, crs=4490)
    text = folium_maps.heat(points, CELLS, bandwidth_m=200).text
    peak = 400 / (2 * np.pi * 0.2**2)
    top = round(0.9 * peak / 5) * 5
    assert any(f"</i>{edge:,}</li>" in text for edge in range(top - 15, top + 20, 5))


@pytest.mark.parametrize("draw", [folium_maps.heat, folium_maps.heat_with_time])
def test_cases_without_a_place_have_no_density(draw: Any) -> None:
    when = {"when": "at"} if draw is folium_maps.heat_with_time else {}
    with pytest.raises(ValueError, match="points"):
        draw(make_points(1), CELLS, **when)


def test_a_week_begins_on_its_monday() -> None:
    text = folium_maps.heat_with_time(make_points(), CELLS, when="at", every="week").text
    assert in_json("2025-01-13 一周 week · 2 件 cases") in text


def test_nothing_to_draw_is_drawn() -> None:
    assert folium_maps.cells(CELLS.iloc[:0]).text
    lost = gpd.GeoDataFrame({"name": ["a"]}, geometry=[None], crs=4490)
    assert folium_maps.coverage(lost, make_faults(None), title="", summary="").text
    assert folium_maps.conflicts(make_conflicts().iloc[2:], CELLS).text


def test_a_page_is_saved_as_it_is_and_a_notebook_shows_it_in_a_frame(tmp_path: Path) -> None:
    page = folium_maps.cells(CELLS)
    page.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page.text
    assert page._repr_html_().startswith("<iframe srcdoc=")
    assert "<script>" not in page._repr_html_()


def test_a_heatmap_and_a_plain_marker_need_no_network() -> None:
    page = folium.Map(tiles=None)
    HeatMap([[39.8, 98.3]]).add_to(page)
    folium.Marker([39.8, 98.3]).add_to(page)
    text = without_network(page)
    assert not LOADED.search(text)
    assert "simpleheat" in text


@pytest.mark.parametrize(
    "part",
    [
        folium.TileLayer("https://tile.example.org/{z}/{x}/{y}.png", attr="x"),
        MarkerCluster(),
        folium.Marker([39.8, 98.3], icon=folium.Icon()),
    ],
)
def test_what_no_package_holds_is_refused(part: Any) -> None:
    page = folium.Map(tiles=None)
    part.add_to(page)
    with pytest.raises(NeedsNetwork):
        without_network(page)
