"""Reading appointments."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q


class AppointmentQuerySet(models.QuerySet[Any]):
    """Who answers for what."""

    def valid_on(self, day: date) -> Self:
        return self.filter(Q(ends_on__gt=day) | Q(ends_on__isnull=True), begins_on__lte=day)

    def overlapping(self, begins_on: date, ends_on: date | None) -> Self:
        """The appointments that share a day with a half-open period."""
        reaching = Q(ends_on__isnull=True) | Q(ends_on__gt=begins_on)
        return self.filter(reaching, Q() if ends_on is None else Q(begins_on__lt=ends_on))
