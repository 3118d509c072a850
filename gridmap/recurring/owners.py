"""Who may answer for a conflict: who holds, today, a place that it lies in, or belongs to a team."""

from datetime import date

from django.db.models import Q, QuerySet

from geodata.models import Area
from gridmap.accounts.models import Appointment, Role, User
from gridmap.recurring.models import RecurringConflict

# Roles that answer for an area as a whole.
OF_AREAS = (
    Role.GRID_LEADER,
    Role.COMMUNITY_OFFICER,
    Role.DISTRICT_COMMANDER,
    Role.CITY_ADMIN,
)


def appointments_for(conflict: RecurringConflict, day: date) -> QuerySet[Appointment]:
    """The appointments of that day that make somebody fit to own it; `exercised_by` is the person."""
    cells = conflict.cases.exclude(cell=None).values("cell")
    fit = (
        Q(area__in=_chain(conflict.area), role__in=OF_AREAS)
        | Q(cell__in=cells, role=Role.GRID_MEMBER)
        | Q(guide_team__isnull=False, role=Role.GUIDE)
    )
    return Appointment.objects.exercised_on(day).filter(fit)


def may_own(conflict: RecurringConflict, person: User, day: date) -> bool:
    return appointments_for(conflict, day).filter(exercised_by=person.pk).exists()


def _chain(area: Area) -> list[int]:
    """The area and all above it."""
    chain, above = [area.pk], area.parent
    while above is not None:
        chain.append(above.pk)
        above = above.parent
    return chain
