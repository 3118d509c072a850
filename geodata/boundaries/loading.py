"""Rows of a file become areas and cells with their first or next boundary."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from geodata.boundaries.checks import BoundaryRefused
from geodata.boundaries.writing import as_multipolygon, close_versions, next_cell_codes
from geodata.city import CityProfile
from geodata.codes import reading_order_of
from geodata.models import Area, AreaVersion, BoundaryChange, Cell, CellVersion

CELL_KINDS = tuple(Cell.Kind.values)


@dataclass(frozen=True)
class Registry:
    """Where places of one sort live: areas, or cells."""

    place: type[Any]
    version: type[Any]
    place_field: str
    parent_field: str
    kinds: tuple[str, ...]
    parent_kinds: tuple[str, ...]


def registry_of(kind: str) -> Registry:
    """Raises
    ------
    CityProfileError
        The city has no such level.
    """
    if kind in CELL_KINDS:
        return Registry(
            Cell, CellVersion, "cell", "community", CELL_KINDS, settings.CITY.cell_parents
        )
    level = settings.CITY.level(kind)
    return Registry(Area, AreaVersion, "area", "parent", (kind,), level.parents)


def order_by_level(
    frame: gpd.GeoDataFrame, city: CityProfile
) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """The rows of each kind from the top of the tree to the cells; cells come together."""
    for level in city.levels:
        if (frame.kind == level.kind).any():
            yield level.kind, frame[frame.kind == level.kind]
    cells = frame[frame.kind.isin(CELL_KINDS)]
    if len(cells):
        yield CELL_KINDS[0], cells


def load_level(change: BoundaryChange, kind: str, rows: gpd.GeoDataFrame, *, replace: bool) -> int:
    """Write the rows of one level; returns how many boundaries stayed as they were.

    Raises
    ------
    BoundaryRefused
        A row has no parent, or its place is there already and `replace` is not set.
    """
    registry = registry_of(kind)
    rows = rows.assign(parent_id=parent_ids(registry, rows))
    rows = rows.assign(code=complete_codes(registry, rows))
    places = write_places(registry, rows)
    current = {
        getattr(version, f"{registry.place_field}_id"): version
        for version in siblings(registry, rows)
    }
    ids = [places[code] for code in rows.code]
    if not replace:
        refuse_present(rows, [place in current for place in ids])
    same = unchanged(rows, [current.get(place) for place in ids])
    keep = {place for place, is_same in zip(ids, same, strict=True) if is_same}
    close_versions([v for place, v in current.items() if replace and place not in keep], change)
    registry.version.objects.bulk_create(
        [
            registry.version(
                **{f"{registry.place_field}_id": place},
                geom=as_multipolygon(geometry),
                valid_from=change.made_at,
                opened_by=change,
            )
            for place, geometry in zip(ids, rows.geometry, strict=True)
            if place not in keep
        ],
        batch_size=1000,
    )
    return len(keep)


def siblings(registry: Registry, rows: gpd.GeoDataFrame) -> Any:
    """The current versions below the parents of the rows, of the same kinds."""
    versions = registry.version.objects.current().filter(
        **{f"{registry.place_field}__kind__in": registry.kinds}
    )
    if not registry.parent_kinds:
        return versions
    parents = [int(parent) for parent in set(rows.parent_id)]
    return versions.filter(**{f"{registry.place_field}__{registry.parent_field}_id__in": parents})


def refuse_present(rows: gpd.GeoDataFrame, present: list[bool]) -> None:
    faults = [
        at_row(row, geometry, "present", _("{code} 已经有边界").format(code=code))
        for row, geometry, code in zip(
            rows.index[present], rows.geometry[present], rows.code[present], strict=True
        )
    ]
    if faults:
        raise BoundaryRefused(
            _("{count} 行已经在库里；要换成文件里的边界，请加 --replace").format(count=len(faults)),
            faults,
        )


def unchanged(rows: gpd.GeoDataFrame, versions: list[Any]) -> list[bool]:
    """Whether each row repeats the boundary that is in force."""
    stored = [None if v is None else shapely.from_wkb(bytes(v.geom.wkb)) for v in versions]
    return [
        old is not None and bool(shapely.equals_exact(old, new, 0, normalize=True))
        for old, new in zip(
            stored,
            [shapely.multipolygons(shapely.get_parts(g)) for g in rows.geometry],
            strict=True,
        )
    ]


PARENTS_BY_PLACE = """
SELECT point.n, area.id
FROM unnest(%(lon)s::float8[], %(lat)s::float8[]) WITH ORDINALITY AS point (lon, lat, n)
JOIN geodata_areaversion AS version
  ON version.valid_to IS NULL
 AND ST_Covers(version.geom, ST_SetSRID(ST_MakePoint(point.lon, point.lat), 4490))
