"""Polygons before any overlay: are they sound, how wide are they, how often would they cross.

An overlay of two small hostile polygons can take minutes (4,000 vertices each: a million
crossings, 82 s), and a database timeout does not stop it. So nothing unsound is ever
overlaid or repaired, and crossings are counted on bounding boxes first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import Sentence
from geodata.errors import gettext_noop as _

Array = npt.NDArray[np.float64]
Geometries = npt.NDArray[Any]

# Ten times the largest boundary seen in practice (a county of 2,055 vertices, a coast of 5,000).
MAX_VERTICES = 50_000
POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
# A product of segment counts up to here is compared outright (1 MB of booleans).
_OUTRIGHT = 1_000_000
_SAMPLE = 100

FAULTS_OF_RINGS = {
    "Self-intersection": ("self_intersection", _("边界自相交")),
    "Ring Self-intersection": ("ring_touches_itself", _("边界与自身相接")),
    "Hole lies outside shell": ("hole_outside", _("内环在外环之外")),
    "Holes are nested": ("nested_rings", _("内环互相嵌套")),
    "Nested shells": ("nested_rings", _("多个部分互相嵌套")),
    "Interior is disconnected": ("interior_cut", _("内环把面切成了几块")),
    "Duplicate Rings": ("duplicate_rings", _("同一个环出现两次")),
    "Too few points in geometry component": ("too_few_points", _("环的点数不足")),
    "Ring is not closed": ("ring_not_closed", _("环没有闭合")),
}


@dataclass(frozen=True)
class Unsound:
    """A geometry that is no usable area; the place is where the first fault lies, if it lies."""

    index: int
    code: str
    reason: Sentence
    x: float | None = None
    y: float | None = None


def find_unsound(geometries: Geometries) -> list[Unsound]:
    """Every geometry that is not a valid polygon or multipolygon of finite coordinates.

    Parameters
    ----------
    geometries : ndarray of shapely geometries or None, shape (n,)

    Returns
    -------
    list of Unsound
        At most one for each geometry, in order.
    """
    plain = np.asarray(geometries, dtype=object)
    with np.errstate(all="ignore"):
        return _find_unsound(plain)


def _find_unsound(plain: Geometries) -> list[Unsound]:
    found = {one.index: one for one in _without_area(plain)}
    rest = np.array([i for i in range(len(plain)) if i not in found], dtype=int)
    wrong = rest[~shapely.is_valid(plain[rest])]
    found |= {int(i): _broken_ring(int(i), plain[i]) for i in wrong}
    return [found[index] for index in sorted(found)]


def _without_area(geometries: Geometries) -> Iterator[Unsound]:
    missing = shapely.is_missing(geometries)
    empty = ~missing & shapely.is_empty(geometries)
    wrong_type = ~missing & ~np.isin(shapely.get_type_id(geometries), POLYGONAL)
    size = shapely.get_num_coordinates(geometries)
    for i in np.flatnonzero(missing | empty | wrong_type | (size > MAX_VERTICES)):
        index = int(i)
        if missing[i]:
            yield Unsound(index, "no_geometry", Sentence(_("没有几何")))
        elif empty[i]:
            yield Unsound(index, "empty", Sentence(_("几何为空")))
        elif wrong_type[i]:
            kind = geometries[i].geom_type
            reason = Sentence(_("需要面，这里是 {kind}"), kind=kind)
            yield Unsound(index, "not_an_area", reason, *_some_place(geometries[i]))
        else:
            reason = Sentence(
                _("顶点太多：{count}，上限 {limit}"), count=size[i], limit=MAX_VERTICES
            )
            yield Unsound(index, "too_many_vertices", reason, *_some_place(geometries[i]))
    points, owner = shapely.get_coordinates(geometries, return_index=True)
    for i in np.unique(owner[~np.isfinite(points).all(axis=1)]):
        if shapely.get_type_id(geometries[i]) in POLYGONAL and size[i] <= MAX_VERTICES:
            reason = Sentence(_("坐标不是有限的数"))
            yield Unsound(int(i), "not_finite", reason, *_some_place(geometries[i]))


def _broken_ring(index: int, geometry: Any) -> Unsound:
    said = shapely.is_valid_reason(geometry)
    place = re.search(r"\[(\S+) (\S+)\]", said)
    name = said.split("[")[0]
    code, text = FAULTS_OF_RINGS.get(name, ("invalid", _("几何无效：{name}")))
    x, y = (float(place[1]), float(place[2])) if place else _some_place(geometry)
    return Unsound(index, code, Sentence(text, name=name), x, y)


def _some_place(geometry: Any) -> tuple[float | None, float | None]:
    points = shapely.get_coordinates(geometry)
    points = points[np.isfinite(points).all(axis=1)]
    return (float(points[0, 0]), float(points[0, 1])) if len(points) else (None, None)


def finite_bounds(geometry: Any) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the finite coordinates; None where there are none."""
    points = shapely.get_coordinates(geometry)
    points = points[np.isfinite(points).all(axis=1)]
    return (*points.min(axis=0), *points.max(axis=0)) if len(points) else None


def mean_width(polygons: Geometries) -> Array:
    """Twice the area over the perimeter: the width of a long strip, in the unit of the data."""
    length = shapely.length(polygons)
    width: Array = np.divide(
        2 * shapely.area(polygons), length, out=np.zeros(np.shape(length)), where=length > 0
    )
    return width


def is_wider(polygons: Geometries, width: float) -> npt.NDArray[np.bool_]:
    """Whether a disc wider than `width` fits into each polygon somewhere.

    The inscribed radius is at least area over perimeter, which settles most without a buffer.
    """
    wide = mean_width(polygons) > width
    rest = np.flatnonzero(~wide)
    if width > 0:
        shrunk = shapely.buffer(polygons[rest], -width / 2, quad_segs=2)
        wide[rest] = ~shapely.is_empty(shrunk)
    return wide


def segments(geometry: Any) -> Array:
    """The line segments of all rings or lines as boxes west, south, east, north, shape (n, 4)."""
    lines = shapely.get_parts(shapely.get_rings(geometry))
    points, ring = shapely.get_coordinates(lines, return_index=True)
    inside = ring[1:] == ring[:-1]
    starts, ends = points[:-1][inside], points[1:][inside]
    return np.hstack([np.minimum(starts, ends), np.maximum(starts, ends)])


def count_crossings(one: Array, other: Array) -> int:
    """About how often the segments of two geometries cross, counted on their boxes.

    Parameters
    ----------
    one, other : ndarray, shape (n, 4), (m, 4)
        As from `segments`.

    Returns
    -------
    int
        Exact for the boxes up to a million comparisons, else from a fixed random sample.
    """
    if not len(one) or not len(other):
        return 0
    one, other = one[_meets(one, _hull(other))], other[_meets(other, _hull(one))]
    if len(one) * len(other) <= _OUTRIGHT:
        return int(_meets(one[:, None], other[None]).sum())
    sample = np.random.default_rng(0).choice(len(one), min(_SAMPLE, len(one)), replace=False)
    hits = sum(int(_meets(other, one[i]).sum()) for i in sample)
    return hits * len(one) // len(sample)


def _hull(boxes: Array) -> Array:
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _meets(boxes: Array, box: Array) -> npt.NDArray[np.bool_]:
    west, south, east, north = np.moveaxis(box, -1, 0)
    meets: npt.NDArray[np.bool_] = (
        (boxes[..., 0] <= east)
        & (boxes[..., 2] >= west)
        & (boxes[..., 1] <= north)
        & (boxes[..., 3] >= south)
    )
    return meets
