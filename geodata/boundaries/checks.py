"""Proofs that a change of boundaries must pass before it is committed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import shapely.geometry
from django.db import connection
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from geodata.coverage import CoverageReport, check_coverage
from geodata.coverage_faults import LISTS
from geodata.plane import Plane

# Two versions of one border that differ by less are the same border.
TOLERANCE_M = 0.05


class BoundaryRefused(ValueError):
    """A change was refused; `faults` say what is wrong and where.

    Each fault is a dict with `kind`, `reason`, `lon`, `lat`, `area_m2` and `cells`.
    """

    def __init__(self, reason: str, faults: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(reason)
        self.faults = list(faults)


@dataclass(frozen=True)
class Children:
    """The current boundaries below one area, and its own (`None` for the roots' level)."""

    parent: str
    outline: Any
    codes: tuple[str, ...]
    boundaries: Any

    def report(self, tolerance_m: float = TOLERANCE_M) -> tuple[CoverageReport, Plane]:
        """Whether the children tile the area, in a plane of metres."""
        everything = self.boundaries if self.outline is None else [*self.boundaries, self.outline]
        plane = Plane.around(np.asarray(everything))
        within = None if self.outline is None else plane.to_metres(self.outline)
        metres = plane.to_metres(self.boundaries)
        return check_coverage(self.codes, metres, within=within, tolerance_m=tolerance_m), plane


CHILDREN = """
SELECT area.code, child.code, ST_AsBinary(child.geom)
FROM (
    SELECT area.parent_id AS parent_id, area.code, version.geom
    FROM geodata_areaversion AS version JOIN geodata_area AS area ON area.id = version.area_id
    WHERE version.valid_to IS NULL
    UNION ALL
    SELECT cell.community_id, cell.code, version.geom
    FROM geodata_cellversion AS version JOIN geodata_cell AS cell ON cell.id = version.cell_id
    WHERE version.valid_to IS NULL
) AS child
LEFT JOIN geodata_area AS area ON area.id = child.parent_id
WHERE child.parent_id = ANY(%(parents)s) OR (child.parent_id IS NULL AND %(roots)s)
ORDER BY area.code, child.code
"""

OUTLINES = """
SELECT area.code, ST_AsBinary(version.geom)
FROM geodata_areaversion AS version JOIN geodata_area AS area ON area.id = version.area_id
WHERE version.valid_to IS NULL AND area.id = ANY(%s)
"""


def children_of(parents: Iterable[int], *, roots: bool = False) -> list[Children]:
    """The families below these areas; `roots` adds the areas that have no parent."""
    wanted = list(parents)
    with connection.cursor() as cursor:
        cursor.execute(OUTLINES, [wanted])
        outlines = {code: shapely.from_wkb(bytes(wkb)) for code, wkb in cursor.fetchall()}
        cursor.execute(CHILDREN, {"parents": wanted, "roots": roots})
        rows = cursor.fetchall()
    families: dict[str | None, list[tuple[str, bytes]]] = {code: [] for code in outlines}
    for parent, code, wkb in rows:
        families.setdefault(parent, []).append((code, bytes(wkb)))
    return [
        Children(
            parent or "",
            outlines.get(parent) if parent else None,
            tuple(code for code, _wkb in family),
            shapely.from_wkb(np.array([wkb for _code, wkb in family], object)),
        )
        for parent, family in families.items()
    ]


def refuse_untiled(parents: Iterable[int], *, roots: bool = False) -> None:
    """Refuse unless the children of each area tile it.

    Raises
    ------
    BoundaryRefused
        With every overlap, gap, sliver and outside part.
    """
    faults: list[dict[str, Any]] = []
    for family in children_of(parents, roots=roots):
        report, plane = family.report()
        if not report.ok:
            faults += located(report, plane)
    if faults:
        raise BoundaryRefused(
            _("边界没有铺满上级：{count} 处问题").format(count=len(faults)), faults
        )


def located(report: CoverageReport, plane: Plane) -> list[dict[str, Any]]:
    """The faults of a report, each with its kind, its place and its shape in degrees."""

    def to_lonlat(x: float, y: float) -> tuple[float, float]:
        point = plane.to_degrees(shapely.Point(x, y))
        return float(point.x), float(point.y)

    return [
        {
            **fault.as_dict(to_lonlat, gettext),
            "kind": kind,
            "shape": _shape(fault.geometry, plane),
        }
        for kind in LISTS.values()
        for fault in getattr(report, kind)
    ]


def _shape(geometry: Any, plane: Plane) -> dict[str, Any] | None:
    """A GeoJSON geometry to draw, where there is one."""
    if geometry is None:
        return None
    drawn: dict[str, Any] = shapely.geometry.mapping(plane.to_degrees(geometry))
    return drawn


STRAY_POSTS = """
SELECT post.name, cell.code,
       ST_X(ST_PointOnSurface(post.geom)), ST_Y(ST_PointOnSurface(post.geom))
FROM geodata_leaderpost AS post
JOIN geodata_cell AS cell ON cell.id = post.cell_id
WHERE post.cell_id IN (
        SELECT cell_id FROM geodata_cellversion WHERE %(change)s IN (opened_by_id, closed_by_id)
    )
  AND NOT EXISTS (
        SELECT FROM geodata_cellversion AS version
        WHERE version.cell_id = post.cell_id AND version.valid_to IS NULL
          AND ST_CoveredBy(post.geom, ST_Buffer(version.geom, 1e-8))
    )
ORDER BY post.id
"""

CUT_BUILDINGS = """
SELECT building.name, cell.code,
       ST_X(ST_PointOnSurface(building.geom)), ST_Y(ST_PointOnSurface(building.geom))
FROM geodata_cellversion AS version
JOIN geodata_cell AS cell ON cell.id = version.cell_id
JOIN geodata_building AS building ON ST_Intersects(building.geom, version.geom)
WHERE version.opened_by_id = %(change)s
  AND version.valid_to IS NULL
  AND ST_Covers(version.geom, ST_PointOnSurface(building.geom))
  AND NOT ST_CoveredBy(building.geom, ST_Buffer(version.geom, 1e-7))
ORDER BY building.code
"""


def _misplaced(sql: str, change_id: int, kind: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"change": change_id})
        return [
            {"kind": kind, "reason": name, "cells": [code], "lon": lon, "lat": lat, "area_m2": None}
            for name, code, lon, lat in cursor.fetchall()
        ]


def cut_buildings(change_id: int) -> list[dict[str, Any]]:
    """Buildings that the opened boundaries cut in two."""
    return _misplaced(CUT_BUILDINGS, change_id, "cut_building")


def refuse_cut_buildings(change_id: int) -> None:
    """Raises
    ------
    BoundaryRefused
        A new border runs through a building.
    """
    faults = cut_buildings(change_id)
    if faults:
        raise BoundaryRefused(_("边界切开了 {count} 栋楼").format(count=len(faults)), faults)


def refuse_stray_posts(change_id: int) -> None:
    """Raises
    ------
    BoundaryRefused
        A leader post would lie in two cells or in none.
    """
    faults = _misplaced(STRAY_POSTS, change_id, "stray_post")
    if faults:
        raise BoundaryRefused(
            _("{count} 个责任区不再位于一个网格之内").format(count=len(faults)), faults
        )
