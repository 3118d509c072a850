"""What a format gave before anything is judged: every feature in its row, the broken ones told."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.errors import Refusal, Sentence
from geodata.errors import gettext_noop as _
from geodata.polygons import Unsound

Geometries = npt.NDArray[Any]

# Neither can be stored as text.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class RawLayer:
    """The features of one layer as the file has them.

    A geometry that could not be built is missing, and `unread` says why; a text that could not be
    kept is mended, and `refused` names its row and column. `crs` is the file's own word.
    """

    table: pd.DataFrame
    geometries: Geometries
    crs: str | None
    unread: tuple[Unsound, ...] = ()
    refused: tuple[Refusal, ...] = ()


def layer_of(
    properties: Sequence[dict[str, Any]], geometries: Sequence[Any], crs: str | None
) -> RawLayer:
    """A layer from GeoJSON objects: attributes and geometries, one a feature."""
    refused: list[Refusal] = []
    rows = [_storable(row, values, refused) for row, values in enumerate(properties, start=1)]
    # Built from rows, a column that is missing somewhere is missing there only.
    table = pd.DataFrame(rows, index=range(len(rows)))
    shapes, unread = shapes_of_json(geometries)
    return RawLayer(table, shapes, crs, unread, tuple(refused))


def _storable(row: int, values: dict[str, Any], refused: list[Refusal]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in values.items():
        column = UNSTORABLE.sub(REPLACEMENT, name)
        kept[column] = value
        if isinstance(value, str) and UNSTORABLE.search(value):
            kept[column] = UNSTORABLE.sub(REPLACEMENT, value)
            refused.append(unstorable_text(row, column))
    return kept


def unstorable_text(row: int, column: str) -> Refusal:
    """The refusal of a text with a NUL or half a character in it."""
    return Refusal("bad_text", Sentence(_("文字里有不能保存的字符")), row, column)


def refuse_unstorable(layer: RawLayer) -> RawLayer:
    """The layer with every text that cannot be stored refused by row and column."""
    refused = list(layer.refused)
    for column in layer.table.columns:
        if not pd.api.types.is_numeric_dtype(layer.table[column].dtype):
            texts = layer.table[column].to_numpy(dtype=object)
            bad = [n for n, text in enumerate(texts) if isinstance(text, str) and "\0" in text]
            refused += [unstorable_text(n + 1, str(column)) for n in bad]
    return replace(layer, refused=tuple(refused))


def shapes_of_json(sources: Sequence[Any]) -> tuple[Geometries, tuple[Unsound, ...]]:
    """Geometries from GeoJSON objects; null stays missing, and what cannot be built is told."""
    texts = np.array([None if one is None else json.dumps(one) for one in sources], dtype=object)
    with np.errstate(all="ignore"):
        shapes = shapely.from_geojson(texts, on_invalid="ignore")
    lost = _lost(shapes, texts)
    return shapes, tuple(_unread(int(n), list(_rings(sources[n]))) for n in lost)


def shapes_of_wkb(sources: Geometries) -> tuple[Geometries, tuple[Unsound, ...]]:
    """Geometries from WKB; null stays missing, and what cannot be built is told."""
    with np.errstate(all="ignore"):
        shapes = shapely.from_wkb(sources, on_invalid="ignore")
        lost = _lost(shapes, sources)
        closed = shapely.from_wkb(sources[lost], on_invalid="fix")
    # Mending closes a ring by one point more; it is looked at, never kept.
    rings = [
        [shapely.get_coordinates(ring)[:-1].tolist() for ring in shapely.get_rings(one)]
        for one in closed
    ]
    return shapes, tuple(_unread(int(n), own) for n, own in zip(lost, rings, strict=True))


def _lost(shapes: Geometries, sources: Geometries) -> npt.NDArray[np.intp]:
    """Where something was given and nothing could be built."""
    given = np.array([source is not None for source in sources], dtype=bool)
    return np.flatnonzero(shapely.is_missing(shapes) & given)


def _unread(index: int, rings: list[list[Any]]) -> Unsound:
    """Why a geometry cannot be built, from the first ring that explains it."""
    places = (_place(point) for ring in rings for point in ring)
    x, y = next((place for place in places if place), (None, None))
    for ring in rings:
        at = next((place for place in map(_place, ring) if place), (x, y))
        if 0 < len(ring) < 4:
            reason = Sentence(_("环只有 {count} 个点，至少要 4 个"), count=len(ring))
            return Unsound(index, "too_few_points", reason, *at)
        if any(_place(point) is None for point in ring):
            return Unsound(index, "not_finite", Sentence(_("坐标不是有限的数")), *at)
        if ring and ring[0] != ring[-1]:
            return Unsound(index, "ring_not_closed", Sentence(_("环没有闭合")), *at)
    return Unsound(index, "unreadable_geometry", Sentence(_("几何读不出来")), x, y)


def _rings(geometry: Any) -> Iterator[list[Any]]:
    """The rings of a GeoJSON polygon or multipolygon, as far as they are lists."""
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return
    depth = 0 if geometry["type"] == "Polygon" else 1
    yield from _lists(geometry.get("coordinates"), depth + 1)


def _lists(value: Any, depth: int) -> Iterator[list[Any]]:
    if not isinstance(value, list):
        return
    if depth == 0:
        yield value
        return
    for part in value:
        yield from _lists(part, depth - 1)


def _place(point: Any) -> tuple[float, float] | None:
    if not isinstance(point, list) or len(point) < 2:
        return None
    try:
        x, y = float(point[0]), float(point[1])
    except (TypeError, ValueError, OverflowError):
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None
