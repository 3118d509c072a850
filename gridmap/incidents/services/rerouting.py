"""Cases that nobody answers for, after a rule, a member or a boundary has come."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from geodata.querysets import TOUCHING, day_of
from gridmap.accounts.models import User
from gridmap.accounts.scope import scope
from gridmap.incidents.models import Incident
from gridmap.incidents.rerouting import REROUTING
from gridmap.incidents.services.errors import MoveRefused
from gridmap.incidents.standing import parts_in
from gridmap.incidents.states import DESK


def route_again(*, incident: Incident, by: User, at: datetime) -> Incident:
    """Look anew for the owners of a case that has none; gives the case as it is then.

    Raises
    ------
    MoveRefused
        Not above the case, or it has its owners.
    """
    if not parts_in(incident, scope(by, day_of(at))) & frozenset(DESK):
        raise MoveRefused(_("你不能对这个案件这样做。"))
    if not Incident.objects.unrouted().filter(pk=incident.pk).exists():
        raise MoveRefused(_("这个案件已经有人负责。"))
    _route([incident.pk], by=by, at=at)
    fresh: Incident = Incident.objects.get(pk=incident.pk)
    return fresh


def route_waiting(*, at: datetime) -> list[int]:
    """Look anew for the owners of all open cases that have none; the ids of those that found theirs."""
    return _route(None, by=None, at=at)


def _route(ids: Sequence[int] | None, *, by: User | None, at: datetime) -> list[int]:
    values = {
        "ids": None if ids is None else list(ids),
        "by": None if by is None else by.pk,
        "at": at,
        "day": day_of(at),
        "touching": TOUCHING,
    }
    with connection.cursor() as cursor:
        cursor.execute(REROUTING, values)
        found: list[int] = cursor.fetchone()[0]
    return found
