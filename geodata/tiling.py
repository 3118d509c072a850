"""Do the rows of a file tile what they belong to, said in rows of the file.

The registry proves each area's children when they are written. Here all rows of a level are
looked at together, before anything is written: so that two cells of different communities
which share ground are one overlap with its two rows, and not a cell beyond its community.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geodata.coverage import Fault, check_coverage
from geodata.errors import Sentence
from geodata.errors import gettext_noop as _
from geodata.plane import Plane
from geodata.polygons import find_unsound, is_wider

Geometries = npt.NDArray[Any]

# A border that differs over a fault's whole length ends beside it, not on it.
BESIDE_M = 1.0


@dataclass(frozen=True)
class Tiling:
    """What a check of rows found; shapes and places of the faults are in degrees."""

    faults: tuple[Fault, ...]
    tolerated: int
    holes_filled: int
    in_parts: tuple[tuple[str, int], ...]


def names_of(rows: gpd.GeoDataFrame) -> list[str]:
    """What each row is called: its code, else its number in the file."""
    return [
        code or f"#{row}" for code, row in zip(rows["code"], rows.index.to_numpy(), strict=True)
    ]


def parents_of(rows: gpd.GeoDataFrame, parents: gpd.GeoDataFrame) -> npt.NDArray[np.intp]:
    """The position of each row's parent, by code where given, else by place; -1 for none.

    Parameters
    ----------
    rows
        Column `parent_code` and a geometry in degrees.
    parents
        Column `code` and a geometry in degrees.
    """
    position = {code: n for n, code in enumerate(parents["code"])}
    found = np.array([position.get(code, -1) for code in rows["parent_code"]], dtype=np.intp)
    lost = np.flatnonzero((rows["parent_code"] == "").to_numpy())
    shapes = rows.geometry.to_numpy()[lost]
    sound = np.setdiff1d(np.arange(len(lost)), [one.index for one in find_unsound(shapes)])
    tree = shapely.STRtree(parents.geometry.to_numpy())
    centres = shapely.point_on_surface(shapes[sound])
    child, parent = tree.query(centres, predicate="intersects")
    found[lost[sound[child[::-1]]]] = parent[::-1]
    return found


def check_rows(
    rows: gpd.GeoDataFrame, parents: gpd.GeoDataFrame | None, *, tolerance_m: float = 0.05
) -> Tiling:
    """Whether the rows of one level tile their parents.

    Parameters
    ----------
    rows
        EPSG:4490, at least one; columns `code` and `parent_code`; the index is the row in the
        file, 0 or less for an area that is no row of it. Unsound shapes are reported, never used.
    parents
        EPSG:4490; column `code`. None for the top of the tree: then the rows need only meet.
    tolerance_m
        Edges that differ by less than this are the same edge.
    """
    shapes = rows.geometry.to_numpy()
    plane = Plane.around(shapes)
    metres = plane.to_metres(shapes)
    above = None if parents is None else parents_of(rows, parents)
    outlines = None if parents is None else plane.to_metres(parents.geometry.to_numpy())
    within = None
    if outlines is not None and above is not None:
        within = outlines[np.unique(above[above >= 0])]
    names, numbers = names_of(rows), [int(row) for row in rows.index]
    report = check_coverage(names, metres, within=within, tolerance_m=tolerance_m, rows=numbers)
    found = [fault for fault in report.faults if not fault.tolerated]
    faults = [fault for fault in found if fault.kind != "edge"]
    if outlines is not None and above is not None and parents is not None:
        crossing = _Crossing(names, numbers, metres, list(parents["code"]), outlines, above)
        faults += crossing.faults(tolerance_m, beside=_shapes(faults))
    faults = [_nearest_first(fault, dict(zip(numbers, metres, strict=True))) for fault in faults]
    faults += _unexplained([fault for fault in found if fault.kind == "edge"], faults)
    return Tiling(
        tuple(_in_degrees(fault, plane) for fault in faults),
        tolerated=len(report.faults) - len(found),
        holes_filled=_count_filled_holes(metres),
        in_parts=_in_parts(names, metres),
    )


@dataclass(frozen=True)
class _Crossing:
    """Areas that reach into another parent than their own."""

    names: list[str]
    rows: list[int]
    areas: Geometries
    parents: list[str]
    outlines: Geometries
    above: npt.NDArray[np.intp]

    def faults(self, tolerance_m: float, *, beside: Geometries) -> Iterator[Fault]:
        """Parts wider than the tolerance that no other fault explains."""
        known = shapely.buffer(shapely.union_all(beside), tolerance_m)
        shapely.prepare(known)
        for n in self._suspects():
            beyond = shapely.difference(self.areas[n], self.outlines[self.above[n]])
            parts = shapely.get_parts(shapely.difference(beyond, known))
            parts = parts[shapely.get_dimensions(parts) == 2]
            for part in parts[is_wider(parts, tolerance_m)]:
                yield self._fault(n, part)

    def _suspects(self) -> npt.NDArray[np.intp]:
        """Sound areas with a sound parent that does not cover them."""
        sound = np.ones(len(self.areas), bool)
        sound[[one.index for one in find_unsound(self.areas)]] = False
        sound &= self.above >= 0
        bad_parents = [one.index for one in find_unsound(self.outlines)]
        candidates = np.flatnonzero(sound & ~np.isin(self.above, bad_parents))
        covered = shapely.covers(self.outlines[self.above[candidates]], self.areas[candidates])
        return candidates[~covered]

    def _fault(self, n: int, part: Any) -> Fault:
        place = shapely.point_on_surface(part)
        into = np.flatnonzero(shapely.covers(self.outlines, place))
        names = tuple(self.parents[parent] for parent in into[:1])
        return Fault(
            "outside",
            Sentence(_("伸到别的上级里")) if names else Sentence(_("伸到上级之外")),
            float(place.x),
            float(place.y),
            cells=(self.names[n], *names),
            rows=(self.rows[n],),
            area_m2=float(part.area),
            geometry=part,
        )


def _shapes(faults: list[Fault]) -> Geometries:
    return np.array([fault.geometry for fault in faults if fault.geometry is not None], object)


def _unexplained(edges: list[Fault], others: list[Fault]) -> list[Fault]:
    """Borders that differ for a reason which no other fault names already."""
    shapes = _shapes(others)
    if not len(shapes) or not edges:
        return edges
    near = shapely.STRtree(shapes).query(_shapes(edges), predicate="dwithin", distance=BESIDE_M)[0]
    return [edge for n, edge in enumerate(edges) if n not in set(near.tolist())]


def _nearest_first(fault: Fault, areas: Mapping[int, Any]) -> Fault:
    """The neighbours of a gap by how much of its border they share."""
    if fault.kind not in ("gap", "sliver") or len(fault.cells) < 2:
        return fault
    border = shapely.boundary(fault.geometry)
    beside = shapely.buffer(np.array([areas[row] for row in fault.rows], object), BESIDE_M / 10)
    shared = shapely.length(shapely.intersection(border, beside))
    order = np.argsort(-shared, kind="stable")
    return replace(
        fault,
        cells=tuple(fault.cells[n] for n in order),
        rows=tuple(fault.rows[n] for n in order),
    )


def _in_degrees(fault: Fault, plane: Plane) -> Fault:
    if fault.x is None or fault.y is None:
        return fault
    place = plane.to_degrees(shapely.Point(fault.x, fault.y))
    shape = None if fault.geometry is None else plane.to_degrees(fault.geometry)
    return replace(fault, x=float(place.x), y=float(place.y), geometry=shape)


def _count_filled_holes(areas: Geometries) -> int:
    """How many holes of areas other areas stand in: lawful, and worth telling."""
    rings, owner = shapely.get_rings(shapely.get_parts(areas), return_index=True)
    is_hole = np.diff(owner, prepend=-1) == 0
    holes = shapely.polygons(rings[is_hole])
    if not len(holes):
        return 0
    sound = np.setdiff1d(np.arange(len(areas)), [one.index for one in find_unsound(areas)])
    inside = shapely.point_on_surface(areas[sound])
    filled = shapely.STRtree(holes).query(inside, predicate="within")[1]
    return len(np.unique(filled))


def _in_parts(names: list[str], areas: Geometries) -> tuple[tuple[str, int], ...]:
    parts = shapely.get_num_geometries(areas)
    return tuple((names[n], int(parts[n])) for n in np.flatnonzero(parts > 1))
