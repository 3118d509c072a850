"""Rows of a CSV file, plain or packed with gzip, in the encodings that offices write."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from geodata.errors import gettext_noop as _
from geodata.errors import refused
from geodata.row_files.pieces import Broken, Piece, RowFile, rebatched
from geodata.shapefile_text import CHINESE

_BLOCK = 4 << 20
_DELIMITERS = ",;\t|"


@contextmanager
def open_csv(path: Path) -> Iterator[RowFile]:
    """A CSV file with a line of names on top.

    Raises
    ------
    ImportRefused
        No line of names, a name twice, or bytes that are no text.
    """
    encoding = _encoding_of(path)
    names, delimiter = _head(path, encoding)

    def pieces(rows: int) -> Iterator[Piece]:
        with _opened(path) as (plain, raw), _plain_words():
            yield from _pieces(plain, raw, rows, names, delimiter, encoding)

    yield RowFile(names, False, None, path.stat().st_size, True, pieces)


def _pieces(
    plain: IO[bytes],
    raw: IO[bytes],
    rows: int,
    names: tuple[str, ...],
    delimiter: str,
    encoding: str,
) -> Iterator[Piece]:
    broken: list[Broken] = []

    def note(row: arrow_csv.InvalidRow) -> str:
        # The line of names is number 1.
        broken.append(Broken(row.number - 1, row.text))
        return "skip"

    reader = arrow_csv.open_csv(
        plain,
        # Only one thread knows the number of a broken row.
        read_options=arrow_csv.ReadOptions(use_threads=False, block_size=_BLOCK, encoding=encoding),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=note
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: pa.string() for name in names}, strings_can_be_null=False
        ),
    )
    next_row = 1
    for table in rebatched(iter(reader), rows):
        numbers, told = _numbers(next_row, table.num_rows, broken)
        next_row = int(numbers[-1]) + 1
        columns = {name: table.column(name).combine_chunks() for name in names}
        yield Piece(numbers, columns, None, told, raw.tell())
    nothing = {name: pa.array([], pa.string()) for name in names}
    yield Piece(np.zeros(0, np.int64), nothing, None, tuple(broken), raw.tell())


def _numbers(
    first: int, count: int, broken: list[Broken]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], tuple[Broken, ...]]:
    """The numbers of sound rows, with those of broken ones left out; and the broken ones before the last."""
    numbers = np.arange(first, first + count + len(broken))
    numbers = numbers[~np.isin(numbers, [one.row for one in broken])][:count]
    told = tuple(one for one in broken if one.row < numbers[-1])
    broken[:] = [one for one in broken if one.row >= numbers[-1]]
    return numbers, told


def _head(path: Path, encoding: str) -> tuple[tuple[str, ...], str]:
    """The names of the columns, and what stands between them."""
    with _opened(path) as (plain, _raw), _plain_words():
        text = io.TextIOWrapper(plain, encoding=encoding, newline="")
        line = text.readline(1 << 16).lstrip("\ufeff")
        text.detach()
    delimiter = max(_DELIMITERS, key=line.count)
    names = tuple(next(csv.reader([line], delimiter=delimiter), []))
    if not any(names):
        raise refused("no_header", _("第一行要写列名"))
    return names, delimiter


def _encoding_of(path: Path) -> str:
    """UTF-8 if all of the file is, else GB 18030, the superset of GBK."""
    with _opened(path) as (plain, _raw), _plain_words():
        start = plain.read(2)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    for encoding in ("utf-8", CHINESE):
        if _is_in(path, encoding):
            return encoding
    raise refused("encoding_unknown", _("文字编码认不出来，请另存为 UTF-8 或 GBK"))


def _is_in(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with _opened(path) as (plain, _raw), _plain_words():
        try:
            while block := plain.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The bytes of the text, and the file under them, which knows how far it is read."""
    with path.open("rb") as raw:
        if path.suffix.lower() == ".gz":
            with gzip.GzipFile(fileobj=raw) as plain:
                yield io.BufferedReader(plain), raw
        else:
            yield raw, raw


@contextmanager
def _plain_words() -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, EOFError, OSError, zlib.error, UnicodeError, csv.Error) as error:
        raise refused("unreadable", _("文件读不出来：内容不完整，或不是这种格式")) from error
