"""GeoJSON as text, feature by feature, so that no broken one is lost on the way.

GDAL drops or mends what it cannot build; here every member of the collection keeps its row.
TopoJSON, which shares the ending, is left to GDAL.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.errors import gettext_noop as _
from geodata.errors import refused

GEOMETRIES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)


@dataclass(frozen=True)
class GeoJsonText:
    """Attributes and geometries of a collection; an unreadable geometry is missing."""

    table: pd.DataFrame
    geometries: npt.NDArray[Any]
    crs: str | None


def read_geojson(path: Path) -> GeoJsonText | None:
    """The features of a GeoJSON file, or nothing where it is TopoJSON.

    A bare geometry is one feature; a bare GeometryCollection is one for each member.

    Raises
    ------
    ImportRefused
        Not JSON, nested too deep, with NaN or infinity, or no GeoJSON.
    """
    document = _load(path)
    if not isinstance(document, dict):
        raise refused("not_geojson", _("{name} 不是 GeoJSON"), name=path.name)
    if document.get("type") == "Topology":
        return None
    features = _features(document)
    if features is None:
        raise refused("not_geojson", _("{name} 不是 GeoJSON"), name=path.name)
    texts = np.array([json.dumps(_geometry(feature)) for feature in features], dtype=object)
    table = pd.DataFrame([_properties(feature) for feature in features])
    table = table.reindex(range(len(features)))
    return GeoJsonText(table, shapely.from_geojson(texts, on_invalid="ignore"), _crs(document))


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
    except RecursionError as error:
        raise refused("too_deep", _("{name} 嵌套太深"), name=path.name) from error


def _refuse_constant(text: str) -> float:
    raise refused("not_finite", _("JSON 里有 {text}，坐标要是有限的数"), text=text)


def _finite(text: str) -> float:
    number = float(text)
    if not np.isfinite(number):
        _refuse_constant(text)
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


def _geometry(feature: Any) -> Any:
    return feature.get("geometry") if isinstance(feature, dict) else None


def _properties(feature: Any) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else {}


def _crs(document: dict[str, Any]) -> str | None:
    """The `crs` member of the 2008 format; newer files have none and then nothing is said."""
    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return name if isinstance(name, str) else None
