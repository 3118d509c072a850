"""The measures, counted: which cases stand below the line, and which of them above."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable

from geodata.models import STORED
from geodata.querysets import midnight
from gridmap.incidents.frames import X, Y
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.incidents.states import NOT_COUNTED, Name, State
from gridmap.incidents.topics import MEDIATED
from gridmap.performance.measures import AGAIN_DAYS, MEASURES, SAME_PLACE_M, Share
from gridmap.performance.periods import Periods
from gridmap.performance.statement import Rows, flag

Shares = dict[str, Share]
HANDLED = [Name.HANDLE.value, Name.SETTLE_ON_SITE.value]
# Taken over from another system: what was done there is not known here.
IMPORT = "import"
PARAMS = {
    "handled": HANDLED,
    "dispatch": Name.DISPATCH.value,
    "rework": Name.REWORK.value,
    "reopen": Name.REOPEN.value,
    # From the others nothing was done that could be done again.
    "finished": [State.VISITED.value, State.CLOSED.value],
    "acts": [*HANDLED, Name.DISPATCH.value, Name.REWORK.value, Name.REOPEN.value, IMPORT],
    "import": IMPORT,
    "again_days": AGAIN_DAYS,
    "same_place_m": SAME_PLACE_M,
    # Degrees of latitude, a little more than that.
    "band": SAME_PLACE_M / 110_000,
    "stored": STORED,
}


PLACE = {"lon": X("geom"), "lat": Y("geom")}


def recent_rows(seen: IncidentQuerySet, part: Combinable, periods: Periods) -> QuerySet[Any, Any]:
    """The cases of the last 12 weeks, with what their own columns say."""
    at, is_closed = periods.at, Q(state=State.CLOSED.value)
    rows = seen.exclude(state__in=NOT_COUNTED).filter(
        registered_at__gte=midnight(periods.since), registered_at__lte=at
    )
    return rows.values(
        "id",
        "contact_due_at",
        "succeeded",
        part=part,
        is_closed=flag(is_closed),
        is_mediated=flag(is_closed & Q(is_dispute=True, outcome__in=MEDIATED)),
        is_judged=flag(Q(due_at__lte=at) & ~Q(state=State.SUSPENDED.value)),
        is_on_time=flag(Q(resolved_at__lte=F("due_at"))),
        is_awaited=flag(Q(contact_due_at__lte=at)),
        is_answered=flag(Q(contacted_at__lte=F("contact_due_at"))),
        # Whatever is closed here was in contact; of what was closed elsewhere it is not known.
        is_closed_here=flag(is_closed & Q(contacted_at__isnull=False)),
    )


def past_rows(seen: IncidentQuerySet, part: Combinable, periods: Periods) -> QuerySet[Any, Any]:
    """The cases of 12 weeks of which it is known whether they came back."""
    rows = seen.filter(
        state=State.CLOSED.value,
        closed_at__lte=periods.past_until,
        registered_at__gte=midnight(periods.past_since),
        registered_at__lte=periods.past_until,
    )
    return rows.values("id", "topic_id", "building_id", "cell_id", "closed_at", part=part, **PLACE)


def later_rows(seen: IncidentQuerySet, periods: Periods) -> QuerySet[Any, Any]:
    """All among which they may have come back."""
    rows = seen.exclude(state__in=NOT_COUNTED).filter(
        registered_at__gte=midnight(periods.past_since), registered_at__lte=periods.at
    )
    return rows.values("topic_id", "building_id", "cell_id", "occurred_at", **PLACE)


def shares_of(*counted: Rows) -> dict[int | None, Shares]:
    """By part, from what the database counted; a part that some say nothing about has nothing there."""
    found: dict[int | None, Shares] = {}
    for row in (row for rows in counted for row in rows):
        shares = found.setdefault(row["part"], none())
        shares |= {name: Share(*pair) for name, pair in row.items() if name != "part"}
    return found


def none() -> Shares:
    return {measure.name: Share() for measure in MEASURES}


def total(parts: Iterable[Shares]) -> Shares:
    """Of parts that share no case."""
    sums = none()
    for part in parts:
        sums = {name: share + part[name] for name, share in sums.items()}
    return sums


# Of the rows of `{recent}` with their acts and their last visit: what is below the line, and above it.
VISITED = "visit.incident_id IS NOT NULL"
COUNTED = {
    "on_time_rate": ("is_judged", "is_on_time"),
    "resolution_rate": (VISITED, "visit.result = 'solved'"),
    "satisfaction_rate": (VISITED, "visit.satisfaction IN ('satisfied', 'basically')"),
    "visited_share": (f"{VISITED} OR is_closed_here", VISITED),
    "closing_rate": ("true", "is_closed"),
    "mediation_success_rate": ("is_mediated", "succeeded"),
}


# Of the acts, which are many more: asked for apart.
COUNTED_BY_ACTS = {
    "response_rate": (
        "dispatched AND is_awaited AND (imported_at IS NULL OR contact_due_at > imported_at)",
        "is_answered",
    ),
    "rework_rate": ("handled", "reworked"),
}


def _pairs(counted: dict[str, tuple[str, str]]) -> str:
    """Columns of a numerator and a denominator each."""
    return ", ".join(
        f"json_build_array(count(*) FILTER (WHERE ({of}) AND {is_so}), count(*) FILTER (WHERE {of})) AS {name}"
        for name, (of, is_so) in counted.items()
    )


RECENT = f"""
WITH recent AS MATERIALIZED ({{recent}})
SELECT coalesce(json_agg(counted), '[]') FROM (
    SELECT part, {_pairs(COUNTED)}
    FROM recent LEFT JOIN LATERAL (
        SELECT incident_id, result, satisfaction FROM incidents_visit
        WHERE incident_id = recent.id ORDER BY round DESC LIMIT 1) AS visit ON true
    GROUP BY part) AS counted
