"""Reading places: by point, by day, by area."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from django.contrib.gis.geos import Point
from django.db import connection, models
from django.db.models import Q

BEIJING = ZoneInfo("Asia/Shanghai")

# Degrees; about a millimetre. Two borders that meet without a shared vertex may round
# apart by 1e-15°, and a point must neither fall between them nor depend on the last bit.
TOUCHING = 1e-8


class NoCell(LookupError):
    """No cell holds the point."""


class MultipleCells(LookupError):
    """The interiors of several cells hold the point: the coverage is broken."""


def moment(on: date | datetime) -> datetime:
    """The instant that `on` stands for: itself, or the end of that day in Beijing."""
    if isinstance(on, datetime):
        return on
    return midnight(on + timedelta(days=1)) - timedelta(microseconds=1)


def day_of(at: datetime) -> date:
    """The day in Beijing that an instant belongs to."""
    return at.astimezone(BEIJING).date()


def midnight(day: date) -> datetime:
    """The instant at which a day begins in Beijing."""
    return datetime.combine(day, time.min, BEIJING)


class AreaQuerySet(models.QuerySet[Any]):
    """The tree above the cells."""

    def above(self, area: Any) -> list[Any]:
        """The areas over this one, nearest first."""
        chain = []
        while area.parent_id:
            area = self.get(pk=area.parent_id)
            chain.append(area)
        return chain


class BoundaryQuerySet(models.QuerySet[Any]):
    """Boundary versions of areas or cells."""

    def current(self) -> Self:
        return self.filter(valid_to__isnull=True)

    def valid_on(self, day: date | datetime) -> Self:
        """The versions in force at a moment, or at the end of a day in Beijing."""
        at = moment(day)
        return self.filter(Q(valid_to__gt=at) | Q(valid_to__isnull=True), valid_from__lte=at)


class CellVersionQuerySet(BoundaryQuerySet):
    """Boundary versions of cells."""

    def inside(self, area: models.Model) -> Self:
        return self.filter(cell__community_id__in=subtree([area.pk]))

    def at(self, point: Point, *, on: date | datetime) -> Any:
        """The one cell that a point belongs to on a day.

        Raises
        ------
        NoCell
            The point lies outside every cell.
        MultipleCells
            Two cells overlap here.
        """
        (version,) = self.locate([point.x], [point.y], on=on)
        if version < 0:
            raise NoCell(f"no cell holds {point.x:.6f}, {point.y:.6f} on {on}")
        return self.select_related("cell__community").get(pk=version)

    def locate(
        self, lon: npt.ArrayLike, lat: npt.ArrayLike, *, on: date | datetime
    ) -> npt.NDArray[np.int64]:
        """Ids of the cell versions that points belong to, -1 where there is none.

        The rule: a point belongs to the cell that holds it; within a millimetre of several
        cells (`TOUCHING`) it is on their border and belongs to the dedicated one before the
        base one, then to the lowest code.

        Raises
        ------
        MultipleCells
            A point lies in the interiors of several cells.
        """
        at = moment(on)
        columns = [np.asarray(degrees, float).tolist() for degrees in (lon, lat)]
        with connection.cursor() as cursor:
            cursor.execute(
                LOCATE, {"lon": columns[0], "lat": columns[1], "at": at, "touching": TOUCHING}
            )
            rows = cursor.fetchall()
        for (x, y), (_, interiors) in zip(zip(*columns, strict=True), rows, strict=True):
            if interiors > 1:
                raise MultipleCells(f"{interiors} cells overlap at {x:.6f}, {y:.6f} on {on}")
        return np.array([version for version, _ in rows], np.int64)


LOCATE = """
SELECT coalesce(claim.id, -1), coalesce(claim.interiors, 0)
FROM unnest(%(lon)s::float8[], %(lat)s::float8[]) WITH ORDINALITY AS p (lon, lat, n)
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4490) AS geom) AS point
LEFT JOIN LATERAL (
    SELECT version.id,
           count(*) FILTER (
               WHERE ST_Contains(version.geom, point.geom)
                 AND ST_Distance(ST_Boundary(version.geom), point.geom) > %(touching)s
           ) OVER () AS interiors
    FROM geodata_cellversion AS version
    JOIN geodata_cell AS cell ON cell.id = version.cell_id
    WHERE ST_IsValid(point.geom)  -- NaN is near to everything
      AND ST_DWithin(version.geom, point.geom, %(touching)s)
      AND version.valid_from <= %(at)s
      AND (version.valid_to > %(at)s OR version.valid_to IS NULL)
    ORDER BY cell.kind = 'base', cell.code
    LIMIT 1
) AS claim ON true
ORDER BY p.n
"""

SUBTREE = """
WITH RECURSIVE tree AS (
    SELECT id FROM geodata_area WHERE id = ANY(%s)
    UNION
    SELECT area.id FROM geodata_area AS area JOIN tree ON area.parent_id = tree.id
)
SELECT id FROM tree
"""


def subtree(roots: Sequence[int]) -> models.expressions.RawSQL:
    """The ids of areas and of all below them, as a subquery."""
    return models.expressions.RawSQL(SUBTREE, [list(roots)])  # noqa: S611 a constant
