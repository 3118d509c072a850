"""The moves of a case: one function, whatever the move; what each changes stands in `effects`."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from geodata.querysets import day_of
from gridmap.accounts.models import User
from gridmap.accounts.scope import scope
from gridmap.incidents.models import Extension, Incident, MoveRecord, StepRecord
from gridmap.incidents.parts import is_possible, parts_of
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.effects import EFFECTS
from gridmap.incidents.services.errors import KeyTaken, MoveRefused, Overtaken
from gridmap.incidents.services.notices import tell_of_move
from gridmap.incidents.standing import standing_of
from gridmap.incidents.states import MOVES, Move, Name, Need, Part

NOTHING = Details()
LENGTHS = {"reason": 500, "text": 2000}


@transaction.atomic
def move_incident(
    *,
    incident: Incident,
    name: Name,
    by: User | None,
    at: datetime,
    details: Details = NOTHING,
) -> MoveRecord:
    """Make one move; `by` None is the clock. The same key again gives the same record.

    Raises
    ------
    Overtaken
        The case is no longer as it was when `details.version` was read.
    KeyTaken
        Another move came under this key before.
    MoveRefused
        The case is not where the move begins, the person may not make it, or something is missing.
    """
    locked = lock(incident, beside=details.other)
    # Only now: the first of two tries may have ended while the second waited for the case.
    known = _known(details.key)
    if known is not None:
        return _same(known, locked, name)
    demand_version(locked, details.version)
    move = MOVES[name]
    _check(locked, move, by, at)
    _check_words(move, details)
    before = locked.state
    if name in EFFECTS:
        EFFECTS[name](locked, details, by, at)
    if move.target is not None:
        locked.state, locked.state_since = move.target.value, at
    save(locked)
    record = MoveRecord(
        incident=locked,
        key=details.key,
        name=name.value,
        from_state=before,
        to_state=locked.state,
        by=by,
        at=at,
        note=details.reason or details.text,
        area=locked.raised_to,
        other=details.other,
    )
    _write(record)
    tell_of_move(locked, record)
    return record


def _write(record: MoveRecord) -> None:
    """Of two cases at the same moment the key is all that they share: the second waits for it here."""
    try:
        with transaction.atomic() if record.key else nullcontext():
            record.save(force_insert=True)
    except IntegrityError as error:
        if _known(record.key) is None:
            raise
        raise KeyTaken(_("这个编号下已经有另一个动作。"), "key") from error


def dispatch_incident(
    *, incident: Incident, by: User, at: datetime, details: Details = NOTHING
) -> MoveRecord:
    """Accept and file what is new, then dispatch it: one button, three records."""
    with transaction.atomic():
        for name in (Name.ACCEPT, Name.FILE):
            fresh = Incident.objects.get(pk=incident.pk)
            if fresh.state in MOVES[name].sources:
                step = Details(version=details.version)
                move_incident(incident=fresh, name=name, by=by, at=at, details=step)
                # From here on the case is in our hands, and its version counts our own moves.
                details = replace(details, version=None)
        return move_incident(incident=incident, name=Name.DISPATCH, by=by, at=at, details=details)


def lock(incident: Incident, *, beside: Incident | None = None) -> Incident:
    """The case, in our hands until the transaction ends; `beside` is locked with it."""
    cases = Incident.objects.select_for_update(of=("self",)).select_related("area", "raised_to")
    # Two that are merged into each other at once must not wait for each other.
    ids = [incident.pk] if beside is None else [incident.pk, beside.pk]
    locked: Incident = {case.pk: case for case in cases.filter(pk__in=ids).order_by("pk")}[
        incident.pk
    ]
    return locked


def demand_version(locked: Incident, version: int | None) -> None:
    """Raise `Overtaken`, with who and when, where the case is no longer what was read."""
    if version is None or version == locked.version:
        return
    who, at = _last_change(locked)
    raise Overtaken(_("%(who)s 刚才改了这个案件。") % {"who": who}, who, at)


def _last_change(incident: Incident) -> tuple[str, datetime]:
    """Who changed a case last, and when; the system where nobody did."""
    changes: list[tuple[datetime, User | None]] = []
    for records, person, moment in (
        (MoveRecord.objects.all(), "by", "at"),
        (StepRecord.objects.all(), "by", "at"),
        (Extension.objects.filter(is_granted__isnull=False), "decided_by", "decided_at"),
    ):
        found = records.filter(incident=incident).select_related(person)
        last = found.order_by(moment, "pk").last()
        if last is not None:
            changes.append((getattr(last, moment), getattr(last, person)))
    # What was imported may have no record here.
    untouched = (incident.state_since, None)
    at, by = max(changes, key=lambda change: change[0], default=untouched)
    return (str(by) if by else _("系统")), at


def save(locked: Incident) -> None:
    locked.version += 1
    locked.save()


def _known(key: UUID | None) -> MoveRecord | None:
    return MoveRecord.objects.filter(key=key).first() if key else None


def _same(known: MoveRecord, incident: Incident, name: Name) -> MoveRecord:
    """The record that came under a key, if it is of this very move."""
    if (known.incident_id, known.name) != (incident.pk, name.value):
        raise KeyTaken(_("这个编号下已经有另一个动作。"), "key")
    return known


def _check(incident: Incident, move: Move, by: User | None, at: datetime) -> None:
    day = day_of(at)
    case = standing_of(incident, day)
    parts = frozenset({Part.SYSTEM}) if by is None else parts_of(case, scope(by, day))
    if not move.parts & parts:
        raise MoveRefused(_("你不能对这个案件做“%(move)s”。") % {"move": _(move.label)})
    if not is_possible(case, move):
        state = incident.get_state_display()
        raise MoveRefused(
            _("案件现在是“%(state)s”，不能“%(move)s”。") % {"state": state, "move": _(move.label)}
        )


def _check_words(move: Move, details: Details) -> None:
    if Need.REASON in move.needs and not details.reason.strip():
        raise MoveRefused(_("写明原因。"), "reason")
    for field, length in LENGTHS.items():
        if len(getattr(details, field)) > length:
            raise MoveRefused(_("最多 %(length)s 个字。") % {"length": length}, field)
