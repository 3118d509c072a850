"""What all pages share: the paper, the colours, a panel or a card beside the map, and how it fits a window."""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import folium
import geopandas as gpd
import numpy as np
import shapely
from branca.element import Element

from layers.folium_maps.look import LOOK, PATTERNS
from layers.offline import without_network
from layers.styles import ColourClass, Theme, tokens

# Above this a file grows past what a browser likes; what is simplified away is then invisible.
MANY_VERTICES = 300_000
FEW_PIXELS = 20_000
# Pixels of the panel and its margins, and the width below which it lies under the map.
PANEL, NARROW = 364, 640
# Per cent of the cells that lie beyond the window on either side.
OUTSIDE = 10
STREET_WEIGHTS = {"motorway": 3.4, "main": 2.6, "arterial": 2.0}
STREET_WEIGHT = 1.2
Window = list[list[float]]
# Colour, and the lower edge of its class.
Step = tuple[str, str]


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


class Sheet:
    """A map that is being drawn.

    Parameters
    ----------
    window : list
        South-west and north-east corner of what it shows at first, in degrees; empty for anywhere.
    title : str
    panel : int
        Pixels that are left for a panel on the right.
    """

    def __init__(self, window: Window, *, title: str, theme: Theme, panel: int = 0) -> None:
        self.map = folium.Map(tiles=None, attributionControl=False)
        self.title = title
        self._frame = _root(self.map)
        self._frame.title = html.escape(title)
        colours = "".join(f"--{name}:{value};" for name, value in tokens(theme).items())
        self._frame.header.add_child(_plain(f"<style>:root{{{colours}}}{LOOK}</style>"))
        self._frame.html.add_child(_plain(PATTERNS))
        if window:
            self.run(FIT, window=window, panel=panel, narrow=NARROW, title=title)

    def run(self, script: str, **given: Any) -> None:
        """Run a script once the page is there; it knows `map` and what is `given`."""
        # What opens a tag could end the script.
        values = json.dumps(given).replace("<", r"\u003c")
        head = f"const map = {self.map.get_name()}, given = {values};"
        text = f'addEventListener("load", () => {{{head}{script}}});'
        self._frame.script.add_child(_plain(text))

    def add(self, content: str) -> None:
        """HTML beside the map."""
        self._frame.html.add_child(_plain(content))

    def panel(self, content: str) -> None:
        """A list on the right, or below the map where there is no room."""
        self.add(f'<aside class="panel">{content}</aside>')

    def card(self, key: Sequence[Step], unit: str, notes: Sequence[str]) -> None:
        """The legend: the lower edge of every class, the unit, and what has to be known of the picture."""
        self.add(f'<aside class="card">{_key(self.title, key, unit, notes)}</aside>')

    def areas(
        self, areas: gpd.GeoDataFrame, names: Sequence[str], fills: Sequence[str] | None = None
    ) -> None:
        """Areas with their names, filled with the paint that `fills` names for each, or with paper."""
        shapes = simplified(areas)
        frame = gpd.GeoDataFrame(
            {
                "name": [_harmless(name) for name in names],
                "fill": "var(--m-urban)" if fills is None else fills,
            },
            geometry=shapes,
            crs=4326,
        )
        frame = frame[drawable(shapes)]
        if frame.empty:
            return
        folium.GeoJson(
            frame,
            style_function=lambda feature: _area(feature["properties"]["fill"]),
            tooltip=folium.GeoJsonTooltip(["name"], labels=False),
        ).add_to(self.map)

    def over(self, areas: gpd.GeoDataFrame, paint: str) -> None:
        """A pattern over areas that are already there."""
        shapes = simplified(areas)
        shapes = shapes[drawable(shapes)]
        if len(shapes):
            style = {"stroke": False, "fillColor": paint, "fillOpacity": 1}
            self._shapes(shapes, lambda _feature: style)

    def streets(self, streets: gpd.GeoDataFrame | None) -> None:
        """Streets to find one's way by: column `grade`."""
        if streets is None or streets.empty:
            return
        frame = gpd.GeoDataFrame(
            {"grade": streets["grade"]}, geometry=streets.geometry.to_crs(4326)
        )
        folium.GeoJson(
            frame,
            style_function=lambda feature: {
                "color": "var(--m-rail)",
                "opacity": 0.55,
                "weight": STREET_WEIGHTS.get(feature["properties"]["grade"], STREET_WEIGHT),
            },
            interactive=False,
        ).add_to(self.map)

    def _shapes(self, shapes: Any, style: Any) -> None:
        frame = gpd.GeoDataFrame(geometry=shapes, crs=4326)
        folium.GeoJson(frame, style_function=style, interactive=False).add_to(self.map)

    def page(self) -> Page:
        return Page(without_network(self.map))


