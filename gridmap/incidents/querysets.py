"""Reading cases and the tables beside them."""

from datetime import date, datetime, timedelta
from math import cos, radians
from typing import Any, Self

from django.contrib.gis.db.models.functions import GeoFunc
from django.contrib.gis.geos import Point
from django.db import models
from django.db.models import FloatField, Q

from geodata.querysets import day_of, midnight
from gridmap.accounts.models import Role
from gridmap.accounts.scope import Scope
from gridmap.incidents.calendar import YEARS_AHEAD
from gridmap.incidents.states import RUNNING, State
from gridmap.incidents.topics import MEDIATED, SENSITIVE

# A planner works on places and topics; a case is about persons.
WITHOUT_CASES = frozenset({Role.PLANNER.value})
# What may be the same matter: metres on the ground, and days since it was registered.
NEAR_M = 200
SHORTLY = timedelta(days=30)


IS_RUNNING = Q(is_open=True, state__in=sorted(state.value for state in RUNNING))


def is_overdue(at: datetime) -> Q:
    return IS_RUNNING & Q(due_at__lt=at)


def is_due_today(at: datetime) -> Q:
    """Later today, in Beijing."""
    tomorrow = midnight(day_of(at) + timedelta(days=1))
    return IS_RUNNING & Q(due_at__gte=at, due_at__lt=tomorrow)


class GroundDistance(GeoFunc):
    """Metres between two points in degrees."""

    function = "ST_DistanceSphere"
    geom_param_pos = (0, 1)
    output_field = FloatField()


class DatedQuerySet(models.QuerySet[Any]):
    """Rows with a validity in days."""

    def valid_on(self, day: date) -> Self:
        return self.filter(Q(valid_to__gt=day) | Q(valid_to__isnull=True), valid_from__lte=day)

    def overlapping(self, valid_from: date, valid_to: date | None) -> Self:
        """The rows that share a day with a half-open period."""
        reaching = Q(valid_to__gt=valid_from) | Q(valid_to__isnull=True)
        return self.filter(reaching, Q() if valid_to is None else Q(valid_from__lt=valid_to))


class CalendarQuerySet(models.QuerySet[Any]):
    """Days of the calendar."""

    def is_working(self, day: date) -> bool:
        """As the calendar says; by the week where it does not know the day."""
        known: bool | None = self.filter(pk=day).values_list("is_working", flat=True).first()
        return day.weekday() < 5 if known is None else known

    def reaches(self, today: date) -> bool:
        """Whether it has the years ahead that deadlines of today can run into."""
        return self.filter(pk=date(today.year + YEARS_AHEAD, 12, 31)).exists()


class IncidentQuerySet(models.QuerySet[Any]):
    """Cases."""

    def open(self) -> Self:
        return self.filter(is_open=True)

    def overdue(self, at: datetime) -> Self:
        return self.filter(is_overdue(at))

    def due_today(self, at: datetime) -> Self:
        return self.filter(is_due_today(at))

    def unrouted(self) -> Self:
        """Open, and nobody could be made responsible."""
        return self.open().exclude(unrouted_reason="")

    def near(self, place: Point) -> Self:
        """Within `NEAR_M` of a point in degrees, nearest first; `distance_m` says how far."""
        # Web Mercator draws a metre longer the farther it is from the equator.
        reach = NEAR_M / cos(radians(place.y))
        return (
            self.filter(geom_3857__dwithin=(place, reach))
            .annotate(distance_m=GroundDistance("geom", place))
            .order_by("distance_m", "pk")
        )

    def lately(self, at: datetime) -> Self:
        """Registered shortly before a moment, or after it."""
        return self.filter(registered_at__gte=at - SHORTLY)

    def with_places(self) -> Self:
        """With what a list says of each: places, teams and the topic come along."""
        return self.select_related(
            "topic", "area", "cell", "building", "raised_to", "lead_team", "unit"
        )

    def matching(self, words: str) -> Self:
        """Those with these signs in their code, title or address."""
        found = Q(code__icontains=words) | Q(title__icontains=words) | Q(address__icontains=words)
        return self.filter(found)

    def mediated(self) -> Self:
        """Disputes that were mediated to the end, with or without success."""
        return self.filter(is_dispute=True, state=State.CLOSED.value, outcome__in=MEDIATED)

    def visible_to(self, scope: Scope) -> Self:
        """The cases of the places and teams in scope; none for who works without cases."""
        if not works_with_cases(scope):
            return self.none()
        return self.filter(in_scope(scope, self.model))

    def told_to(self, scope: Scope) -> Self:
        """The cases of the areas in scope that may be told without persons, a planner's areas included.

        What is sensitive is told only to those who may see the cases of the area themselves.
        """
        seen = scope.areas_of(scope.roles - WITHOUT_CASES)
        return self.filter(
            Q(area_id__in=seen)
            | (Q(area_id__in=scope.area_ids) & ~Q(topic__category__in=sorted(SENSITIVE)))
        )


def works_with_cases(scope: Scope) -> bool:
    """Whether there are cases for this person at all: a planner works on places and topics."""
    return bool(scope.roles - WITHOUT_CASES)


def in_scope(scope: Scope, model: type[models.Model]) -> Q:
    """The condition that a case belongs to the places or teams of a scope.

    A case lies in the community of its cell, else in the city as a whole: so what nobody could
    place is seen by whoever answers for the city.
    """
    columns = {
        "area_id": scope.areas_of(scope.roles - WITHOUT_CASES),
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
