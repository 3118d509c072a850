"""Folding what has changed into the squares of overviews."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from django.db.backends.utils import CursorWrapper

from gridmap.incidents.counting.leaves import (
    DAY_SHIFT,
    NEVER,
    NOTHING,
    Changes,
    Ints,
    Leaf,
    changed,
    empty_leaf,
    offsets,
    read,
    summed,
    widened,
    written,
)
from gridmap.incidents.counting.series import ALL, CELL, placed_in
from gridmap.incidents.counting.squares import LEVELS, placed

ORDER = "SELECT places FROM incidents_countsquare WHERE square = %s"
WRITE_ORDER = """
INSERT INTO incidents_countsquare (square, version, places) VALUES (%s, floor(random() * 9e18), %s)
ON CONFLICT (square) DO UPDATE SET version = excluded.version, places = excluded.places
"""
# From the leaf of a day on.
LEAVES = """
SELECT leaf.series, leaf.first, leaf.id, leaf.before
FROM unnest(%(series)s::bigint[], %(days)s::integer[]) AS one (series, day)
JOIN incidents_countleaf AS leaf ON leaf.square = %(square)s AND leaf.series = one.series AND leaf.first >= (
    SELECT max(earlier.first) FROM incidents_countleaf AS earlier
    WHERE earlier.square = %(square)s AND earlier.series = one.series AND earlier.first <= one.day)
ORDER BY leaf.first
"""
BLOCKS = "SELECT id, marks, starts, blocks FROM incidents_countleaf WHERE id = ANY (%s)"
RAISE = """
UPDATE incidents_countleaf AS leaf SET before = raised.before
FROM unnest(%s::bigint[], %s::bytea[]) AS raised (id, before) WHERE leaf.id = raised.id
"""
WRITE = """
INSERT INTO incidents_countleaf (square, series, first, before, marks, starts, blocks)
SELECT %s, one.series, one.first, one.before, one.marks::integer[], one.starts::integer[], one.blocks
FROM unnest(%s::bigint[], %s::integer[], %s::bytea[], %s::text[], %s::text[], %s::bytea[])
    AS one (series, first, before, marks, starts, blocks)
