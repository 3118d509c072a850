"""Maps as single files that open without any network: for the check of coverage and notebooks."""

import html
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from branca.element import Element

from layers.offline import without_network
from layers.styles import Theme, classify, count_breaks, legend, tokens

# Above this a file grows past what a browser likes; what is simplified away is then invisible.
MANY_VERTICES = 300_000
FEW_PIXELS = 20_000
PANEL = 364  # pixels of the list and its margins


@dataclass(frozen=True)
class Page:
    """One HTML page, which a notebook shows as a map."""

    text: str

    def save(self, path: Path) -> None:
        """Write the page to a file."""
        path.write_text(self.text, encoding="utf-8")

    def _repr_html_(self) -> str:
        source = html.escape(self.text)
        return f'<iframe srcdoc="{source}" width="100%" height="560" frameborder="0"></iframe>'


def cells_map(
    cells: gpd.GeoDataFrame, *, count: str = "", title: str = "", theme: Theme = "light"
) -> Page:
    """Cells as outlines with their names; in the colours of “more” where a column is counted.

    Parameters
    ----------
    cells
        Column `name`, and `code` for cells without a name; any declared coordinate system.
    count
        A column of counts, coloured by `layers.styles.count_breaks`.
    """
    page = _page(cells, theme)
    names = np.where(cells["name"] == "", cells["code"], cells["name"])
    key = ""
    if count:
        values = cells[count].to_numpy()
        names = [f"{name} {value:g}" for name, value in zip(names, values, strict=True)]
        breaks = count_breaks(values)
        _add_areas(page, cells, names, classify(values, breaks))
        key = "".join(
            f'<li><i class="class" style="background:{line.colour}"></i>{line.lower:g}</li>'
            for line in legend(breaks, theme)
        )
    else:
        _add_areas(page, cells, names)
    heading = f"<h1>{html.escape(title)}</h1>" if title else ""
    _add_panel(page, f'{heading}<ol class="key">{key}</ol>' if heading or key else "")
    return Page(without_network(page))


def coverage_map(
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
    page = _page(areas, theme)
    _add_areas(page, areas, areas["name"].to_numpy())
    faults = faults.to_crs(4326)
    places = []
    for number, (kind, shape) in enumerate(zip(faults.kind, faults.geometry, strict=True), start=1):
        places.append([] if shape is None else _bounds(shape))
        if shape is not None:
            _add_fault(page, number, kind, shape)
    _add_panel(page, _fault_list(title, summary, faults), places)
    return Page(without_network(page))


def _page(areas: gpd.GeoDataFrame, theme: Theme) -> folium.Map:
    page = folium.Map(tiles=None, attributionControl=False)
    points = shapely.get_coordinates(areas.to_crs(4326).geometry.to_numpy())
    points = points[np.isfinite(points).all(axis=1)]
    if len(points):
        (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
        page.fit_bounds([[south, west], [north, east]], padding_bottom_right=(PANEL, 0))
    colours = "".join(f"--{name}:{value};" for name, value in tokens(theme).items())
    frame: Any = page.get_root()
    frame.header.add_child(Element(f"<style>:root{{{colours}}}{LOOK}</style>"))
    frame.html.add_child(Element(PATTERNS))
    return page


def _add_areas(
    page: folium.Map, areas: gpd.GeoDataFrame, names: Any, classes: Any | None = None
) -> None:
    shapes = areas.geometry.to_crs(4326).to_numpy()
    if shapely.get_num_coordinates(shapes).sum() > MANY_VERTICES:
        west, south, east, north = shapely.total_bounds(shapes)
        shapes = shapely.simplify(shapes, max(east - west, north - south) / FEW_PIXELS)
    frame = gpd.GeoDataFrame(
        # The tooltip writes HTML, and names come from files that anybody made.
        {
            "name": [html.escape(str(name)) for name in names],
            "class": 0 if classes is None else classes,
        },
        geometry=shapes,
        crs=4326,
    )
    frame = frame[_drawable(shapes)]
    if frame.empty:
        return
    folium.GeoJson(
        frame,
        style_function=lambda feature: _area_style(feature["properties"]["class"]),
        tooltip=folium.GeoJsonTooltip(["name"], labels=False),
    ).add_to(page)


def _drawable(shapes: Any) -> Any:
    return ~shapely.is_missing(shapes) & np.isfinite(shapely.bounds(shapes)).all(axis=1)


def _area_style(number: int) -> dict[str, Any]:
    fill = f"var(--h{number})" if number else "var(--m-urban)"
    return {"color": "var(--m-comm)", "weight": 1, "fillColor": fill, "fillOpacity": 1}


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


def _add_panel(page: folium.Map, content: str, places: list[list[float]] | None = None) -> None:
    frame: Any = page.get_root()
    if content:
        frame.html.add_child(Element(f'<aside class="panel">{content}</aside>'))
    script = GO_TO.replace("MAP", page.get_name()).replace("PLACES", json.dumps(places or []))
    frame.script.add_child(Element(script))


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

PATTERNS = """
<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
<pattern id="crossed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<path d="M0 3h6M3 0v6" stroke="var(--f-o)" stroke-width="1"/></pattern>
<pattern id="dotted" width="6" height="6" patternUnits="userSpaceOnUse">
<circle cx="3" cy="3" r="1.5" fill="var(--f-g)"/></pattern>
<pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<path d="M0 3h6" stroke="var(--f-t)" stroke-width="2"/></pattern>
</defs></svg>
"""

LOOK = """
body{font:14px/20px -apple-system,BlinkMacSystemFont,'PingFang SC','HarmonyOS Sans SC',
'Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei',sans-serif;color:var(--f-i)}
body .leaflet-container{background:var(--m-land);font:inherit}
.fault b,.disc{display:grid;place-items:center;flex:none;width:20px;height:20px;border-radius:50%;
background:var(--f-i);color:var(--f-on);font-size:12px;font-weight:600;font-style:normal}
.fault b{position:absolute;left:14px;top:-34px;box-shadow:0 0 0 2px var(--f-on)}
.fault::before{content:"";position:absolute;width:22px;height:1.5px;background:var(--f-i);
transform-origin:0 0;transform:rotate(-45deg)}
.overlaps b,.disc.overlaps{background:var(--f-o)} .gaps b,.disc.gaps{background:var(--f-g)}
.slivers b,.edges b,.disc.slivers,.disc.edges{background:var(--f-s)}
.outside b,.disc.outside{background:var(--f-t)}
.panel{position:absolute;z-index:1000;right:12px;top:12px;width:340px;max-height:calc(100% - 24px);
overflow:auto;background:var(--f-on);border-radius:12px;box-shadow:0 4px 12px rgba(27,30,35,.12)}
.panel h1{margin:16px 16px 4px;font-size:18px;line-height:24px}
.panel p{margin:0 16px 12px}
.panel ol{list-style:none;margin:0;padding:0}
.panel .key{display:flex;margin:12px 16px}
.panel .key li{flex:1}
.class{display:block;height:10px}
.panel button{display:flex;gap:10px;width:100%;padding:10px 16px;border:0;
border-top:1px solid var(--m-bed);background:none;font:inherit;color:inherit;text-align:left}
.panel button:hover{background:var(--m-urban);cursor:pointer}
"""

GO_TO = """
addEventListener("load", () => {
  const places = PLACES;
  document.querySelectorAll("[data-fault]").forEach((row) => row.addEventListener("click", () => {
    const [west, south, east, north] = places[row.dataset.fault - 1];
    if (west !== undefined) MAP.fitBounds([[south, west], [north, east]], {maxZoom: 19});
  }));
});
"""
