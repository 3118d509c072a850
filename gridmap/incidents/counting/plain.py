"""Counting by looking at every case: for what the kept counts do not tell apart."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Q, Value

from geodata.querysets import midnight
from gridmap.incidents.counting.asking import Chosen, Counts, Ids
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.incidents.states import NOT_COUNTED

FILTERS = {"topics": "topic", "sources": "source", "states": "state", "urgencies": "urgency"}


def condition_of(chosen: Chosen) -> Q:
    """What a case has to be; empty where nothing is named."""
    asked = {f"{column}__in": getattr(chosen, name) for name, column in FILTERS.items()}
    return Q(**{column: values for column, values in asked.items() if values})


def counted(cases: IncidentQuerySet, since: date, until: date, chosen: Chosen) -> IncidentQuerySet:
    """The chosen ones of a period, without what never was a case of its own."""
    return cases.filter(
        condition_of(chosen), occurred_at__gte=midnight(since), occurred_at__lt=midnight(until)
    ).exclude(state__in=NOT_COUNTED)


def count_plain(
    cases: IncidentQuerySet, column: str, edges: Sequence[date], chosen: Chosen
) -> tuple[Ids, Counts]:
    """Ids of a column that have cases, in rising order, and their cases in each step (ids × steps)."""
    found = counted(cases, edges[0], edges[-1], chosen).filter(**{f"{column}__isnull": False})
    rows = (
        found.order_by()
        .annotate(at_step=_step(edges))
        .values_list(column, "at_step")
        .annotate(number=Count("pk"))
    )
    table = np.array(list(rows), np.int64).reshape(-1, 3)
    ids, places = np.unique(table[:, 0], return_inverse=True)
    counts = np.zeros((len(ids), len(edges) - 1), np.int64)
    counts[places, table[:, 1] - 1] = table[:, 2]
    return ids, counts


def _step(edges: Sequence[date]) -> Func:
    moments = Value([midnight(day) for day in edges], output_field=ArrayField(DateTimeField()))
    return Func(F("occurred_at"), moments, function="width_bucket", output_field=IntegerField())
