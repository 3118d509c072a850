"""The moves of a case: one function, whatever the move; what each changes stands in `effects`."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gridmap.accounts.models import User
from gridmap.accounts.scope import scope
from gridmap.incidents.models import Incident, MoveRecord
from gridmap.incidents.parts import is_possible, parts_of
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.effects import EFFECTS
from gridmap.incidents.services.errors import MoveRefused, Overtaken
from gridmap.incidents.services.notices import tell_of_move
from gridmap.incidents.standing import standing_of
from gridmap.incidents.states import MOVES, Move, Name, Need, Part

NOTHING = Details()


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
    MoveRefused
        The case is not where the move begins, the person may not make it, or something is missing.
    """
    locked = lock(incident, details.version, key_is_known=_is_known(details))
    known = MoveRecord.objects.filter(key=details.key).first() if details.key else None
    if known is not None:
        return known
    move = MOVES[name]
    _check(locked, move, by)
    if Need.REASON in move.needs and not details.reason.strip():
        raise MoveRefused(_("写明原因。"), "reason")
    before = locked.state
    if name in EFFECTS:
        EFFECTS[name](locked, details, by, at)
    if move.target is not None:
        locked.state, locked.state_since = move.target.value, at
    save(locked)
    record = MoveRecord.objects.create(
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
    tell_of_move(locked, record)
    return record


def dispatch_incident(
    *, incident: Incident, by: User, at: datetime, details: Details = NOTHING
) -> MoveRecord:
    """Accept and file what is new, then dispatch it: one button, three records."""
    with transaction.atomic():
        for name in (Name.ACCEPT, Name.FILE):
            fresh = Incident.objects.get(pk=incident.pk)
            if fresh.state in MOVES[name].sources:
                step = (
                    Details(version=details.version) if fresh.state == incident.state else NOTHING
                )
                move_incident(incident=fresh, name=name, by=by, at=at, details=step)
        return move_incident(incident=incident, name=Name.DISPATCH, by=by, at=at, details=details)


def lock(incident: Incident, version: int | None, *, key_is_known: bool = False) -> Incident:
    """The case, in our hands until the transaction ends.

    Raises
    ------
    Overtaken
        Somebody changed it since it was read.
    """
    locked: Incident = (
        Incident.objects.select_for_update(of=("self",))
        .select_related("area", "raised_to")
        .get(pk=incident.pk)
    )
    if version is not None and version != locked.version and not key_is_known:
        last = MoveRecord.objects.filter(incident=locked).select_related("by").last()
        who = last.by if last and last.by else _("系统")
        raise Overtaken(_("%(who)s 刚才改了这个案件。") % {"who": who})
    return locked


def save(locked: Incident) -> None:
    locked.version += 1
    locked.save()


def _is_known(details: Details) -> bool:
    return bool(details.key and MoveRecord.objects.filter(key=details.key).exists())


def _check(incident: Incident, move: Move, by: User | None) -> None:
    case = standing_of(incident)
    parts = frozenset({Part.SYSTEM}) if by is None else parts_of(case, scope(by))
    if not move.parts & parts:
        raise MoveRefused(_("你不能对这个案件做“%(move)s”。") % {"move": _(move.label)})
    if not is_possible(case, move):
        state = incident.get_state_display()
        raise MoveRefused(
            _("案件现在是“%(state)s”，不能“%(move)s”。") % {"state": state, "move": _(move.label)}
        )
