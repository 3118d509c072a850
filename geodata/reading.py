"""Reading files of places: GeoPackage, GeoJSON, zipped Shapefile, GeoParquet, TopoJSON.

Every feature of the file comes out with its row, counted from 1; a feature whose geometry
cannot be used comes out as a refusal with the reason and the place. Nothing is repaired and
nothing is dropped in silence.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geodata.archives import unpacked_shapefile
from geodata.crs import ImpossibleCoordinates, UnknownSystem, parse_system, system_of, to_cgcs2000
from geodata.errors import ImportRefused, Refusal, refused
from geodata.errors import gettext_noop as _
from geodata.geojson_text import read_json
from geodata.parquet_layers import read_parquet
from geodata.polygons import Unsound, find_unsound
from geodata.raw_layers import RawLayer, refuse_unstorable, shapes_of_wkb
from geodata.shapefile_text import encoding_of

MAX_BYTES = 300_000_000
MAX_FEATURES = 200_000
MAGIC = {".gpkg": b"SQLite format 3\0", ".parquet": b"PAR1", ".zip": b"PK"}
ENDINGS = (".gpkg", ".geojson", ".json", ".topojson", ".zip", ".parquet")


@dataclass(frozen=True)
class FeatureSet:
    """The features of one layer.

    `table` holds the attributes and `geometries` the shapes, one a row, in `system`; a shape that is
    refused stays where it is, so that it can be drawn. The index of `table` is the row.
    """

    table: pd.DataFrame
    geometries: npt.NDArray[Any]
    system: str
    refused: tuple[Refusal, ...]


def read_features(
    path: Path, *, layer: str | None = None, crs: str | None = None, assume: str | None = None
) -> FeatureSet:
    """The features of a file of areas.

    Parameters
    ----------
    path : Path
        A file with one of the endings of `ENDINGS`.
    layer : str, optional
        The layer of a GeoPackage, or the object of a TopoJSON, that has several.
    crs : str, optional
        The coordinate system, as for `geodata.crs.parse_system`; required where the file does
        not say, refused where it says another.
    assume : str, optional
        The degrees to take where neither says: for a check, whose answer does not hang on the
        hundred metres between them. An import must be told.

    Raises
    ------
    ImportRefused
        The file as a whole cannot be read, or nobody says where its coordinates are.
    """
    _refuse_file(path)
    found = _read(path, layer)
    _refuse_count(len(found.geometries))
    if found.table.columns.has_duplicates:
        twice = found.table.columns[found.table.columns.duplicated()][0]
        raise refused("duplicate_column", _("有两列都叫 {name}"), name=twice)
    system = _system(found, crs, assume)
    table = found.table.set_axis(pd.RangeIndex(1, len(found.geometries) + 1), axis=0)
    found = refuse_unstorable(found)
    return FeatureSet(
        table, shapely.force_2d(found.geometries), system, tuple(_refusals(found, system))
    )


def _refuse_count(features: int) -> None:
    if features == 0:
        raise refused("no_features", _("文件里没有要素"))
    if features > MAX_FEATURES:
        raise refused("too_many_features", _("要素超过 {limit} 个"), limit=MAX_FEATURES)


def _refuse_file(path: Path) -> None:
    if not path.is_file():
        raise refused("no_file", _("没有这个文件：{name}"), name=path.name)
    if path.suffix.lower() not in ENDINGS:
        raise refused(
            "unknown_format",
            _("{name}：只能读 {endings}"),
            name=path.name,
            endings="、".join(ENDINGS),
        )
    if path.stat().st_size > MAX_BYTES:
        raise refused("file_too_large", _("文件超过 {limit} MB"), limit=MAX_BYTES // 1_000_000)
    magic = MAGIC.get(path.suffix.lower(), b"")
    with path.open("rb") as file:
        if file.read(len(magic)) != magic:
            raise refused("wrong_format", _("{name} 的内容与文件名的结尾不符"), name=path.name)


def _read(path: Path, layer: str | None) -> RawLayer:
    ending = path.suffix.lower()
    if ending == ".zip":
        with unpacked_shapefile(path) as shapefile:
            return _read_driver(shapefile, encoding=encoding_of(shapefile.with_suffix(".dbf")))
    if ending == ".gpkg":
        return _read_driver(path, layer=only_layer(path, layer))
    if ending == ".parquet":
        return read_parquet(path, MAX_FEATURES)
    return read_json(path, layer)


def only_layer(path: Path, layer: str | None) -> str:
    """The layer that was named, or the only one that has shapes."""
    with plain_words():
        layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if layer is None and len(layers) == 1:
        return layers[0]
    if layer not in layers:
        raise refused(
            "which_layer", _("请用 --layer 指明图层，文件里有：{layers}"), layers="、".join(layers)
        )
    return layer


def _read_driver(path: Path, **options: Any) -> RawLayer:
    with plain_words():
        _refuse_count(pyogrio.read_info(path, force_feature_count=True, **options)["features"])
        meta, _fids, wkb, columns = pyogrio.raw.read(path, **options)
        table = pd.DataFrame(dict(zip(meta["fields"], columns, strict=True)))
    shapes, unread = shapes_of_wkb(wkb)
    return RawLayer(table, shapes, meta["crs"], unread)


@contextmanager
def plain_words() -> Iterator[None]:
    """Errors from below as one sentence; warnings are not for the people who import."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ImportRefused:
        raise
    except (RuntimeError, ValueError, UnboundLocalError) as error:
        # The last is pyogrio's own slip over a system that it cannot export.
        raise refused("unreadable", _("文件读不出来：内容不完整，或不是这种格式")) from error


