"""Who may answer for a conflict: who holds, today, a place that it lies in, or belongs to a team."""

from dataclasses import dataclass
from datetime import date
from math import inf

from django.db.models import Q, QuerySet

from geodata.models import Area, Cell
from gridmap.accounts.models import Appointment, GuideTeam, Role, User
from gridmap.recurring.models import RecurringConflict

# Roles that answer for an area as a whole.
OF_AREAS = (
    Role.GRID_LEADER,
    Role.COMMUNITY_OFFICER,
    Role.DISTRICT_COMMANDER,
    Role.CITY_ADMIN,
)


def appointments_for(conflict: RecurringConflict, day: date) -> QuerySet[Appointment]:
    """The appointments of that day that make somebody fit to own it."""
    cells = conflict.cases.exclude(cell=None).values("cell")
    fit = (
        Q(area__in=_chain(conflict.area), role__in=OF_AREAS)
        | Q(cell__in=cells, role=Role.GRID_MEMBER)
        | Q(guide_team__isnull=False, role=Role.GUIDE)
    )
    return Appointment.objects.exercised_on(day).filter(fit)


def may_own(conflict: RecurringConflict, person: User, day: date) -> bool:
    return person.pk in {one.person.pk for one in people_for(conflict, day)}


def _chain(area: Area) -> list[int]:
    """The area and all above it."""
    chain, above = [area.pk], area.parent
    while above is not None:
        chain.append(above.pk)
        above = above.parent
    return chain


@dataclass(frozen=True)
class Fit:
    """Somebody who may own it, and by which office."""

    person: User
    role: str
    place: Area | Cell | GuideTeam


def people_for(conflict: RecurringConflict, day: date) -> list[Fit]:
    """Everybody who may own it once, those of the smallest area first, the teams last."""
    rows = appointments_for(conflict, day).select_related(
        "user", "stand_in", "area", "cell", "guide_team"
    )
    chain = _chain(conflict.area)
    order: dict[int | None, float] = {area: n for n, area in enumerate(chain)}
    found: dict[int, Fit] = {}
    for row in sorted(rows, key=lambda row: (order.get(row.area_id, _rest(row)), row.pk)):
        person, place = row.holder_on(day), row.area or row.cell or row.guide_team
        if place is not None:
            found.setdefault(person.pk, Fit(person, row.get_role_display(), place))
    return list(found.values())


def _rest(row: Appointment) -> float:
    """Cells before all areas, teams after them."""
    return -1 if row.cell_id else inf
