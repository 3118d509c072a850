"""The single cases on the map, where they are few."""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db.models import Case, Value, When

from geodata.models import STORED
from gridmap.console.addresses import case_address
from gridmap.console.command.asking import Asked
from gridmap.incidents.counting.plain import counted
from gridmap.incidents.models import Incident
from gridmap.incidents.querysets import IncidentQuerySet, is_due_today, is_overdue
from layers.requests import Box

# More than these are not told apart on a screen.
MOST = 300


def read_points(asked: Asked, box: Box) -> dict[str, Any]:
    """The cases of the window in a box of degrees, none where they are many; none for who may not see cases, because
    a small box would tell what is merged elsewhere. One statement."""
    if not asked.sees_cases:
        return {"points": []}
    # In any order, so that the search ends with the first that is too many.
    cases = list(_due(_cases(asked, box), asked.now).order_by()[: MOST + 1])
    return {"points": _points(cases) if len(cases) <= MOST else []}


def _cases(asked: Asked, box: Box) -> IncidentQuerySet:
    ground = Polygon.from_bbox((box.west, box.south, box.east, box.north))
    ground.srid = STORED
    seen = Incident.objects.visible_to(asked.scope).filter(geom__bboverlaps=ground)
    return counted(seen, asked.period.since, asked.period.until, asked.chosen)


def _due(cases: IncidentQuerySet, now: datetime) -> IncidentQuerySet:
    due = Case(
        When(is_overdue(now), then=Value("overdue")),
        When(is_due_today(now), then=Value("today")),
        When(is_open=True, then=Value("open")),
        default=Value("other"),
    )
    found: IncidentQuerySet = cases.only("code", "title", "geom").annotate(due=due)
    return found


def _points(cases: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {
            "lon": round(case.geom.x, 6),
            "lat": round(case.geom.y, 6),
            "code": case.code,
            "title": case.title,
            "due": case.due,
            "url": case_address(case.code),
        }
        for case in sorted(cases, key=attrgetter("code"))
    ]
