"""Reading conflicts: who sees which, and which a case belongs to."""

from typing import Any, Self

from django.contrib.gis.db import models
from django.db.models import Q

from gridmap.accounts.scope import Scope
from gridmap.incidents.models import Incident
from gridmap.incidents.querysets import works_with_cases


class ConflictQuerySet(models.QuerySet[Any]):
    """Conflicts."""

    def visible_to(self, scope: Scope) -> Self:
        """Of the areas in scope, and what lies on the cells that are held by name."""
        own = Q(area__in=scope.area_ids)
        if works_with_cases(scope):
            own |= Q(cases__cell__in=scope.cell_ids)
        return self.filter(own).distinct()

    def of_case(self, case: Incident) -> Self:
        """Those to whose place and topic a case belongs, from the moment when it is registered."""
        here = Q(building__isnull=False, building=case.building_id)
        if case.geom is not None:
            here |= Q(building__isnull=True, geom__covers=case.geom)
        return self.filter(here, topic=case.topic_id)
