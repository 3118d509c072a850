"""What the product promises about open cases whenever the clock has struck, said apart from how it does it.

An owner: a case that somebody has to work on lies with an active person of today, holder or stand-in. In
its cell with the grid member, and with a leading team; else it stands in the queue of the unrouted with
its reason. Raised, it lies with whoever answers for that area, or stands in the queue. Whether the leading team
has people today is not promised: a team is an office, and no queue exists for one that nobody is appointed to.

A clock: whatever is past its deadline, or without a first contact in time, has its event of this very
deadline; a level that has had its working day has passed the case on; what was set aside until a day is
in hand again on it. A case that is set aside, or done and being looked at, is left alone meanwhile.
"""

from datetime import datetime

from django.db import connection

from geodata.querysets import day_of
from gridmap.accounts.querysets import exercised

LEVEL_MINUTES = 24 * 60
BROKEN = f"""
WITH held AS MATERIALIZED ({exercised("%(day)s")}),
cases AS (
    SELECT incident.*, level.parent_id IS NULL AND level.id IS NOT NULL AS is_at_top,
           state NOT IN ('suspended', 'handled', 'checked', 'visited') AS is_running,
           state IN ('dispatched', 'in_progress', 'escalated', 'returned', 'reopened') AS is_climbing,
           greatest(incident.due_at,
                    (SELECT max(event.due_at) FROM incidents_clockevent AS event
                     WHERE event.incident_id = incident.id AND event.kind = 'escalation'),
                    (SELECT max(move.at) FROM incidents_moverecord AS move
                     WHERE move.incident_id = incident.id
                       AND (move.name IN ('dispatch', 'pull_down')
                            OR move.name = 'escalate' AND move.by_id IS NOT NULL))) AS at_level_since
    FROM incidents_incident AS incident LEFT JOIN geodata_area AS level ON level.id = incident.raised_to_id
    WHERE incident.id >= %(first)s AND incident.is_open
)
SELECT code || ' (' || state || ') ' || words
FROM cases CROSS JOIN LATERAL (VALUES
    ('lies in a cell without a member and not in the queue',
     is_running AND unrouted_reason = '' AND raised_to_id IS NULL AND NOT EXISTS (
        SELECT FROM held WHERE held.cell_id = cases.cell_id AND held.role = 'grid_member')),
    ('lies in a cell without a leading team and not in the queue',
     is_running AND unrouted_reason = '' AND raised_to_id IS NULL AND lead_team_id IS NULL),
    ('lies with an area where nobody answers and not in the queue',
     is_running AND unrouted_reason = '' AND raised_to_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM held WHERE held.area_id = cases.raised_to_id
        AND held.role IN ('grid_leader', 'community_officer', 'district_commander', 'city_admin'))),
    ('is overdue, and nothing came of it',
     is_running AND due_at < %(at)s AND NOT EXISTS (
        SELECT FROM incidents_clockevent AS event
        WHERE event.incident_id = cases.id AND event.kind = 'overdue' AND event.due_at = cases.due_at)),
    ('had no contact in time, and nothing came of it',
     is_running AND contacted_at IS NULL AND contact_due_at < %(at)s AND NOT EXISTS (
        SELECT FROM incidents_clockevent AS event
        WHERE event.incident_id = cases.id AND event.kind = 'contact' AND event.due_at = cases.contact_due_at)),
    ('stays at a level that has had its time',
     is_climbing AND due_at < %(at)s AND NOT is_at_top AND cell_id IS NOT NULL
     AND working_deadline(at_level_since, {LEVEL_MINUTES}) < %(at)s),
    ('is set aside past its day', state = 'suspended' AND suspended_until <= %(day)s)
) AS promise (words, is_broken)
WHERE is_broken
"""


def broken_promises(first: int, at: datetime) -> list[str]:
    """What is wrong, right after the clock has struck, with the cases from `first` on."""
    with connection.cursor() as cursor:
        cursor.execute(BROKEN, {"first": first, "at": at, "day": day_of(at)})
        return [words for (words,) in cursor.fetchall()]
