"""How many cases lie where, for maps of the whole city: squares of a 64th of a tile, for zooms 10 to 14."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from django.db.models import F

from gridmap.accounts.scope import Scope
from gridmap.incidents.counting.asking import Counts, Ids, Window
from gridmap.incidents.counting.cells import cells_of_today
from gridmap.incidents.counting.leaves import number_of
from gridmap.incidents.counting.squares import (
    BINS,
    SHIFT,
    Tile,
    bins_in,
    cells_of,
    level_of,
    placed,
    squares_of,
    tile_around,
)
from gridmap.incidents.counting.sums import EVERYWHERE, Sums, on_one_view, places_of, read_sums
from gridmap.incidents.models import CountSquare
from gridmap.incidents.querysets import WITHOUT_CASES, works_with_cases

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
    total = _count(scope, squares_of(tile), tile[0], window, topics, tile)[tile]
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
    squares = CountSquare.objects.annotate(level=F("square").bitrightshift(2 * SHIFT))
    known = [*squares.filter(level=level).values_list("square", flat=True)]
    totals = _count(scope, known, zoom, window, topics, EVERYWHERE)
    counts = np.concatenate([np.zeros(0, np.int64), *totals.values()])
    return counts[counts > 0]


def has_overview(scope: Scope) -> bool:
    """Whether there are cells as a whole in which this person sees the cases."""
    return works_with_cases(scope) and bool(_areas(scope) or scope.cell_ids)


def _areas(scope: Scope) -> frozenset[int]:
    return scope.areas_of(scope.roles - WITHOUT_CASES)


def _count(
    scope: Scope,
    squares: list[int],
    zoom: int,
    window: Window,
    topics: Sequence[int],
    within: Tile,
) -> dict[Tile, Counts]:
    """By tile of a zoom and bin, in squares and in what has changed within a tile."""
    if not has_overview(scope):
        return _nothing()
    days = [number_of(window.since), number_of(window.until)]
    seen = (_areas(scope), scope.cell_ids)
    return on_one_view(lambda: _by_tile(read_sums(squares, topics, days, within), zoom, *seen))


def _nothing() -> dict[Tile, Counts]:
    return defaultdict(lambda: np.zeros(BINS, np.int64))


def _by_tile(
    sums: Sums, zoom: int, areas: frozenset[int], cells: frozenset[int]
) -> dict[Tile, Counts]:
    seen = (sums.boundaries, areas, cells)
    totals = _nothing()
    for number, square in sums.squares.items():
        tile = tile_around(number, zoom)
        before, until = square.before
        counts = np.bincount(
            _bins(number, square.version, tile, *seen), until - before, NOWHERE + 1
        )
        totals[tile] += counts[:NOWHERE].astype(np.int64)
    if len(sums.changes):
        _add_changes(totals, zoom, cells_of_today(*seen), sums.changes)
    return totals


def _add_changes(totals: dict[Tile, Counts], zoom: int, cells: Ids, changes: Ids) -> None:
    known = changes[np.isin(changes[:, 0], cells) & (changes[:, 1] >= 0)]
    cell, bin_, _day, number = known.T
    tiles, places = placed(zoom, cell, bin_)
    for tile in np.unique(tiles).tolist():
        own = tiles == tile
        np.add.at(totals[tile_around(tile, zoom)], places[own] % BINS, number[own])


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
