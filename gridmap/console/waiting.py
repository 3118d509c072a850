"""What waits for a person: the badges in the frame of every page."""

from dataclasses import dataclass

from gridmap.accounts.scope import Scope
from gridmap.console.desk.boards import TO_DISPATCH, TRIAGE
from gridmap.console.notices import unread_notices
from gridmap.console.queries import one_row
from gridmap.incidents.models import Incident


@dataclass(frozen=True)
class Waiting:
    """Unread notices, and cases that somebody has to dispatch."""

    unread: int
    to_dispatch: int


def read_waiting(scope: Scope) -> Waiting:
    """One statement."""
    seen = Incident.objects.visible_to(scope)
    dispatched = seen.filter(TO_DISPATCH) if scope.roles & TRIAGE.roles else seen.none()
    scoped = {"unread": unread_notices(scope), "dispatched": dispatched}
    return Waiting(*(one_row(WAITING, scoped) or (0, 0)))


WAITING = """
SELECT (SELECT count(*) FROM ({unread}) AS unread), (SELECT count(*) FROM ({dispatched}) AS dispatched)
"""