def _root(page: folium.Map) -> Any:
    """The figure around a map, whose parts branca does not declare."""
    return page.get_root()


def _plain(text: str) -> Element:
    """Text as it stands: branca takes an element's own text for a template, and names may hold its marks."""
    element: Any = Element("{{ this.text }}")
    element.text = text
    return cast(Element, element)


def steps(classes: Sequence[ColourClass]) -> list[Step]:
    """Classes as a legend has them."""
    return [(line.colour, _number(line.lower)) for line in classes]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _key(title: str, key: Sequence[Step], unit: str, notes: Sequence[str]) -> str:
    classes = "".join(f'<li><i style="background:{colour}"></i>{edge}</li>' for colour, edge in key)
    bar = f'<ol class="key">{classes}</ol>' if key else ""
    heading = f"<h1>{html.escape(title)}</h1>" if title else ""
    said = f"<span>{html.escape(unit)}</span>" if unit else ""
    lines = "".join(f"<p>{html.escape(note)}</p>" for note in notes)
    return f"<header>{heading}{said}</header>{bar}{lines}"


def whole(areas: gpd.GeoDataFrame) -> Window:
    """The window in which all of it lies."""
    points = shapely.get_coordinates(areas.geometry.to_crs(4326).to_numpy())
    return _around(points, 0)


def crowded(cells: gpd.GeoDataFrame) -> Window:
    """The window in which four fifths of the cells lie: the town and not its desert, which is seen from afar."""
    west, south, east, north = cells.geometry.to_crs(4326).bounds.to_numpy().T
    return _around(np.column_stack([west + east, south + north]) / 2, OUTSIDE)


def _around(points: Any, outside: float) -> Window:
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return []
    (west, south), (east, north) = np.percentile(points, [outside, 100 - outside], axis=0).tolist()
    return [[south, west], [north, east]]


def simplified(areas: gpd.GeoDataFrame) -> Any:
    """Shapes in degrees of the web, without what no pixel shows."""
    shapes = areas.geometry.to_crs(4326).to_numpy()
    if shapely.get_num_coordinates(shapes).sum() > MANY_VERTICES:
        west, south, east, north = shapely.total_bounds(shapes)
        shapes = shapely.simplify(shapes, max(east - west, north - south) / FEW_PIXELS)
    return shapes


def _harmless(name: str) -> str:
    """A name from a file that anybody made: the tooltip writes HTML, and folium reads its data as a template."""
    return html.escape(name).replace("{", "&#123;")


def drawable(shapes: Any) -> Any:
    return ~shapely.is_missing(shapes) & np.isfinite(shapely.bounds(shapes)).all(axis=1)


def _area(fill: str) -> dict[str, Any]:
    return {"color": "var(--m-comm)", "weight": 1, "fillColor": fill, "fillOpacity": 1}


FIT = """
const { window: shown, panel, narrow, title } = given;
const below = [0, panel && innerHeight * 0.45], beside = [panel, 0];
map.fitBounds(shown, { paddingBottomRight: innerWidth < narrow ? below : beside });
document.documentElement.lang = "zh";
map.getContainer().setAttribute("role", "region");
map.getContainer().setAttribute("aria-label", title);
"""
