"""Rows of a query as numpy columns, by PostgreSQL's binary COPY: no Python object is made for a row.

The format is that of the PostgreSQL manual, COPY, “Binary Format”: a row is the number of its fields, then each
field's length and bytes, all big-endian. Where no field is null all rows have one length, and the whole
answer is one array of records.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

Columns = dict[str, npt.NDArray[Any]]

# Types of PostgreSQL by the letters of numpy that their bytes have.
LAYOUTS = {
    "smallint": ">i2",
    "integer": ">i4",
    "bigint": ">i8",
    "float8": ">f8",
    "boolean": "?",
    "timestamptz": ">i8",
}
_HEAD, _TAIL = 19, 2
_EPOCH = np.datetime64("2000-01-01", "us")
# `infinity` and `-infinity`, which stand for no moment here.
_NO_MOMENTS = (np.iinfo(np.int64).max, np.iinfo(np.int64).min)


class NullField(ValueError):
    """A row has a null, for which a column of numbers has no place."""


def read_columns(sql: str, params: Sequence[Any], columns: Mapping[str, str]) -> Columns:
    """What a query gives, one array a column; moments as `datetime64[us]` in UTC, `NaT` for infinity.

    Parameters
    ----------
    sql : str
        A SELECT of exactly these columns in this order, none of them null.
    params : sequence
        Its values.
    columns : mapping
        Name of each column and its type in PostgreSQL, one of `LAYOUTS`.

    Raises
    ------
    NullField
        A row has a null or a field of another length.
    """
    if not columns:
        raise ValueError("columns: at least one")
    record = _record(columns)
    body = read_rows(sql, params)
    if len(body) % record.itemsize:
        raise NullField("a row has a null, or a field is not of the type that was named")
    rows = np.frombuffer(body, record)
    if not all((rows[f"{name} bytes"] == record[name].itemsize).all() for name in columns):
        raise NullField("a row has a null, or a field is not of the type that was named")
    return {name: _native(rows[name], kind) for name, kind in columns.items()}


def read_rows(sql: str, params: Sequence[Any]) -> memoryview:
    """What a query gives, as PostgreSQL sends it, row after row."""
    buffer = io.BytesIO()
    with connection.cursor() as cursor:
        wanted = cursor.mogrify(sql, params).decode()
        cursor.copy_expert(f"COPY ({wanted}) TO STDOUT (FORMAT binary)", buffer)
    return buffer.getbuffer()[_HEAD:-_TAIL]


def no_rows(columns: Mapping[str, str]) -> Columns:
    """What a query of these columns gives where nothing matches."""
    return {name: _native(np.zeros(0, LAYOUTS[kind]), kind) for name, kind in columns.items()}


def _record(columns: Mapping[str, str]) -> np.dtype[np.void]:
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in columns.items():
        fields += [(f"{name} bytes", ">i4"), (name, LAYOUTS[kind])]
    return np.dtype(fields)


def _native(values: npt.NDArray[Any], kind: str) -> npt.NDArray[Any]:
    """In the byte order of the machine, and by itself in memory."""
    if kind != "timestamptz":
        return np.ascontiguousarray(values.astype(values.dtype.newbyteorder("=")))
    micros = values.astype(np.int64)
    moments = _EPOCH + micros.astype("timedelta64[us]")
    moments[np.isin(micros, _NO_MOMENTS)] = np.datetime64("NaT")
    return moments
