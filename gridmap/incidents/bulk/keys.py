"""The key of a row: the same for the same content, so that a file that comes again adds nothing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1, sha256
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geodata.row_files import Piece

NAMESPACE = UUID("5d1f8a0e-6c0b-4d0a-9a55-2b7a1b8b6f43")
_BETWEEN = b"\x1f"

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class RowKeys:
    """A key of 16 bytes and a digest of 32 for each row."""

    keys: Bytes
    digests: Bytes


class KeyMaker:
    """Keys for the rows of one file in their order.

    A key is the UUID (version 5) of the row's content and of how often the same content came up to here:
    two equal rows are two cases.
    """

    def __init__(self) -> None:
        self._known = np.zeros(0, np.uint64)
        self._counts = np.zeros(0, np.int64)

    def keys(self, piece: Piece, columns: Sequence[str]) -> RowKeys:
        digests = [sha256(content).digest() for content in contents(piece, columns)]
        table = np.frombuffer(b"".join(digests), np.uint8).reshape(len(digests), 32)
        numbers = self._occurrences(table[:, :8].copy().view(np.uint64)[:, 0])
        space = NAMESPACE.bytes
        hashes = b"".join(
            # S324: what UUID version 5 prescribes; nothing is protected by it.
            [
                sha1(space + f"{digest.hex()}-{number}".encode()).digest()[:16]  # noqa: S324
                for digest, number in zip(digests, numbers.tolist(), strict=True)
            ]
        )
        keys = np.frombuffer(hashes, np.uint8).reshape(len(digests), 16).copy()
        keys[:, 6] = keys[:, 6] & 0x0F | 0x50
        keys[:, 8] = keys[:, 8] & 0x3F | 0x80
        return RowKeys(keys, table)

    def _occurrences(self, marks: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
        """Which one of its kind each row is, counted from 1 over all pieces."""
        order = np.argsort(marks, kind="stable")
        kinds, begins, counts = np.unique(marks[order], return_index=True, return_counts=True)
        within = np.arange(len(marks)) - np.repeat(begins, counts)
        at = np.searchsorted(self._known, kinds)
        is_known = np.zeros(len(kinds), bool)
        inside = at < len(self._known)
        is_known[inside] = self._known[at[inside]] == kinds[inside]
        before = np.zeros(len(kinds), np.int64)
        before[is_known] = self._counts[at[is_known]]
        numbers = np.empty(len(marks), np.int64)
        numbers[order] = within + np.repeat(before, counts) + 1
        self._counts[at[is_known]] += counts[is_known]
        self._known = np.insert(self._known, at[~is_known], kinds[~is_known])
        self._counts = np.insert(self._counts, at[~is_known], counts[~is_known])
        return numbers


def contents(piece: Piece, columns: Sequence[str]) -> list[bytes]:
    """All that a row says, in the order of the file's columns."""
    parts = [piece.columns[name] for name in columns]
    if piece.points is not None:
        parts += [pc.cast(pa.array(axis), pa.string()) for axis in (piece.points.x, piece.points.y)]
    joined = pc.binary_join_element_wise(*(part.cast(pa.binary()) for part in parts), _BETWEEN)
    found: list[bytes] = joined.to_pylist()
    return found
