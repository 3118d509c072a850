"""What a file of rows gives: pieces of columns as text, and points."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

# A point in WKB, little-endian: byte order, type, x, y.
_POINT_BYTES = 21
_POINT_HEAD = b"\x01\x01\x00\x00\x00"


@dataclass(frozen=True)
class Broken:
    """A row that cannot be taken apart into columns."""

    row: int
    text: str


@dataclass(frozen=True)
class Points:
    """The places of rows in the file's own system; NaN where there is none or no point.

    `is_other` marks rows with a geometry that is no point or cannot be read.
    """

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    is_other: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Piece:
    """Some rows of a file, each with its number in the file, counted from 1.

    `done` is how far the file is read, in the unit of `RowFile.size`.
    """

    numbers: npt.NDArray[np.int64]
    columns: Mapping[str, pa.StringArray]
    points: Points | None
    broken: tuple[Broken, ...]
    done: int

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True)
class RowFile:
    """A file that is open for reading.

    `crs` is the file's own word about its points; `is_plain` text has no types, and spreadsheets guess
    them; `pieces` reads it, once.
    """

    columns: tuple[str, ...]
    has_points: bool
    crs: str | None
    size: int
    is_plain: bool
    pieces: Callable[[int], Iterator[Piece]] = field(repr=False)


def as_text(column: pa.ChunkedArray) -> pa.StringArray:
    """Values of any type as text; what is missing is empty."""
    flat = column.combine_chunks()
    try:
        texts = flat.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        texts = pa.array(
            [None if one is None else str(one) for one in flat.to_pylist()], pa.string()
        )
    return pc.fill_null(texts, "")


def points_of_wkb(column: pa.Array) -> Points:
    """Points from a column of WKB."""
    plain = column.cast(pa.binary())
    if _are_plain_points(plain):
        size = len(plain)
        data = np.frombuffer(plain.buffers()[2], np.uint8)[plain.offset * _POINT_BYTES :]
        xy = data[: size * _POINT_BYTES].reshape(size, _POINT_BYTES)[:, 5:].copy().view("<f8")
        return Points(xy[:, 0], xy[:, 1], np.zeros(size, bool))
    sources = np.array(plain.to_pylist(), dtype=object)
    given = ~np.asarray(pc.is_null(plain))
    with np.errstate(all="ignore"):
        shapes = shapely.from_wkb(sources, on_invalid="ignore")
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    shapes[shapely.is_empty(shapes)] = None
    return Points(shapely.get_x(shapes), shapely.get_y(shapes), given & ~is_point)


def _are_plain_points(column: pa.BinaryArray) -> bool:
    lengths = pc.binary_length(column)
    if column.null_count or not pc.all(pc.equal(lengths, _POINT_BYTES)).as_py():
        return False
    return bool(pc.all(pc.starts_with(column, _POINT_HEAD)).as_py())


def rebatched(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """The same rows in tables of so many each; the last one has what is left."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        while count >= rows:
            table = pa.Table.from_batches(held)
            yield table.slice(0, rows)
            held, count = table.slice(rows).to_batches(), count - rows
    if count:
        yield pa.Table.from_batches(held)
