"""What has fallen due: found in sets, written once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from geodata.querysets import BEIJING, midnight
from gridmap.incidents import clock_rules as rules
from gridmap.incidents.models import ClockEvent, Notice

Kind = ClockEvent.Kind


@dataclass(frozen=True)
class Alarm:
    """Something that people are told when its moment has come; both expressions are SQL over `incident`."""

    kind: Kind
    notice: Notice.Kind
    moment: str
    condition: str


@dataclass(frozen=True)
class DueMove:
    """A move that the clock has to make: on which case as it was read, and since when."""

    incident: int
    code: str
    version: int
    moment: datetime


BEGINS = """
coalesce((SELECT max(move.at) FROM incidents_moverecord AS move
          WHERE incident.round > 1 AND move.incident_id = incident.id AND move.name = ANY (%(new_round)s)),
         incident.registered_at)
"""
WARNING_S = f"""
greatest(extract(epoch FROM incident.due_at - {BEGINS}) / {rules.WARNING_SHARE}, {rules.WARNING_AT_LEAST_HOURS * 3600})
"""
CONTACT = Alarm(
    Kind.CONTACT,
    Notice.Kind.CONTACT,
    "incident.contact_due_at",
    "incident.contacted_at IS NULL AND incident.contact_due_at < %(at)s",
)
WARNING = Alarm(
    Kind.WARNING,
    Notice.Kind.DUE,
    "incident.due_at",
    f"incident.due_at BETWEEN %(at)s AND %(at)s + {WARNING_S} * interval '1 second'",
)
OVERDUE = Alarm(Kind.OVERDUE, Notice.Kind.OVERDUE, "incident.due_at", "incident.due_at < %(at)s")
UNROUTED = Alarm(
    Kind.UNROUTED,
    Notice.Kind.UNROUTED,
    "%(morning)s",
    "incident.unrouted_reason <> '' AND incident.registered_at < %(midnight)s",
)
SUPERVISED = Alarm(
    Kind.SUPERVISED,
    Notice.Kind.SUPERVISED,
    "%(morning)s",
    """EXISTS (SELECT FROM incidents_supervision AS supervision WHERE supervision.incident_id = incident.id
                AND supervision.answered_at IS NULL AND supervision.at < %(midnight)s)""",
)


def record(alarm: Alarm, at: datetime) -> list[int]:
    """Write the events of an alarm whose moment has come, in the order of the moments; the cases."""
    return [
        incident for (incident,) in _rows(EVENTS.format(**vars(alarm)), at, kind=alarm.kind.value)
    ]


def record_move(kind: Kind, due: DueMove, at: datetime) -> bool:
    """Write the event of one move; False where it was there already."""
    values = {"kind": kind.value, "incident": due.incident, "moment": due.moment}
    return bool(_rows(EVENT, at, **values))


def resumptions(at: datetime) -> list[DueMove]:
    """Suspended cases whose day has come."""
    return [DueMove(*row) for row in _rows(RESUMPTIONS, at)]


def escalations(at: datetime) -> list[DueMove]:
    """Overdue cases whose level has had its time, the longest due first."""
    return [DueMove(*row) for row in _rows(ESCALATIONS, at)]


def _rows(sql: str, at: datetime, **values: Any) -> list[Any]:
    day = at.astimezone(BEIJING).date()
    known: dict[str, Any] = {
        "at": at,
        "day": day,
        "midnight": midnight(day),
        "morning": datetime.combine(day, rules.REMIND_AT, BEIJING),
        "running": rules.RUNNING,
        "climbing": rules.CLIMBING,
        "new_round": rules.NEW_ROUND,
        "fresh_hands": rules.FRESH_HANDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, {**known, **values})
        return list(cursor.fetchall())


EVENTS = """
INSERT INTO incidents_clockevent (incident_id, kind, due_at, fired_at)
SELECT incident.id, %(kind)s, {moment}, %(at)s
FROM incidents_incident AS incident
WHERE incident.is_open AND incident.state = ANY (%(running)s) AND {condition}
  AND NOT EXISTS (SELECT FROM incidents_clockevent AS event
                  WHERE event.incident_id = incident.id AND event.kind = %(kind)s AND event.due_at = {moment})
ORDER BY {moment}, incident.id
ON CONFLICT DO NOTHING
RETURNING incident_id
"""
EVENT = """
INSERT INTO incidents_clockevent (incident_id, kind, due_at, fired_at)
VALUES (%(incident)s, %(kind)s, %(moment)s, %(at)s)
ON CONFLICT DO NOTHING
RETURNING incident_id
"""
RESUMPTIONS = """
SELECT id, code, version, suspended_until::timestamp AT TIME ZONE 'Asia/Shanghai' AS moment
FROM incidents_incident
WHERE is_open AND state = 'suspended' AND suspended_until <= %(day)s
ORDER BY suspended_until, id
"""
# The time of a level runs from the deadline, or from when the case came to it. What the clock itself
# escalated late came at the moment when it was due: after a stop a case catches up with its levels. What has
# no place lies with the city already.
ESCALATIONS = f"""
SELECT late.id, late.code, late.version, climbs.at
FROM (
    SELECT incident.id, incident.code, incident.version, greatest(
        incident.due_at,
        (SELECT max(event.due_at) FROM incidents_clockevent AS event
         WHERE event.incident_id = incident.id AND event.kind = 'escalation'),
        (SELECT max(move.at) FROM incidents_moverecord AS move
         WHERE move.incident_id = incident.id
           AND (move.name = ANY (%(fresh_hands)s) OR move.name = 'escalate' AND move.by_id IS NOT NULL))
        ) AS since
    FROM incidents_incident AS incident
    LEFT JOIN geodata_area AS level ON level.id = incident.raised_to_id
    WHERE incident.is_open AND incident.state = ANY (%(climbing)s) AND incident.due_at < %(at)s
      AND incident.cell_id IS NOT NULL
      AND (incident.raised_to_id IS NULL OR level.parent_id IS NOT NULL)
) AS late
CROSS JOIN LATERAL (SELECT working_deadline(late.since, {rules.LEVEL_MINUTES}) AS at OFFSET 0) AS climbs
WHERE climbs.at < %(at)s
ORDER BY climbs.at, late.id
"""  # noqa: S608 - constants of this module
