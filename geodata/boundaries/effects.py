"""What a change of boundaries does to the places inside."""

from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from geodata.boundaries.checks import cut_buildings
from geodata.models import BoundaryChange


@dataclass(frozen=True)
class Place:
    """A boundary that a change opens or closes; the place is a point inside, in degrees."""

    code: str
    name: str
    area_m2: float
    lon: float
    lat: float


@dataclass(frozen=True)
class Move:
    """A building or post that changes its cell."""

    name: str
    name_en: str
    before: str
    after: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Change:
    """The result of a change, or of its preview."""

    action: str
    opened: tuple[Place, ...]
    closed: tuple[Place, ...]
    kept: int
    buildings_moved: tuple[Move, ...]
    posts_moved: tuple[Move, ...]
    buildings_cut: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


VERSIONS = """
SELECT place.code, place.name, ST_Area(ST_Transform(place.geom, %(metric)s)),
       ST_X(ST_PointOnSurface(place.geom)), ST_Y(ST_PointOnSurface(place.geom))
FROM (
    SELECT area.code, area.name, version.geom
    FROM geodata_areaversion AS version JOIN geodata_area AS area ON area.id = version.area_id
    WHERE version.{column} = %(change)s
    UNION ALL
    SELECT cell.code, cell.name, version.geom
    FROM geodata_cellversion AS version JOIN geodata_cell AS cell ON cell.id = version.cell_id
    WHERE version.{column} = %(change)s
) AS place
ORDER BY 1
"""

MOVED = """
SELECT place.name, place.name_en, old_cell.code, coalesce(new_cell.code, ''),
       ST_X(centre.geom), ST_Y(centre.geom)
FROM geodata_{table} AS place
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(place.geom) AS geom) AS centre
JOIN geodata_cellversion AS old
  ON old.closed_by_id = %(change)s AND ST_Covers(old.geom, centre.geom)
JOIN geodata_cell AS old_cell ON old_cell.id = old.cell_id
LEFT JOIN geodata_cellversion AS new
  ON new.opened_by_id = %(change)s AND ST_Covers(new.geom, centre.geom)
LEFT JOIN geodata_cell AS new_cell ON new_cell.id = new.cell_id
WHERE old_cell.id IS DISTINCT FROM new_cell.id
ORDER BY place.id
"""

# A post follows the ground it lies on; where its cell no longer covers it, another does.
RESETTLE = """
UPDATE geodata_leaderpost AS post
SET cell_id = new.cell_id
FROM geodata_cellversion AS new
WHERE new.opened_by_id = %(change)s
  AND new.cell_id <> post.cell_id
  AND ST_CoveredBy(post.geom, new.geom)
"""


def _rows(sql: str, change_id: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"change": change_id, "metric": settings.CITY.metric_srid})
        return list(cursor.fetchall())


def resettle_posts(change_id: int) -> None:
    """Give posts to the cell that now covers them."""
    with connection.cursor() as cursor:
        cursor.execute(RESETTLE, {"change": change_id})


def effects_of(change: BoundaryChange, *, kept: int) -> Change:
    """What the change opened, closed and moved."""

    def versions(column: str) -> tuple[Place, ...]:
        return tuple(Place(*row) for row in _rows(VERSIONS.format(column=column), change.pk))

    def moved(table: str) -> tuple[Move, ...]:
        return tuple(Move(*row) for row in _rows(MOVED.format(table=table), change.pk))

    return Change(
        action=change.action,
        opened=versions("opened_by_id"),
        closed=versions("closed_by_id"),
        kept=kept,
        buildings_moved=moved("building"),
        posts_moved=moved("leaderpost"),
        buildings_cut=tuple(cut_buildings(change.pk)),
    )
