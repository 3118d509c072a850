"""The five steps of mediation, the hearts beside them, more time, and supervision."""

from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from geodata.querysets import day_of
from gridmap.accounts.models import User
from gridmap.accounts.scope import scope
from gridmap.incidents.models import Extension, Incident, Notice, StepRecord, Supervision
from gridmap.incidents.parts import (
    Standing,
    can_ask_for_time,
    can_direct,
    can_handle,
    can_take_step,
    parts_of,
)
from gridmap.incidents.services.errors import MoveRefused
from gridmap.incidents.services.moving import demand_version, lock, save
from gridmap.incidents.services.notices import responsible, tell
from gridmap.incidents.standing import standing_of
from gridmap.incidents.states import HEARTS, STEP_LABELS, STEPS, Part, Step


@transaction.atomic
def record_step(
    *,
    incident: Incident,
    step: Step,
    by: User,
    at: datetime,
    note: str,
    hearts: Collection[str] = (),
    version: int | None = None,
) -> StepRecord:
    """Record the next of the five steps; the first is also the first contact.

    The same step with the same words by the same person is a retry, and gives the same record.

    Raises
    ------
    Overtaken, MoveRefused
        As for a move; it is not this step's turn; the note is empty.
    """
    locked = lock(incident)
    known = locked.steps.filter(round=locked.round, step=step.value, by=by, note=note).first()
    if known is not None:
        return known
    demand_version(locked, version)
    case = standing_of(locked, day_of(at))
    if not can_take_step(case, parts_of(case, scope(by, day_of(at)))):
        raise MoveRefused(_("这个案件现在不能记步骤。"))
    taken = STEPS.index(Step(locked.step)) + 1 if locked.step else 0
    if STEPS[taken] is not step:
        raise MoveRefused(
            _("现在轮到“%(step)s”。") % {"step": _(STEP_LABELS[STEPS[taken]])}, "step"
        )
    demand_words(note, "note", _("写一句这一步做了什么。"))
    record = StepRecord.objects.create(
        incident=locked, round=locked.round, step=step.value, by=by, at=at, note=note
    )
    locked.step = step.value
    locked.hearts = sorted({*locked.hearts, *hearts} & set(HEARTS))
    locked.contacted_at = locked.contacted_at or at
    save(locked)
    return record


@transaction.atomic
def ask_extension(
    *, incident: Incident, until: datetime, reason: str, by: User, at: datetime
) -> Extension:
    """Ask for more time; whoever is above decides.

    Raises
    ------
    MoveRefused
        Not a handler, nobody has the case, not later than the deadline, asked already, no reason.
    """
    locked = lock(incident)
    _demand(can_ask_for_time, locked, by, at)
    if until <= max(at, locked.due_at):
        raise MoveRefused(_("要晚于现在的时限。"), "until")
    demand_words(reason, "reason", _("写明原因。"))
    if locked.extensions.filter(is_granted__isnull=True).exists():
        raise MoveRefused(_("已经有一个延期申请在等答复。"))
    return Extension.objects.create(incident=locked, until=until, note=reason, by=by, at=at)


@transaction.atomic
def decide_extension(*, extension: Extension, is_granted: bool, by: User, at: datetime) -> None:
    """Grant or refuse more time; granted, the clock runs to the new deadline.

    Raises
    ------
    MoveRefused
        Not above the case, or decided already.
    """
    locked = lock(extension.incident)
    _demand(can_direct, locked, by, at)
    fresh = Extension.objects.select_for_update().get(pk=extension.pk)
    if fresh.is_granted is not None:
        raise MoveRefused(_("这个申请已经答复过了。"))
    fresh.is_granted, fresh.decided_by, fresh.decided_at = is_granted, by, at
    fresh.save()
    if is_granted:
        # A case that was reopened meanwhile may have a later deadline already.
        locked.due_at = max(locked.due_at, fresh.until)
    save(locked)
    tell(locked, responsible(locked, day_of(at)), Notice.Kind.MOVED, at)


@transaction.atomic
def supervise(*, incident: Incident, words: str, by: User, at: datetime) -> Supervision:
    """Put a case under supervision: those who have it are told and must answer.

    Raises
    ------
    MoveRefused
        Not above the case, not open, no words.
    """
    locked = lock(incident)
    _demand(can_direct, locked, by, at)
    demand_words(words, "words", _("写明要求。"))
    record = Supervision.objects.create(incident=locked, note=words, by=by, at=at)
    tell(locked, responsible(locked, day_of(at)), Notice.Kind.SUPERVISED, at)
    return record


@transaction.atomic
def answer_supervision(*, supervision: Supervision, answer: str, by: User, at: datetime) -> None:
    """Answer a supervision, once.

    Raises
    ------
    MoveRefused
        Not a handler, answered already, no words.
    """
    locked = lock(supervision.incident)
    _demand(can_handle, locked, by, at)
    fresh = Supervision.objects.select_for_update().get(pk=supervision.pk)
    if fresh.answered_at is not None:
        raise MoveRefused(_("已经答复过了。"))
    demand_words(answer, "answer", _("写一句答复。"), most=500)
    fresh.answer, fresh.answered_by, fresh.answered_at = answer, by, at
    fresh.save()


def demand_words(words: str, field: str, otherwise: str, most: int = 2000) -> None:
    """Something is said, and not too much to keep."""
    if not words.strip():
        raise MoveRefused(otherwise, field)
    if len(words) > most:
        raise MoveRefused(_("最多 %(length)s 个字。") % {"length": most}, field)


def _demand(
    may: Callable[[Standing, frozenset[Part]], bool], incident: Incident, by: User, at: datetime
) -> None:
    case = standing_of(incident, day_of(at))
    if not may(case, parts_of(case, scope(by, day_of(at)))):
        raise MoveRefused(_("你不能对这个案件这样做。"))
