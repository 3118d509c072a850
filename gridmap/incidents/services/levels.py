"""The ladder of a case: its cell, then the areas above it in which somebody answers."""

from datetime import date

from geodata.models import Area
from gridmap.accounts.models import Appointment
from gridmap.incidents.models import Incident
from gridmap.incidents.parts import OF_AN_AREA


def ladder(incident: Incident, on: date) -> list[Area]:
    """The areas from the community to the city in which somebody is appointed; the top always counts."""
    chain = [incident.area, *Area.objects.above(incident.area)]
    held = set(
        Appointment.objects.valid_on(on)
        .filter(area__in=chain, role__in=OF_AN_AREA, user__is_active=True)
        .values_list("area", flat=True)
    )
    return [area for area in chain if area.pk in held or area.parent_id is None]


def level_above(incident: Incident, on: date) -> Area | None:
    """Where a case climbs to next; None at the top."""
    rungs = ladder(incident, on)
    if incident.raised_to_id is None:
        return rungs[0]
    return _neighbour(rungs, incident.raised_to_id, 1)


def level_below(incident: Incident, on: date) -> Area | None:
    """Where a raised case comes down to; None stands for its cell."""
    return _neighbour(ladder(incident, on), incident.raised_to_id, -1)


def _neighbour(rungs: list[Area], current: int | None, direction: int) -> Area | None:
    places = [area.pk for area in rungs]
    # An area whose people have all gone since is no rung any more: from there to the top, or to the cell.
    if current not in places:
        return rungs[-1] if direction > 0 else None
    wanted = places.index(current) + direction
    return rungs[wanted] if 0 <= wanted < len(rungs) else None
