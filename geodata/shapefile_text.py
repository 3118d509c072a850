"""In which encoding the texts of a Shapefile are written.

The table itself does not say; a `.cpg` beside it may, and is often missing or wrong. So the
bytes decide where they can: Chinese text in GBK is hardly ever valid UTF-8.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path

from geodata.errors import gettext_noop as _
from geodata.errors import refused

_HEADER = 32
_FIELD = 32
_END_OF_FIELDS = 0x0D
_DELETED = b"*"
CHINESE = "gb18030"
# One wrong text among this many good ones is a text cut by the width of its column.
_CUT_AMONG = 10


def encoding_of(table: Path) -> str:
    """The encoding of a `.dbf`.

    UTF-8 where all texts are; else what the `.cpg` says if all texts are that; else GB 18030, the
    superset of GBK.

    Raises
    ------
    ImportRefused
        It is none of these, or UTF-8 with texts that were cut in the middle of a character.
    """
    texts = [text for text in _texts(table.read_bytes()) if not text.isascii()]
    broken = sum(not _is_in(text, "utf-8") for text in texts)
    if not broken:
        return "utf-8"
    if broken * _CUT_AMONG <= len(texts):
        raise refused("text_cut", _(".dbf 里有 {count} 处文字从字符中间截断"), count=broken)
    declared = _declared(table.with_suffix(".cpg"))
    # Tools write ISO 8859-1 where they mean "not said"; every byte is valid in it.
    for encoding in (declared, CHINESE) if declared != "iso8859-1" else (CHINESE, declared):
        if encoding and all(_is_in(text, encoding) for text in texts):
            return encoding
    raise refused("encoding_unknown", _(".dbf 的文字编码认不出来，请另存为 UTF-8 或 GBK"))


def _texts(data: bytes) -> Iterator[bytes]:
    """The contents of all character columns, row by row, without padding."""
    start, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    columns = list(_columns(data[:start]))
    for at in range(start, len(data) if width else start, width or 1):
        row = data[at : at + width]
        if row[:1] != _DELETED:
            yield from (row[begin:end].rstrip(b"\0 ") for begin, end in columns)


def _columns(header: bytes) -> Iterator[tuple[int, int]]:
    """Where each character column begins and ends within a row."""
    begin = 1
    for at in range(_HEADER, len(header) - _FIELD + 1, _FIELD):
        field = header[at : at + _FIELD]
        if field[0] == _END_OF_FIELDS:
            return
        is_text = field[11:12] == b"C"
        # Of a text column the byte for decimals is the high byte of its length.
        length = field[16] + (256 * field[17] if is_text else 0)
        if is_text:
            yield begin, begin + length
        begin += length


def _is_in(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _declared(sidecar: Path) -> str:
    """The codec that a `.cpg` names, in Python's spelling; empty where it names none."""
    if not sidecar.is_file():
        return ""
    said = sidecar.read_bytes()[:40].decode("ascii", "replace").strip().lower()
    name = said.removeprefix("ansi ").replace("oem ", "cp")
    for spelling in (name, f"cp{name}"):
        try:
            return codecs.lookup(spelling).name
        except (LookupError, ValueError):
            continue
    return ""
