"""Folding what has changed into the sums of the squares, so that reading stays short."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from gridmap.incidents.counting.leaves import (
    DAY_0,
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
from gridmap.incidents.counting.squares import ALL, CITY, LEVELS, placed, placed_in

# The same lock as that of the trigger on TRUNCATE.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('fold_counts'))"
# At once; in the order in which they came, which is that of days more or less.
MOST = 200_000
# Changes whose leaves are read together: a minute needs a few statements, and an import not all leaves in memory.
TOGETHER = 2_000
# Topic, cell, bin, day and number of each, as eight bytes.
TAKE = """
WITH gone AS (
    DELETE FROM incidents_countchange
    WHERE id IN (SELECT id FROM incidents_countchange ORDER BY id LIMIT %s)
    RETURNING topic_id, cell_id, bin, day, number
)
SELECT count(*), string_agg(int8send(topic_id) || int8send(cell_id) || int8send(coalesce(bin, -1))
                            || int8send(day - %s::date) || int8send(number), '')
FROM gone
"""
SENT = np.dtype(">i8")
ORDERS = "SELECT square, places FROM incidents_countsquare WHERE square = ANY (%s)"
WRITE_ORDERS = """
INSERT INTO incidents_countsquare (square, version, places)
SELECT one.square, floor(random() * 9e18), one.places FROM unnest(%s::bigint[], %s::bytea[]) AS one (square, places)
ON CONFLICT (square) DO UPDATE SET version = excluded.version, places = excluded.places
"""
# From the leaf of a day on.
LEAVES = """
SELECT leaf.square, leaf.series, leaf.first, leaf.id, leaf.before
FROM unnest(%s::bigint[], %s::bigint[], %s::integer[]) AS one (square, series, day)
JOIN incidents_countleaf AS leaf ON leaf.square = one.square AND leaf.series = one.series AND leaf.first >= (
    SELECT max(earlier.first) FROM incidents_countleaf AS earlier
    WHERE earlier.square = one.square AND earlier.series = one.series AND earlier.first <= one.day)
ORDER BY leaf.first
"""
BLOCKS = "SELECT id, marks, starts, blocks FROM incidents_countleaf WHERE id = ANY (%s)"
RAISE = """
UPDATE incidents_countleaf AS leaf SET before = raised.before
FROM unnest(%s::bigint[], %s::bytea[]) AS raised (id, before) WHERE leaf.id = raised.id
"""
WRITE = """
INSERT INTO incidents_countleaf (square, series, first, before, marks, starts, blocks)
SELECT one.square, one.series, one.first, one.before, one.marks::integer[], one.starts::integer[], one.blocks
FROM unnest(%s::bigint[], %s::bigint[], %s::integer[], %s::bytea[], %s::text[], %s::text[], %s::bytea[])
    AS one (square, series, first, before, marks, starts, blocks)
ON CONFLICT (square, series, first) DO UPDATE
SET before = excluded.before, marks = excluded.marks, starts = excluded.starts, blocks = excluded.blocks
"""

# A square, and a topic or all of them.
Series = tuple[int, int]


def fold_counts() -> int:
    """Fold everything that is there; how many keys it was. Whoever else folds is waited for."""
    folded = 0
    while keys := _fold_some():
        folded += keys
    return folded


def rebuild_counts() -> None:
    """Count all cases anew; nobody writes a case meanwhile. As the owner of the tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE incidents_incident IN SHARE MODE")
        cursor.execute(LOCK)
        for table in ("change", "leaf", "square"):
            cursor.execute(f"DELETE FROM incidents_count{table}")  # noqa: S608 - our own tables
        cursor.execute("SELECT incidents_count_all()")
    fold_counts()


@dataclass(frozen=True)
class _Placed:
    """So many more or fewer of a topic, place and day, by square in rising order; one element each."""

    squares: Ints
    places: Ints
    topics: Ints
    days: Ints
    numbers: Ints

    @classmethod
    def of(cls, data: bytes) -> "_Placed":
        """Changes in every square where they are counted; one of nobody knows where in that of the city only."""
        topics, cells, bins, days, numbers = (
            np.frombuffer(data, SENT).reshape(-1, 5).T.astype(np.int64)
        )
        known = np.flatnonzero(bins >= 0)
        tiles = [placed(level, cells[known], bins[known]) for level in LEVELS]
        squares = np.concatenate([np.full(len(cells), CITY), *(square for square, _ in tiles)])
        places = np.concatenate([cells, *(place for _, place in tiles)])
        which = np.concatenate([np.arange(len(cells)), *[known] * len(LEVELS)])
        columns = cls(
            squares, places, topics[which], days.clip(0, NEVER - 2)[which], numbers[which]
        )
        return columns.part(np.argsort(squares, kind="stable"))

    def part(self, which: Any) -> "_Placed":
        return _Placed(*(values[which] for values in vars(self).values()))

    def by_square(self) -> Iterator[tuple[int, slice]]:
        squares, starts = np.unique(self.squares, return_index=True)
        bounds = pairwise([*starts.tolist(), len(self.squares)])
        for square, (begin, end) in zip(squares.tolist(), bounds, strict=True):
            yield square, slice(begin, end)


