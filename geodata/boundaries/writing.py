"""The rows behind a change of boundaries."""

from collections.abc import Iterable
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Max
from django.utils.translation import gettext as _

from geodata.boundaries.checks import BoundaryRefused
from geodata.codes import cell_code
from geodata.models import (
    STORED,
    Area,
    AreaVersion,
    BoundaryChange,
    BoundaryVersion,
    Cell,
    CellVersion,
)


def as_stored(geometry: Any) -> Any:
    """A shapely geometry in EPSG:4490 degrees as a column wants it."""
    wkb: Any = shapely.to_wkb(geometry, output_dimension=2)
    return GEOSGeometry(memoryview(wkb), srid=STORED)


def as_multipolygon(geometry: Any) -> Any:
    """A shapely polygon in EPSG:4490 degrees as the columns of areas want it."""
    return as_stored(shapely.multipolygons(shapely.get_parts(geometry)))


def open_version(cell: Cell, geometry: Any, change: BoundaryChange) -> CellVersion:
    return CellVersion.objects.create(
        cell=cell, geom=as_multipolygon(geometry), valid_from=change.made_at, opened_by=change
    )


def close_versions(versions: Iterable[BoundaryVersion], change: BoundaryChange) -> None:
    """End versions at the moment of the change.

    Raises
    ------
    BoundaryRefused
        One of them began at that moment or later: somebody else changed it meanwhile.
    """
    for model in (AreaVersion, CellVersion):
        mine = [version for version in versions if isinstance(version, model)]
        late = [version for version in mine if version.valid_from >= change.made_at]
        if late:
            raise BoundaryRefused(
                _("{place} 刚刚被别人改过，请看过新边界再改").format(place=late[0])
            )
        ids = [version.pk for version in mine]
        model.objects.filter(pk__in=ids).update(valid_to=change.made_at, closed_by=change)


def touched_parents(change: BoundaryChange) -> tuple[set[int], bool]:
    """The areas whose children must be proved again, and whether a root changed.

    These are the parents of every place that changed, and every changed area that has
    children of its own.
    """
    areas = AreaVersion.objects.filter(opened_by=change) | AreaVersion.objects.filter(
        closed_by=change
    )
    cells = CellVersion.objects.filter(opened_by=change) | CellVersion.objects.filter(
        closed_by=change
    )
    above = set(areas.values_list("area__parent_id", flat=True))
    changed = list(areas.values_list("area_id", flat=True))
    with_children = Area.objects.filter(pk__in=changed, children__versions__isnull=False)
    with_cells = Area.objects.filter(pk__in=changed, cells__versions__isnull=False)
    communities = set(cells.values_list("cell__community_id", flat=True))
    parents = above | communities | set(with_children.values_list("pk", flat=True))
    parents |= set(with_cells.values_list("pk", flat=True))
    return {pk for pk in parents if pk is not None}, None in above


def next_cell_codes(community: Area, count: int) -> list[str]:
    """Codes never used before in this community, retired cells included."""
    last = Cell.objects.filter(community=community).aggregate(last=Max("code"))["last"]
    used = int(last[len(community.code) :]) if last else 0
    return [cell_code(community.code, used + n) for n in range(1, count + 1)]
