"""Reading appointments."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Case, F, Q, When


def exercised(day: str) -> str:
    """SQL of `exercised_on`: who can act by which appointment; `day` is a placeholder of the statement."""
    return f"""
    SELECT appointment.role, appointment.area_id, appointment.cell_id, appointment.guide_team_id,
           person.id AS user_id
    FROM accounts_appointment AS appointment
    JOIN accounts_user AS person
      ON person.id = CASE WHEN appointment.stand_in_from <= {day} AND appointment.stand_in_to > {day}
                          THEN appointment.stand_in_id ELSE appointment.user_id END
    WHERE appointment.begins_on <= {day} AND (appointment.ends_on > {day} OR appointment.ends_on IS NULL)
      AND person.is_active
    """  # noqa: S608 - the placeholder is a constant of the caller


class AppointmentQuerySet(models.QuerySet[Any]):
    """Who answers for what."""

    def valid_on(self, day: date) -> Self:
        return self.filter(Q(ends_on__gt=day) | Q(ends_on__isnull=True), begins_on__lte=day)

    def exercised_on(self, day: date) -> Self:
        """Those in force whose holder, or stand-in of that day, can act; `exercised_by` is the person's id."""
        stands_in = Q(stand_in_from__lte=day, stand_in_to__gt=day)
        return (
            self.valid_on(day)
            .filter(
                (stands_in & Q(stand_in__is_active=True)) | (~stands_in & Q(user__is_active=True))
            )
            .annotate(
                exercised_by=Case(When(stands_in, then=F("stand_in")), default=F("user")),
            )
        )

    def overlapping(self, begins_on: date, ends_on: date | None) -> Self:
        """The appointments that share a day with a half-open period."""
        reaching = Q(ends_on__isnull=True) | Q(ends_on__gt=begins_on)
        return self.filter(reaching, Q() if ends_on is None else Q(begins_on__lt=ends_on))
