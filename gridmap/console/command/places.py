"""The cells and areas that the page counts by: names, residents, and their ground for the map."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from geodata.models import Area, Cell
from geodata.versions import data_version
from gridmap.accounts.scope import Scope
from gridmap.console.cases.wording import called
from gridmap.console.queries import one_row, shown_name

# Where fewer live, cases are of those who come there: they are not divided by residents.
LEAST_RESIDENTS = 100
# Of what is told together.
MOST_NAMED = 3


@dataclass(frozen=True)
class Place:
    """A cell, or communities that are told together; `codes` are those of its shapes."""

    id: int
    code: str
    name: str
    residents: int
    codes: tuple[str, ...]

    @property
    def comparable(self) -> int:
        """The residents by which its cases may be divided; 0 where they may not."""
        return self.residents if self.residents >= LEAST_RESIDENTS else 0


def cells_of(ids: Sequence[int]) -> list[Place]:
    """In the order of the ids; one statement besides the residents."""
    households = households_by_cell(data_version())
    rows = Cell.objects.select_related("community").in_bulk(list(ids))
    return [
        Place(one, rows[one].code, cell_name(rows[one]), residents(households.get(one, 0)), (rows[one].code,))
        for one in ids
    ]  # fmt: skip


def cell_name(cell: Cell) -> str:
    """胜利社区 003: cells are known by the end of their code, those of one user by their own name."""
    own = called(cell) if cell.name else cell.code[-3:]
    return f"{called(cell.community)} {own}"


def groups_of(groups: Sequence[Sequence[int]]) -> list[Place]:
    """Communities that are told together, each group one place; two statements besides the residents."""
    households = households_by_cell(data_version())
    areas = Area.objects.in_bulk([one for group in groups for one in group])
    cells: dict[int, int] = {}
    for cell, community in Cell.objects.filter(community__in=areas).values_list("pk", "community"):
        cells[community] = cells.get(community, 0) + households.get(cell, 0)
    return [_group([areas[one] for one in group], cells) for group in groups]


def _group(areas: Sequence[Area], households: dict[int, int]) -> Place:
    codes = tuple(area.code for area in areas)
    name = _("、").join(called(area) for area in areas[:MOST_NAMED])
    if len(areas) > MOST_NAMED:
        name = _("{names}等 {n} 个社区").format(names=name, n=len(areas))
    number = sum(households.get(area.pk, 0) for area in areas)
    return Place(areas[0].pk, "+".join(codes), name, residents(number), codes)


def residents(households: int) -> int:
    return round(households * settings.CITY.residents_per_household)


@lru_cache(maxsize=2)
def households_by_cell(version: int) -> dict[int, int]:
    """Of the buildings that stand in each cell of today; asked once for each version of the registry."""
    with connection.cursor() as cursor:
        cursor.execute(HOUSEHOLDS)
        return dict(cursor.fetchall())


HOUSEHOLDS = """
SELECT version.cell_id, sum(building.households)::int
FROM geodata_cellversion AS version
JOIN geodata_building AS building
  ON building.geom && version.geom
 AND ST_Intersects(version.geom, ST_PointOnSurface(building.geom))
WHERE version.valid_to IS NULL
GROUP BY version.cell_id
"""


def read_shapes(scope: Scope, *, with_cells: bool, english: bool) -> str:
    """A FeatureCollection of the areas in scope and, if asked for, their cells; one statement."""
    cells = scope.cells() if with_cells else Cell.objects.none()
    row = one_row(
        SHAPES,
        {"areas": scope.areas(), "cells": cells},
        english=english,
        tiled=[*settings.CITY.cell_parents],
        near=NEAR,
    )
    return str(row[0]) if row else ""


# Degrees, about two metres: less than a pixel of any map of a district.
NEAR = 2e-5
SHAPES = f"""
WITH shape AS (
    SELECT area.id, area.code, {shown_name("area")} AS name, version.geom,
           CASE WHEN area.kind = ANY(%(tiled)s) THEN 'community' ELSE 'district' END AS kind
    FROM geodata_areaversion AS version JOIN geodata_area AS area ON area.id = version.area_id
    WHERE version.valid_to IS NULL AND area.id IN ({{areas}})
    UNION ALL
    SELECT cell.id, cell.code, concat_ws(' ', {shown_name("area")},
           coalesce(nullif({shown_name("cell")}, ''), right(cell.code, 3))), version.geom, 'cell'
    FROM geodata_cellversion AS version
    JOIN geodata_cell AS cell ON cell.id = version.cell_id
    JOIN geodata_area AS area ON area.id = cell.community_id
    WHERE version.valid_to IS NULL AND cell.id IN ({{cells}})
)
SELECT json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(json_build_object(
    'type', 'Feature',
    'properties', json_build_object('id', id, 'code', code, 'name', name, 'kind', kind),
    'geometry', ST_AsGeoJSON(ST_SimplifyPreserveTopology(geom, %(near)s), 6, 0)::json
) ORDER BY kind, code), '[]'))::text FROM shape
"""  # noqa: S608 - constants of this module
