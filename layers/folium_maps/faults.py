"""The faults of a coverage over its areas, numbered on the map and in a list."""

import html
import json
from typing import Any

import folium
import geopandas as gpd
import shapely

from layers.folium_maps.page import PANEL, Page, Sheet, whole
from layers.styles import Theme


def coverage(
    areas: gpd.GeoDataFrame,
    faults: gpd.GeoDataFrame,
    *,
    title: str,
    summary: str,
    theme: Theme = "light",
) -> Page:
    """The faults of a coverage over its areas, numbered on the map and in a list.

    Parameters
    ----------
    areas
        Column `name`; any declared coordinate system, as `faults`.
    faults
        Columns `kind` (overlaps, gaps, slivers, edges, outside, invalid), `text` (one line) and
        a geometry: the fault itself, or its place. A fault without one is listed only.
    """
    sheet = Sheet(whole(areas), title=title, theme=theme, panel=PANEL)
    sheet.areas(areas, [str(name) for name in areas["name"]])
    faults = faults.to_crs(4326)
    places = []
    for number, (kind, shape) in enumerate(zip(faults.kind, faults.geometry, strict=True), start=1):
        places.append([] if shape is None else _bounds(shape))
        if shape is not None:
            _add_fault(sheet.map, number, kind, shape)
    sheet.panel(_fault_list(title, summary, faults))
    sheet.run(GO_TO, places=places)
    return sheet.page()


def _add_fault(page: folium.Map, number: int, kind: str, shape: Any) -> None:
    folium.GeoJson(
        json.loads(shapely.to_geojson(shape)),
        style_function=lambda _feature: FAULTS[kind],
        marker=folium.CircleMarker(radius=2, weight=2, color="var(--f-i)"),
    ).add_to(page)
    west, south, east, north = _bounds(shape)
    disc = folium.DivIcon(
        icon_size=(0, 0),
        html=f'<i class="fault {kind}"><b>{number}</b></i>',
        class_name="fault-place",
    )
    folium.Marker([(south + north) / 2, (west + east) / 2], icon=disc).add_to(page)


def _bounds(shape: Any) -> list[float]:
    bounds: list[float] = shapely.bounds(shape).tolist()
    return bounds


def _fault_list(title: str, summary: str, faults: gpd.GeoDataFrame) -> str:
    lines = "".join(
        f'<li><button type="button" data-fault="{number}">'
        f'<i class="disc {kind}">{number}</i>{html.escape(text)}</button></li>'
        for number, (kind, text) in enumerate(zip(faults.kind, faults.text, strict=True), start=1)
    )
    return f"<h1>{html.escape(title)}</h1><p>{html.escape(summary)}</p><ol>{lines}</ol>"


def _fault_style(token: str, pattern: str = "", *, is_filled: bool = True) -> dict[str, Any]:
    return {
        "color": f"var(--{token})",
        "weight": 1.5,
        "fill": is_filled,
        "fillColor": f"url(#{pattern})" if pattern else f"var(--{token})",
        "fillOpacity": 1,
    }


FAULTS = {
    "overlaps": _fault_style("f-o", "crossed"),
    "gaps": _fault_style("f-g", "dotted"),
    "slivers": _fault_style("f-s"),
    "edges": _fault_style("f-s", is_filled=False),
    "outside": _fault_style("f-t", "hatched"),
    "invalid": _fault_style("f-i", is_filled=False),
}

GO_TO = """
document.querySelectorAll("[data-fault]").forEach((row) => row.addEventListener("click", () => {
  const [west, south, east, north] = given.places[row.dataset.fault - 1];
  if (west !== undefined) map.fitBounds([[south, west], [north, east]], { maxZoom: 19 });
}));
"""