JOIN geodata_area AS area ON area.id = version.area_id AND area.kind = ANY(%(kinds)s)
ORDER BY point.n, area.code
"""


def parent_ids(registry: Registry, rows: gpd.GeoDataFrame) -> list[int | None]:
    """The parent of each row, by its code where given, else by place.

    Raises
    ------
    BoundaryRefused
        A row names no known parent and lies in none.
    """
    if not registry.parent_kinds:
        return [None] * len(rows)
    parents = Area.objects.filter(kind__in=registry.parent_kinds)
    by_code = dict(parents.values_list("code", "pk"))
    by_place = _parents_by_place(registry, rows)
    found = [
        by_code.get(code) if code else by_place.get(n)
        for n, code in enumerate(rows.parent_code, start=1)
    ]
    faults = [
        at_row(row, geometry, "parent", _("找不到上级：{code}").format(code=code or "—"))
        for row, geometry, code, parent in zip(
            rows.index, rows.geometry, rows.parent_code, found, strict=True
        )
        if parent is None
    ]
    if faults:
        raise BoundaryRefused(
            _("{count} 行找不到上级，请先导入上一级").format(count=len(faults)), faults
        )
    return found


def _parents_by_place(registry: Registry, rows: gpd.GeoDataFrame) -> dict[int, int]:
    centres = shapely.point_on_surface(rows.geometry.values)
    values = {
        "lon": shapely.get_x(centres).tolist(),
        "lat": shapely.get_y(centres).tolist(),
        "kinds": list(registry.parent_kinds),
    }
    with connection.cursor() as cursor:
        cursor.execute(PARENTS_BY_PLACE, values)
        return dict(reversed(cursor.fetchall()))


def complete_codes(registry: Registry, rows: gpd.GeoDataFrame) -> list[str]:
    """The given codes; cells without one are numbered west to east, north to south."""
    codes = np.array(rows.code, dtype=object)
    missing = codes == ""
    if not missing.any() or registry.place is Area:
        return list(codes)
    for parent_id in sorted(set(rows.parent_id[missing])):
        mine = np.flatnonzero(missing & (rows.parent_id == parent_id).to_numpy())
        order = reading_order_of(rows.geometry.values[mine])
        codes[mine[order]] = next_cell_codes(Area.objects.get(pk=parent_id), len(mine))
    return list(codes)


def write_places(registry: Registry, rows: gpd.GeoDataFrame) -> dict[str, int]:
    """Create or rename the places of the rows; returns code → id."""
    registry.place.objects.bulk_create(
        [
            registry.place(
                kind=row.kind,
                code=row.code,
                name=row.name_,
                name_en=row.name_en,
                **{f"{registry.parent_field}_id": row.parent_id},
            )
            for row in rows.rename(columns={"name": "name_"}).itertuples(index=False)
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["kind", "name", "name_en", registry.parent_field],
        batch_size=1000,
    )
    return dict(registry.place.objects.filter(code__in=list(rows.code)).values_list("code", "pk"))


def at_row(row: Any, geometry: Any, kind: str, reason: str) -> dict[str, Any]:
    """A fault at a row of the file."""
    centre = shapely.point_on_surface(geometry)
    return {
        "kind": kind,
        "reason": reason,
        "rows": [int(row)],
        "cells": [],
        "lon": float(centre.x),
        "lat": float(centre.y),
        "area_m2": None,
    }
