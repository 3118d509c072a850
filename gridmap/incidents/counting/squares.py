"""Squares of the map and the places in them: where a case is counted. Pure.

A bin is a tile of zoom 20 (x << 20 | y), about 30 m on the ground. A square is a tile of one of `LEVELS` (zoom << 40 | x << 20 | y)
of 64 by 64 bins of its own (row × 64 + column, from its north-west). A place in a square is a cell and such a bin
(cell << 12 | bin), so that nothing out of scope is ever touched. In the square of the whole city a place is a cell.
"""

from itertools import product

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
# Zoom, x, y.
Tile = tuple[int, int, int]

# The square of the whole city among those of the map, and all topics among topics.
CITY, ALL = 0, 0
ZOOMS = range(10, 15)
# The other zooms are put together from four squares of the next one.
LEVELS = (10, 12, 14)
SHARE = 6
SIDE, BINS = 1 << SHARE, 1 << 2 * SHARE
BIN_ZOOM, SHIFT = 20, 20
MASK = (1 << SHIFT) - 1
PLACE = np.dtype("<i8")


def squares_of(tile: Tile) -> list[int]:
    """The squares that a tile is put together from.

    Raises
    ------
    ValueError
        A zoom without overview.
    """
    zoom, x, y = tile
    level = level_of(zoom)
    side = 1 << level - zoom
    return [
        level << 2 * SHIFT | (x * side + right) << SHIFT | (y * side + down)
        for right, down in product(range(side), repeat=2)
    ]


def level_of(zoom: int) -> int:
    """The zoom of the squares that a tile of a zoom is put together from.

    Raises
    ------
    ValueError
        A zoom without overview.
    """
    if zoom not in ZOOMS:
        raise ValueError("zoom: 10 to 14")
    return min(level for level in LEVELS if level >= zoom)


def tile_around(square: int, zoom: int) -> Tile:
    """The tile of a zoom that a square is a part of."""
    up = (square >> 2 * SHIFT) - zoom
    return zoom, (square >> SHIFT & MASK) >> up, (square & MASK) >> up


def placed(level: int, cells: Ints, bins: Ints) -> tuple[Ints, Ints]:
    """Squares of a level, and the places there, of cells and bins."""
    x, y = bins >> SHIFT, bins & MASK
    up = BIN_ZOOM - level
    squares = level << 2 * SHIFT | (x >> up) << SHIFT | (y >> up)
    row, column = (y >> up - SHARE) & SIDE - 1, (x >> up - SHARE) & SIDE - 1
    return squares, cells << 2 * SHARE | row << SHARE | column


def placed_in(order: bytes, wanted: Ints) -> tuple[Ints, Ints]:
    """An order of places with what is new in it at its end, and where in it each of the wanted stands."""
    known = np.frombuffer(order, PLACE)
    known = np.concatenate([known, np.setdiff1d(wanted, known)])
    by_id = np.argsort(known)
    return known, by_id[np.searchsorted(known, wanted, sorter=by_id)]


def cells_of(places: Ints) -> Ints:
    return places >> 2 * SHARE


def bins_in(tile: Tile, square: int, places: Ints) -> Ints:
    """In which bin of a tile places of one of its squares lie."""
    zoom, x, y = tile
    up = (square >> 2 * SHIFT) - zoom
    column = (square >> SHIFT & MASK) << SHARE | (places & SIDE - 1)
    row = (square & MASK) << SHARE | (places >> SHARE & SIDE - 1)
    return ((row >> up) - (y << SHARE)) << SHARE | ((column >> up) - (x << SHARE))
