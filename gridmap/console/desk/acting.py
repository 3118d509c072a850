"""What is done from a board: one move, its undoing, or the same move for all that are checked."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gridmap.accounts.models import User
from gridmap.accounts.scope import Scope
from gridmap.console.desk.wording import named
from gridmap.incidents.models import Incident, MoveRecord
from gridmap.incidents.parts import parts_of, possible_moves
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.errors import MoveRefused, Refused
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.standing import standing_of
from gridmap.incidents.states import MOVES, Name

# What takes back a dispatch, as long as nobody has gone on from there.
BACK = MOVES[Name.RETURN]


def make_move(
    incident: Incident, name: Name, details: Details, *, by: User, at: datetime
) -> MoveRecord:
    """One move; what is new is accepted and filed on the way to its dispatch.

    Raises
    ------
    Overtaken, MoveRefused
        As in the services.
    """
    if name is Name.DISPATCH:
        return dispatch_incident(incident=incident, by=by, at=at, details=details)
    return move_incident(incident=incident, name=name, by=by, at=at, details=details)


def dispatch_all(
    incidents: Iterable[Incident], *, by: User, at: datetime
) -> tuple[list[MoveRecord], list[str]]:
    """Each as proposed; those that cannot be dispatched are named with the reason."""
    records, refused = [], []
    for incident in incidents:
        try:
            with transaction.atomic():
                records.append(
                    dispatch_incident(
                        incident=incident,
                        by=by,
                        at=at,
                        details=Details(version=incident.version),
                    )
                )
        except Refused as error:
            refused.append(_("{code}：{reason}").format(code=incident.code, reason=error))
    return records, refused


def own_records(scope: Scope, numbers: Collection[int]) -> list[Any]:
    """The person's own records of cases still in scope, each with the `last` move of its case."""
    last = MoveRecord.objects.filter(incident=OuterRef("incident")).order_by("-pk")
    return list(
        MoveRecord.objects.filter(
            pk__in=numbers, by=scope.user_id, incident__in=Incident.objects.visible_to(scope)
        )
        .annotate(last=Subquery(last.values("pk")[:1]))
        .select_related("incident__lead_team", "incident__raised_to")
        .prefetch_related("incident__assisting_teams")
        .order_by("pk")
    )


def said(records: list[MoveRecord]) -> str:
    """What was done, in a line."""
    if len(records) > 1:
        words = ngettext("派遣了 {n} 件", "派遣了 {n} 件", len(records))
        return words.format(n=len(records))
    (record,) = records
    team = record.incident.lead_team
    if record.name in {Name.DISPATCH, Name.HAND_OVER} and team:
        return _("已派给 {team}").format(team=named(team).text)
    return _("{code}：{move}").format(code=record.incident.code, move=record.get_name_display())


def can_undo(record: Any, scope: Scope) -> bool:
    """A dispatch after which nothing was done, and the way back is open to this person."""
    if record.name != Name.DISPATCH or record.last != record.pk:
        return False
    case = standing_of(record.incident)
    return BACK in possible_moves(case, parts_of(case, scope))


@transaction.atomic
def undo(scope: Scope, numbers: Collection[int], *, by: User, at: datetime) -> int:
    """Take back those of the own dispatches that can be taken back; how many.

    Raises
    ------
    MoveRefused
        None of them can.
    """
    records = [one for one in own_records(scope, numbers) if can_undo(one, scope)]
    if not records:
        raise MoveRefused(_("已经有人接着办了，不能再撤销。"))
    for record in records:
        reason = Details(reason=_("撤销派遣"))
        move_incident(incident=record.incident, name=BACK.name, by=by, at=at, details=reason)
    return len(records)
