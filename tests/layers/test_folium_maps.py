from collections.abc import Iterator
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pytest
import shapely
from folium.plugins import HeatMap, MarkerCluster
from playwright.sync_api import Browser, sync_playwright

from layers.folium_maps import FAULTS, cells_map, coverage_map
from layers.offline import LOADED, NeedsNetwork, without_network

EVIL = "<img src=x onerror=alert(1)>"
CELLS = gpd.GeoDataFrame(
    {"name": ["", EVIL], "code": ["620201001001001", "620201001001002"], "households": [3, 60]},
    geometry=[shapely.box(98.20, 39.7, 98.21, 39.71), shapely.box(98.21, 39.7, 98.22, 39.71)],
    crs=4490,
)


def make_faults(*geometries: Any) -> gpd.GeoDataFrame:
    kinds = list(FAULTS)[: len(geometries)]
    texts = [f"{kind} {EVIL}" for kind in kinds]
    return gpd.GeoDataFrame({"kind": kinds, "text": texts}, geometry=list(geometries), crs=4490)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


def test_a_page_asks_for_nothing_and_runs_without_an_error(
    browser: Browser, tmp_path: Path
) -> None:
    shape = shapely.box(98.205, 39.7, 98.215, 39.705)
    faults = make_faults(shape, shape, shape, shape, shapely.Point(98.2, 39.7), None)
    path = tmp_path / "faults.html"
    coverage_map(CELLS, faults, title="6 处问题", summary="").save(path)
    page = browser.new_page()
    asked: list[str] = []
    errors: list[Any] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(path.as_uri())
    page.click("[data-fault='1']")
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert errors == []
    assert page.locator(".fault").count() == 5
    assert page.locator("[data-fault]").count() == 6
    assert page.locator("img[src='x']").count() == 0


def test_names_from_a_file_are_text_and_never_html() -> None:
    assert EVIL not in cells_map(CELLS, title=EVIL).text
    assert EVIL not in coverage_map(CELLS, make_faults(None), title=EVIL, summary=EVIL).text


def test_counts_are_coloured_in_the_classes_of_the_legend() -> None:
    text = cells_map(CELLS, count="households", title="户数").text
    assert "var(--h6)" in text
    assert text.count('class="class"') == 6


def test_nothing_to_draw_is_drawn() -> None:
    assert cells_map(CELLS.iloc[:0]).text
    lost = gpd.GeoDataFrame({"name": ["a"]}, geometry=[None], crs=4490)
    assert coverage_map(lost, make_faults(None), title="", summary="").text


def test_a_notebook_shows_the_page_in_a_frame() -> None:
    shown = cells_map(CELLS)._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    assert "<script>" not in shown


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
