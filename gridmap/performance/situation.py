"""The situation of a moment, as far as a person sees it: what came in, what is open, and the measures."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import IntegerField, Q, Value
from django.db.models.expressions import Combinable

from geodata.models import Area
from gridmap.accounts.scope import Scope
from gridmap.incidents.models import Incident
from gridmap.incidents.querysets import IncidentQuerySet, works_with_cases
from gridmap.performance.areas import ids_below
from gridmap.performance.figures import NEW, OPEN, Figures, figures_of, new_rows, open_rows
from gridmap.performance.measures import Share
from gridmap.performance.periods import Periods
from gridmap.performance.shares import (
    PARAMS,
    PAST,
    RECENT,
    Shares,
    later_rows,
    none,
    past_rows,
    recent_rows,
    shares_of,
)
from gridmap.performance.statement import Rows, read_rows
from gridmap.performance.usual import Usual, days_alike, usual_range

WHOLE = Value(0, output_field=IntegerField())
Part = int | None


@dataclass(frozen=True)
class Situation:
    """What a person sees of a moment `at`: figures, what is usual for a whole day like today, and the measures
    by their names, about the cases registered `since` then."""

    at: datetime
    since: date
    figures: Figures
    usual: Usual | None
    measures: Mapping[str, Share]

    @property
    def overdue(self) -> Share:
        """Of the open cases."""
        return Share(self.figures.overdue, self.figures.open)


@dataclass(frozen=True)
class Read:
    """Figures and measures by part, and what came in on other days, in all."""

    figures: Mapping[Part, Figures]
    shares: Mapping[Part, Shares]
    new: Mapping[date, int]
    working: Mapping[date, bool]
    first: date | None


def read_situation(
    scope: Scope, at: datetime, area: Area | None = None, only: Q | None = None
) -> Situation | None:
    """The cases that a person sees, those of an area and of a kind alone; None for who works without cases.

    One statement, and another for the areas below `area`. `only` is a condition on cases, as a filter sets it.
    """
    if not works_with_cases(scope):
        return None
    periods = Periods(at)
    seen = seen_in(scope, ids_below(scope, area) if area else None)
    read = read_parts(
        seen.filter(only) if only else seen, WHOLE, periods, days_alike(periods.today)
    )
    return Situation(
        at=at,
        since=periods.since,
        figures=read.figures.get(0, Figures()),
        usual=_usual(read, periods.today),
        measures=read.shares.get(0, none()),
    )


def seen_in(scope: Scope, areas: Collection[int] | None = None) -> IncidentQuerySet:
    """The cases that a person sees, or those of them in some areas."""
    seen: IncidentQuerySet = Incident.objects.visible_to(scope)
    return seen if areas is None else seen.filter(area__in=sorted(areas))


def read_parts(
    seen: IncidentQuerySet, part: Combinable, periods: Periods, days: Collection[date] = ()
) -> Read:
    """Figures and measures of cases by a column, and what came in on more days; one statement."""
    cases = {
        "open": open_rows(seen, part, periods.at),
        "new": new_rows(seen, part, {periods.today, periods.yesterday, *days}),
        "recent": recent_rows(seen, part, periods),
        "past": past_rows(seen, part, periods),
        "later": later_rows(seen, periods),
    }
    asked = [*days, periods.today]
    found: tuple[Rows, ...] = read_rows(SITUATION, cases, days=asked, **PARAMS) or ([],) * 6
    opened, new, recent, past, working, first = found
    counts: dict[date, int] = {}
    for row in new:
        day = date.fromisoformat(row["day"])
        counts[day] = counts.get(day, 0) + row["count"]
    return Read(
        figures=figures_of(opened, new, periods.today, periods.yesterday),
        shares=shares_of(recent, past),
        new=counts,
        working={date.fromisoformat(row["day"]): row["is_working"] for row in working},
        first=min((date.fromisoformat(row["day"]) for row in first), default=None),
    )


def _usual(read: Read, today: date) -> Usual | None:
    """From the days of the records that are working days as today is, or none as today."""
    if read.first is None:
        return None
    is_working = _is_working(read, today)
    return usual_range(
        [
            read.new.get(day, 0)
            for day in days_alike(today)
            if day >= read.first and _is_working(read, day) == is_working
        ]
    )


def _is_working(read: Read, day: date) -> bool:
    """By the week where the calendar does not know the day."""
    return read.working.get(day, day.weekday() < 5)


# Since when there are cases at all, of whatever place: days before that are not days without one.
SITUATION = f"""
SELECT
    ({OPEN}), ({NEW}), ({RECENT}), ({PAST}),
    (SELECT coalesce(json_agg(calendar), '[]') FROM (
        SELECT day, is_working FROM incidents_calendarday WHERE day = ANY (%(days)s)) AS calendar),
    (SELECT coalesce(json_agg(begun), '[]') FROM (
        SELECT min((first.registered_at AT TIME ZONE 'Asia/Shanghai')::date) AS day
        FROM geodata_area AS area CROSS JOIN LATERAL (
            SELECT registered_at FROM incidents_incident WHERE area_id = area.id ORDER BY registered_at LIMIT 1
        ) AS first HAVING count(*) > 0) AS begun)
"""  # noqa: S608 - constants of this package
