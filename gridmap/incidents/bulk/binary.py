"""Columns as PostgreSQL's binary COPY wants them: no text is made here and none is parsed there. Pure.

The format is that of the PostgreSQL manual, COPY, “Binary Format”: a row is the number of its fields, then each
field's length (-1 for null) and bytes, all big-endian.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geodata.times import Moments

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TAIL = b"\xff\xff"
_EPOCH = np.datetime64("2000-01-01", "us")
_VARCHAR = 1043


@dataclass(frozen=True)
class Fixed:
    """One field of all rows, as many bytes in each: a matrix."""

    matrix: Bytes


@dataclass(frozen=True)
class Varying:
    """One field of all rows, of different lengths, or null in some."""

    values: pa.BinaryArray


Column = Fixed | Varying


def whole(values: npt.ArrayLike, size: int, missing: int | None = None) -> Column:
    """Integers of 2, 4 or 8 bytes; `missing` stands for null."""
    numbers = np.asarray(values)
    matrix = _matrix(numbers.astype(f">i{size}"))
    return Fixed(matrix) if missing is None else _with_nulls(matrix, numbers == missing)


def real(values: npt.NDArray[np.float64]) -> Column:
    """Numbers of double precision, null for NaN."""
    return _with_nulls(_matrix(values.astype(">f8")), np.isnan(values))


def flag(values: npt.ArrayLike) -> Column:
    return Fixed(_matrix(np.asarray(values, np.uint8)))


def moment(values: Moments) -> Column:
    """Instants, null for NaT."""
    micros = (values - _EPOCH).astype(np.int64)
    return _with_nulls(_matrix(micros.astype(">i8")), np.isnat(values))


def text(values: pa.StringArray) -> Column:
    return Varying(values.cast(pa.binary()))


def raw(values: Bytes) -> Column:
    """Bytes as they are: a UUID, a digest."""
    return Fixed(values)


def point(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], srid: int) -> Column:
    """Points as PostGIS takes them: EWKB, little-endian."""
    layout = np.dtype(
        [("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")]
    )
    records = np.zeros(len(lon), layout)
    records["order"], records["kind"], records["srid"] = 1, 0x20000001, srid
    records["x"], records["y"] = lon, lat
    return Fixed(_matrix(records))


def money(values: npt.NDArray[np.float64]) -> Column:
    """Amounts below 10¹² with two decimals as `numeric`: groups of four digits; null for NaN."""
    layout = np.dtype(
        [(name, ">i2") for name in ("groups", "weight", "sign", "scale", "a", "b", "c", "d")]
    )
    cents = np.round(np.nan_to_num(values) * 100).astype(np.int64)
    units = cents // 100
    records = np.zeros(len(values), layout)
    records["groups"], records["weight"], records["scale"] = 4, 2, 2
    records["a"], records["b"], records["c"] = units // 10**8, units // 10**4 % 10**4, units % 10**4
    records["d"] = cents % 100 * 100
    return _with_nulls(_matrix(records), np.isnan(values))


def no_texts(rows: int) -> Column:
    """An empty array of varchar in every row: no dimensions, no nulls, the type of what is not there."""
    return Fixed(np.tile(np.array([0, 0, _VARCHAR], ">i4").view(np.uint8), (rows, 1)))


def copy_data(columns: Mapping[str, Column], rows: int) -> bytes:
    """The data of `COPY table (the names of the columns) FROM STDIN BINARY`."""
    count = Fixed(_matrix(np.full(rows, len(columns), ">i2")))
    pieces = [count, *(piece for column in columns.values() for piece in _field(column))]
    joined = pc.binary_join_element_wise(*_few(pieces), b"")
    offsets = np.frombuffer(joined.buffers()[1], np.int32)
    begin, end = offsets[joined.offset], offsets[joined.offset + len(joined)]
    return b"".join([HEAD, memoryview(joined.buffers()[2])[begin:end], TAIL])


def _field(column: Column) -> Iterator[Column]:
    """The length of a field, then its bytes."""
    if isinstance(column, Fixed):
        rows, width = column.matrix.shape
        yield Fixed(_matrix(np.full(rows, width, ">i4")))
        yield column
    else:
        lengths = pc.fill_null(pc.binary_length(column.values), -1)
        yield Fixed(_matrix(np.asarray(lengths).astype(">i4")))
        yield Varying(pc.fill_null(column.values, b""))


def _few(pieces: list[Column]) -> Iterator[pa.BinaryArray]:
    """The same bytes in as few pieces as possible: neighbours of fixed width become one."""
    for _kind, run in groupby(pieces, type):
        neighbours = list(run)
        matrices = [one.matrix for one in neighbours if isinstance(one, Fixed)]
        if matrices:
            yield _binary(np.concatenate(matrices, axis=1))
        else:
            yield from (one.values for one in neighbours if isinstance(one, Varying))


def _matrix(values: npt.NDArray[Any]) -> Bytes:
    return np.ascontiguousarray(values).view(np.uint8).reshape(len(values), values.dtype.itemsize)


def _binary(matrix: Bytes) -> pa.BinaryArray:
    rows, width = matrix.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * width
    data = np.ascontiguousarray(matrix)
    return pa.Array.from_buffers(
        pa.binary(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )


def _with_nulls(matrix: Bytes, missing: Flags) -> Column:
    if not missing.any():
        return Fixed(matrix)
    return Varying(pc.if_else(pa.array(missing), None, _binary(matrix)))
