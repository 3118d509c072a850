"""What people do about a conflict: confirm it, plan, try something, close it."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from geodata.querysets import day_of
from gridmap.accounts.models import GuideTeam, Role, User
from gridmap.accounts.scope import scope
from gridmap.recurring.models import ConflictRecord, Measure, RecurringConflict
from gridmap.recurring.services.errors import ConflictRefused
from gridmap.recurring.states import STATE_LABELS, STEPS, Act, State

# Who may say what a conflict of their area is, and who has it in hand.
LEADING = frozenset(
    {
        Role.COMMUNITY_OFFICER.value,
        Role.DISTRICT_COMMANDER.value,
        Role.CITY_ADMIN.value,
    }
)


def may_lead(conflict: RecurringConflict, user: User, at: datetime) -> bool:
    """Whether somebody answers, today, for an area that the conflict lies in."""
    return conflict.area_id in scope(user, day_of(at)).areas_of(LEADING)


@transaction.atomic
def confirm_conflict(
    *, conflict: RecurringConflict, by: User, at: datetime, note: str = ""
) -> RecurringConflict:
    """It is one, and not an accident of the figures.

    Raises
    ------
    ConflictRefused
        Not above it, or it is no candidate any more.
    """
    locked = _locked(conflict, by, at)
    _step(locked, Act.CONFIRM, by=by, at=at, note=note)
    return locked


@transaction.atomic
def plan_conflict(
    *,
    conflict: RecurringConflict,
    plan: str,
    owner: User,
    team: GuideTeam | None = None,
    by: User,
    at: datetime,
) -> RecurringConflict:
    """Say what will be done, and who answers for it.

    Raises
    ------
    ConflictRefused
        No words, an owner who cannot log in, not above it, or it is not confirmed.
    """
    if not plan.strip():
        raise ConflictRefused(_("写明打算怎么办。"), "plan")
    if not owner.is_active:
        raise ConflictRefused(_("这个账号已经停用，选另一位负责人。"), "owner")
    locked = _locked(conflict, by, at)
    locked.plan, locked.owner, locked.team = plan.strip(), owner, team
    _step(locked, Act.PLAN, by=by, at=at, note=plan.strip())
    return locked


@transaction.atomic
def record_measure(
    *, conflict: RecurringConflict, words: str, taken_on: date, by: User, at: datetime
) -> Measure:
    """Something was tried on the spot on a day.

    Raises
    ------
    ConflictRefused
        No words, a day to come, or neither above it nor its owner.
    """
    if not words.strip():
        raise ConflictRefused(_("写明做了什么。"), "words")
    if taken_on > day_of(at):
        raise ConflictRefused(_("这一天还没有到。"), "taken_on")
    if conflict.owner_id != by.pk and not may_lead(conflict, by, at):
        raise ConflictRefused(_("你不能对这个矛盾这样做。"))
    return Measure.objects.create(
        conflict=conflict, words=words.strip(), taken_on=taken_on, by=by, at=at
    )


@transaction.atomic
def close_conflict(
    *, conflict: RecurringConflict, reason: str, by: User, at: datetime
) -> RecurringConflict:
    """Quiet for long enough, or never a conflict.

    Raises
    ------
    ConflictRefused
        No reason, not above it, or it is neither a candidate nor quiet.
    """
    if not reason.strip():
        raise ConflictRefused(_("写明为什么办结。"), "reason")
    locked = _locked(conflict, by, at)
    _step(locked, Act.CLOSE, by=by, at=at, note=reason.strip())
    return locked


def _locked(conflict: RecurringConflict, by: User, at: datetime) -> RecurringConflict:
    if not may_lead(conflict, by, at):
        raise ConflictRefused(_("你不能对这个矛盾这样做。"))
    found: RecurringConflict = RecurringConflict.objects.select_for_update().get(pk=conflict.pk)
    return found


def _step(conflict: RecurringConflict, act: Act, *, by: User, at: datetime, note: str) -> None:
    step, before = STEPS[act], State(conflict.state)
    if before not in step.sources:
        words = _("这个矛盾现在是“{state}”，不能这样做。")
        raise ConflictRefused(words.format(state=_(STATE_LABELS[before])))
    conflict.state, conflict.state_since = step.target.value, at
    conflict.version += 1
    conflict.save()
    ConflictRecord.objects.create(
        conflict=conflict, act=act.value, from_state=before.value, to_state=conflict.state, at=at, by=by, note=note
    )  # fmt: skip
