"""Density over the city, as it stands and as it moves through time: a picture, not a finding."""

import base64
import html
from io import BytesIO
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from folium.raster_layers import ImageOverlay
from PIL import Image, ImageColor

from layers.folium_maps.cell_maps import names_of
from layers.folium_maps.page import Page, Sheet, crowded, steps
from layers.hotspots.cube import Periods, Unit
from layers.hotspots.density import Grid, density
from layers.styles import PALETTES, STEPS, Theme, classify, density_breaks, legend

Floats = npt.NDArray[np.float64]

BANDWIDTH_M = 150.0
# Points of the grid in a bandwidth; and at most along a side, of one picture and of each of many.
FINE, MOST, MOST_OF_MANY = 6, 1600, 800
OPACITY = 0.78
# Over the cells, which lie at 200 in the same pane.
ABOVE = 300
# Of web maps, whose metres grow towards the poles.
WEB = 3857
SQUARE_KM = 1e6
A_PICTURE = "密度是图画，不是结论 · A picture, not a finding"
UNIT = "件／平方公里 · cases per km²"
STARTS = {"day": "{0:%Y-%m-%d}", "week": "{0:%Y-%m-%d} 一周 week", "month": "{0:%Y-%m}"}


def heat(
    points: gpd.GeoDataFrame,
    cells: gpd.GeoDataFrame,
    *,
    title: str = "",
    bandwidth_m: float = BANDWIDTH_M,
    streets: gpd.GeoDataFrame | None = None,
    theme: Theme = "light",
) -> Page:
    """Density of points over cells, in six classes with hard edges.

    Parameters
    ----------
    points
        In any declared coordinate system; those without a place are nowhere.
    cells
        Column `name`: what is drawn below, and how far the picture goes.
    bandwidth_m
        Standard deviation of the kernel in metres.

    Raises
    ------
    ValueError
        No point with a place, or a bandwidth too small for so large a city.
    """
    ground = _Ground(cells, bandwidth_m, MOST)
    surface = ground.density_of(points)
    sheet = _sheet(cells, title, theme)
    breaks = _breaks([surface])
    _lay(sheet, _png(surface, breaks, theme), ground)
    sheet.streets(streets)
    sheet.card(steps(legend(breaks, theme)), UNIT, [A_PICTURE])
    return sheet.page()


def heat_with_time(
    points: gpd.GeoDataFrame,
    cells: gpd.GeoDataFrame,
    *,
    when: str,
    every: Unit = "month",
    title: str = "",
    bandwidth_m: float = BANDWIDTH_M,
    streets: gpd.GeoDataFrame | None = None,
    theme: Theme = "light",
) -> Page:
    """Density step by step, with a slider; the classes are those of the densest step and stand still.

    Parameters
    ----------
    points, cells, bandwidth_m
        As of `heat`.
    when
        The column with the moments; those of a time zone count in it.
    every
        How long a step is.

    Raises
    ------
    ValueError
        As of `heat`.
    """
    placed = points[_has_place(points) & points[when].notna()]
    if placed.empty:
        raise ValueError("points: none has a place and a moment")
    local = placed[when].dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    periods = Periods(every, local.min(), local.max())
    step = periods.of(local)
    ground = _Ground(cells, bandwidth_m, MOST_OF_MANY)
    surfaces = [ground.density_of(placed[step == n]) for n in range(len(periods))]
    breaks = _breaks(surfaces)
    frames = [_png(surface, breaks, theme) for surface in surfaces]
    sheet = _sheet(cells, title, theme)
    overlay = _lay(sheet, frames[-1], ground)
    sheet.streets(streets)
    counts = np.bincount(step, minlength=len(periods)).tolist()
    texts = [
        f"{STARTS[every].format(start)} · {count} 件 cases"
        for start, count in zip(periods.starts().tolist(), counts, strict=True)
    ]
    sheet.add(_slider(texts, counts))
    sheet.run(PLAY.replace("OVERLAY", overlay), frames=frames, texts=texts)
    sheet.card(steps(legend(breaks, theme)), UNIT, [A_PICTURE])
    return sheet.page()


