"""Opening a zipped Shapefile without trusting it.

A zip may claim small and unpack large, write outside its folder, or hold another zip. It is
unpacked into a folder of its own by copying with a running count, and the folder is gone
when the reading ends, however it ends.
"""

import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from geodata.errors import ImportRefused, refused
from geodata.errors import gettext_noop as _

MAX_ENTRIES = 100
MAX_UNPACKED = 500_000_000
CHUNK = 1 << 20
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
# The list of contents of a hundred entries is some kilobytes; one of a million fills the memory.
MAX_LISTING = 200_000
# RuntimeError is a password; ValueError and the others come from a broken list or stream.
UNREADABLE = (
    BadZipFile, EOFError, LZMAError, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error,
)  # fmt: skip


@contextmanager
def unpacked_shapefile(path: Path) -> Iterator[Path]:
    """The `.shp` of a zip, beside its parts, in a folder that is gone afterwards.

    Raises
    ------
    ImportRefused
        Not a zip, or one that is unsafe, too large, or without exactly one Shapefile.
    """
    with TemporaryDirectory(prefix="gridmap-import-") as folder:
        try:
            _refuse_long_listing(path)
            with ZipFile(path) as archive:
                entries = _safe_parts(archive)
                _unpack(archive, entries, Path(folder))
        except ImportRefused:
            raise
        except UNREADABLE as error:
            raise refused("not_a_zip", _("压缩包打不开：不完整、加了密，或不是 zip")) from error
        yield Path(folder) / "boundaries.shp"


def _refuse_long_listing(path: Path) -> None:
    """Look at the end record, which tells the size of the listing, before anything reads it."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 66_000))
        _before, found, record = file.read().rpartition(b"PK\x05\x06")
    if found and int.from_bytes(record[8:12], "little") > MAX_LISTING:
        raise refused("too_many_entries", _("压缩包里的文件太多"))


def _safe_parts(archive: ZipFile) -> dict[str, ZipInfo]:
    """The parts of the one Shapefile inside, by their endings."""
    if len(archive.infolist()) > MAX_ENTRIES:
        raise refused("too_many_entries", _("压缩包里的文件太多"))
    for entry in archive.infolist():
        _refuse_unsafe(entry)
    entries = [entry for entry in archive.infolist() if not _is_leftover(entry)]
    shapes = [entry for entry in entries if _ending(entry) == ".shp"]
    if len(shapes) != 1:
        raise refused(
            "no_shapefile", _("压缩包里要恰好有一个 .shp，这里有 {count} 个"), count=len(shapes)
        )
    stem = PurePosixPath(shapes[0].filename).with_suffix("")
    parts = {
        _ending(entry): entry
        for entry in entries
        if PurePosixPath(entry.filename).with_suffix("") == stem and _ending(entry) in PARTS
    }
    missing = [ending for ending in (".shx", ".dbf") if ending not in parts]
    if missing:
        raise refused("parts_missing", _("压缩包里缺 {parts}"), parts="、".join(missing))
    return parts


def _ending(entry: ZipInfo) -> str:
    return PurePosixPath(entry.filename).suffix.lower()


def _is_leftover(entry: ZipInfo) -> bool:
    """Folders, and what a Mac puts beside every file."""
    path = PurePosixPath(entry.filename)
    return (
        entry.filename.endswith("/")
        or path.name.startswith("._")
        or path.parts[:1] == ("__MACOSX",)
    )


def _refuse_unsafe(entry: ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
        raise refused("unsafe_path", _("压缩包里的路径伸到外面：{name}"), name=entry.filename)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise refused("link_inside", _("压缩包里有链接：{name}"), name=entry.filename)
    if _ending(entry) in (".zip", ".rar", ".7z", ".gz", ".tar"):
        raise refused("nested_archive", _("压缩包里又有压缩包：{name}"), name=entry.filename)


def _unpack(archive: ZipFile, parts: dict[str, ZipInfo], folder: Path) -> None:
    left = MAX_UNPACKED
    for ending, entry in parts.items():
        with archive.open(entry) as packed, (folder / f"boundaries{ending}").open("wb") as plain:
            left = _copy(packed, plain, left)


def _copy(packed: IO[bytes], plain: IO[bytes], left: int) -> int:
    """Copy up to `left` bytes; what the header claims does not count."""
    while chunk := packed.read(CHUNK):
        left -= len(chunk)
        if left < 0:
            raise refused(
                "zip_bomb", _("压缩包解开后超过 {limit} MB"), limit=MAX_UNPACKED // 1_000_000
            )
        plain.write(chunk)
    return left
