"""Reading appointments."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Case, F, Q, When


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