class _Ground:
    """The grid of a picture: straight on the web's map, so that the picture needs no bending.

    The web's metres are longer than metres on the ground by one factor, which changes by less than a
    hundredth within a city.
    """

    def __init__(self, cells: gpd.GeoDataFrame, bandwidth_m: float, most: int) -> None:
        west, south, east, north = cells.to_crs(WEB).total_bounds
        middle = gpd.GeoSeries.from_xy([west], [(south + north) / 2], crs=WEB).to_crs(4326).y[0]
        self._stretch = 1 / np.cos(np.radians(middle))
        self._bandwidth = bandwidth_m * self._stretch
        step = max(self._bandwidth / FINE, max(east - west, north - south) / most)
        columns, rows = int((east - west) / step) + 1, int((north - south) / step) + 1
        self.grid = Grid(west, south, step, columns, rows)

    def density_of(self, points: gpd.GeoDataFrame) -> Floats:
        """Cases in a square kilometre of ground."""
        shapes = points[_has_place(points)].geometry.to_crs(WEB)
        found = density(shapes.x, shapes.y, self.grid, self._bandwidth)
        cases: Floats = found * self._stretch**2 * SQUARE_KM
        return cases

    @property
    def bounds(self) -> list[list[float]]:
        """The corners of the picture, half a step around the points of the grid, in degrees."""
        grid, half = self.grid, self.grid.step / 2
        x, y = [grid.x[0] - half, grid.x[-1] + half], [grid.y[0] - half, grid.y[-1] + half]
        corners = gpd.GeoSeries.from_xy(x, y, crs=WEB).to_crs(4326)
        return [[float(corner.y), float(corner.x)] for corner in corners]


def _has_place(points: gpd.GeoDataFrame) -> Any:
    return points.geometry.notna() & ~points.geometry.is_empty


def _breaks(surfaces: list[Floats]) -> tuple[float, ...]:
    peak = max(float(surface.max()) for surface in surfaces)
    if not peak > 0:
        raise ValueError("points: none has a place near the cells")
    return density_breaks(peak)


def _sheet(cells: gpd.GeoDataFrame, title: str, theme: Theme) -> Sheet:
    sheet = Sheet(crowded(cells), title=title, theme=theme)
    sheet.areas(cells, names_of(cells))
    return sheet


def _png(surface: Floats, breaks: tuple[float, ...], theme: Theme) -> str:
    """The classes as a picture of seven colours, the north on top."""
    classes = classify(surface[::-1], breaks).astype(np.uint8)
    picture = Image.fromarray(classes, mode="P")
    names = [f"h{number}" for number in range(1, STEPS + 1)]
    colours = [(0, 0, 0), *(ImageColor.getrgb(PALETTES[theme][name]) for name in names)]
    picture.putpalette([part for colour in colours for part in colour[:3]])
    file = BytesIO()
    picture.save(file, "png", transparency=0, optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _lay(sheet: Sheet, picture: str, ground: _Ground) -> str:
    """Put the picture on the map; the name of its layer."""
    layer = ImageOverlay(picture, ground.bounds, opacity=OPACITY, pixelated=False, z_index=ABOVE)
    layer.add_to(sheet.map)
    return str(layer.get_name())


def _slider(texts: list[str], counts: list[int]) -> str:
    """Play, a bar for each step, and the slider under them."""
    highest, last = max(counts), len(counts) - 1
    bars = "".join(
        f'<rect x="{n + 0.1:g}" y="{1 - count / highest:.3f}" width="0.8" height="{count / highest:.3f}"/>'
        for n, count in enumerate(counts)
    )
    return (
        '<aside class="time"><button type="button" aria-label="播放 Play">▶</button>'
        f'<output for="step" aria-live="polite">{html.escape(texts[last])}</output>'
        f'<svg viewBox="0 0 {len(counts)} 1" preserveAspectRatio="none" aria-hidden="true">{bars}</svg>'
        f'<input id="step" type="range" min="0" max="{last}" value="{last}" aria-label="时间 Time">'
        "</aside>"
    )


PLAY = """
const time = document.querySelector(".time"), [button, input, said] =
  ["button", "input", "output"].map((name) => time.querySelector(name));
const bars = time.querySelectorAll("rect"), last = given.frames.length - 1;
let playing = 0;
const show = () => {
  OVERLAY.setUrl(given.frames[input.value]);
  said.textContent = given.texts[input.value];
  input.setAttribute("aria-valuetext", said.textContent);
  bars.forEach((bar, n) => bar.classList.toggle("now", n === +input.value));
};
const stop = () => {
  clearInterval(playing);
  playing = 0;
  button.textContent = "▶";
  button.setAttribute("aria-label", "播放 Play");
};
const next = () => {
  if (+input.value === last) return stop();
  input.value = +input.value + 1;
  show();
};
const play = () => {
  if (+input.value === last) input.value = 0;
  show();
  playing = setInterval(next, 700);
  button.textContent = "⏸";
  button.setAttribute("aria-label", "停 Pause");
};
button.addEventListener("click", () => (playing ? stop() : play()));
input.addEventListener("input", show);
show();
"""
