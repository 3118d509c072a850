"""What keeps coming back: outlines by rank, and what is known of each in plain words."""

import html
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import shapely

from layers.folium_maps.cell_maps import names_of
from layers.folium_maps.page import NARROW, PANEL, Page, Sheet, crowded
from layers.hotspots.wording import TITLES, say_claims
from layers.styles import Theme

# What nobody has looked at yet.
CANDIDATE = "candidate"
# Of a degree: about ten metres.
PLACES = 4
INTERVALS = "括号里是 90% 区间 · Intervals are of 90 %"


def conflicts(
    found: gpd.GeoDataFrame,
    cells: gpd.GeoDataFrame,
    *,
    title: str = "",
    summary: str = "",
    streets: gpd.GeoDataFrame | None = None,
    theme: Theme = "light",
) -> Page:
    """Conflicts by rank on the map and in a list; each tells its five claims.

    Parameters
    ----------
    found
        Columns `rank`, `name`, `name_en` and those that `layers.hotspots.wording.say_claims` reads. The outline of a
        `candidate` is dashed; without a column `state` nobody has confirmed any. What has no rank was not listed
        and is not drawn. Any declared coordinate system, as `cells`.
    cells
        Column `name`: what is drawn below.
    summary
        How many were tested, how sure the list is: a line under the title.
    """
    sheet = Sheet(crowded(cells), title=title, theme=theme, panel=PANEL)
    sheet.areas(cells, names_of(cells))
    sheet.streets(streets)
    listed = found[found["rank"].notna()].sort_values("rank").to_crs(4326)
    rows = listed.to_dict("records")
    sheet.panel(_list(title, summary, rows))
    sheet.run(DRAW, conflicts=_drawn_all(rows), panel=PANEL, narrow=NARROW)
    return sheet.page()


def _is_candidate(row: Mapping[str, Any]) -> bool:
    return bool(row.get("state", CANDIDATE) == CANDIDATE)


def _disc(row: Mapping[str, Any]) -> str:
    dashed = " dashed" if _is_candidate(row) else ""
    return f'<i class="disc{dashed}">{int(row["rank"])}</i>'


def _drawn_all(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the script draws; discs of one place stand beside each other."""
    drawn = [_drawn(row) for row in rows]
    places: Counter[tuple[float, ...]] = Counter()
    for one in drawn:
        place = tuple(one["at"])
        one["beside"] = places[place]
        places[place] += 1
    return drawn


def _drawn(row: Mapping[str, Any]) -> dict[str, Any]:
    shape = row["geometry"]
    middle = shapely.point_on_surface(shape)
    return {
        "shape": json.loads(shapely.to_geojson(shape)),
        "at": [round(middle.y, PLACES), round(middle.x, PLACES)],
        "disc": _disc(row),
        "dash": "6 4" if _is_candidate(row) else None,
        "said": _claims(row),
    }


def _list(title: str, summary: str, rows: list[dict[str, Any]]) -> str:
    lines = "".join(
        f'<li><button type="button" data-conflict="{number}">{_disc(row)}<span>'
        f"<b>{html.escape(row['name'])}</b><small>{html.escape(row['name_en'])}</small><br>"
        f"{html.escape(say_claims(row)['intense'].zh)}</span></button></li>"
        for number, row in enumerate(rows)
    )
    note = f"<p>{html.escape(summary)}</p>" if summary else ""
    return f"<h1>{html.escape(title)}</h1>{note}<ol>{lines}</ol><p><small>{INTERVALS}</small></p>"


def _claims(row: Mapping[str, Any]) -> str:
    said = "".join(
        f"<dt>{TITLES[name].zh} <small>{TITLES[name].en}</small></dt>"
        f"<dd>{html.escape(words.zh)}<small>{html.escape(words.en)}</small></dd>"
        for name, words in say_claims(row).items()
    )
    return (
        f"<h2>{html.escape(row['name'])}</h2><small>{html.escape(row['name_en'])}</small>"
        f'<dl class="claims">{said}</dl><small>{INTERVALS}</small>'
    )


DRAW = """
const room = innerWidth < given.narrow ? [0, innerHeight * 0.45] : [given.panel, 0];
const drawn = given.conflicts.map(({ shape, at, beside, disc, dash, said }) => {
  const line = (weight, colour, dashArray) =>
    L.geoJSON(shape, { style: { color: colour, weight, dashArray, fillOpacity: 0 } }).addTo(map);
  line(7, "var(--f-on)");
  const outline = line(2, "var(--f-i)", dash);
  const icon = L.divIcon({ className: "place", html: disc, iconSize: [0, 0], iconAnchor: [-26 * beside, 0],
    popupAnchor: [26 * beside, -10] });
  const marker = L.marker(at, { icon, keyboard: false }).addTo(map);
  const tall = {
    maxWidth: Math.min(380, innerWidth - 130), maxHeight: Math.max(160, innerHeight - room[1] - 160),
    autoPanPaddingTopLeft: [52, 8], autoPanPaddingBottomRight: room,
  };
  [outline, marker].forEach((layer) => layer.bindPopup(said, tall));
  return { outline, marker };
});
document.querySelectorAll("[data-conflict]").forEach((row) => row.addEventListener("click", () => {
  const { outline, marker } = drawn[row.dataset.conflict];
  map.fitBounds(outline.getBounds(), { maxZoom: 16, animate: false, paddingBottomRight: room });
  marker.openPopup();
}));
"""
