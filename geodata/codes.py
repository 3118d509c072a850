"""Codes of cells and buildings, and the order in which cells are numbered.

A code is a label: twelve digits of a division and then three of a cell or five of a building.
"""

import numpy as np
import numpy.typing as npt

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


def reading_order(x: npt.ArrayLike, y: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """The order of points as one reads: rows from north to south, each west to east.

    Points are in one row while their northings lie no farther apart, one from the next,
    than half the median step between neighbouring northings of a square arrangement.

    Parameters
    ----------
    x, y
        Eastings and northings, shape (n,), any unit.

    Returns
    -------
    Indices that sort the points, shape (n,).
    """
    east, north = np.asarray(x, float), np.asarray(y, float)
    if len(north) < 2:
        return np.arange(len(north))
    by_north = np.argsort(-north, kind="stable")
    row_height = np.ptp(north) / np.sqrt(len(north)) / 2
    row = np.zeros(len(north), np.intp)
    row[by_north[1:]] = np.cumsum(-np.diff(north[by_north]) > row_height)
    return np.lexsort((-north, east, row))
