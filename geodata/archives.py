"""Opening a zipped Shapefile without trusting it.

A zip may claim small and unpack large, write outside its folder, or hold another zip. It is
unpacked into a folder of its own by copying with a running count, and the folder is gone
when the reading ends, however it ends.
"""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from geodata.errors import gettext_noop as _
from geodata.errors import refused

MAX_ENTRIES = 100
MAX_UNPACKED = 500_000_000
CHUNK = 1 << 20
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


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
            with ZipFile(path) as archive:
                entries = _safe_parts(archive)
                _unpack(archive, entries, Path(folder))
        except (BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise refused("not_a_zip", _("压缩包打不开：{error}"), error=str(error)) from error
        yield Path(folder) / "boundaries.shp"


def _safe_parts(archive: ZipFile) -> dict[str, ZipInfo]:
    """The parts of the one Shapefile inside, by their endings."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise refused("too_many_entries", _("压缩包里有 {count} 个文件，太多"), count=len(entries))
    for entry in entries:
        _refuse_unsafe(entry)
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
