"""How many cases lie where, for maps of the whole city: squares of a 64th of a tile, for zooms 10 to 14."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from django.db import connection

from gridmap.accounts.scope import Scope
from gridmap.incidents.counting.asking import Counts, Ids, Window
from gridmap.incidents.counting.cells import cells_of_today
from gridmap.incidents.counting.leaves import number_of
from gridmap.incidents.counting.squares import (
    BINS,
    Tile,
    bins_in,
    cells_of,
    level_of,
    placed,
    squares_of,
    tile_around,
)
from gridmap.incidents.counting.sums import on_one_view, places_of, read_sums
from gridmap.incidents.querysets import WITHOUT_CASES, works_with_cases

# Those of a level that count cases, also such as nobody has folded yet.
SQUARES = """
SELECT square FROM incidents_countsquare WHERE square >> 40 = %(level)s
UNION SELECT (%(level)s::bigint << 40) | ((bin >> 40 - %(level)s) << 20) | ((bin & 1048575) >> 20 - %(level)s)
FROM incidents_countchange WHERE bin IS NOT NULL
"""
# What is out of scope.
NOWHERE = BINS


@dataclass(frozen=True)
class Bins:
    """Bins of a tile that have cases, in rising order (row × 64 + column, from its north-west), and the cases of each."""

    bins: Ids
    counts: Counts


def count_bins(scope: Scope, tile: Tile, window: Window, topics: Sequence[int]) -> Bins:
    """Cases of a window in the bins of a tile, those of today's cells that are in scope as a whole.

    Topics by id; all where none is named. Who knows a cell through a post only, has no overview.

    Raises
    ------
    ValueError
        A zoom without overview.
    """
    squares, days = squares_of(tile), [number_of(window.since), number_of(window.until)]
    total = np.zeros(BINS, np.int64)
    if has_overview(scope):
        seen = (_areas(scope), scope.cell_ids)
        total = on_one_view(lambda: _count(squares, tile, days, topics, *seen))
    bins = np.flatnonzero(total)
    return Bins(bins, total[bins])


def count_all_bins(scope: Scope, zoom: int, window: Window, topics: Sequence[int]) -> Counts:
    """The same of every bin of a zoom that has any, in no order.

    Raises
    ------
    ValueError
        As `count_bins`.
    """
    level = level_of(zoom)
    if not has_overview(scope):
        return np.zeros(0, np.int64)
    with connection.cursor() as cursor:
        cursor.execute(SQUARES, {"level": level})
        tiles = {tile_around(square, zoom) for (square,) in cursor.fetchall()}
    found = [count_bins(scope, tile, window, topics).counts for tile in tiles]
    return np.concatenate([np.zeros(0, np.int64), *found])


def has_overview(scope: Scope) -> bool:
    """Whether there are cells as a whole in which this person sees the cases."""
    return works_with_cases(scope) and bool(_areas(scope) or scope.cell_ids)


def _areas(scope: Scope) -> frozenset[int]:
    return scope.areas_of(scope.roles - WITHOUT_CASES)


def _count(
    squares: list[int],
    tile: Tile,
    days: list[int],
    topics: Sequence[int],
    areas: frozenset[int],
    cells: frozenset[int],
) -> Counts:
    """By bin."""
    sums = read_sums(squares, topics, days, tile)
    seen = (sums.boundaries, areas, cells)
    total = np.zeros(BINS + 1, np.int64)
    for number, square in sums.squares.items():
        before, until = square.before
        bins = _bins(number, square.version, tile, *seen)
        total += np.bincount(bins, until - before, BINS + 1).astype(np.int64)
    if len(sums.changes):
        cell, bin_, _day, number = sums.changes.T
        known = np.isin(cell, cells_of_today(*seen))
        _, places = placed(tile[0], cell, bin_)
        np.add.at(total, places[known] % BINS, number[known])
    return total[:NOWHERE]


@lru_cache(1_000)
def _bins(
    square: int,
    version: int,
    tile: Tile,
    boundaries: bytes,
    areas: frozenset[int],
    cells: frozenset[int],
) -> npt.NDArray[np.uint16]:
    """In which bin of a tile each place of a square lies; `NOWHERE` out of scope."""
    places = places_of(square, version)
    is_seen = np.isin(cells_of(places), cells_of_today(boundaries, areas, cells))
    # A thousand are remembered: as small as bins are.
    return np.where(is_seen, bins_in(tile, square, places), NOWHERE).astype(np.uint16)
