"""Changing boundaries: load, redraw, split and merge, each under one lock, each proved.

Every service takes the lock as a statement of its own before its first read (a lock taken
in the same statement reads stale), writes, and checks in the same transaction that the
children of every touched area still tile it. What does not tile is refused with its places
and nothing is left of the attempt.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import geopandas as gpd
import shapely
import shapely.ops
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from geodata.boundaries.checks import (
    BoundaryRefused,
    refuse_cut_buildings,
    refuse_stray_posts,
    refuse_untiled,
)
from geodata.boundaries.effects import Change, effects_of, resettle_posts
from geodata.boundaries.loading import load_level, order_by_level
from geodata.boundaries.shapes import refuse_misshapen
from geodata.boundaries.writing import (
    close_versions,
    next_cell_codes,
    open_version,
    touched_parents,
)
from geodata.models import BoundaryChange, Cell, CellVersion
from geodata.versions import bump_data_version

Action = BoundaryChange.Action
LOCK = 620_200  # one lock for the whole registry: edits are rare and the proof takes milliseconds


def take_lock() -> None:
    """Wait for every other change of boundaries; held until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def preview(service: Callable[..., Change], **arguments: Any) -> Change:
    """What a service would change, without changing it.

    Raises
    ------
    BoundaryRefused
        The change itself would be refused.
    """
    with transaction.atomic():
        change = service(**arguments)
        transaction.set_rollback(True)
    return change


@transaction.atomic
def load(frame: gpd.GeoDataFrame, *, by: str, at: datetime, replace: bool = False) -> Change:
    """Load areas and cells; with `replace`, the file says all there is below its parents.

    Parameters
    ----------
    frame
        EPSG:4490; columns `kind` (a level of the city, or `base`/`dedicated` for cells),
        `code`, `name`, `name_en`, `parent_code` (empty: found by place), `geometry`.
        The index is the row in the file.

    Raises
    ------
    BoundaryRefused
        A row cannot be placed, is there already, or the result does not tile.
    """
    refuse_misshapen(list(frame.code), list(frame.geometry))
    change = _begin(Action.REPLACE if replace else Action.LOAD, by=by, at=at)
    kept = sum(
        load_level(change, kind, rows, replace=replace)
        for kind, rows in order_by_level(frame, settings.CITY)
    )
    return _finish(change, kept=kept)


@transaction.atomic
def redraw(boundaries: Mapping[str, Any], *, by: str, at: datetime) -> Change:
    """Give cells new boundaries, by code; the other cells stay as they are.

    Parameters
    ----------
    boundaries
        Cell code → shapely polygon in EPSG:4490 degrees.

    Raises
    ------
    BoundaryRefused
        Unknown code, a building cut in two, or the cells would no longer tile.
    """
    refuse_misshapen(list(boundaries), list(boundaries.values()))
    change = _begin(Action.REPLACE, by=by, at=at)
    versions = _current(sorted(boundaries))
    close_versions(versions.values(), change)
    for code, version in versions.items():
        open_version(version.cell, boundaries[code], change)
    return _finish(change, refuse_cuts=True)


@transaction.atomic
def split(code: str, line: Any, *, by: str, at: datetime) -> Change:
    """Cut a cell along a line in degrees; the larger part keeps the code.

    Raises
    ------
    BoundaryRefused
        The line does not cut the cell into exactly two parts, or cuts a building or post.
    """
    change = _begin(Action.SPLIT, by=by, at=at)
    version = _current([code])[code]
    small, large = _two_parts(version, line)
    close_versions([version], change)
    open_version(version.cell, large, change)
    (new_code,) = next_cell_codes(version.cell.community, 1)
    sibling = Cell.objects.create(
        kind=version.cell.kind,
        code=new_code,
        name=version.cell.name,
        name_en=version.cell.name_en,
        community=version.cell.community,
    )
    open_version(sibling, small, change)
    return _finish(change, refuse_cuts=True)


@transaction.atomic
def merge(codes: Sequence[str], *, by: str, at: datetime) -> Change:
    """Make one cell of several in one community; the first keeps its code, the others end.

    Raises
    ------
    BoundaryRefused
        Fewer than two cells, several communities or kinds, or cells that do not touch.
    """
    change = _begin(Action.MERGE, by=by, at=at)
    versions = _current(codes)
    cells = [versions[code].cell for code in codes]
    if len(versions) < 2:
        raise BoundaryRefused(_("合并至少要两个网格"))
    if len({(cell.community_id, cell.kind) for cell in cells}) > 1:
        raise BoundaryRefused(_("只能合并同一社区、同一类型的网格"))
    parts = [as_shapely(versions[code]) for code in codes]
    union = shapely.union_all(parts)
    if len(shapely.get_parts(union)) > sum(len(shapely.get_parts(part)) for part in parts) - (
        len(parts) - 1
    ):
        raise BoundaryRefused(_("网格不相邻，不能合并"))
    close_versions(versions.values(), change)
    open_version(cells[0], union, change)
    return _finish(change)


def as_shapely(version: CellVersion) -> Any:
    return shapely.from_wkb(bytes(version.geom.wkb))


def _begin(action: str, *, by: str, at: datetime) -> BoundaryChange:
    take_lock()
    return BoundaryChange.objects.create(action=action, made_by=by, made_at=at)


def _finish(change: BoundaryChange, *, kept: int = 0, refuse_cuts: bool = False) -> Change:
    parents, roots = touched_parents(change)
    refuse_untiled(parents, roots=roots)
    resettle_posts(change.pk)
    refuse_stray_posts(change.pk)
    if refuse_cuts:
        refuse_cut_buildings(change.pk)
    transaction.on_commit(bump_data_version)
    return effects_of(change, kept=kept)


def _current(codes: Sequence[str]) -> dict[str, CellVersion]:
    versions = CellVersion.objects.current().filter(cell__code__in=codes)
    found = {version.cell.code: version for version in versions.select_related("cell__community")}
    missing = sorted(set(codes) - set(found))
    if missing:
        raise BoundaryRefused(_("没有这个网格：{codes}").format(codes="、".join(missing)))
    return found


def _two_parts(version: CellVersion, line: Any) -> tuple[Any, Any]:
    """The parts left of and right of the line, the smaller first."""
    pieces = [
        piece
        for polygon in shapely.get_parts(as_shapely(version))
        for piece in shapely.ops.split(polygon, line).geoms
    ]
    if len(pieces) != len(shapely.get_parts(as_shapely(version))) + 1:
        raise BoundaryRefused(_("这条线没有把网格分成两块"), [_at_centre(version)])
    small, *rest = sorted(pieces, key=lambda piece: float(piece.area))
    return small, shapely.union_all(rest)


def _at_centre(version: CellVersion) -> dict[str, Any]:
    centre = version.geom.point_on_surface
    return {
        "kind": "line",
        "reason": str(version.cell),
        "cells": [version.cell.code],
        "lon": centre.x,
        "lat": centre.y,
        "area_m2": None,
    }
