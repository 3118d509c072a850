"""Sums over time of one series of a square: written so that those before any day are read from a few hundred numbers. Pure.

The past of a series is cut into leaves, a leaf into blocks; each begins at a day (its mark). A leaf knows the sums by place
before it, a block those from the beginning of its leaf, and the entries since. So what lies before a day is the sums before a
leaf, those of a block, and the entries of the block before the day. Where a day has many entries, blocks are a
day long; where years have few, the whole past is one block.

A part is bytes: a head (numbers of sums and entries, bytes of a sum), the sums (int8, int16 or int32), the days of the entries
(uint16, rising) and the entries (uint32: place << 8 | number + 128). Days are counted from `DAY_0`; whatever is earlier is of that
day, whatever is too late of the last one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise
from math import ceil
from struct import Struct

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.uint16]
Entries = npt.NDArray[np.uint32]

# No case is older than the twentieth century.
DAY_0 = date(1899, 12, 31)
# A day no entry is of, in the year 2079.
NEVER = (1 << 16) - 1
HEAD = Struct("<IIB")
SUMS = {size: np.dtype(f"<i{size}") for size in (1, 2, 4)}
DAY, ENTRY = np.dtype("<u2"), np.dtype("<u4")
NUMBER_BITS, ZERO, MOST = 8, 128, 127
# A key is a day and a place.
DAY_SHIFT = 24
MOST_BLOCKS, FEWEST_ENTRIES = 32, 64


def number_of(day: date) -> int:
    """As days are counted here, from 0 to the last one but `NEVER`."""
    return min(max((day - DAY_0).days, 0), NEVER - 1)


@dataclass(frozen=True)
class Changes:
    """Numbers by key (day << 24 | place), keys rising."""

    keys: Ints
    numbers: Ints

    @property
    def days(self) -> Ints:
        return self.keys >> DAY_SHIFT

    def part(self, begin: int, end: int) -> "Changes":
        return Changes(self.keys[begin:end], self.numbers[begin:end])

    def sums(self, width: int) -> Ints:
        """By place."""
        places = self.keys & (1 << DAY_SHIFT) - 1
        return np.bincount(places, self.numbers, width).astype(np.int64)


def summed(keys: Ints, numbers: Ints) -> Changes:
    """Keys in any order and several times, each once; what is nothing is left out."""
    found, at = np.unique(keys, return_inverse=True)
    total = np.bincount(at, numbers, len(found)).astype(np.int64)
    some = total != 0
    return Changes(found[some], total[some])


@dataclass(frozen=True)
class Leaf:
    """Sums before its first day, and parts, each from its mark on; the first mark is the first day."""

    before: Ints
    marks: list[int]
    parts: list[bytes]

    @property
    def first(self) -> int:
        return self.marks[0]


NOTHING = np.zeros(0, np.int64)
NO_CHANGES = Changes(NOTHING, NOTHING)


@dataclass(frozen=True)
class Block:
    mark: int
    sums: Ints
    entries: Changes


def empty_leaf() -> Leaf:
    """The whole past of a series that has none."""
    return Leaf(NOTHING, [0], [written(NOTHING, NO_CHANGES)])


def changed(leaf: Leaf, changes: Changes, width: int) -> list[Leaf]:
    """Leaves in place of one, after changes of its days, in a square of `width` places."""
    first = int(np.searchsorted(leaf.marks, changes.days[0], side="right")) - 1
    bounds = [
        0,
        *np.searchsorted(changes.days, leaf.marks[first + 1 :]).tolist(),
        len(changes.keys),
    ]
    marks, parts = leaf.marks[:first], leaf.parts[:first]
    below = np.zeros(width, np.int64)
    for at, mark in enumerate(leaf.marks[first:]):
        own, part = changes.part(bounds[at], bounds[at + 1]), leaf.parts[first + at]
        until = leaf.marks[first + at + 1] if at + 2 < len(bounds) else NEVER
        blocks = _changed(_read(mark, part, width), below, own, until) if len(own.keys) else []
        marks += [block.mark for block in blocks] or [mark]
        parts += [written(block.sums, block.entries) for block in blocks] or [_raised(part, below)]
        below = below + own.sums(width)
    return list(_cut(Leaf(widened(leaf.before, width), marks, parts), width))


def _changed(block: Block, below: Ints, own: Changes, until: int) -> list[Block]:
    return [*_split(Block(block.mark, block.sums + below, _joined(block.entries, own)), until)]


def widened(sums: Ints, width: int) -> Ints:
    """With zeros for places that came later."""
    return np.concatenate([sums, np.zeros(width - len(sums), np.int64)])


def _joined(one: Changes, other: Changes) -> Changes:
    return summed(
        np.concatenate([one.keys, other.keys]), np.concatenate([one.numbers, other.numbers])
    )


def _split(block: Block, until: int) -> Iterator[Block]:
    """Blocks with few entries each, up to the mark of the next one; without entries that none of its days needs."""
    days, width = block.entries.days, len(block.sums)
    parts = ceil(len(days) / max(width // 4, FEWEST_ENTRIES))
    if parts < 2:
        needed = int(np.searchsorted(days, until - 1))
        yield Block(block.mark, block.sums, block.entries.part(0, needed))
        return
    cuts = np.arange(1, parts) * len(days) // parts
    marks = sorted({block.mark, *(days[cuts] + 1).tolist()} - {until})
    starts = np.searchsorted(days, marks)
    starts[0] = 0
    sums = block.sums
    for at, mark in enumerate(marks):
        last = at + 1 == len(marks)
        end = len(days) if last else int(starts[at + 1])
        needed = int(np.searchsorted(days, (until if last else marks[at + 1]) - 1))
        yield Block(mark, sums, block.entries.part(int(starts[at]), min(needed, end)))
        sums = sums + block.entries.part(int(starts[at]), end).sums(width)


def _cut(leaf: Leaf, width: int) -> Iterator[Leaf]:
    """Leaves with few blocks each."""
    number = ceil(len(leaf.marks) / MOST_BLOCKS)
    cuts = [at * len(leaf.marks) // number for at in range(number + 1)]
    yield Leaf(leaf.before, leaf.marks[: cuts[1]], leaf.parts[: cuts[1]])
    for begin, end in pairwise(cuts[1:]):
        marks = leaf.marks[begin:end]
        blocks = [_read(mark, leaf.parts[begin + at], width) for at, mark in enumerate(marks)]
        base = blocks[0].sums
        parts = [written(block.sums - base, block.entries) for block in blocks]
        yield Leaf(leaf.before + base, marks, parts)


def _read(mark: int, part: bytes, width: int) -> Block:
    sums, days, entries, _end = read(part)
    keys = days.astype(np.int64) << DAY_SHIFT | entries >> NUMBER_BITS
    numbers = (entries & (1 << NUMBER_BITS) - 1).astype(np.int64) - ZERO
    return Block(mark, widened(sums.astype(np.int64), width), Changes(keys, numbers))


def read(
    data: bytes | memoryview, begin: int = 0
) -> tuple[npt.NDArray[np.signedinteger], Days, Entries, int]:
    """Sums, days and entries of a part that begins there, and where it ends; nothing is copied."""
    length, number, size = HEAD.unpack_from(data, begin)
    begin += HEAD.size
    sums = np.frombuffer(data, SUMS[size], length, begin)
    begin += length * size
    days = np.frombuffer(data, DAY, number, begin)
    begin += number * 2
    return sums, days, np.frombuffer(data, ENTRY, number, begin), begin + number * 4


def written(sums: Ints, entries: Changes = NO_CHANGES) -> bytes:
    """A part."""
    told = _in_pieces(entries)
    coded = (told.keys & (1 << DAY_SHIFT) - 1) << NUMBER_BITS | told.numbers + ZERO
    days = told.days.astype(DAY)
    return _with_entries(sums, len(days), days.tobytes() + coded.astype(ENTRY).tobytes())


def _raised(part: bytes, by: Ints) -> bytes:
    """With other sums and the same entries."""
    sums, days, _entries, _end = read(part)
    return _with_entries(
        widened(sums.astype(np.int64), len(by)) + by,
        len(days),
        part[HEAD.size + sums.nbytes :],
    )


def _with_entries(sums: Ints, number: int, entries: bytes) -> bytes:
    kept = sums if sums.any() else NOTHING
    size = _size(kept)
    return HEAD.pack(len(kept), number, size) + kept.astype(SUMS[size]).tobytes() + entries


def _in_pieces(entries: Changes) -> Changes:
    """With numbers none of which is larger than an entry holds; keys of large ones stand several times."""
    pieces = -(-np.abs(entries.numbers) // MOST)
    if (pieces < 2).all():
        return entries
    signs = np.sign(entries.numbers)
    numbers = np.repeat(signs * MOST, pieces)
    numbers[np.cumsum(pieces) - 1] = entries.numbers - signs * MOST * (pieces - 1)
    return Changes(np.repeat(entries.keys, pieces), numbers)


def _size(values: Ints) -> int:
    most = max(int(values.max()), -int(values.min())) if len(values) else 0
    return next(size for size in SUMS if most < 1 << 8 * size - 1)


def offsets(parts: Sequence[bytes]) -> list[int]:
    """Where each part begins in all of them together, counted from 1, and after the last."""
    return [*accumulate(map(len, parts), initial=1)]
