"""The situation of a moment, as far as a person sees it: what came in, what is open, and the measures."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import IntegerField, Q, Value
from django.db.models.expressions import Combinable

from geodata.models import Area
from gridmap.accounts.scope import Scope
from gridmap.incidents.models import Incident
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.performance.areas import ids_below, over_areas
from gridmap.performance.figures import NEW, OPEN, Figures, figures_of, new_rows, open_rows
from gridmap.performance.measures import Share
from gridmap.performance.periods import Periods
from gridmap.performance.shares import (
    ACTS,
    COUNTED_BY_ACTS,
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
from gridmap.performance.usual import days_alike
from layers.hotspots.usual import Usual, usual_range

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
    scope: Scope,
    at: datetime,
    area: Area | None = None,
    only: Q | None = None,
    *,
    every_measure: bool = False,
) -> Situation | None:
    """The cases of the areas that a person answers for; None where there are no areas, or no cases for them.

    Parameters
    ----------
    area : Area, optional
        This one and those below it alone; nothing where it is not in scope.
    only : Q, optional
        A condition on cases, as a filter sets it.
    every_measure : bool
        Those as well that have to look at every act on a case (`COUNTED_BY_ACTS`); a page that is read again every
        minute does without.

    One statement, and another for the areas below `area`.
    """
    mine, periods = over_areas(scope), Periods(at)
    if not mine.area_ids:
        return None
    seen = seen_in(mine, ids_below(mine, area) if area else mine.area_ids)
    seen = seen.filter(only) if only else seen
    days = days_alike(periods.today)
    read = read_parts(seen, WHOLE, periods, days, every_measure=every_measure)
    shares = read.shares.get(0, none())
    return Situation(
        at=at,
        since=periods.since,
        figures=read.figures.get(0, Figures()),
        usual=_usual(read, periods.today),
        measures={
            name: share
            for name, share in shares.items()
            if every_measure or name not in COUNTED_BY_ACTS
        },
    )


def seen_in(scope: Scope, areas: Collection[int]) -> IncidentQuerySet:
    """The cases that a person sees in some areas."""
    seen: IncidentQuerySet = Incident.objects.visible_to(scope)
    return seen.filter(area__in=sorted(areas))


def read_parts(
    seen: IncidentQuerySet,
    part: Combinable,
    periods: Periods,
    days: Collection[date] = (),
    *,
    every_measure: bool = True,
) -> Read:
    """Figures and measures of cases by a column, and what came in on more days; one statement."""
    cases = {
        "open": open_rows(seen, part, periods.at),
        "new": new_rows(seen, part),
        "recent": recent_rows(seen, part, periods),
        "past": past_rows(seen, part, periods),
        "later": later_rows(seen, periods),
    }
    asked = sorted({*days, periods.today, periods.yesterday})
    sql = SITUATION.replace("{acts}", f"({ACTS})" if every_measure else "'[]'::json")
    found: tuple[Rows, ...] = read_rows(sql, cases, days=asked, **PARAMS) or ([],) * 7
    opened, new, recent, acts, past, working, first = found
    counts: Counter[date] = Counter()
    for row in new:
        counts[date.fromisoformat(row["day"])] += row["count"]
    return Read(
        figures=figures_of(opened, new, periods.today, periods.yesterday),
        shares=shares_of(recent, acts, past),
        new=counts,
        working={date.fromisoformat(row["day"]): row["is_working"] for row in working},
        first=next((date.fromisoformat(row["day"]) for row in first), None),
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
    ({OPEN}), ({NEW}), ({RECENT}), {{acts}}, ({PAST}),
    (SELECT coalesce(json_agg(calendar), '[]') FROM (
        SELECT day, is_working FROM incidents_calendarday WHERE day = ANY (%(days)s)) AS calendar),
    (SELECT coalesce(json_agg(begun), '[]') FROM (
        SELECT min((first.registered_at AT TIME ZONE 'Asia/Shanghai')::date) AS day
        FROM geodata_area AS area CROSS JOIN LATERAL (
            SELECT registered_at FROM incidents_incident WHERE area_id = area.id ORDER BY registered_at LIMIT 1
        ) AS first HAVING count(*) > 0) AS begun)
"""  # noqa: S608 - constants of this package
