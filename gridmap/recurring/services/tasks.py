"""Joint tasks: what several guide teams have to do about a conflict until a day, and what came of it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from geodata.querysets import day_of
from gridmap.accounts.models import GuideTeam, User
from gridmap.accounts.scope import scope
from gridmap.recurring.models import ConflictRecord, JointTask, RecurringConflict
from gridmap.recurring.services.errors import ConflictOvertaken, ConflictRefused
from gridmap.recurring.services.handling import lock_for, refuse_past, said
from gridmap.recurring.services.recording import record
from gridmap.recurring.services.telling import tell_of_end, tell_of_tasks
from gridmap.recurring.states import Act


@transaction.atomic
def give_tasks(
    *,
    conflict: RecurringConflict,
    teams: Sequence[GuideTeam],
    note: str,
    due: date,
    by: User,
    at: datetime,
    version: int | None = None,
) -> ConflictRecord:
    """Each team gets the same task and is told; it can be taken back as long as nothing else was done.

    Raises
    ------
    ConflictRefused
        No team, no words, a day that is past, not above it, or the conflict is not at work.
    """
    if not teams:
        raise ConflictRefused(_("至少选一支队伍。"), "teams")
    note = said(note, "note", _("写明要做什么。"))
    refuse_past(due, at)
    locked = lock_for(conflict, Act.TASK, by, at, version)
    names = _("、").join(team.name for team in teams)
    given = record(locked, Act.TASK, None, at=at, by=by, note=f"{names}：{note}")
    JointTask.objects.bulk_create(
        JointTask(conflict=locked, given=given, team=team, note=note, due_on=due) for team in teams
    )
    tell_of_tasks(given)
    return given


@transaction.atomic
def finish_task(*, task: JointTask, result: str, by: User, at: datetime) -> ConflictRecord:
    """Its team says what came of it, and who gave it is told.

    Raises
    ------
    ConflictRefused
        No words, or another team's; `ConflictOvertaken` where it is done or taken back already.
    """
    result = said(result, "result", _("写明做了什么、结果怎样。"))
    conflicts = RecurringConflict.objects.select_for_update(of=("self",))
    conflict: RecurringConflict = conflicts.get(tasks=task)
    locked: JointTask = JointTask.objects.select_related("team").get(pk=task.pk)
    if locked.team_id not in scope(by, day_of(at)).team_ids:
        raise ConflictRefused(_("这项任务不是你们队的。"))
    if locked.done_at or locked.withdrawn_at:
        raise ConflictOvertaken(_("这项任务已经办完，或者撤销了。"))
    locked.done_at, locked.done_by, locked.result = at, by, result
    locked.save(update_fields=["done_at", "done_by", "result"])
    done = record(conflict, Act.FINISH, None, at=at, by=by, note=f"{locked.team.name}：{result}")
    tell_of_end(locked, done)
    return done
