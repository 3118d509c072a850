"""TopoJSON: features whose borders are shared arcs, put together again.

The format is that of the TopoJSON specification 1.0.0: arc `~i` is arc `i` backwards, arcs that
follow each other share a point, and with a `transform` the points are steps on a grid.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.errors import gettext_noop as _
from geodata.errors import refused
from geodata.raw_layers import RawLayer, layer_of

Array = npt.NDArray[np.float64]
Line = list[Any]


class _BrokenArc(ValueError):
    """A geometry asks for an arc that is not there or is none."""


def read_topology(document: dict[str, Any], layer: str | None, crs: str | None) -> RawLayer:
    """The features of one object of a topology, the first by default.

    Raises
    ------
    ImportRefused
        No objects, no arcs, or no object of that name.
    """
    objects, arcs = document.get("objects"), document.get("arcs")
    if not isinstance(objects, dict) or not objects or not isinstance(arcs, list):
        raise refused("not_topojson", _("TopoJSON 缺少 objects 或 arcs"))
    name = next(iter(objects)) if layer is None else layer
    if name not in objects:
        listed = "、".join(map(str, objects))
        raise refused("which_layer", _("请用 --layer 指明图层，文件里有：{layers}"), layers=listed)
    members = _members(objects[name])
    with np.errstate(all="ignore"):
        topology = _Topology(arcs, document.get("transform"))
        shapes = [topology.geometry(member) for member in members]
    return layer_of([_attributes(member) for member in members], shapes, crs)


def _members(thing: Any) -> list[Any]:
    if isinstance(thing, dict) and thing.get("type") == "GeometryCollection":
        members = thing.get("geometries")
        return members if isinstance(members, list) else []
    return [thing]


def _attributes(member: Any) -> dict[str, Any]:
    if not isinstance(member, dict):
        return {}
    properties = member.get("properties")
    own = properties if isinstance(properties, dict) else {}
    return {"id": member["id"], **own} if "id" in member else own


class _Topology:
    """Arcs in the units of the file, and the geometries that are made of them."""

    def __init__(self, arcs: list[Any], transform: Any) -> None:
        self._scale, self._shift, self._steps = _grid(transform)
        self._arcs = [self._arc(arc) for arc in arcs]

    def _arc(self, arc: Any) -> Line | None:
        try:
            points = np.array([point[:2] for point in arc], dtype=float).reshape(-1, 2)
        except (TypeError, ValueError, OverflowError):
            return None
        if self._steps:
            points = np.cumsum(points, axis=0)
        line: Line = (points * self._scale + self._shift).tolist()
        return line

    def geometry(self, member: Any) -> Any:
        """A member as a GeoJSON geometry; null stays null, and a broken one is no geometry."""
        kind = member.get("type") if isinstance(member, dict) else None
        if kind is None:
            return None
        try:
            return self._built(str(kind), member)
        except (_BrokenArc, TypeError, ValueError):
            return {"type": kind}

    def _built(self, kind: str, member: dict[str, Any]) -> Any:
        if kind == "GeometryCollection":
            parts = [self.geometry(part) for part in _members(member)]
            return {"type": kind, "geometries": [part for part in parts if part]}
        depth = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}.get(kind)
        if depth is None:
            points = np.array(member.get("coordinates"), dtype=float) * self._scale + self._shift
            return {"type": kind, "coordinates": points.tolist()}
        return {"type": kind, "coordinates": _deep(self._line, member.get("arcs"), depth)}

    def _line(self, indices: Any) -> Line:
        """Arcs one after the other, each beginning where the last ended."""
        line: Line = []
        for index in indices:
            arc = self._arc_at(index)
            if line and arc and line[-1] != arc[0]:
                raise _BrokenArc(index)
            line += arc[1:] if line else arc
        return line

    def _arc_at(self, index: Any) -> Line:
        if not isinstance(index, int) or not -len(self._arcs) <= index < len(self._arcs):
            raise _BrokenArc(index)
        arc = self._arcs[index if index >= 0 else ~index]
        if arc is None:
            raise _BrokenArc(index)
        return arc if index >= 0 else arc[::-1]


def _grid(transform: Any) -> tuple[Array, Array, bool]:
    if transform is None:
        return np.ones(2), np.zeros(2), False
    try:
        scale, shift = np.array([transform["scale"], transform["translate"]], dtype=float)
        return scale.reshape(2), shift.reshape(2), True
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise refused("not_topojson", _("TopoJSON 的 transform 读不出来")) from error


def _deep(build: Callable[[Any], Line], value: Any, depth: int) -> Any:
    return build(value) if depth == 0 else [_deep(build, part, depth - 1) for part in value]
