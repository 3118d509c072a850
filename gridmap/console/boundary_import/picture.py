"""What the map draws of an upload: small enough for a phone, exact where somebody looks closely.

Lines are SVG paths in whole tenths of a web-Mercator metre east and south of `origin`, as
`layers/static/layers/paper.js` draws them; shapes of faults are GeoJSON in degrees.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geodata.plane import Plane
from geodata.polygons import mean_width

EARTH = 6378137.0
UNIT = 0.1
Geometries = npt.NDArray[Any]
Array = npt.NDArray[np.float64]
FaultDict = dict[str, Any]
Labels = Mapping[str, tuple[str, str]]

# Degrees; about a decimetre: half a pixel where the map draws these lines closest.
SIMPLER = 1e-6
# About fifty metres.
AT_LEAST = 5e-4
# What is drawn must travel to a phone.
MOST_DRAWN = 500


def mercator(lonlat: Array) -> Array:
    """Degrees to metres of web Mercator, shape (n, 2)."""
    radians = np.radians(lonlat)
    northing = np.log(np.tan(np.pi / 4 + radians[:, 1] / 2))
    return EARTH * np.column_stack([radians[:, 0], northing])


def origin_of(geometries: Geometries) -> tuple[float, float]:
    """The north-western corner in metres of web Mercator."""
    west, _south, _east, north = shapely.total_bounds(geometries)
    x, y = mercator(np.array([[west, north]]))[0]
    return float(np.floor(x)), float(np.ceil(y))


def path_of(geometries: Geometries, origin: tuple[float, float]) -> str:
    """The outlines of polygons or lines as one SVG path."""
    simple = shapely.simplify(geometries, SIMPLER, preserve_topology=False)
    parts = shapely.get_parts(shapely.get_parts(simple[~shapely.is_empty(simple)]))
    polygonal = shapely.get_dimensions(parts) == 2
    lines = np.concatenate([shapely.get_rings(parts[polygonal]), parts[~polygonal]])
    lonlat, owner = shapely.get_coordinates(lines, return_index=True)
    finite = np.isfinite(lonlat).all(axis=1)
    lonlat, owner = lonlat[finite], owner[finite]
    if not len(owner):
        return ""
    units = np.rint((mercator(lonlat) - origin) / UNIT * [1, -1]).astype(int)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    steps = np.diff(units, axis=0, prepend=0)
    text = [f"{x} {y}" for x, y in steps.tolist()]
    pieces = np.split(np.array(text, dtype=object), starts[1:])
    return "".join(
        f"M{units[start][0]} {units[start][1]}l{' '.join(piece[1:])}"
        for start, piece in zip(starts, pieces, strict=True)
        if len(piece) > 1
    )


def shape_of(geometry: Any) -> dict[str, Any] | None:
    """A shape as GeoJSON in degrees; None where it has no finite coordinates."""
    if geometry is None or not np.isfinite(shapely.get_coordinates(geometry)).all():
        return None
    content: dict[str, Any] = json.loads(shapely.to_geojson(geometry))
    return content


def near(fault: FaultDict, frame: gpd.GeoDataFrame, labels: Labels) -> list[dict[str, Any]]:
    """The borders of a fault's rows, as far as its surroundings reach."""
    west, south, east, north = shapely.bounds(fault["geometry"])
    margin = max(2 * max(east - west, north - south), AT_LEAST)
    box = shapely.box(west - margin, south - margin, east + margin, north + margin)
    shapes = {row: frame.geometry[row] for row in fault["rows"][:2] if row in frame.index}
    names = dict(zip(fault["rows"], fault["cells"], strict=False))
    return [
        {
            "label": labels.get(names.get(row, ""), (str(row), "")),
            "line": shape_of(shapely.intersection(shapely.boundary(shape), box)),
        }
        for row, shape in shapes.items()
        if shapely.is_valid(shape)
    ]


def draw_fault(fault: FaultDict, frame: gpd.GeoDataFrame, labels: Labels) -> dict[str, Any]:
    """One fault for the map: its place, its shape, and whose borders pass there."""
    shape = fault["geometry"]
    if fault["kind"] == "invalid" and fault["rows"]:
        # The check names the point where rings cross; a person knows the whole shape.
        shape = frame.geometry[fault["rows"][0]]
    drawn = shape_of(shape)
    return {
        "number": fault["number"],
        "kind": fault["kind"],
        "at": None if fault["lon"] is None else [fault["lon"], fault["lat"]],
        "shape": drawn,
        "width_m": _width_m(fault),
        "near": near(fault, frame, labels) if drawn and fault["geometry"] is not None else [],
    }


def _width_m(fault: FaultDict) -> float | None:
    """How wide a strip of this shape is; what no zoom on its length would show."""
    shape = fault["geometry"]
    if shape is None or shapely.get_dimensions(shape) != 2 or not shapely.length(shape):
        return None
    return float(mean_width(Plane.around(shape).to_metres(shape)))


def bounds_of(geometries: Geometries) -> list[list[float]]:
    """South-west and north-east as Leaflet wants them."""
    points = shapely.get_coordinates(geometries)
    points = points[np.isfinite(points).all(axis=1)]
    (west, south), (east, north) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return [[south, west], [north, east]]


def draw(
    frame: gpd.GeoDataFrame,
    parents: Sequence[gpd.GeoDataFrame],
    faults: Sequence[FaultDict],
    labels: Labels,
) -> dict[str, Any]:
    """The picture of a file with its faults; `focus` is where these lie."""
    shapes = frame.geometry.to_numpy()
    above = [outlines.geometry.to_numpy() for outlines in parents]
    origin = origin_of(shapes)
    places = [(fault["lon"], fault["lat"]) for fault in faults if fault["lon"] is not None]
    return {
        "origin": origin,
        "bounds": bounds_of(shapes),
        "focus": bounds_of(shapely.points(places)) if places else None,
        "cells": path_of(shapes, origin),
        "parents": path_of(np.concatenate(above), origin) if above else "",
        "faults": [draw_fault(fault, frame, labels) for fault in faults[:MOST_DRAWN]],
    }


def draw_change(
    frame: gpd.GeoDataFrame, stored: gpd.GeoDataFrame, change: Mapping[str, Any]
) -> dict[str, Any]:
    """What opens and what ends, over the picture of the file."""
    origin = origin_of(frame.geometry.to_numpy())
    opened = {item["code"] for part in ("new", "changed") for item in change[part]}
    closed = {item["code"] for part in ("ended", "changed") for item in change[part]}
    # Cells without a code in the file get one on the way in: all of them are new.
    mine = frame.geometry[frame.code.isin(opened) | (frame.code == "")].to_numpy()
    theirs = stored.geometry[stored.code.isin(closed)].to_numpy()
    everything = np.concatenate([mine, theirs])
    return {
        "opened": path_of(mine, origin),
        "closed": path_of(theirs, origin),
        "focus": bounds_of(everything) if len(everything) else None,
    }