@dataclass(frozen=True)
class _Kept:
    """A leaf as it stands, without its blocks."""

    id: int
    first: int
    before: Ints


NO_LEAF = _Kept(0, 0, NOTHING)


@dataclass
class _Written:
    """Sums before leaves, by id, and whole leaves, by series."""

    raised: list[tuple[int, bytes]] = field(default_factory=list)
    leaves: list[tuple[Series, Leaf]] = field(default_factory=list)


@transaction.atomic
def _fold_some() -> int:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(TAKE, [MOST, DAY_0])
        number, data = cursor.fetchone()
        if number:
            changes = _Placed.of(data)
            at, widths = _numbered(cursor, changes)
            for some in _few(_series(changes, at)):
                _fold(cursor, some, widths)
        return int(number)


def _numbered(cursor: CursorWrapper, changes: _Placed) -> tuple[Ints, dict[int, int]]:
    """Where in the sums of its square each change is counted, and how many each square has; new places come last."""
    slices = dict(changes.by_square())
    cursor.execute(ORDERS, [list(slices)])
    kept = {square: bytes(places) for square, places in cursor.fetchall()}
    at, orders = np.zeros_like(changes.places), {}
    for square, own in slices.items():
        orders[square], at[own] = placed_in(kept.get(square, b""), changes.places[own])
    grown = {one: order for one, order in orders.items() if order.nbytes > len(kept.get(one, b""))}
    cursor.execute(WRITE_ORDERS, [list(grown), [order.tobytes() for order in grown.values()]])
    return at, {square: len(order) for square, order in orders.items()}


def _series(changes: _Placed, at: Ints) -> Iterator[tuple[Series, Changes]]:
    """Changes of every topic in every square, and of all topics; what comes to nothing is left out."""
    for square, own in changes.by_square():
        topics, numbers = changes.topics[own], changes.numbers[own]
        keys = changes.days[own] << DAY_SHIFT | at[own]
        for topic in np.unique(topics).tolist():
            its = topics == topic
            yield (square, topic), summed(keys[its], numbers[its])
        yield (square, ALL), summed(keys, numbers)


def _few(series: Iterable[tuple[Series, Changes]]) -> Iterator[dict[Series, Changes]]:
    """Series with some `TOGETHER` changes."""
    some: dict[Series, Changes] = {}
    number = 0
    for one, changes in series:
        if not len(changes.keys):
            continue
        if number >= TOGETHER:
            yield some
            some, number = {}, 0
        some[one] = changes
        number += len(changes.keys)
    if some:
        yield some


def _fold(cursor: CursorWrapper, series: dict[Series, Changes], widths: dict[int, int]) -> None:
    kept = _kept(cursor, series)
    parts = {one: _parted(own, kept[one]) for one, own in series.items()}
    touched = [leaf.id for own in parts.values() for leaf, part in own if len(part.keys)]
    blocks = _blocks(cursor, touched)
    done = _Written()
    for one, own in parts.items():
        _change(one, own, blocks, widths[one[0]], done)
    _write(cursor, done)


def _kept(cursor: CursorWrapper, series: dict[Series, Changes]) -> dict[Series, list[_Kept]]:
    """The leaves of each series from its first change on."""
    squares, topics = zip(*series, strict=True)
    days = [int(one.days[0]) for one in series.values()]
    cursor.execute(LEAVES, [[*squares], [*topics], days])
    kept: dict[Series, list[_Kept]] = {one: [] for one in series}
    for square, topic, first, leaf, before in cursor.fetchall():
        kept[square, topic].append(_Kept(leaf, first, read(before)[0].astype(np.int64)))
    return {one: own or [NO_LEAF] for one, own in kept.items()}


def _parted(changes: Changes, leaves: list[_Kept]) -> list[tuple[_Kept, Changes]]:
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


def _change(
    series: Series,
    parts: Sequence[tuple[_Kept, Changes]],
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


def _write(cursor: CursorWrapper, done: _Written) -> None:
    if done.raised:
        cursor.execute(RAISE, [*map(list, zip(*done.raised, strict=True))])
    if done.leaves:
        rows = [
            (
                *series,
                leaf.first,
                written(leaf.before),
                _listed(leaf.marks),
                _listed(offsets(leaf.parts)),
                b"".join(leaf.parts),
            )
            for series, leaf in done.leaves
        ]
        cursor.execute(WRITE, [*map(list, zip(*rows, strict=True))])


def _listed(numbers: Iterable[int]) -> str:
    """As PostgreSQL reads an array."""
    return f"{{{','.join(map(str, numbers))}}}"
