"""A quiet picture of a city as SVG: what a page may show to who is not signed in."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

Colours = Mapping[str, str]

# Ground from below to above; streets from below to above with width and casing in pixels.
GROUND = {
    "urban": "m-urban",
    "residential": "m-block",
    "commercial": "m-com",
    "industrial": "m-ind",
    "public": "m-pub",
    "park": "m-park",
    "track": "m-track",
    "bed": "m-bed",
    "water": "m-water",
}
STREETS = {
    "street": ("m-road", 1.6, ""),
    "arterial": ("m-road", 2.6, "m-road-c"),
    "main": ("m-main", 3.4, "m-main-c"),
    "motorway": ("m-mw", 4.0, "m-mw-c"),
}
# Tenths of a pixel, so that paths need no decimal point.
FINE = 10


@dataclass(frozen=True)
class Window:
    """What the picture shows: around a point in degrees, so many pixels, at a scale."""

    centre: tuple[float, float]
    size: tuple[int, int]
    metres_per_pixel: float
    metric_srid: int


def draw_city(frames: Mapping[str, gpd.GeoDataFrame], colours: Colours, window: Window) -> str:
    """Draw ground, buildings, streets and cell lines.

    Parameters
    ----------
    frames
        `ground` (column `kind`), `streets` (column `grade`), `buildings` and `cells`, in degrees.
    colours
        The map colours by the names of the stylesheet, without the two dashes.
    window
        The part of the city to show.

    Returns
    -------
    str
        An SVG document without script, text or outside reference.
    """
    drawn = {name: _in_pixels(frame, window) for name, frame in frames.items()}
    width, height = (side * FINE for side in window.size)
    parts = [
        f'<rect width="{width}" height="{height}" fill="{colours["m-land"]}"/>',
        *_ground(drawn["ground"], colours),
        _fill(drawn["buildings"], colours["m-bldg"]),
        *_streets(drawn["streets"], colours),
        '<g opacity=".7">',
        _line(drawn["cells"].boundary, colours["m-cell"], 0.8),
        "</g>",
    ]
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {width} {height}" width="{window.size[0]}" height="{window.size[1]}" '
        'fill="none" stroke-linejoin="round">'
    )
    return head + "".join(parts) + "</svg>\n"


def _ground(ground: gpd.GeoSeries, colours: Colours) -> list[str]:
    return [_fill(ground[ground.index == kind], colours[colour]) for kind, colour in GROUND.items()]


def _streets(streets: gpd.GeoSeries, colours: Colours) -> list[str]:
    casings, tops = [], []
    for grade, (colour, width, casing) in STREETS.items():
        lines = streets[streets.index == grade]
        if casing:
            casings.append(_line(lines, colours[casing], width + 1.2))
        tops.append(_line(lines, colours[colour], width))
    return casings + tops


def _in_pixels(frame: gpd.GeoDataFrame, window: Window) -> gpd.GeoSeries:
    """The shapes in tenths of a pixel from the upper left corner, clipped; indexed by sort."""
    sort = next((column for column in ("kind", "grade") if column in frame), None)
    shapes = frame.geometry.to_crs(window.metric_srid)
    middle = gpd.GeoSeries.from_xy(*([degree] for degree in window.centre), crs=4490)
    middle = middle.to_crs(window.metric_srid).iloc[0]
    scale = FINE / window.metres_per_pixel
    width, height = (side * FINE for side in window.size)
    placed = shapes.affine_transform(
        [scale, 0, 0, -scale, width / 2 - middle.x * scale, height / 2 + middle.y * scale]
    )
    # A margin keeps the outlines of what is cut off outside the picture.
    clipped = placed.clip_by_rect(-FINE * 5, -FINE * 5, width + FINE * 5, height + FINE * 5)
    clipped.index = frame[sort] if sort else frame.index
    return clipped[~clipped.is_empty]


def _fill(shapes: gpd.GeoSeries, colour: str) -> str:
    path = _path(shapes, closed=True)
    return f'<path fill="{colour}" fill-rule="evenodd" d="{path}"/>' if path else ""


def _line(shapes: gpd.GeoSeries, colour: str, width: float) -> str:
    path = _path(shapes, closed=False)
    return f'<path stroke="{colour}" stroke-width="{width * FINE:g}" d="{path}"/>' if path else ""


def _path(shapes: gpd.GeoSeries, *, closed: bool) -> str:
    """Relative path data of all rings or lines, in whole tenths of a pixel."""
    parts = shapely.get_parts(shapes.values)
    rings = shapely.get_rings(parts) if closed else shapely.get_parts(parts)
    points = (np.rint(shapely.get_coordinates(ring)).astype(int) for ring in rings)
    return "".join(_subpath(ring, closed=closed) for ring in points)


def _subpath(points: np.ndarray, *, closed: bool) -> str:
    steps = np.diff(points, axis=0)
    steps = steps[steps.any(axis=1)]
    if closed:
        # The last step back to the first point is what `z` draws.
        steps = steps[:-1]
    if len(steps) < 1 + closed:
        return ""
    start = f"M{points[0][0]} {points[0][1]}l"
    run = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
    return start + run + ("z" if closed else "")
