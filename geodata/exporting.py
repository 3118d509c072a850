"""Boundaries to files that come back in without loss."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
from django.utils.translation import gettext as _

from geodata.models import STORED


class ExportRefused(ValueError):
    """The file cannot be written; says what to do."""


def _geopackage(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    frame.to_file(path, driver="GPKG", layer=layer, engine="pyogrio")


def _geojson(frame: gpd.GeoDataFrame, path: Path, _layer: str) -> None:
    """Every bit of a double, which GDAL's writer rounds away, and the system by its name."""
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{STORED}"}},
        "features": list(frame.iterfeatures(na="null", drop_id=True)),
    }
    path.write_text(json.dumps(document, ensure_ascii=False, default=str), encoding="utf-8")


def _geoparquet(frame: gpd.GeoDataFrame, path: Path, _layer: str) -> None:
    frame.to_parquet(path, index=False)


WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path, str], None]] = {
    ".gpkg": _geopackage,
    ".geojson": _geojson,
    ".parquet": _geoparquet,
}


def export(frame: gpd.GeoDataFrame, path: Path, *, layer: str = "areas") -> None:
    """Write a frame to GeoPackage, GeoJSON or GeoParquet, by the ending of the name.

    The file appears whole or not at all.

    Raises
    ------
    ExportRefused
        Unknown ending, or the folder cannot be written.
    """
    write = WRITERS.get(path.suffix.lower())
    if write is None:
        raise unknown_ending(path, WRITERS)
    with whole(path) as draft:
        write(frame, draft, layer)


def unknown_ending(path: Path, endings: Iterable[str]) -> ExportRefused:
    return ExportRefused(
        _("{name}：文件名要以 {endings} 结尾").format(name=path.name, endings="、".join(endings))
    )


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A draft to write to, which takes its place only when it is done.

    Raises
    ------
    ExportRefused
        The folder cannot be written.
    """
    try:
        with TemporaryDirectory(dir=path.parent) as folder:
            draft = Path(folder) / path.name
            yield draft
            draft.replace(path)
    except OSError as error:
        raise ExportRefused(f"{path}: {error.strerror or error}") from error
