"""Cases that nobody answers for, after a rule, a member or a boundary has come."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from geodata.querysets import TOUCHING, day_of
from gridmap.accounts.models import User
from gridmap.accounts.scope import scope
from gridmap.incidents.models import Incident
from gridmap.incidents.rerouting import REROUTING
from gridmap.incidents.services.errors import MoveRefused
from gridmap.incidents.services.followers import tell_followers
from gridmap.incidents.services.queue import dequeue
from gridmap.incidents.standing import parts_in
from gridmap.incidents.states import DESK

# Reasons of a case whose cell is known.
PLACED = frozenset({"no_member", "no_officer", "no_rule"})


def route_again(*, incident: Incident, by: User, at: datetime) -> Incident:
    """Look anew for the owners of a case that has none; gives the case as it is then.

    Where its place is known only the member or the rule is looked for, as the clock does.

    Raises
    ------
    MoveRefused
        Not above the case, or it has its owners.
    """
    if not parts_in(incident, scope(by, day_of(at))) & frozenset(DESK):
        raise MoveRefused(_("你不能对这个案件这样做。"))
    waiting = Incident.objects.unrouted().filter(pk=incident.pk)
    reason = waiting.values_list("unrouted_reason", flat=True).first()
    if reason is None:
        raise MoveRefused(_("这个案件已经有人负责。"))
    if reason in PLACED:
        dequeue(at=at, only=incident.pk)
    else:
        _place_anew(incident.pk, by=by, at=at)
    fresh: Incident = Incident.objects.get(pk=incident.pk)
    return fresh


def _place_anew(incident: int, *, by: User, at: datetime) -> None:
    values: dict[str, Any] = {
        "incident": incident,
        "by": by.pk,
        "at": at,
        "day": day_of(at),
        "touching": TOUCHING,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REROUTING, values)
        tell_followers([incident])
