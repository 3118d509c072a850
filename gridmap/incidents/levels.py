"""The ladder of a case: its cell, then the areas above it in which somebody answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from geodata.models import Area
from gridmap.accounts.models import Appointment, Role
from gridmap.incidents.models import Incident
from gridmap.incidents.parts import OF_AN_AREA


@dataclass(frozen=True)
class Ladder:
    """The areas from the community to the city, and where on them a case stands.

    `position` is -1 in the cell, and beyond the last area where the case was raised to a place that it
    no longer belongs to. The top counts as a rung whoever is appointed there.
    """

    areas: Sequence[Area]
    manned: frozenset[int]
    position: int
    is_cell_manned: bool

    @property
    def above(self) -> Area | None:
        """Where the case climbs to next; None at the top."""
        *lower, top = self.areas
        if self.position == len(lower):
            return None
        over = (area for area in lower[self.position + 1 :] if area.pk in self.manned)
        return next(over, top)

    @property
    def below(self) -> Area | None:
        """Where the case comes down to; None stands for its cell."""
        if self.position >= len(self.areas):
            return None
        under = self.areas[: max(self.position, 0)]
        return next((area for area in reversed(under) if area.pk in self.manned), None)

    @property
    def has_below(self) -> bool:
        """Somebody would take the case if it came down."""
        return self.is_cell_manned or self.below is not None


def ladder_of(incident: Incident, on: date) -> Ladder:
    areas = [incident.area, *Area.objects.above(incident.area)]
    places = Q(area__in=areas, role__in=OF_AN_AREA)
    if incident.cell_id is not None:
        places |= Q(cell=incident.cell_id, role=Role.GRID_MEMBER)
    held = Appointment.objects.exercised_on(on).filter(places).values_list("area", flat=True)
    manned = set(held)
    return Ladder(
        areas,
        frozenset(area for area in manned if area is not None),
        _position(areas, incident.raised_to_id),
        is_cell_manned=None in manned,
    )


def _position(areas: Sequence[Area], raised_to: int | None) -> int:
    if raised_to is None:
        return -1
    places = [area.pk for area in areas]
    return places.index(raised_to) if raised_to in places else len(areas)
