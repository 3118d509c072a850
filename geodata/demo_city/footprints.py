"""Shapes of buildings: slabs, towers, courts, sheds, an H for a hospital; metres."""

from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.demo_city.patches import Patch, Points


class Footprint(NamedTuple):
    """One building as planned; `row` counts the rows of its block from the north."""

    shape: BaseGeometry
    row: int
    length_m: float
    depth_m: float


def oblong(centre: Points, east: Points, length_m: float, depth_m: float) -> shapely.Polygon:
    """Return a rectangle whose long side runs along the unit vector `east`."""
    north = np.array([-east[1], east[0]])
    along, across = east * length_m / 2, north * depth_m / 2
    return shapely.Polygon(
        [
            centre - along + across,
            centre + along + across,
            centre + along - across,
            centre - along - across,
        ]
    )


# Outlines in a square of −½…½, u along the building, v to the north.
OUTLINES: dict[str, tuple[tuple[float, float], ...]] = {
    "U": (
        (-0.5, 0.5),
        (-0.28, 0.5),
        (-0.28, -0.17),
        (0.28, -0.17),
        (0.28, 0.5),
        (0.5, 0.5),
        (0.5, -0.5),
        (-0.5, -0.5),
    ),
    "L": ((-0.5, 0.5), (-0.2, 0.5), (-0.2, -0.15), (0.5, -0.15), (0.5, -0.5), (-0.5, -0.5)),
    "H": (
        (-0.44, 0.5),
        (-0.24, 0.5),
        (-0.24, 0.13),
        (0.24, 0.13),
        (0.24, 0.5),
        (0.44, 0.5),
        (0.44, -0.5),
        (0.24, -0.5),
        (0.24, -0.13),
        (-0.24, -0.13),
        (-0.24, -0.5),
        (-0.44, -0.5),
    ),
    "O": ((-0.5, 0.5), (0.5, 0.5), (0.5, -0.5), (-0.5, -0.5)),
}
COURT = ((-0.26, 0.2), (0.26, 0.2), (0.26, -0.2), (-0.26, -0.2))


def shaped(
    centre: Points, east: Points, length_m: float, depth_m: float, outline: str
) -> shapely.Polygon:
    """Return a U, an L, an H or a house around a court (`O`)."""
    axes = np.array([east * length_m, np.array([-east[1], east[0]]) * depth_m])
    courts = [centre + np.array(COURT) @ axes] if outline == "O" else []
    return shapely.Polygon(centre + np.array(OUTLINES[outline]) @ axes, courts)


def rows_of_slabs(
    patch: Patch, margin_m: float, pitch_m: float, length_m: float, gap_m: float, depth_m: float
) -> list[Footprint]:
    """Return rows of oblong buildings that fill a patch; in narrow ones they are shorter."""
    width, height = patch.width_m - 2 * margin_m, patch.height_m - 2 * margin_m
    length_m = min(length_m, max(width, 12.0))
    columns = int((width + gap_m) // (length_m + gap_m))
    rows = int((height - depth_m) // pitch_m) + 1 if height > depth_m else 0
    if columns < 1 or rows < 1:
        return []
    us = _spread(columns, length_m / 2 + margin_m, patch.width_m)
    vs = _spread(rows, depth_m / 2 + margin_m, patch.height_m)
    return [
        Footprint(oblong(patch.at(u, v), patch.east(), length_m, depth_m), row, length_m, depth_m)
        for row, v in enumerate(vs)
        for u in us
    ]


def _spread(count: int, edge_m: float, total_m: float) -> list[float]:
    if count == 1:
        return [0.5]
    return [float(place) / total_m for place in np.linspace(edge_m, total_m - edge_m, count)]


def masked(
    patch: Patch, margin_m: float, mask: tuple[str, ...], length_m: float, depth_m: float
) -> list[Footprint]:
    """Return rows of slabs where a mask of `1` and `0` says so: one string a row."""
    us = _spread(len(mask[0]), length_m / 2 + margin_m, patch.width_m)
    vs = _spread(len(mask), depth_m / 2 + margin_m, patch.height_m)
    return [
        Footprint(oblong(patch.at(u, v), patch.east(), length_m, depth_m), row, length_m, depth_m)
        for row, v in enumerate(vs)
        for u, stands in zip(us, mask[row], strict=True)
        if stands == "1"
    ]
