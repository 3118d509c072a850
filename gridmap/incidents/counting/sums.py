"""What was counted before some days, place by place: the sums that are kept and what has changed since, read in one statement."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from struct import Struct
from typing import TypeVar

import numpy as np
from django.db import connection

from geodata.copying import read_rows
from gridmap.incidents.counting.asking import Counts, Ids
from gridmap.incidents.counting.leaves import NUMBER_BITS, ZERO, Entries, read
from gridmap.incidents.counting.squares import PLACE, Tile

READ = """
SELECT * FROM incidents_sums(%s::bigint[], %s::bigint[], %s::integer[], %s::integer, %s::bigint, %s::bigint)
"""
ORDER = "SELECT places FROM incidents_countsquare WHERE square = %s AND version = %s"
# The tile of zoom 0.
EVERYWHERE: Tile = (0, 0, 0)
# Somebody folds between two statements now and then, not every time.
TRIES = 5
SQUARE, BOUNDARIES, LEAF, CHANGES = range(4)
T = TypeVar("T")
# As PostgreSQL sends them.
SENT = np.dtype(">i8")
# Of a row: how many fields, and of each its length and itself; of the last one its length.
ROW = Struct(">hiiiqiqiqi")


@dataclass
class Square:
    """The version of the order of its places, and the sums before each day (days × places)."""

    version: int
    before: Counts


@dataclass
class Sums:
    """Of squares where anything is counted; what has changed between the first and the last day: cell, bin, day, number."""

    boundaries: bytes = b""
    squares: dict[int, Square] = field(default_factory=dict)
    changes: Ids = field(default_factory=lambda: np.zeros((0, 4), np.int64))


class _Outdated(LookupError):
    """The order of a square became another one between two statements."""


def read_sums(
    squares: list[int], topics: Sequence[int], days: list[int], tile: Tile = EVERYWHERE
) -> Sums:
    """Before days (as leaves count them), of some topics or, where none is named, of all; changes are those of a tile.

    What a square does not count yet lies in the changes.
    """
    body = read_rows(READ, [squares, sorted({*topics}), days, *tile])
    found, begin = Sums(), 0
    leaves: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    while begin < len(body):
        _, _, part, _, square, _, one, _, two, size = ROW.unpack_from(body, begin)
        begin += ROW.size
        if part == LEAF:
            leaves[square].append((one, two, begin))
        elif part == SQUARE:
            found.squares[square] = Square(one, np.zeros((len(days), two), np.int64))
        elif part == BOUNDARIES:
            found.boundaries = bytes(body[begin : begin + size])
        else:
            found.changes = np.frombuffer(body, SENT, size // SENT.itemsize, begin).reshape(-1, 4)
        begin += size
    for square, own in leaves.items():
        _add(found.squares[square].before, own, body, days)
    return found


def _add(
    before: Counts, leaves: list[tuple[int, int, int]], body: memoryview, days: list[int]
) -> None:
    """To each day what leaves say, each with its sign and its place among the days, from 1."""
    entries: dict[tuple[int, int], list[Entries]] = defaultdict(list)
    for sign, place, begin in leaves:
        add = np.add if sign > 0 else np.subtract
        first, _, _, middle = read(body, begin)
        sums, its_days, own, _ = read(body, middle)
        for vector in (first, sums):
            part = before[place - 1, : len(vector)]
            add(part, vector, out=part)
        if len(own):
            entries[sign, place].append(own[: its_days.searchsorted(days[place - 1])])
    for (sign, place), parts in entries.items():
        own = np.concatenate(parts)
        numbers = (own & (1 << NUMBER_BITS) - 1).astype(np.int64) - ZERO
        sums = np.bincount(own >> NUMBER_BITS, numbers, before.shape[1])
        before[place - 1] += sign * sums.astype(np.int64)


def places_of(square: int, version: int) -> Ids:
    """The places of a square in the order of its sums; in `on_one_view` only."""
    with connection.cursor() as cursor:
        cursor.execute(ORDER, [square, version])
        found = cursor.fetchone()
    if found is None:
        raise _Outdated
    return np.frombuffer(bytes(found[0]), PLACE)


def on_one_view(act: Callable[[], T]) -> T:
    """What an act comes to that reads sums and then the places that they are of; once more where somebody folds between."""
    for _ in range(TRIES - 1):
        try:
            return act()
        except _Outdated:
            continue
    return act()
