"""Conflicts for tests, without a run."""

from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon

from geodata.models import STORED, Area
from gridmap.incidents.models import Topic
from gridmap.recurring.models import RecurringConflict
from tests.makers import SIDE, SOUTH, WEST


def square(column: float, row: float, size: float) -> MultiPolygon:
    """So many cells from the corner of the small city."""
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    shape = Polygon.from_bbox((west, south, west + size * SIDE, south + size * SIDE))
    return MultiPolygon(shape, srid=STORED)


def make_conflict(area: Area, topic: str = "water_supply", **fields: Any) -> RecurringConflict:
    """On the ground of half a cell around the usual place of a report."""
    number = RecurringConflict.objects.count() + 1
    usual: dict[str, Any] = {
        "code": f"TST-R{number:04d}",
        "topic": Topic.objects.get(code=topic),
        "level": "cell",
        "key": f"cell:{number}",
        "name": "紫轩花苑 · 供排水",
        "name_en": "Zixuan Garden · Water",
        "geom": square(0.25, 0.25, 0.5),
        "area": area,
    }
    return RecurringConflict.objects.create(**(usual | fields))
