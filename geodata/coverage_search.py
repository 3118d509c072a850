"""The search for what keeps areas from tiling; the rules are told in `geodata.coverage`.

A clean set is settled by one pass over its edges and one cheap union. Only areas whose edges
do not match are overlaid, pair by pair, and no pair whose borders cross too often to afford.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.coverage_faults import Fault
from geodata.errors import Sentence
from geodata.errors import gettext_noop as _
from geodata.polygons import (
    POLYGONAL,
    Unsound,
    count_crossings,
    find_unsound,
    finite_bounds,
    is_wider,
    mean_width,
    segments,
)

Geometries = npt.NDArray[Any]
Indices = npt.NDArray[np.intp]

SLIVER_WIDTH_M = 1.0
ENCLAVE_WIDTH_M = 20.0
# Shorter than this, an open crack cannot be told from a sharp notch in the outer border.
CRACK_LENGTH_M = 20.0
# An overlay beyond these is not attempted; a crossing costs some 20 µs.
MAX_CROSSINGS_OF_A_PAIR = 20_000
MAX_CROSSINGS = 200_000
# Longer lists help nobody: the search stops about here, and the report says so.
MAX_FAULTS = 5_000
# Real areas have 5 to 9 boxes touching theirs; a file that holds everything twice has 20.
MAX_NEIGHBOURS_ON_AVERAGE = 40
_AREAS_AT_ONCE = 256
_PAIRS_AT_ONCE = 5_000
# Two rings of twenty points cross seldom enough not to be counted.
_FEW_COMPARISONS = 400
# Unsound areas that still have edges to compare.
_WITH_EDGES = frozenset(
    {"self_intersection", "ring_touches_itself", "hole_outside", "nested_rings", "interior_cut"}
)


@dataclass(frozen=True)
class Areas:
    """The areas to be searched, in metres, with what the report calls them."""

    names: tuple[str, ...]
    rows: tuple[int, ...]
    shapes: Geometries
    tolerance_m: float

    @cached_property
    def unsound(self) -> list[Unsound]:
        """Which shapes may not be overlaid, and why."""
        return find_unsound(self.shapes)

    @cached_property
    def sound(self) -> Indices:
        """Which shapes may be overlaid."""
        return np.setdiff1d(np.arange(len(self.shapes)), [wrong.index for wrong in self.unsound])

    @cached_property
    def tree(self) -> shapely.STRtree:
        """An index over the sound shapes; it answers positions in `sound`."""
        return shapely.STRtree(self.shapes[self.sound])

    def near(self, geometry: Any, distance: float) -> list[int]:
        """The sound areas that come within a distance of a geometry."""
        hits = self.tree.query(geometry, predicate="dwithin", distance=distance)
        return sorted(int(i) for i in self.sound[hits])

    def fault(self, kind: str, members: Iterable[int], reason: Sentence, **more: Any) -> Fault:
        """A fault of these areas, placed on its geometry."""
        who = list(members)
        geometry = more.get("geometry")
        point = None if geometry is None else _place(geometry)
        return Fault(
            kind=kind,
            reason=reason,
            x=point[0] if point else None,
            y=point[1] if point else None,
            cells=tuple(self.names[i] for i in who),
            rows=tuple(self.rows[i] for i in who),
            **more,
        )


@dataclass
class Search:
    """One search: what has been found out about the areas so far."""

    areas: Areas
    is_complete: bool = True
    # Areas left out of the union: unsound, or too tangled with another to be overlaid.
    tangled: set[int] = field(default_factory=set)
    crossings: int = 0

    def run(self, outline: Any, *, is_bounded: bool) -> list[Fault]:
        """Every fault and enclave; without an outline, what the areas themselves enclose."""
        if self._is_stacked():
            return self._invalid() + self._stack()
        lines = self._unmatched(self._with_edges())
        suspects = self._suspects(lines)
        faults = self._invalid() + [self._edge(i, line) for i, line in lines.items()]
        faults += self._all_overlaps(suspects)
        union = self._union(is_clean=not len(suspects))
        if outline is not None:
            return faults + self._against(outline, union)
        if is_bounded:
            return faults
        holes = self._uncovered(_holes(union), may_be_enclave=True)
        return faults + holes + self._open_cracks(union, lines)

    def _invalid(self) -> list[Fault]:
        return [
            Fault(
                "invalid",
                wrong.reason,
                wrong.x,
                wrong.y,
                (self.areas.names[wrong.index],),
                (self.areas.rows[wrong.index],),
                geometry=_point(wrong.x, wrong.y),
            )
            for wrong in self.areas.unsound
        ]

    def _is_stacked(self) -> bool:
        """Whether areas lie on each other so often that comparing edges would take hours."""
        bounds = shapely.bounds(self.areas.shapes)
        boxes: Any = shapely.box(*bounds[np.isfinite(bounds).all(axis=1)].T)
        tree = shapely.STRtree(boxes)
        allowed = MAX_NEIGHBOURS_ON_AVERAGE * (len(self.areas.shapes) + _AREAS_AT_ONCE // 10)
        for start in range(0, len(tree), _AREAS_AT_ONCE):
            allowed -= tree.query(tree.geometries[start : start + _AREAS_AT_ONCE]).shape[1]
            if allowed < 0:
                return True
        return False

    def _stack(self) -> list[Fault]:
        self.is_complete = False
        reason = Sentence(_("单元层层重叠，检查没有做完"))
        return [self.areas.fault("overlap", (), reason), *self._all_overlaps(self.areas.sound)]

    def _all_overlaps(self, suspects: Indices) -> list[Fault]:
        faults: list[Fault] = []
        for block in self._pairs(suspects):
            faults += self._overlaps(block)
            if len(faults) >= MAX_FAULTS:
                self.is_complete = False
                break
        return faults

    def _with_edges(self) -> Indices:
        crossed = [wrong.index for wrong in self.areas.unsound if wrong.code in _WITH_EDGES]
        return np.sort(np.concatenate([self.areas.sound, np.array(crossed, dtype=np.intp)]))

    def _unmatched(self, among: Indices, gap_width: float = 0.0) -> dict[int, Any]:
        lines = shapely.coverage_invalid_edges(self.areas.shapes[among], gap_width=gap_width)
        found = np.flatnonzero(~shapely.is_empty(lines))
        return {int(among[k]): lines[k] for k in found}

    def _edge(self, index: int, line: Any) -> Fault:
        reason = Sentence(_("{length} m 边界与相邻边界不一致"), length=figure(shapely.length(line)))
        tolerated = self.areas.tolerance_m > 0
        return self.areas.fault("edge", [index], reason, geometry=line, tolerated=tolerated)

    def _suspects(self, lines: dict[int, Any]) -> Indices:
        """Sound areas that may overlap another: an unsound one between them may hide it."""
        found = set(lines)
        if self.areas.unsound:
            found |= set(self._unmatched(self.areas.sound))
        return np.intersect1d(np.array(sorted(found), dtype=np.intp), self.areas.sound)

    def _pairs(self, suspects: Indices) -> Iterator[npt.NDArray[np.intp]]:
        """Pairs of areas that touch, at least one of them suspect, in blocks of shape (n, 2)."""
        for start in range(0, len(suspects), _AREAS_AT_ONCE):
            some = suspects[start : start + _AREAS_AT_ONCE]
            hits = self.areas.tree.query(self.areas.shapes[some], predicate="intersects")
            one, other = some[hits[0]], self.areas.sound[hits[1]]
            once = (one < other) | ((one > other) & ~np.isin(other, suspects))
            pairs = np.column_stack([one[once], other[once]])
            yield from (pairs[k : k + _PAIRS_AT_ONCE] for k in range(0, len(pairs), _PAIRS_AT_ONCE))

    def _overlaps(self, pairs: npt.NDArray[np.intp]) -> list[Fault]:
        affordable = np.array([self._affords(int(i), int(j)) for i, j in pairs], dtype=bool)
        shapes = self.areas.shapes
        found = [self._tangle(int(i), int(j)) for i, j in pairs[~affordable]]
        left = pairs[affordable]
        shared = shapely.intersection(shapes[left[:, 0]], shapes[left[:, 1]])
        for (i, j), ground in zip(
            left[shapely.area(shared) > 0], shared[shapely.area(shared) > 0], strict=True
        ):
            pieces = polygons_of(ground)
            if is_wider(pieces, self.areas.tolerance_m).any():
                found.append(self._overlap(int(i), int(j), shapely.multipolygons(pieces)))
        return found

    def _overlap(self, one: int, other: int, ground: Any) -> Fault:
        area = float(shapely.area(ground))
        reason = Sentence(_("重叠 {area} m²"), area=figure(area))
        return self.areas.fault("overlap", (one, other), reason, geometry=ground, area_m2=area)

    def _affords(self, one: int, other: int) -> bool:
        """Whether the overlay of two areas fits into what may be spent."""
        first, second = self.areas.shapes[one], self.areas.shapes[other]
        comparisons = shapely.get_num_coordinates(first) * shapely.get_num_coordinates(second)
        if comparisons <= _FEW_COMPARISONS:
            return True
        expected = count_crossings(segments(first), segments(second))
        if expected > min(MAX_CROSSINGS_OF_A_PAIR, MAX_CROSSINGS - self.crossings):
            return False
        self.crossings += expected
        return True

    def _tangle(self, one: int, other: int) -> Fault:
        self.tangled |= {one, other}
        boxes: Any = shapely.box(*shapely.bounds(self.areas.shapes[[one, other]]).T)
        reason = Sentence(_("边界交错太多，无法计算重叠"))
        return self.areas.fault(
            "overlap", (one, other), reason, geometry=shapely.intersection(*boxes)
        )

    def _untangled(self) -> Indices:
        return np.setdiff1d(self.areas.sound, np.array(sorted(self.tangled), dtype=np.intp))

    def _union(self, *, is_clean: bool) -> Any:
        shapes = self.areas.shapes[self._untangled()]
        return shapely.coverage_union_all(shapes) if is_clean else shapely.union_all(shapes)

    def _against(self, outline: Any, union: Any) -> list[Fault]:
        if count_crossings(segments(outline), segments(union)) > MAX_CROSSINGS:
            reason = Sentence(_("外边界与各单元的边界交错太多，无法比较"))
            return [self.areas.fault("outside", (), reason, geometry=outline)]
        missing = self._uncovered(polygons_of(shapely.difference(outline, union)))
        beyond = polygons_of(shapely.difference(union, outline))
        beyond = beyond[is_wider(beyond, self.areas.tolerance_m)]
        return missing + [self._outside(ground) for ground in beyond]

    def _outside(self, ground: Any) -> Fault:
        near = self.areas.near(ground, 0)
        shared = shapely.area(shapely.intersection(self.areas.shapes[near], ground))
        members = [i for i, area in zip(near, shared, strict=True) if area > 0]
        area = float(shapely.area(ground))
        reason = Sentence(_("超出外边界 {area} m²"), area=figure(area))
        return self.areas.fault("outside", members, reason, geometry=ground, area_m2=area)

    def _uncovered(self, grounds: Geometries, *, may_be_enclave: bool = False) -> list[Fault]:
        shown = grounds[~shapely.covered_by(grounds, self._veil())]
        if len(shown) > MAX_FAULTS:
            self.is_complete = False
            shown = shown[np.argsort(-shapely.area(shown))[:MAX_FAULTS]]
        thin = ~is_wider(shown, SLIVER_WIDTH_M)
        tolerated = ~is_wider(shown, self.areas.tolerance_m)
        enclave = is_wider(shown, ENCLAVE_WIDTH_M) & may_be_enclave
        return [
            self._hole(ground, "enclave" if apart else "sliver" if narrow else "gap", bool(small))
            for ground, narrow, small, apart in zip(shown, thin, tolerated, enclave, strict=True)
        ]

    def _veil(self) -> Any:
        """The boxes of areas left out of the union: ground there may be covered after all."""
        left_out = [wrong.index for wrong in self.areas.unsound] + sorted(self.tangled)
        boxes = [finite_bounds(self.areas.shapes[i]) for i in left_out]
        margin = self.areas.tolerance_m + 1e-6
        veils = [shapely.buffer(shapely.box(*box), margin) for box in boxes if box]
        return shapely.union_all(veils)

    def _hole(self, ground: Any, kind: str, tolerated: bool) -> Fault:
        area, width = float(shapely.area(ground)), float(mean_width(ground))
        if kind == "sliver":
            text = _("缝隙，宽约 {width} m，面积 {area} m²")
        elif kind == "enclave":
            text = _("被包围而没有归属的 {area} m²，未给出外边界，按飞地处理")
        else:
            text = _("没有归属的地方 {area} m²")
        reason = Sentence(text, width=figure(width), area=figure(area))
        members = self.areas.near(ground, max(self.areas.tolerance_m, 1e-6))
        return self.areas.fault(
            kind, members, reason, geometry=ground, area_m2=area, tolerated=tolerated
        )

    def _open_cracks(self, union: Any, unmatched: dict[int, Any]) -> list[Fault]:
        """Narrow ground between two areas that the areas do not enclose."""
        near = self._unmatched(self._untangled(), SLIVER_WIDTH_M)
        nothing = shapely.LineString()
        apart = shapely.difference(
            np.array(list(near.values()), dtype=object),
            np.array([unmatched.get(i, nothing) for i in near], dtype=object),
        )
        bands = shapely.buffer(apart, SLIVER_WIDTH_M, cap_style="flat")
        one, other = shapely.STRtree(bands).query(bands, predicate="intersects")
        once = one < other
        between = shapely.intersection(bands[one[once]], bands[other[once]])
        free = polygons_of(shapely.difference(shapely.union_all(between), union))
        free = free[~shapely.intersects(free, shapely.union_all(_holes(union)))]
        long = shapely.length(free) / 2 > CRACK_LENGTH_M
        narrow = ~is_wider(free, 2 * SLIVER_WIDTH_M)
        cracks = free[long & narrow & is_wider(free, self.areas.tolerance_m)]
        return [self._hole(ground, "sliver", False) for ground in cracks]


def polygons_of(geometry: Any) -> Geometries:
    """The polygons in the result of an overlay, without its lines and points."""
    parts = shapely.get_parts(shapely.get_parts(np.atleast_1d(geometry)))
    found: Geometries = parts[shapely.get_type_id(parts) == POLYGONAL[0]]
    return found[~shapely.is_empty(found)]


def _point(x: float | None, y: float | None) -> Any:
    return None if x is None or y is None else shapely.Point(x, y)


def _holes(union: Any) -> Geometries:
    """The ground that the parts of a union enclose, without the parts that lie in it."""
    parts = polygons_of(union)
    rings = [ring for part in parts for ring in part.interiors]
    holes: Any = shapely.polygons(np.array(rings, dtype=object))
    for k, islands in _grouped(*shapely.STRtree(parts).query(holes, predicate="contains")):
        holes[k] = shapely.difference(holes[k], shapely.union_all(parts[islands]))
    return polygons_of(holes)


def _grouped(keys: Indices, values: Indices) -> Iterator[tuple[int, Indices]]:
    for key in np.unique(keys):
        yield int(key), values[keys == key]


def _place(geometry: Any) -> tuple[float, float]:
    """A point on the largest part of a geometry; of a line, its middle."""
    parts = shapely.get_parts(geometry)
    if shapely.get_dimensions(parts[0]) == 2:
        point = shapely.point_on_surface(parts[np.argmax(shapely.area(parts))])
    else:
        longest = parts[np.argmax(shapely.length(parts))]
        point = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    return float(point.x), float(point.y)


def figure(value: float) -> str:
    """A measure as people read it: 1,234 or 12.96 or 0.00063."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"
