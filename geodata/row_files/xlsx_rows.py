"""Rows of a sheet of an XLSX workbook, read without holding all of it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import numpy as np
import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from geodata.errors import ImportRefused, refused
from geodata.errors import gettext_noop as _
from geodata.row_files.pieces import Piece, RowFile

MAX_UNPACKED = 2_000_000_000
UNREADABLE = (
    BadZipFile, EOFError, InvalidFileException, IndexError, KeyError, OSError, ParseError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip
Numbered = tuple[int, tuple[Any, ...]]


@contextmanager
def open_xlsx(path: Path, sheet: str | None) -> Iterator[RowFile]:
    """The first sheet of a workbook, or a named one, with names in its first row.

    Raises
    ------
    ImportRefused
        No workbook, too large when unpacked, no such sheet, or no names.
    """
    with _plain_words():
        _refuse_large(path)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        with _plain_words():
            chosen = _chosen(book, sheet)
            rows = enumerate(chosen.iter_rows(values_only=True))
            names = tuple(_text(value).strip() for value in next(rows, (0, ()))[1])
        wanted = [n for n, name in enumerate(names) if name]
        if not wanted:
            raise refused("no_header", _("第一行要写列名"))
        kept = tuple(names[n] for n in wanted)

        def pieces(size: int) -> Iterator[Piece]:
            with _plain_words():
                yield from _pieces(rows, kept, wanted, size)

        yield RowFile(kept, False, None, int(chosen.max_row or 0), False, pieces)
    finally:
        book.close()


def _pieces(
    rows: Iterable[Numbered], names: Sequence[str], wanted: Sequence[int], size: int
) -> Iterator[Piece]:
    # Sheets often end in thousands of rows that are formatted and empty.
    filled = ((n, values) for n, values in rows if any(value is not None for value in values))
    while held := list(islice(filled, size)):
        columns = {
            name: pa.array(
                [_text(values[at]) if at < len(values) else "" for _n, values in held], pa.string()
            )
            for name, at in zip(names, wanted, strict=True)
        }
        numbers = np.array([n for n, _values in held], np.int64)
        yield Piece(numbers, columns, None, (), int(numbers[-1]))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _chosen(book: Any, sheet: str | None) -> Any:
    sheets = {one.title: one for one in book.worksheets}
    if sheet is not None and sheet not in sheets:
        raise refused(
            "which_layer", _("请用 --layer 指明图层，文件里有：{layers}"), layers="、".join(sheets)
        )
    return sheets[sheet] if sheet is not None else next(iter(sheets.values()))


def _refuse_large(path: Path) -> None:
    with ZipFile(path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > MAX_UNPACKED:
        raise refused("too_large", _("解开后超过 {limit} MB"), limit=MAX_UNPACKED // 10**6)


@contextmanager
def _plain_words() -> Iterator[None]:
    try:
        yield
    except ImportRefused:
        raise
    except UNREADABLE as error:
        raise refused("unreadable", _("文件读不出来：内容不完整，或不是这种格式")) from error
