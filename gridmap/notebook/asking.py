"""Which cases are asked for: a period in Beijing, topics, and what whoever looks may be told."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import numpy as np
from django.utils import timezone

from geodata.querysets import BEIJING, midnight
from gridmap.accounts.scope import Scope
from gridmap.incidents.models import Incident, Topic
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.incidents.states import NOT_COUNTED

Day = date | datetime | None


class UnknownTopic(LookupError):
    """No topic has this code."""


def moment_of(day: Day) -> datetime | None:
    """The beginning of a day in Beijing, or the moment itself."""
    if day is None:
        return None
    if not isinstance(day, datetime):
        return midnight(day)
    return day if timezone.is_aware(day) else day.replace(tzinfo=BEIJING)


def local(at: datetime) -> np.datetime64:
    """As a time on Beijing's clocks."""
    return np.datetime64(at.astimezone(BEIJING).replace(tzinfo=None), "us")


def chosen_topics(codes: Collection[str]) -> list[Topic]:
    """Those topics, all where none is named, in the order of their numbers.

    Raises
    ------
    UnknownTopic
        A code that no topic has.
    """
    if isinstance(codes, str):
        raise TypeError("topics: a list of codes, not one text")
    known = list(Topic.objects.order_by("pk"))
    if unknown := sorted({*codes} - {topic.code for topic in known}):
        raise UnknownTopic(f"topics: no topic has the code {unknown[0]!r}")
    return [topic for topic in known if not codes or topic.code in codes]


def occurred(since: Day, until: Day) -> IncidentQuerySet:
    """Cases from `since` on and before `until`, of all places.

    Raises
    ------
    ValueError
        An empty period.
    """
    begins, ends = moment_of(since), moment_of(until)
    if begins and ends and not begins < ends:
        raise ValueError("since: must be before until")
    found = Incident.objects.all()
    if begins:
        found = found.filter(occurred_at__gte=begins)
    return found.filter(occurred_at__lt=ends) if ends else found


def counted(cases: IncidentQuerySet) -> IncidentQuerySet:
    """Without what never was a case of its own, as a run counts."""
    return cases.exclude(state__in=NOT_COUNTED)


def told_cases(scope: Scope, since: Day, until: Day, topics: Sequence[Topic]) -> IncidentQuerySet:
    """Cases of a period and of topics that may be told to whoever has this scope, without persons."""
    return occurred(since, until).filter(topic__in=topics).told_to(scope)
