"""Joint tasks as they are told: on the page of their conflict, at the desk of their team, in notices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from geodata.querysets import day_of
from gridmap.accounts.scope import Scope
from gridmap.console.belonging import name_of
from gridmap.console.cases.wording import called, language_of
from gridmap.console.conflicts.wording import overdue_words
from gridmap.console.times import day
from gridmap.incidents.models import Notice
from gridmap.recurring.models import JointTask, RecurringConflict


@dataclass(frozen=True)
class Task:
    """One task: whose, until when, and what came of it; `tone` is “over”, “today”, “open” or “done”."""

    number: int
    code: str
    conflict: str
    team: str
    lang: str
    note: str
    when: str
    tone: str
    by: str
    result: str
    is_mine: bool


def tasks_of(conflict: RecurringConflict, scope: Scope, now: datetime) -> list[Task]:
    """All that stand, those to be done first."""
    rows = conflict.tasks.standing().order_by(F("done_at").desc(nulls_first=True), "due_on", "pk")
    return _told(rows, scope, now)


def tasks_to_do(scope: Scope, now: datetime) -> list[Task]:
    """What the teams of this person have to do, what is due first on top; one statement."""
    return _told(JointTask.objects.of_teams(scope).open().order_by("due_on", "pk"), scope, now)


def tasks_of_notices(
    notices: Iterable[Notice], scope: Scope, now: datetime
) -> dict[int | None, Task]:
    """By number, those that these notices in scope are about; one statement, none where none is."""
    rows = JointTask.objects.filter(pk__in={one.task_id for one in notices})
    return {task.number: task for task in _told(rows, scope, now)}


def _told(rows: QuerySet[JointTask], scope: Scope, now: datetime) -> list[Task]:
    found = rows.select_related("team", "done_by", "conflict")
    return [
        Task(
            number=one.pk,
            code=one.conflict.code,
            conflict=name_of(one.conflict),
            team=called(one.team),
            lang=language_of(one.team),
            note=one.note,
            when=_when(one, now),
            tone=_tone(one, now),
            by=str(one.done_by) if one.done_by and scope.sees_people else "",
            result=one.result,
            is_mine=one.done_at is None and one.team_id in scope.team_ids,
        )
        for one in found.defer("conflict__geom", "conflict__geom_3857")
    ]


def _when(one: JointTask, now: datetime) -> str:
    if one.done_at:
        return _("{day} 办完").format(day=day(one.done_at, now))
    return overdue_words(one.due_on, now, is_running=True)


def _tone(one: JointTask, now: datetime) -> str:
    if one.done_at:
        return "done"
    today = day_of(now)
    return "over" if one.due_on < today else "today" if one.due_on == today else "open"
