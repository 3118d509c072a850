"""Reading cases and the tables beside them."""

from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from gridmap.accounts.models import Role
from gridmap.accounts.scope import Scope

# A planner works on places and topics; a case is about persons.
WITHOUT_CASES = frozenset({Role.PLANNER.value})


class DatedQuerySet(models.QuerySet[Any]):
    """Rows with a validity in days."""

    def valid_on(self, day: date) -> Self:
        return self.filter(Q(valid_to__gt=day) | Q(valid_to__isnull=True), valid_from__lte=day)


class IncidentQuerySet(models.QuerySet[Any]):
    """Cases."""

    def open(self) -> Self:
        return self.filter(is_open=True)

    def overdue(self, at: datetime) -> Self:
        return self.open().filter(due_at__lt=at)

    def unrouted(self) -> Self:
        """Open, and nobody could be made responsible."""
        return self.open().exclude(unrouted_reason="")

    def visible_to(self, scope: Scope) -> Self:
        """The cases of the places and teams in scope; none for who works without cases."""
        if not scope.roles - WITHOUT_CASES:
            return self.none()
        return self.filter(in_scope(scope, self.model))


def in_scope(scope: Scope, model: type[models.Model]) -> Q:
    """The condition that a case belongs to the places or teams of a scope.

    A case lies in the community of its cell, else in the city as a whole: so what nobody could
    place is seen by whoever answers for the city.
    """
    columns = {
        "area_id": scope.area_ids,
        "cell_id": scope.cell_ids,
        "post_id": scope.post_ids,
        "lead_team_id": scope.team_ids,
    }
    found = Q(pk__in=[])
    for column, ids in columns.items():
        if ids:
            found |= Q(**{f"{column}__in": ids})
    if scope.team_ids:
        assisting: Any = model._meta.get_field("assisting_teams").remote_field.through  # type: ignore[union-attr]
        assisted = assisting.objects.filter(guideteam__in=scope.team_ids)
        found |= Q(pk__in=assisted.values("incident"))
    return found
