"""Which reader a file takes, by the ending of its name."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from geodata.errors import gettext_noop as _
from geodata.errors import refused
from geodata.row_files.csv_rows import open_csv
from geodata.row_files.layer_rows import open_geopackage, open_geoparquet, open_shapefile
from geodata.row_files.pieces import RowFile
from geodata.row_files.xlsx_rows import open_xlsx

Opener = Callable[[Path, str | None], AbstractContextManager[RowFile]]
OPENERS: dict[str, Opener] = {
    ".csv": lambda path, _layer: open_csv(path),
    ".csv.gz": lambda path, _layer: open_csv(path),
    ".xlsx": open_xlsx,
    ".gpkg": open_geopackage,
    ".parquet": lambda path, _layer: open_geoparquet(path),
    ".zip": lambda path, _layer: open_shapefile(path),
}
MAGIC = {
    ".csv.gz": b"\x1f\x8b",
    ".xlsx": b"PK",
    ".gpkg": b"SQLite format 3\0",
    ".parquet": b"PAR1",
    ".zip": b"PK",
}


@contextmanager
def open_rows(path: Path, *, layer: str | None = None) -> Iterator[RowFile]:
    """A file of rows, open as long as the block lasts.

    Parameters
    ----------
    path : Path
        A file with one of the endings of `OPENERS`.
    layer : str, optional
        The layer of a GeoPackage or the sheet of a workbook.

    Raises
    ------
    ImportRefused
        The file as a whole cannot be read; also while its pieces are read.
    """
    if not path.is_file():
        raise refused("no_file", _("没有这个文件：{name}"), name=path.name)
    ending = _ending(path)
    with path.open("rb") as file:
        magic = MAGIC.get(ending, b"")
        if file.read(len(magic)) != magic:
            raise refused("wrong_format", _("{name} 的内容与文件名的结尾不符"), name=path.name)
    with OPENERS[ending](path, layer) as rows:
        twice = [name for name, count in Counter(rows.columns).items() if count > 1]
        if twice:
            raise refused("duplicate_column", _("有两列都叫 {name}"), name=twice[0])
        yield rows


def _ending(path: Path) -> str:
    for ending in OPENERS:
        if path.name.lower().endswith(ending):
            return ending
    raise refused(
        "unknown_format", _("{name}：只能读 {endings}"), name=path.name, endings="、".join(OPENERS)
    )