def _system(found: RawLayer, given: str | None, assume: str | None) -> str:
    said_by_nobody = given is None and found.crs is None
    if said_by_nobody and assume is not None and _look_like_degrees(found.geometries):
        return assume
    return system_said(found.crs, given)


def system_said(declared: str | None, given: str | None) -> str:
    """The system of a file, by its own word or the person's.

    Raises
    ------
    ImportRefused
        Nobody says it, the two differ, or it is none that leads to CGCS2000.
    """
    if given is not None:
        return _agreed(declared, _named(given))
    if declared is not None:
        return _declared(declared)
    raise refused(
        "crs_missing",
        _("文件没有写坐标系，请用 --crs 指明（EPSG:n、wgs84、cgcs2000、gcj02 或 bd09）"),
    )


def _look_like_degrees(geometries: npt.NDArray[Any]) -> bool:
    points = shapely.get_coordinates(geometries)
    return not (np.abs(points[np.isfinite(points).all(axis=1)]) > (180, 90)).any()


def _agreed(declared: str | None, given: str) -> str:
    own = None if declared is None or not _is_on_earth(declared) else _declared(declared)
    # Public maps write shifted degrees into files that call themselves WGS 84.
    if own in (None, given) or (own in ("wgs84", "cgcs2000") and given in ("gcj02", "bd09")):
        return given
    raise refused(
        "crs_differs", _("文件写的坐标系是 {own}，与指明的 {given} 不同"), own=own, given=given
    )


def _is_on_earth(declared: str) -> bool:
    """Whether a file's word names a place on earth; drawing programs write others."""
    try:
        return CRS.from_user_input(declared).geodetic_crs is not None
    except CRSError:
        return False


def _named(crs: str) -> str:
    try:
        return parse_system(crs)
    except UnknownSystem as error:
        raise refused("crs_unknown", _("不认识坐标系 {crs}"), crs=crs[:60]) from error


def _declared(crs: str) -> str:
    try:
        return system_of(CRS.from_user_input(crs))
    except (CRSError, UnknownSystem) as error:
        raise refused(
            "crs_unknown", _("文件写的坐标系认不出来，请用 --crs 指明：{crs}"), crs=crs[:60]
        ) from error


def _refusals(layer: RawLayer, system: str) -> Iterator[Refusal]:
    """Every reason to refuse a feature, in the order of the rows."""
    reasons: dict[int, Unsound] = {one.index: one for one in find_unsound(layer.geometries)}
    reasons |= {one.index: one for one in layer.unread}
    found = [
        Refusal(one.code, one.reason, one.index + 1, "geometry", *_place(one.x, one.y, system))
        for one in reasons.values()
    ]
    yield from sorted([*found, *layer.refused], key=lambda refusal: refusal.row or 0)


def _place(x: float | None, y: float | None, system: str) -> tuple[float | None, float | None]:
    """Degrees of a place in the file; none where the system does not reach."""
    if x is None or y is None:
        return None, None
    try:
        lon, lat = to_cgcs2000(x, y, system)
    except ImpossibleCoordinates:
        return None, None
    return float(lon), float(lat)
