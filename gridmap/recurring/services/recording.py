"""A conflict comes into another state, and who led it there stands in the record."""

from datetime import datetime

from gridmap.accounts.models import User
from gridmap.recurring.models import ConflictRecord, RecurringConflict
from gridmap.recurring.states import AT_WORK, Act, State

LIFE = ("state", "state_since", "confirmed_at", "quiet_since", "owner", "team", "plan", "plan_due", "version")  # fmt: skip


def record(
    conflict: RecurringConflict,
    act: Act,
    target: State | None,
    *,
    at: datetime,
    by: User | None = None,
    note: str = "",
    owner: User | None = None,
) -> ConflictRecord:
    """Write the act, and the state where it leads; inside a transaction of the caller, who holds the row."""
    before = conflict.state
    if target is not None and target != before:
        _enter(conflict, target, at)
    if by is not None:
        conflict.version += 1
    conflict.save(update_fields=LIFE)
    return ConflictRecord.objects.create(
        conflict=conflict,
        act=act.value,
        from_state=before,
        to_state=conflict.state,
        at=at,
        by=by,
        note=note,
        owner=owner,
    )


def record_find(conflict: RecurringConflict, at: datetime) -> ConflictRecord:
    """The beginning of its life."""
    return ConflictRecord.objects.create(
        conflict=conflict, act=Act.FIND.value, from_state="", to_state=conflict.state, at=at
    )


def _enter(conflict: RecurringConflict, target: State, at: datetime) -> None:
    """The state with the moments that it needs: the database knows none without them."""
    conflict.state, conflict.state_since = target.value, at
    if target is State.CANDIDATE:
        conflict.confirmed_at = None
    elif target is State.CONFIRMED:
        conflict.confirmed_at = conflict.confirmed_at or at
    elif target is State.QUIET:
        conflict.quiet_since = conflict.quiet_since or at
    if target in AT_WORK:
        conflict.quiet_since = None