"""  # noqa: S608 - constants of this module
ACTS = f"""
WITH recent AS MATERIALIZED ({{recent}}),
act AS (
    SELECT incident_id, bool_or(name = %(dispatch)s) AS dispatched, bool_or(name = ANY (%(handled)s)) AS handled,
           bool_or(name = %(rework)s OR (name = %(reopen)s AND from_state = ANY (%(finished)s))) AS reworked,
           min(at) FILTER (WHERE name = %(import)s) AS imported_at
    FROM incidents_moverecord WHERE incident_id IN (SELECT id FROM recent) AND name = ANY (%(acts)s)
    GROUP BY incident_id
)
SELECT coalesce(json_agg(counted), '[]') FROM (
    SELECT part, {_pairs(COUNTED_BY_ACTS)}
    FROM recent JOIN act ON act.incident_id = recent.id GROUP BY part) AS counted
"""  # noqa: S608 - constants of this module
# A place is a building, else a surrounding inside a cell; the numbers of cells are turned to tell them apart. Surroundings are
# looked for in bands of latitude, in their own and in both beside it: not among all that happened in the cell.
PAST = """
WITH past AS MATERIALIZED ({past}), later AS MATERIALIZED ({later}),
near AS (
    SELECT topic_id, building_id, cell_id, occurred_at, lon, lat, unnest(CASE
        WHEN building_id IS NULL THEN ARRAY[floor(lat / %(band)s) - 1, floor(lat / %(band)s), floor(lat / %(band)s) + 1]
        ELSE ARRAY[0::float8] END) AS band
    FROM later
),
again AS (
    SELECT past.id FROM past WHERE EXISTS (
        SELECT FROM near
        WHERE near.topic_id = past.topic_id
          AND coalesce(near.building_id, -near.cell_id) = coalesce(past.building_id, -past.cell_id)
          AND near.band = CASE WHEN past.building_id IS NULL THEN floor(past.lat / %(band)s) ELSE 0 END
          AND near.occurred_at > past.closed_at
          AND near.occurred_at <= past.closed_at + %(again_days)s * interval '1 day'
          AND (past.building_id IS NOT NULL
               OR ST_DistanceSphere(ST_SetSRID(ST_MakePoint(past.lon, past.lat), %(stored)s),
                                    ST_SetSRID(ST_MakePoint(near.lon, near.lat), %(stored)s)) <= %(same_place_m)s))
)
SELECT coalesce(json_agg(counted), '[]') FROM (
    SELECT part, json_build_array(count(again.id), count(*)) AS recurrence_90d
    FROM past LEFT JOIN again ON again.id = past.id GROUP BY part) AS counted
"""