ON CONFLICT (square, series, first) DO UPDATE
SET before = excluded.before, marks = excluded.marks, starts = excluded.starts, blocks = excluded.blocks
"""


@dataclass(frozen=True)
class Changed:
    """So many more or fewer of a topic, cell and bin (-1: nobody knows where) on a day, one element each."""

    topics: Ints
    cells: Ints
    bins: Ints
    days: Ints
    numbers: Ints

    def part(self, which: Any) -> "Changed":
        return Changed(*(values[which] for values in vars(self).values()))


@dataclass(frozen=True)
class Kept:
    """A leaf as it stands, without its blocks."""

    id: int
    first: int
    before: Ints


NO_LEAF = Kept(0, 0, NOTHING)


@dataclass
class _Written:
    """Sums before leaves, by id, and whole leaves, by series."""

    raised: list[tuple[int, bytes]] = field(default_factory=list)
    leaves: list[tuple[int, Leaf]] = field(default_factory=list)


def fold_squares(cursor: CursorWrapper, changes: Changed) -> None:
    """Take changes into account; as a part of the transaction in which they are taken away."""
    known = changes.part(changes.bins >= 0)
    known = replace(known, days=known.days.clip(0, NEVER - 2))
    for level in LEVELS:
        squares, places = placed(level, known.cells, known.bins)
        order = np.argsort(squares, kind="stable")
        found, starts = np.unique(squares[order], return_index=True)
        for square, own in zip(found.tolist(), np.split(order, starts[1:]), strict=False):
            _fold(cursor, square, known.part(own), places[own])


def _fold(cursor: CursorWrapper, square: int, changes: Changed, places: Ints) -> None:
    at, width = _places(cursor, square, places)
    series = dict(_series(changes, changes.days << DAY_SHIFT | at))
    kept = _kept(cursor, square, series)
    parts = {one: _parted(own, kept[one]) for one, own in series.items()}
    touched = [leaf.id for one in series for leaf, part in parts[one] if len(part.keys)]
    blocks = _blocks(cursor, touched)
    done = _Written()
    for one in series:
        _change(one, parts[one], blocks, width, done)
    _write(cursor, square, done)


def _change(
    series: int,
    parts: list[tuple[Kept, Changes]],
    blocks: Mapping[int, tuple[list[int], list[bytes]]],
    width: int,
    into: _Written,
) -> None:
    """Leaves with their own changes, and what is before each with those of the leaves before."""
    below = np.zeros(width, np.int64)
    for leaf, own in parts:
        before = widened(leaf.before, width) + below
        if len(own.keys):
            full = Leaf(before, *blocks[leaf.id]) if leaf.id else empty_leaf()
            into.leaves += [(series, new) for new in changed(full, own, width)]
            below = below + own.sums(width)
        elif below.any():
            into.raised.append((leaf.id, written(before)))


def _places(cursor: CursorWrapper, square: int, places: Ints) -> tuple[Ints, int]:
    """Where in the sums of a square each place is counted, and how many there are; new ones come last."""
    cursor.execute(ORDER, [square])
    found = cursor.fetchone()
    order, at = placed_in(found[0] if found else b"", places)
    if found is None or len(order) * CELL.itemsize > len(found[0]):
        cursor.execute(WRITE_ORDER, [square, order.tobytes()])
    return at, len(order)


def _series(changes: Changed, keys: Ints) -> Iterator[tuple[int, Changes]]:
    """Changes of every topic, and of all."""
    for topic in np.unique(changes.topics).tolist():
        own = changes.topics == topic
        yield topic, summed(keys[own], changes.numbers[own])
    yield ALL, summed(keys, changes.numbers)


def _kept(cursor: CursorWrapper, square: int, series: dict[int, Changes]) -> dict[int, list[Kept]]:
    """The leaves of each series from its first change on."""
    days = [int(one.days[0]) if len(one.keys) else NEVER for one in series.values()]
    cursor.execute(LEAVES, {"square": square, "series": list(series), "days": days})
    kept: dict[int, list[Kept]] = {one: [] for one in series}
    for one, first, leaf, before in cursor.fetchall():
        kept[one].append(Kept(leaf, first, read(before)[0].astype(np.int64)))
    return {one: own or [NO_LEAF] for one, own in kept.items()}


def _parted(changes: Changes, leaves: list[Kept]) -> list[tuple[Kept, Changes]]:
    """Leaves, and the changes of each."""
    firsts = [leaf.first for leaf in leaves[1:]]
    bounds = [0, *np.searchsorted(changes.days, firsts).tolist(), len(changes.keys)]
    parts = [changes.part(begin, end) for begin, end in pairwise(bounds)]
    return [*zip(leaves, parts, strict=True)]


def _blocks(cursor: CursorWrapper, leaves: list[int]) -> dict[int, tuple[list[int], list[bytes]]]:
    """Marks and parts of leaves."""
    cursor.execute(BLOCKS, [leaves])
    found = {}
    for leaf, marks, starts, blocks in cursor.fetchall():
        data = bytes(blocks)
        found[leaf] = marks, [data[begin - 1 : end - 1] for begin, end in pairwise(starts)]
    return found


def _write(cursor: CursorWrapper, square: int, done: _Written) -> None:
    if done.raised:
        cursor.execute(RAISE, [*map(list, zip(*done.raised, strict=True))])
    if done.leaves:
        rows = [
            (
                series,
                leaf.first,
                written(leaf.before),
                _listed(leaf.marks),
                _listed(offsets(leaf.parts)),
                b"".join(leaf.parts),
            )
            for series, leaf in done.leaves
        ]
        cursor.execute(WRITE, [square, *map(list, zip(*rows, strict=True))])


def _listed(numbers: Iterable[int]) -> str:
    """As PostgreSQL reads an array."""
    return f"{{{','.join(map(str, numbers))}}}"
