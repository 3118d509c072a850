"""How many cases lie where, for maps of the whole city: squares of a 64th of a tile, for zooms 10 to 14."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from struct import Struct

import numpy as np
from django.db import connection

from geodata.copying import read_rows
from gridmap.accounts.scope import Scope
from gridmap.incidents.counting.asking import Counts, Ids, Window
from gridmap.incidents.counting.cells import cells_of_today
from gridmap.incidents.counting.leaves import DAY_0, NEVER, NUMBER_BITS, ZERO, Entries, read
from gridmap.incidents.counting.series import CELL
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
from gridmap.incidents.querysets import WITHOUT_CASES, works_with_cases

READ = """
SELECT * FROM incidents_bins(%s::bigint[], %s::bigint[], %s::integer, %s::integer, %s::integer, %s::bigint, %s::bigint)
"""
# Those of a level that count cases, also such as nobody has folded yet.
SQUARES = """
SELECT square FROM incidents_countsquare WHERE square >> 40 = %(level)s
UNION SELECT (%(level)s::bigint << 40) | ((bin >> 40 - %(level)s) << 20) | ((bin & 1048575) >> 20 - %(level)s)
FROM incidents_countchange WHERE bin IS NOT NULL
"""
ORDER = "SELECT places FROM incidents_countsquare WHERE square = %s AND version = %s"
# Somebody folds between two statements now and then, not every time.
TRIES = 5
SQUARE, BOUNDARIES, LEAF, CHANGES = range(4)
# As PostgreSQL sends them.
SENT = np.dtype(">i8")
# Of a row: how many fields, and of each its length and itself; of the last one its length.
ROW = Struct(">hiiiqiqiqi")
# What is out of scope.
NOWHERE = BINS


# Squares, tile, the two days, topics.
_Asked = tuple[list[int], Tile, list[int], list[int]]


@dataclass(frozen=True)
class Bins:
    """Bins of a tile that have cases, in rising order (row × 64 + column, from its north-west), and the cases of each."""

    bins: Ids
    counts: Counts


@dataclass
class _Read:
    """Versions and lengths of the orders of squares; of each the leaves: sign, day, where in the body; and changes since."""

    body: memoryview
    boundaries: bytes = b""
    orders: dict[int, tuple[int, int]] = field(default_factory=dict)
    leaves: dict[int, list[tuple[int, int, int]]] = field(default_factory=lambda: defaultdict(list))
    changes: Ids = field(default_factory=lambda: np.zeros((0, 3), np.int64))


class _Outdated(LookupError):
    """The order of a square became another one between two statements."""


def count_bins(scope: Scope, tile: Tile, window: Window, topics: Iterable[int]) -> Bins:
    """Cases of a window in the bins of a tile, those of today's cells that are in scope as a whole.

    Topics by id; all where none is named. Who knows a cell through a post only, has no overview.

    Raises
    ------
    ValueError
        A zoom without overview, or a window that begins before 1990 or ends after 2169.
    """
    asked = (squares_of(tile), tile, [_day(window.since), _day(window.until)], sorted({*topics}))
    total = np.zeros(BINS + 1, np.int64)
    if has_overview(scope):
        total = _count(asked, _areas(scope), scope.cell_ids)
    bins = np.flatnonzero(total[:BINS])
    return Bins(bins, total[bins])


def count_all_bins(scope: Scope, zoom: int, window: Window, topics: Iterable[int]) -> Counts:
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
    chosen = [*topics]
    found = [count_bins(scope, tile, window, chosen).counts for tile in tiles]
    return np.concatenate([np.zeros(0, np.int64), *found])


def has_overview(scope: Scope) -> bool:
    """Whether there are cells as a whole in which this person sees the cases."""
    return works_with_cases(scope) and bool(_areas(scope) or scope.cell_ids)


def _areas(scope: Scope) -> frozenset[int]:
    return scope.areas_of(scope.roles - WITHOUT_CASES)


def _day(day: date) -> int:
    number = (day - DAY_0).days
    if not 0 < number < NEVER - 1:
        raise ValueError("window: days between 1990 and 2169")
    return number


def _count(asked: _Asked, areas: frozenset[int], cells: frozenset[int]) -> Counts:
    for _ in range(TRIES - 1):
        try:
            return _by_bin(_read(*asked), asked[1], areas, cells)
        except _Outdated:
            continue
    return _by_bin(_read(*asked), asked[1], areas, cells)


def _by_bin(kept: _Read, tile: Tile, areas: frozenset[int], cells: frozenset[int]) -> Counts:
    """By bin, and last what is out of scope."""
    seen = (kept.boundaries, areas, cells)
    total = np.zeros(BINS + 1, np.int64)
    for square, (version, width) in kept.orders.items():
        sums = _sums(kept, square, width)
        bins = _bins(square, version, tile, *seen)
        total += np.bincount(bins, sums, BINS + 1).astype(np.int64)
    if len(kept.changes):
        cell, bin_, number = kept.changes.T
        known = np.isin(cell, cells_of_today(*seen))
        _, places = placed(tile[0], cell, bin_)
        np.add.at(total, places[known] % BINS, number[known])
    return total


def _read(squares: list[int], tile: Tile, days: list[int], topics: list[int]) -> _Read:
    body = read_rows(READ, [squares, topics, *days, *tile])
    kept, begin = _Read(body), 0
    while begin < len(body):
        _, _, part, _, square, _, one, _, two, size = ROW.unpack_from(body, begin)
        begin += ROW.size
        if part == LEAF:
            kept.leaves[square].append((one, two, begin))
        elif part == SQUARE:
            kept.orders[square] = (one, two)
        elif part == BOUNDARIES:
            kept.boundaries = bytes(body[begin : begin + size])
        else:
            kept.changes = np.frombuffer(body, SENT, size // SENT.itemsize, begin).reshape(-1, 3)
        begin += size
    return kept


def _sums(kept: _Read, square: int, width: int) -> Counts:
    """By place: what leaves say, each with its sign and up to its day."""
    total = np.zeros(width, np.int64)
    entries: dict[int, list[Entries]] = {1: [], -1: []}
    for sign, day, begin in kept.leaves[square]:
        add = np.add if sign > 0 else np.subtract
        before, _, _, middle = read(kept.body, begin)
        sums, days, own, _ = read(kept.body, middle)
        for vector in (before, sums):
            part = total[: len(vector)]
            add(part, vector, out=part)
        entries[sign].append(own[: days.searchsorted(day)])
    for sign, parts in entries.items():
        if parts:
            own = np.concatenate(parts)
            numbers = (own & (1 << NUMBER_BITS) - 1).astype(np.int64) - ZERO
            total += sign * np.bincount(own >> NUMBER_BITS, numbers, width).astype(np.int64)
    return total


@lru_cache(1_000)
def _bins(
    square: int,
    version: int,
    tile: Tile,
    boundaries: bytes,
    areas: frozenset[int],
    cells: frozenset[int],
) -> Ids:
    """In which bin of a tile each place of a square lies; `NOWHERE` out of scope."""
    with connection.cursor() as cursor:
        cursor.execute(ORDER, [square, version])
        found = cursor.fetchone()
    if found is None:
        raise _Outdated
    places = np.frombuffer(found[0], CELL)
    is_seen = np.isin(cells_of(places), cells_of_today(boundaries, areas, cells))
    return np.where(is_seen, bins_in(tile, square, places), NOWHERE)
