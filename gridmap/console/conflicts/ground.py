"""The place of a conflict on the map, with its cases as points for who may see them."""

import json
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON

from gridmap.accounts.scope import Scope
from gridmap.console.conflicts.wording import is_dashed
from gridmap.incidents.models import Incident
from gridmap.incidents.querysets import works_with_cases
from gridmap.incidents.states import NOT_COUNTED
from gridmap.recurring.models import RecurringConflict

# More points would be a blot; then the outline alone is shown.
MOST_POINTS = 300
# A tenth of a metre.
DIGITS = 6


@dataclass(frozen=True)
class Ground:
    """The outline as GeoJSON, dashed where nobody has confirmed it; points in degrees.

    `low` and `high` are the smallest and the largest error of the points in metres.
    """

    outline: dict[str, Any]
    is_dashed: bool
    points: list[list[float]]
    low: int
    high: int

    @property
    def drawn(self) -> dict[str, Any]:
        """What the script of the map needs."""
        return {"outline": self.outline, "dashed": self.is_dashed, "points": self.points}


def ground_of(conflict: RecurringConflict, scope: Scope) -> Ground:
    """One statement for the outline, and one for the points of who works with cases."""
    shape = RecurringConflict.objects.filter(pk=conflict.pk).annotate(
        outline=AsGeoJSON("geom", precision=DIGITS)
    )
    outline = json.loads(shape.values_list("outline", flat=True).get())
    rows = _places(conflict, scope) if works_with_cases(scope) else []
    errors = [round(error) for _place, error in rows if error]
    return Ground(
        outline=outline,
        is_dashed=is_dashed(conflict),
        points=[[round(place.x, DIGITS), round(place.y, DIGITS)] for place, _error in rows],
        low=min(errors, default=0),
        high=max(errors, default=0),
    )


def _places(conflict: RecurringConflict, scope: Scope) -> list[tuple[Any, float | None]]:
    rows = Incident.objects.visible_to(scope).filter(conflicts=conflict, geom__isnull=False)
    counted = rows.exclude(state__in=NOT_COUNTED).order_by("pk")
    found = list(counted.values_list("geom", "location_accuracy_m")[: MOST_POINTS + 1])
    return found if len(found) <= MOST_POINTS else []
