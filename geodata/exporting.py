"""Boundaries to files that come back in without loss."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
from django.utils.translation import gettext as _


class ExportRefused(ValueError):
    """The file cannot be written; says what to do."""


def _geopackage(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame.to_file(path, driver="GPKG", layer="areas", engine="pyogrio")


def _geojson(frame: gpd.GeoDataFrame, path: Path) -> None:
    # The full precision of a double: the format's usual seven digits would move borders.
    frame.to_file(
        path, driver="GeoJSON", engine="pyogrio", COORDINATE_PRECISION=15, WRITE_BBOX="NO"
    )


def _geoparquet(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False)


WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], None]] = {
    ".gpkg": _geopackage,
    ".geojson": _geojson,
    ".parquet": _geoparquet,
}


def export(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a frame to GeoPackage, GeoJSON or GeoParquet, by the ending of the name.

    The file appears whole or not at all.

    Raises
    ------
    ExportRefused
        Unknown ending, or the folder cannot be written.
    """
    write = WRITERS.get(path.suffix.lower())
    if write is None:
        raise ExportRefused(
            _("{name}：文件名要以 {endings} 结尾").format(
                name=path.name, endings="、".join(WRITERS)
            )
        )
    try:
        with TemporaryDirectory(dir=path.parent) as folder:
            draft = Path(folder) / path.name
            write(frame, draft)
            draft.replace(path)
    except OSError as error:
        raise ExportRefused(f"{path}: {error.strerror or error}") from error
