"""The clock: what falls due is done, once each, also what fell due while nothing ran.

The database lets an event of one case, kind and deadline in only once; what belongs to it is written
in the same transaction. A stop costs delay, never an escalation. Two exceptions are on purpose: a warning
that its deadline has overtaken is none, and of the daily reminders only today's is given.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from geodata.querysets import BEIJING
from gridmap.incidents.clock_rules import REMIND_AT
from gridmap.incidents.models import CalendarDay, ClockEvent, Incident
from gridmap.incidents.services import due
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.errors import Overtaken
from gridmap.incidents.services.moving import move_incident
from gridmap.incidents.services.notices import tell_dispatchers, tell_responsible
from gridmap.incidents.services.queue import dequeue, enqueue
from gridmap.incidents.states import Name

logger = logging.getLogger(__name__)
Kind = ClockEvent.Kind


@dataclass
class Struck:
    """How often the clock struck, by kind, and what failed: codes of cases, or kinds."""

    counts: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def attempt(
        self, kind: str, act: Callable[..., int], *given: object, at: datetime, what: str = ""
    ) -> bool:
        """Act and count, and say whether anything was done. Where it fails the others go on; the next tick
        tries again."""
        try:
            number = act(*given, at=at)
        except Overtaken:
            return False
        except Exception:
            if not connection.is_usable():
                raise
            logger.exception("clock: %s failed %s", kind, what)
            self.failed.append(what or kind)
            return False
        self.counts[kind] = self.counts.get(kind, 0) + number
        return number > 0


def strike(*, at: datetime) -> Struck:
    """Do everything that has fallen due, in its order."""
    struck = Struck()
    for case in due.resumptions(at):
        struck.attempt(Kind.RESUME, _resume, case, at=at, what=case.code)
    struck.attempt("enqueue", enqueue, at=at)
    struck.attempt("dequeue", dequeue, at=at)
    for alarm in (due.CONTACT, due.WARNING, due.OVERDUE):
        struck.attempt(alarm.kind, _raise_alarm, alarm, at=at)
    _escalate_all(struck, at)
    if _is_time_to_remind(at):
        for alarm in (due.UNROUTED, due.SUPERVISED):
            struck.attempt(alarm.kind, _raise_alarm, alarm, at=at)
    return struck


def _escalate_all(struck: Struck, at: datetime) -> None:
    """Level by level, so that after a stop a case catches up with what it missed."""
    left: set[int] = set()
    while cases := [case for case in due.escalations(at) if case.incident not in left]:
        for case in cases:
            if not struck.attempt(Kind.ESCALATION, _escalate, case, at=at, what=case.code):
                left.add(case.incident)


@transaction.atomic
def _raise_alarm(alarm: due.Alarm, *, at: datetime) -> int:
    cases = due.record(alarm, at)
    tell = tell_dispatchers if alarm is due.UNROUTED else tell_responsible
    tell(cases, alarm.notice, at)
    return len(cases)


def _escalate(case: due.DueMove, *, at: datetime) -> int:
    return _move(Kind.ESCALATION, Name.ESCALATE, case, _("超期满一个工作日"), at)


def _resume(case: due.DueMove, *, at: datetime) -> int:
    return _move(Kind.RESUME, Name.RESUME, case, _("挂账到期"), at)


@transaction.atomic
def _move(kind: ClockEvent.Kind, name: Name, case: due.DueMove, words: str, at: datetime) -> int:
    """The event and its move, unless another process was first or a person has just moved the case."""
    if not due.record_move(kind, case, at):
        return 0
    details = Details(reason=words, version=case.version)
    move_incident(incident=Incident(pk=case.incident), name=name, by=None, at=at, details=details)
    return 1


def _is_time_to_remind(at: datetime) -> bool:
    here = at.astimezone(BEIJING)
    return here.time() >= REMIND_AT and CalendarDay.objects.is_working(here.date())
