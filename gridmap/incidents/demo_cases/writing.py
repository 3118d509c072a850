"""Columns into tables: one COPY for each, so that the log has one entry for each."""

from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from gridmap.incidents.demo_cases.clock import Ints, Times

NULL = r"\N"
Column = Iterable[str]


def times(values: Times) -> Column:
    """Times in the city as the database reads them; NaT is null."""
    written = np.datetime_as_string(values.astype("datetime64[s]"), unit="s")
    return [NULL if text == "NaT" else f"{text}+08" for text in written.tolist()]


def days(values: Times) -> Column:
    written = np.datetime_as_string(values.astype("datetime64[D]"), unit="D")
    return [NULL if text == "NaT" else text for text in written.tolist()]


def ids(values: Ints) -> Column:
    """Numbers of rows; below zero is null."""
    return [NULL if number < 0 else str(number) for number in values.tolist()]


def numbers(values: npt.NDArray[Any]) -> Column:
    """Any other numbers; NaN is null."""
    return [NULL if number != number else repr(number) for number in values.tolist()]


def flags(values: npt.NDArray[np.bool_]) -> Column:
    return ["t" if value else "f" for value in values.tolist()]


def texts(values: Iterable[object]) -> Column:
    return [str(value) for value in values]


def points(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> Column:
    """Points in the stored system; NaN is null."""
    return [
        NULL if x != x else f"SRID=4490;POINT({x!r} {y!r})"
        for x, y in zip(lon.tolist(), lat.tolist(), strict=True)
    ]


def bytes_of(values: Sequence[bytes]) -> Column:
    return [f"\\\\x{value.hex()}" for value in values]


def copy(table: str, columns: dict[str, Column]) -> None:
    """Write rows, in their order."""
    lines = ["\t".join(row) for row in zip(*columns.values(), strict=True)]
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", StringIO("\n".join(lines) + "\n"))


def next_ids(table: str, number: int) -> Ints:
    """So many fresh numbers of a table, in order."""
    sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [table, number])
        return np.array([row[0] for row in cursor.fetchall()], np.int64)
