"""Tables for offices: CSV and XLSX in which no cell is a formula, whatever somebody wrote. Pure."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from gridmap.incidents.bulk.columns import stopped

# With a byte-order mark.
ENCODING = "utf-8-sig"
# Rows that a sheet can hold, the names on top included.
MOST_ROWS = 1_048_576
Row = Sequence[Any]


def write_csv(path: Path, names: Sequence[str], rows: Iterable[Row]) -> None:
    """With a byte-order mark, by which spreadsheets know the encoding."""
    with path.open("w", encoding=ENCODING, newline="") as file:
        csv.writer(file).writerows(_lines(names, rows))


def as_csv(names: Sequence[str], rows: Iterable[Row]) -> bytes:
    """What `write_csv` writes, of few rows."""
    text = StringIO(newline="")
    csv.writer(text).writerows(_lines(names, rows))
    return text.getvalue().encode(ENCODING)


def _lines(names: Sequence[str], rows: Iterable[Row]) -> Iterator[list[str]]:
    return ([_text(value) for value in row] for row in (names, *rows))


def write_xlsx(path: Path, names: Sequence[str], rows: Iterable[Row]) -> None:
    """Numbers and times as such, everything else as text that is nothing but text."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (names, *rows):
        sheet.append([_cell(sheet, value) for value in row])
    book.save(path)


def _cell(sheet: Any, value: Any) -> Any:
    if value == "":
        return None
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))
    # Otherwise a text that begins with = would be one.
    cell.data_type = "s"
    return cell


def _text(value: Any) -> str:
    if value is None:
        return ""
    # A number below 0 is no formula.
    if isinstance(value, int | float):
        return str(value)
    return stopped(value.isoformat(" ") if isinstance(value, datetime) else str(value))
