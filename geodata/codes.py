"""Codes of cells and buildings, and the order in which cells are numbered.

A code is a label: twelve digits of a division and then three of a cell or five of a building.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

CELL_DIGITS = 3
BUILDING_DIGITS = 5


class CodesExhausted(ValueError):
    """A division has used all its numbers."""


def cell_code(division: str, sequence: int) -> str:
    """The code of the nth cell of a community, 001 to 999."""
    return _code(division, sequence, CELL_DIGITS)


def building_code(division: str, sequence: int) -> str:
    """The code of the nth building of a community by time of entry, 00001 to 99999."""
    return _code(division, sequence, BUILDING_DIGITS)


def _code(division: str, sequence: int, digits: int) -> str:
    if not 1 <= sequence < 10**digits:
        raise CodesExhausted(f"{division}: number {sequence} does not fit {digits} digits")
    return f"{division}{sequence:0{digits}d}"


def reading_order_of(shapes: Sequence[BaseGeometry]) -> npt.NDArray[np.intp]:
    """The order of areas as one reads, by their centroids.

    Parameters
    ----------
    shapes
        Polygons or multipolygons, length n, in any units; none may be empty.

    Returns
    -------
    Indices that sort the shapes, shape (n,).
    """
    centres = shapely.centroid(shapes)
    _west, south, _east, north = shapely.bounds(shapes).T
    return reading_order(shapely.get_x(centres), shapely.get_y(centres), north - south)


def reading_order(
    x: npt.ArrayLike, y: npt.ArrayLike, height: npt.ArrayLike
) -> npt.NDArray[np.intp]:
    """The order of places as one reads: rows from north to south, each west to east.

    A row is a band as high as the median place, counted from the northernmost edge.

    Parameters
    ----------
    x, y
        Eastings and northings of the middles, shape (n,), any unit.
    height
        Extents from south to north in that unit, shape (n,), positive.

    Returns
    -------
    Indices that sort the places, shape (n,).
    """
    east, north = np.asarray(x, float), np.asarray(y, float)
    if not len(north):
        return np.arange(0)
    band = float(np.median(np.asarray(height, float)))
    row = np.floor((north.max() + band / 2 - north) / band)
    return np.lexsort((-north, east, row))
