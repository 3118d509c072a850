"""Who is told of a joint task: its team when it is given, who gave it when it is done."""

from typing import Any

from django.db import connection

from geodata.querysets import day_of
from gridmap.accounts.querysets import exercised
from gridmap.incidents.models import Notice
from gridmap.recurring.models import ConflictRecord, JointTask


def tell_of_tasks(given: ConflictRecord) -> None:
    """Everybody in the teams that got a task by this act, but who gave it; one statement."""
    values = {"given": given.pk, "day": day_of(given.at), "kind": Notice.Kind.TASK.value}
    _tell(TELL_TEAMS, given, values)


def tell_of_end(task: JointTask, done: ConflictRecord) -> None:
    """Who gave the task, but who did it; one statement."""
    _tell(TELL_GIVER, done, {"task": task.pk, "kind": Notice.Kind.TASK_DONE.value})


def _tell(statement: str, act: ConflictRecord, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "by": act.by_id, "at": act.at})


# Told once, however often it is told: the key of the table knows who was.
TELL_TEAMS = f"""
INSERT INTO incidents_notice (task_id, user_id, kind, at)
SELECT DISTINCT task.id, held.user_id, %(kind)s, %(at)s::timestamptz
FROM recurring_jointtask AS task
JOIN ({exercised("%(day)s")}) AS held ON held.guide_team_id = task.team_id
WHERE task.given_id = %(given)s AND held.user_id <> %(by)s
ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants of this module
TELL_GIVER = """
INSERT INTO incidents_notice (task_id, user_id, kind, at)
SELECT task.id, giver.id, %(kind)s, %(at)s::timestamptz
FROM recurring_jointtask AS task
JOIN recurring_conflictrecord AS given ON given.id = task.given_id
JOIN accounts_user AS giver ON giver.id = given.by_id AND giver.is_active
WHERE task.id = %(task)s AND giver.id <> %(by)s
ON CONFLICT DO NOTHING
"""
