"""What the cases themselves say of a conflict: it rests, or it has come back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from gridmap.incidents.states import NOT_COUNTED
from gridmap.recurring.models import RecurringConflict
from gridmap.recurring.services.recording import record
from gridmap.recurring.states import QUIET, STEPS, Act


@transaction.atomic
def follow_conflicts(at: datetime) -> list[RecurringConflict]:
    """Whatever had no case for 90 days rests; whatever rested and has a case since then has come back.

    Two statements where nothing has changed; a conflict that somebody is just writing waits for the next time.
    """
    return [
        *_move(Act.REST, ~_happened(Q(incident__occurred_at__gte=at - QUIET)), at),
        *_move(Act.RETURN, _happened(Q(incident__occurred_at__gt=OuterRef("quiet_since"))), at),
    ]


def _happened(when: Q) -> Q:
    links = RecurringConflict.cases.through.objects.filter(when, recurringconflict=OuterRef("pk"))
    return Q(Exists(links.exclude(incident__state__in=NOT_COUNTED)))


def _move(act: Act, condition: Q, at: datetime) -> Sequence[RecurringConflict]:
    step = STEPS[act]
    rows = RecurringConflict.objects.filter(
        condition, state__in=sorted(step.sources), confirmed_at__isnull=False
    )
    # What was confirmed only now was looked at only now.
    rows = rows.filter(state_since__lt=at - QUIET) if act is Act.REST else rows
    found = list(rows.order_by("pk").select_for_update(of=("self",), skip_locked=True))
    for conflict in found:
        record(conflict, act, step.target, at=at)
    return found
