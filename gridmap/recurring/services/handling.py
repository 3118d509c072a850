"""What people do about a conflict: confirm it or not, give it an owner, plan, try something, close it."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from geodata.querysets import day_of
from gridmap.accounts.models import GuideTeam, Role, User
from gridmap.accounts.scope import Scope, scope
from gridmap.recurring.models import ConflictRecord, JointTask, Measure, RecurringConflict
from gridmap.recurring.owners import may_own
from gridmap.recurring.services.errors import ConflictOvertaken, ConflictRefused
from gridmap.recurring.services.recording import record
from gridmap.recurring.states import (
    REVERSIBLE,
    STATE_LABELS,
    STEPS,
    Act,
    State,
)

# Who says what a conflict of their area is, and who has it in hand.
LEADING = frozenset(
    {Role.COMMUNITY_OFFICER.value, Role.DISTRICT_COMMANDER.value, Role.CITY_ADMIN.value}
)
# What its owner and its team may do as well.
OF_OWNERS = frozenset({Act.PLAN, Act.MEASURE})
MOST = {"note": 500, "result": 500, "reason": 500, "plan": 2000, "words": 200, "taken_by": 60}


def confirm_conflict(
    *, conflict: RecurringConflict, by: User, at: datetime, version: int | None = None
) -> ConflictRecord:
    """It is one, and not an accident of the figures.

    Raises
    ------
    ConflictRefused
        Not above it, or it is no candidate any more; `ConflictOvertaken` where somebody was first.
    """
    return _act(conflict, Act.CONFIRM, by=by, at=at, version=version)


def dismiss_conflict(
    *, conflict: RecurringConflict, reason: str, by: User, at: datetime, version: int | None = None
) -> ConflictRecord:
    """It is none: it is listed no more, whatever later runs find.

    Raises
    ------
    ConflictRefused
        As to confirm, or there is no reason.
    """
    reason = said(reason, "reason", _("写明为什么不是。"))
    return _act(conflict, Act.DISMISS, by=by, at=at, version=version, note=reason)


@transaction.atomic
def give_owner(
    *,
    conflict: RecurringConflict,
    owner: User,
    team: GuideTeam | None,
    by: User,
    at: datetime,
    version: int | None = None,
) -> ConflictRecord:
    """Somebody in office answers for it, with a guide team or without.

    Raises
    ------
    ConflictRefused
        Not above it, not confirmed, or the person holds nothing that the conflict lies in.
    """
    locked = lock_for(conflict, Act.OWN, by, at, version)
    if not may_own(locked, owner, day_of(at)):
        raise ConflictRefused(_("这个人今天不管这个地方，选名单里的人。"), "owner")
    locked.owner, locked.team = owner, team
    return record(locked, Act.OWN, None, at=at, by=by, owner=owner, note=team.name if team else "")


@transaction.atomic
def write_plan(
    *,
    conflict: RecurringConflict,
    plan: str,
    due: date,
    by: User,
    at: datetime,
    version: int | None = None,
) -> ConflictRecord:
    """Say what will be done, and by when; it may be written anew.

    Raises
    ------
    ConflictRefused
        No words, a day that is past, no owner yet, or neither above it nor its owner or team.
    """
    plan = said(plan, "plan", _("写明打算怎么办。"))
    refuse_past(due, at)
    locked = lock_for(conflict, Act.PLAN, by, at, version)
    if locked.owner_id is None:
        raise ConflictRefused(_("先定负责人，再写方案。"))
    locked.plan, locked.plan_due = plan, due
    return record(locked, Act.PLAN, STEPS[Act.PLAN].target, at=at, by=by, note=plan)


@transaction.atomic
def note_measure(
    *,
    conflict: RecurringConflict,
    words: str,
    taken_on: date,
    taken_by: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> Measure:
    """Something was tried on the spot on a day, by somebody.

    Raises
    ------
    ConflictRefused
        No words, nobody who did it, a day to come, or neither above it nor its owner or team.
    """
    words = said(words, "words", _("写明做了什么。"))
    taken_by = said(taken_by, "taken_by", _("写明是谁做的。"))
    if taken_on > day_of(at):
        raise ConflictRefused(_("这一天还没有到。"), "taken_on")
    locked = lock_for(conflict, Act.MEASURE, by, at, version)
    record(locked, Act.MEASURE, None, at=at, by=by, note=words)
    return Measure.objects.create(
        conflict=locked, words=words, taken_on=taken_on, taken_by=taken_by, by=by, at=at
    )


def close_conflict(
    *, conflict: RecurringConflict, reason: str, by: User, at: datetime, version: int | None = None
) -> ConflictRecord:
    """It has been quiet for 90 days and is done with; a new case brings it back.

    Raises
    ------
    ConflictRefused
        No reason, not above it, or it is not quiet.
    """
    reason = said(reason, "reason", _("写明为什么可以办结。"))
    return _act(conflict, Act.CLOSE, by=by, at=at, version=version, note=reason)


@transaction.atomic
def take_back(
    *, conflict: RecurringConflict, by: User, at: datetime, version: int | None = None
) -> ConflictRecord:
    """Undo the last act, where it is one that can be undone.

    Raises
    ------
    ConflictRefused
        Not above it, or something else was done since.
    """
    locked = lock_for(conflict, Act.TAKE_BACK, by, at, version)
    last = last_reversible(locked)
    if last is None:
        raise ConflictRefused(_("后来又有了别的事，不能撤销了。"))
    JointTask.objects.filter(given=last).update(withdrawn_at=at)
    return record(locked, Act.TAKE_BACK, State(last.from_state), at=at, by=by, note=last.act)


def last_reversible(conflict: RecurringConflict) -> ConflictRecord | None:
    """The last act about a conflict, if it can be taken back."""
    last = conflict.records.order_by("at", "pk").last()
    return last if last is not None and last.act in REVERSIBLE else None


def possible_acts(
    conflict: RecurringConflict, person: Scope, last: ConflictRecord | None
) -> list[Act]:
    """What somebody may do now, `last` being what can be taken back; without a statement."""
    state = State(conflict.state)
    found = [act for act, step in STEPS.items() if state in step.sources and act in ASKED]
    if conflict.owner_id is None and Act.PLAN in found:
        found.remove(Act.PLAN)
    if last is not None:
        found.append(Act.TAKE_BACK)
    allowed = _allowed(conflict, person)
    return [act for act in found if act in allowed]


ASKED = (Act.CONFIRM, Act.DISMISS, Act.OWN, Act.PLAN, Act.MEASURE, Act.TASK, Act.CLOSE)


def _allowed(conflict: RecurringConflict, person: Scope) -> Collection[Act]:
    if conflict.area_id in person.areas_of(LEADING):
        return frozenset(Act)
    if conflict.owner_id == person.user_id or conflict.team_id in person.team_ids:
        return OF_OWNERS
    return frozenset()


@transaction.atomic
def _act(
    conflict: RecurringConflict,
    act: Act,
    *,
    by: User,
    at: datetime,
    version: int | None,
    note: str = "",
) -> ConflictRecord:
    locked = lock_for(conflict, act, by, at, version)
    return record(locked, act, STEPS[act].target, at=at, by=by, note=note)


def lock_for(
    conflict: RecurringConflict, act: Act, by: User, at: datetime, version: int | None
) -> RecurringConflict:
    """The conflict, in our hands until the transaction ends, where this may be done with it now."""
    conflicts = RecurringConflict.objects.select_for_update(of=("self",))
    found: RecurringConflict = conflicts.get(pk=conflict.pk)
    if act not in _allowed(found, scope(by, day_of(at))):
        raise ConflictRefused(_("你不能对这个矛盾这样做。"))
    if version is not None and version != found.version:
        raise ConflictOvertaken(_("别人刚才改了这个矛盾，看过再做。"))
    if act in STEPS and found.state not in STEPS[act].sources:
        state = _(STATE_LABELS[State(found.state)])
        raise ConflictRefused(_("这个矛盾现在是“%(state)s”，不能这样做。") % {"state": state})
    return found


def refuse_past(due: date, at: datetime) -> None:
    if due < day_of(at):
        raise ConflictRefused(_("这一天已经过了。"), "due")


def said(words: str, field: str, otherwise: str) -> str:
    words = words.strip()
    if not words:
        raise ConflictRefused(otherwise, field)
    if len(words) > MOST[field]:
        raise ConflictRefused(_("最多 %(length)s 个字。") % {"length": MOST[field]}, field)
    return words
