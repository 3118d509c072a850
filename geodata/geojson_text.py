"""GeoJSON and TopoJSON as text, feature by feature, so that no broken one is lost on the way.

GDAL drops or mends what it cannot build, and skips a TopoJSON feature without geometry; here
every member of a collection keeps its row.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from geodata.errors import ImportRefused, refused
from geodata.errors import gettext_noop as _
from geodata.raw_layers import RawLayer, layer_of
from geodata.topojson_text import read_topology

GEOMETRIES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)


def read_json(path: Path, layer: str | None) -> RawLayer:
    """The features of a GeoJSON or TopoJSON file.

    A bare geometry is one feature; a bare GeometryCollection is one for each member. `layer` is
    the object of a topology, its first by default.

    Raises
    ------
    ImportRefused
        Not JSON, nested too deep, with NaN or infinity, or neither of the two formats.
    """
    try:
        document = _load(path)
        if isinstance(document, dict) and document.get("type") == "Topology":
            return read_topology(document, layer, declared_crs(document))
        features = _features(document) if isinstance(document, dict) else None
        if features is None:
            raise refused("not_geojson", _("{name} 不是 GeoJSON"), name=path.name)
        return layer_of(
            [_member(feature, "properties") or {} for feature in features],
            [
                feature.get("geometry") if isinstance(feature, dict) else None
                for feature in features
            ],
            declared_crs(document),
        )
    except RecursionError as error:
        raise refused("too_deep", _("{name} 嵌套太深"), name=path.name) from error


def _load(path: Path) -> Any:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise refused("not_utf8", _("{name} 不是 UTF-8 编码"), name=path.name) from error
    except json.JSONDecodeError as error:
        raise refused(
            "not_json",
            _("{name} 第 {line} 行不是 JSON：文件可能不完整"),
            name=path.name,
            line=error.lineno,
        ) from error
    except ImportRefused:
        raise
    except ValueError as error:
        # A whole number of more than 4,300 digits.
        raise refused("not_finite", _("{name} 里有过长的数字"), name=path.name) from error


def _refuse_constant(text: str) -> float:
    raise refused("not_finite", _("JSON 里有 {text}，坐标要是有限的数"), text=text)


def _finite(text: str) -> float:
    number = float(text)
    if not np.isfinite(number):
        _refuse_constant(text[:20])
    return number


def _features(document: dict[str, Any]) -> list[Any] | None:
    kind = document.get("type")
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        features: list[Any] = document["features"]
        return features
    if kind == "Feature":
        return [document]
    if kind == "GeometryCollection" and isinstance(document.get("geometries"), list):
        return [{"geometry": geometry} for geometry in document["geometries"]]
    return [{"geometry": document}] if kind in GEOMETRIES else None


def _member(value: Any, name: str) -> dict[str, Any] | None:
    member = value.get(name) if isinstance(value, dict) else None
    return member if isinstance(member, dict) else None


def declared_crs(document: dict[str, Any]) -> str | None:
    """The `crs` member of the 2008 format; newer files have none and then nothing is said."""
    name = (_member(_member(document, "crs"), "properties") or {}).get("name")
    return name if isinstance(name, str) else None
