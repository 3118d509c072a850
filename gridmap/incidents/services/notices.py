"""Who is told: one line each, in the app."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection

from geodata.querysets import day_of
from gridmap.accounts.models import Role
from gridmap.accounts.querysets import exercised
from gridmap.incidents.clock_rules import AT_DESK
from gridmap.incidents.models import Incident, MoveRecord, Notice
from gridmap.incidents.parts import OF_A_CELL, OF_AN_AREA
from gridmap.incidents.states import CAME_BACK, Name


def responsible(incident: Incident, on: date) -> set[int]:
    """Ids of those who answer for a case today: territory at its level, the leading team; the desk
    where it came back."""
    with connection.cursor() as cursor:
        cursor.execute(RESPONSIBLE, _asked([incident.pk], on, sorted(CAME_BACK)))
        return {user for _, user in cursor.fetchall()}


def tell(incident: Incident, users: Iterable[int], kind: Notice.Kind, at: datetime) -> None:
    Notice.objects.bulk_create(
        Notice(user_id=user, incident=incident, kind=kind, at=at) for user in sorted(set(users))
    )


def tell_responsible(cases: Collection[int], kind: Notice.Kind, at: datetime) -> None:
    """Everybody who answers for these cases, the desk also for what is new."""
    values = _asked(cases, day_of(at), AT_DESK)
    with connection.cursor() as cursor:
        cursor.execute(TELL, {**values, "kind": kind.value, "at": at})


def tell_dispatchers(cases: Collection[int], kind: Notice.Kind, at: datetime) -> None:
    """Every dispatcher: nobody else answers for these cases."""
    values = _asked(cases, day_of(at), [])
    with connection.cursor() as cursor:
        cursor.execute(TELL_DISPATCHERS, {**values, "kind": kind.value, "at": at})


def tell_of_move(incident: Incident, record: MoveRecord) -> None:
    """Everybody who has the case now, but whoever made the move."""
    kinds = {
        Name.DISPATCH.value: Notice.Kind.ARRIVED,
        Name.HAND_OVER.value: Notice.Kind.ARRIVED,
        Name.ESCALATE.value: Notice.Kind.ESCALATED,
    }
    users = responsible(incident, day_of(record.at)) - {record.by_id}
    tell(incident, users, kinds.get(record.name, Notice.Kind.MOVED), record.at)


def _asked(cases: Collection[int], day: date, desk: Iterable[str]) -> dict[str, Any]:
    return {
        "cases": list(cases),
        "day": day,
        "desk": [str(state) for state in desk],
        "of_a_cell": [role.value for role in OF_A_CELL],
        "of_an_area": [role.value for role in OF_AN_AREA],
        "dispatcher": Role.DISPATCHER.value,
    }


HELD = f"""
held AS NOT MATERIALIZED ({exercised("%(day)s")}),
"""
RESPONSIBLE = f"""
WITH {HELD}
asked AS (SELECT * FROM incidents_incident WHERE id = ANY (%(cases)s))
SELECT asked.id, held.user_id FROM asked JOIN held ON held.cell_id = asked.cell_id
WHERE asked.unrouted_reason = '' AND asked.raised_to_id IS NULL AND held.role = ANY (%(of_a_cell)s)
UNION
SELECT asked.id, held.user_id FROM asked JOIN held ON held.area_id = asked.raised_to_id
WHERE asked.unrouted_reason = '' AND held.role = ANY (%(of_an_area)s)
UNION
SELECT asked.id, held.user_id FROM asked JOIN held ON held.guide_team_id = asked.lead_team_id
UNION
SELECT asked.id, held.user_id FROM asked JOIN held ON held.role = %(dispatcher)s
WHERE asked.unrouted_reason <> '' OR asked.state = ANY (%(desk)s)
"""  # noqa: S608 - constants of this module
TELL = f"""
INSERT INTO incidents_notice (incident_id, user_id, kind, at)
SELECT found.*, %(kind)s, %(at)s FROM ({RESPONSIBLE}) AS found (incident_id, user_id)
"""  # noqa: S608 - constants of this module
TELL_DISPATCHERS = f"""
WITH {HELD} dispatchers AS (SELECT DISTINCT user_id FROM held WHERE role = %(dispatcher)s)
INSERT INTO incidents_notice (incident_id, user_id, kind, at)
SELECT asked.id, dispatchers.user_id, %(kind)s, %(at)s
FROM unnest(%(cases)s::bigint[]) AS asked (id) CROSS JOIN dispatchers
"""  # noqa: S608 - constants of this module
