"""What is going on: open cases by what they wait for, and how many came in on which day."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable

from gridmap.incidents.querysets import IncidentQuerySet, is_due_today, is_overdue
from gridmap.incidents.states import State
from gridmap.performance.statement import Rows, flag

SOON = timedelta(hours=2)


@dataclass(frozen=True)
class Figures:
    """Cases of a place or team.

    `new` and `yesterday` came in on that day, whatever became of them, so that days can be compared. The others
    are open: `due_today` later today, of which `due_soon` within two hours; `unrouted` wait for somebody who
    answers, the longest since `unrouted_since`; `to_visit` are done and wait for a return visit.
    """

    new: int = 0
    yesterday: int = 0
    open: int = 0
    escalated: int = 0
    suspended: int = 0
    due_today: int = 0
    due_soon: int = 0
    overdue: int = 0
    unrouted: int = 0
    to_visit: int = 0
    unrouted_since: datetime | None = None

    def __add__(self, other: "Figures") -> "Figures":
        sums = {name: getattr(self, name) + getattr(other, name) for name in COUNTED}
        moments = [one.unrouted_since for one in (self, other) if one.unrouted_since]
        return Figures(**sums, unrouted_since=min(moments, default=None))


COUNTED = tuple(one.name for one in fields(Figures) if one.type is int)


def open_rows(seen: IncidentQuerySet, part: Combinable, at: datetime) -> QuerySet[Any, Any]:
    """Every open case with what it waits for."""
    return seen.open().values(
        "state_since",
        part=part,
        is_escalated=flag(Q(state=State.ESCALATED.value)),
        is_suspended=flag(Q(state=State.SUSPENDED.value)),
        is_due_today=flag(is_due_today(at)),
        is_due_soon=flag(is_due_today(at) & Q(due_at__lt=at + SOON)),
        is_overdue=flag(is_overdue(at)),
        is_unrouted=flag(~Q(unrouted_reason="")),
        is_to_visit=flag(Q(state=State.CHECKED.value)),
    )


def new_rows(seen: IncidentQuerySet, part: Combinable) -> QuerySet[Any, Any]:
    """Every case with when it came in."""
    return seen.values(part=part, at=F("registered_at"))


def figures_of(opened: Rows, new: Rows, today: date, yesterday: date) -> dict[int | None, Figures]:
    """By part, from what the database counted."""
    found = {row.pop("part"): _opened(row) for row in (dict(one) for one in opened)}
    for name, day in (("new", today), ("yesterday", yesterday)):
        for row in new:
            if row["day"] == day.isoformat():
                known = found.get(row["part"], Figures())
                found[row["part"]] = replace(known, **{name: row["count"]})
    return found


def _opened(row: dict[str, Any]) -> Figures:
    since = row.pop("unrouted_since")
    return Figures(**row, unrouted_since=datetime.fromisoformat(since) if since else None)


# Of `{open}` and `{new}`.
OPEN = """
SELECT coalesce(json_agg(counted), '[]') FROM (
    SELECT part, count(*) AS open,
           count(*) FILTER (WHERE is_escalated) AS escalated,
           count(*) FILTER (WHERE is_suspended) AS suspended,
           count(*) FILTER (WHERE is_due_today) AS due_today,
           count(*) FILTER (WHERE is_due_soon) AS due_soon,
           count(*) FILTER (WHERE is_overdue) AS overdue,
           count(*) FILTER (WHERE is_unrouted) AS unrouted,
           count(*) FILTER (WHERE is_to_visit) AS to_visit,
           min(state_since) FILTER (WHERE is_unrouted) AS unrouted_since
    FROM ({open}) AS opened GROUP BY part) AS counted
"""
# Day by day, so that only the index is read and only where it has those days.
NEW = """
SELECT coalesce(json_agg(counted), '[]') FROM (
    SELECT asked.day, came.part, came.count
    FROM unnest(%(days)s::date[]) AS asked (day)
    CROSS JOIN LATERAL (
        SELECT part, count(*) FROM ({new}) AS new
        WHERE at >= asked.day::timestamp AT TIME ZONE 'Asia/Shanghai'
          AND at < (asked.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
        GROUP BY part) AS came) AS counted
"""
