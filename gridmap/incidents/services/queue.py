"""The queue of the unrouted follows the appointments and the rules: who came, who went."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from geodata.querysets import BEIJING
from gridmap.accounts.models import Role
from gridmap.accounts.querysets import exercised
from gridmap.incidents.clock_rules import REMIND_AT, RUNNING
from gridmap.incidents.models import Notice
from gridmap.incidents.parts import OF_AN_AREA
from gridmap.incidents.routing import chosen_rule
from gridmap.incidents.services.notices import tell_dispatchers, tell_responsible


@transaction.atomic
def enqueue(*, at: datetime) -> int:
    """Put cases that nobody answers for any more into the queue, with an alarm; how many.

    In its cell that is the grid member, raised whoever answers for that area.
    """
    lost = [incident for (incident,) in _run(ENQUEUE, at)]
    tell_dispatchers(lost, Notice.Kind.UNROUTED, at)
    return len(lost)


@transaction.atomic
def dequeue(*, at: datetime, only: int | None = None) -> int:
    """Take cases out, or only this one, for which a grid member or a rule has come; how many.

    One that still lacks the other of the two stays, with that as its reason. The cell and the team that
    somebody has chosen stay, whatever the rules would say.
    """
    changed = _run(DEQUEUE, at, only=only)
    _run(ASSIST, at, cases=[incident for incident, _reason, is_ruled in changed if is_ruled])
    found = [incident for incident, reason, _is_ruled in changed if not reason]
    tell_responsible(found, Notice.Kind.ARRIVED, at)
    return len(found)


def _run(sql: str, at: datetime, **values: Any) -> list[Any]:
    day = at.astimezone(BEIJING).date()
    known: dict[str, Any] = {
        "at": at,
        "day": day,
        "morning": datetime.combine(day, REMIND_AT, BEIJING),
        "running": RUNNING,
        "member": Role.GRID_MEMBER.value,
        "of_an_area": [role.value for role in OF_AN_AREA],
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, {**known, **values})
        return list(cursor.fetchall()) if cursor.description else []


# Held is what somebody is appointed to today, or stands in for today, and can log in.
HELD = f"""
(CASE WHEN incident.raised_to_id IS NULL THEN EXISTS (
    SELECT FROM ({exercised("%(day)s")}) AS held
    WHERE held.cell_id = incident.cell_id AND held.role = %(member)s
) ELSE EXISTS (
    SELECT FROM ({exercised("%(day)s")}) AS held
    WHERE held.area_id = incident.raised_to_id AND held.role = ANY (%(of_an_area)s)
) END)
"""  # noqa: S608 - constants of this package
NOBODY = "CASE WHEN incident.raised_to_id IS NULL THEN 'no_member' ELSE 'no_officer' END"
# The alarm of the day is given with this one: the next reminder comes on the next working day.
ENQUEUE = f"""
WITH lost AS (
    UPDATE incidents_incident AS incident SET unrouted_reason = {NOBODY}, version = version + 1
    WHERE is_open AND state = ANY (%(running)s) AND unrouted_reason = '' AND NOT {HELD}
    RETURNING id
),
reminded AS (
    INSERT INTO incidents_clockevent (incident_id, kind, due_at, fired_at)
    SELECT id, 'unrouted', %(morning)s, %(at)s FROM lost
    ON CONFLICT DO NOTHING
)
SELECT id FROM lost
"""  # noqa: S608 - constants of this module
RULE = chosen_rule(
    topic="incident.topic_id",
    urgency="incident.urgency",
    day="%(day)s",
    above="above.incident_id = incident.id AND above.id = rule.area_id",
)
DEQUEUE = f"""
WITH RECURSIVE queued AS (
    SELECT * FROM incidents_incident WHERE is_open AND unrouted_reason IN ('no_member', 'no_officer', 'no_rule')
      AND (%(only)s::bigint IS NULL OR id = %(only)s)
),
above AS (
    SELECT id AS incident_id, area_id AS id, 0 AS height FROM queued
    UNION ALL
    SELECT above.incident_id, area.parent_id, above.height + 1
    FROM above JOIN geodata_area AS area ON area.id = above.id WHERE area.parent_id IS NOT NULL
),
judged AS (
    SELECT incident.id, rule.id AS rule_id, coalesce(incident.lead_team_id, rule.lead_team_id) AS lead_team_id,
           coalesce(incident.unit_id, rule.unit_id) AS unit_id,
           CASE WHEN NOT {HELD} THEN {NOBODY}
                WHEN coalesce(incident.lead_team_id, rule.lead_team_id) IS NULL THEN 'no_rule'
                ELSE '' END AS reason
    FROM queued AS incident LEFT JOIN LATERAL ({RULE}) AS rule ON incident.lead_team_id IS NULL
)
UPDATE incidents_incident AS incident
SET unrouted_reason = judged.reason, lead_team_id = judged.lead_team_id, unit_id = judged.unit_id,
    rule_id = coalesce(judged.rule_id, incident.rule_id), version = version + 1
FROM judged
WHERE judged.id = incident.id AND incident.is_open AND judged.reason <> incident.unrouted_reason
RETURNING incident.id, incident.unrouted_reason, judged.rule_id IS NOT NULL
"""  # noqa: S608 - constants of this module
ASSIST = """
INSERT INTO incidents_incident_assisting_teams (incident_id, guideteam_id)
SELECT incident.id, assisting.guideteam_id
FROM incidents_incident AS incident
JOIN incidents_routingrule_assisting_teams AS assisting ON assisting.routingrule_id = incident.rule_id
WHERE incident.id = ANY (%(cases)s)
ON CONFLICT DO NOTHING
"""
