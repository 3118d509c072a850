"""Reading conflicts: who sees which."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from geodata.models import Area
from gridmap.accounts.models import Role
from gridmap.accounts.scope import Scope
from gridmap.incidents.querysets import works_with_cases
from gridmap.recurring.states import State

# Who looks after a staircase is told by those above what comes back there.
WITHOUT_CONFLICTS = frozenset({Role.BUILDING_LEADER.value})


def sees_conflicts(scope: Scope) -> bool:
    """Whether there are conflicts for this person at all."""
    return bool(scope.roles - WITHOUT_CONFLICTS)


def knows_the_city(scope: Scope) -> bool:
    """Whether a number of the whole city may be told: taken from it, the own ones would leave those of all others."""
    return Area.objects.filter(pk__in=scope.area_ids, parent=None).exists()


class ConflictQuerySet(models.QuerySet[Any]):
    """Conflicts."""

    def visible_to(self, scope: Scope) -> Self:
        """Those of the areas in scope; for who works with cases also those of an own team, those with a
        task for it, those with cases in a cell that is held by name, and those that this person answers for."""
        if not sees_conflicts(scope):
            return self.none()
        seen = Q(area__in=scope.area_ids)
        if works_with_cases(scope):
            seen |= Q(team__in=scope.team_ids) | Q(owner=scope.user_id)
            if scope.team_ids:
                seen |= Q(Exists(self._tasks().of_teams(scope).filter(conflict=OuterRef("pk"))))
            if scope.cell_ids:
                links = self.model.cases.through.objects.filter(
                    recurringconflict=OuterRef("pk"), incident__cell__in=scope.cell_ids
                )
                seen |= Q(Exists(links))
        return self.filter(seen)

    def _tasks(self) -> "JointTaskQuerySet":
        found: JointTaskQuerySet = self.model.tasks.rel.related_model.objects.all()
        return found

    def known(self) -> Self:
        """What is to be looked at: listed by the last run that saw it, or confirmed at some time."""
        listed = Q(state=State.CANDIDATE, latest__rank__isnull=False)
        return self.filter(listed | Q(confirmed_at__isnull=False))

    def current(self) -> Self:
        """Of what is known, what is not at an end."""
        return self.known().exclude(state=State.CLOSED)

    def ranked(self) -> Self:
        """With what the last search saw, and without the ground: what could avoid most cases first."""
        rows = self.defer("geom", "geom_3857").select_related("topic", "area", "latest__run")
        return rows.order_by(F("latest__avoidable").desc(nulls_last=True), "pk")


class JointTaskQuerySet(models.QuerySet[Any]):
    """Joint tasks."""

    def standing(self) -> Self:
        """Those that were not taken back."""
        return self.filter(withdrawn_at=None)

    def of_teams(self, scope: Scope) -> Self:
        """Those of the teams that this person belongs to."""
        return self.standing().filter(team__in=scope.team_ids)

    def told_to(self, scope: Scope) -> Self:
        """Those that concern this person: of an own team, or given by oneself, while their conflict is seen."""
        conflicts: Any = self.model._meta.get_field("conflict").related_model
        mine = Q(team__in=scope.team_ids)
        # Without an area nobody gives tasks; most people are asked about none.
        if scope.area_ids:
            mine |= Q(given__by=scope.user_id)
        seen = conflicts.objects.visible_to(scope)
        return self.standing().filter(mine, conflict__in=seen.values("pk"))

    def open(self) -> Self:
        """Those that wait to be done."""
        return self.standing().filter(done_at=None)
