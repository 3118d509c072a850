"""The two axes of a case: its administrative state and its mediation step.

Both are data that an official could read. `MOVES` says what may be done in which state, by whom,
what it needs and where it leads; the database holds the same transitions and refuses any other
(`incidents_transition`), whatever road a write takes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from geodata.errors import gettext_noop as _
from geodata.errors import pgettext_noop


class State(StrEnum):
    """Administrative state."""

    REGISTERED = "registered"
    ACCEPTED = "accepted"
    FILED = "filed"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    HANDLED = "handled"
    CHECKED = "checked"
    VISITED = "visited"
    CLOSED = "closed"
    RETURNED = "returned"
    SUSPENDED = "suspended"
    ESCALATED = "escalated"
    REOPENED = "reopened"
    DECLINED = "declined"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


STATE_LABELS: dict[State, str] = {
    State.REGISTERED: pgettext_noop("state", "登记"),
    State.ACCEPTED: pgettext_noop("state", "受理"),
    State.FILED: pgettext_noop("state", "立案"),
    State.DISPATCHED: pgettext_noop("state", "派遣"),
    State.IN_PROGRESS: pgettext_noop("state", "处置"),
    State.HANDLED: pgettext_noop("state", "处置反馈"),
    State.CHECKED: pgettext_noop("state", "核查"),
    State.VISITED: pgettext_noop("state", "回访"),
    State.CLOSED: pgettext_noop("state", "结案"),
    State.RETURNED: pgettext_noop("state", "退回"),
    State.SUSPENDED: pgettext_noop("state", "挂账"),
    State.ESCALATED: pgettext_noop("state", "提级"),
    State.REOPENED: pgettext_noop("state", "重新办理"),
    State.DECLINED: pgettext_noop("state", "不予受理"),
    State.MERGED: pgettext_noop("state", "并案"),
    State.WITHDRAWN: pgettext_noop("state", "撤回"),
}
ENDS = frozenset({State.CLOSED, State.DECLINED, State.MERGED, State.WITHDRAWN})
OPEN = frozenset(State) - ENDS
# What never was a case of its own.
NOT_COUNTED = (State.MERGED.value, State.WITHDRAWN.value, State.DECLINED.value)
# What a case can be in before anybody has taken it in hand.
NEW = frozenset({State.REGISTERED, State.ACCEPTED, State.FILED})
# Whoever holds the case works on it.
HELD = frozenset({State.DISPATCHED, State.IN_PROGRESS, State.ESCALATED})
# The work is done and is being looked at.
DONE = frozenset({State.HANDLED, State.CHECKED, State.VISITED})
# What came back waits for somebody at the desk.
CAME_BACK = frozenset({State.RETURNED, State.REOPENED})
# The clock runs while there is work to be done, not while a case is set aside or being looked at.
RUNNING = NEW | CAME_BACK | HELD


class Step(StrEnum):
    """Mediation step (五步)."""

    LISTEN = "listen"
    INVESTIGATE = "investigate"
    DELIBERATE = "deliberate"
    MEDIATE = "mediate"
    SETTLE = "settle"


STEPS: tuple[Step, ...] = tuple(Step)
STEP_LABELS: dict[Step, str] = {
    Step.LISTEN: _("一听"),
    Step.INVESTIGATE: _("二查"),
    Step.DELIBERATE: _("三议"),
    Step.MEDIATE: _("四调"),
    Step.SETTLE: _("五定"),
}
STEP_SIGNS: dict[Step, str] = {
    Step.LISTEN: _("听"),
    Step.INVESTIGATE: _("查"),
    Step.DELIBERATE: _("议"),
    Step.MEDIATE: _("调"),
    Step.SETTLE: _("定"),
}
# The six hearts (六心), the checklist beside the steps.
HEARTS: dict[str, str] = {
    "warm_reception": _("热心接访"),
    "careful_listening": _("用心聆听"),
    "sincerity": _("诚心相待"),
    "careful_record": _("细心记录"),
    "patient_explanation": _("耐心解释"),
    "fair_mediation": _("公心调处"),
}


class Part(StrEnum):
    """What a person is to a case; who may do what is said in these words."""

    REPORTER = "reporter"  # registered it
    TERRITORY = "territory"  # answers for the place at the level that holds the case
    FUNCTION = "function"  # belongs to the leading or an assisting team
    DISPATCH = "dispatch"  # sorts and refers: the city's dispatchers
    SUPERVISION = "supervision"  # answers for an area above the level that holds the case
    VISIT = "visit"  # calls those who reported
    SYSTEM = "system"  # the clock


class Need(StrEnum):
    """What has to be said with a move."""

    REASON = "reason"
    UNTIL = "until"
    OUTCOME = "outcome"
    PLACE = "place"  # a cell
    TEAM = "team"
    CASE = "case"  # the other case
    VISIT = "visit"


class Name(StrEnum):
    """The moves of a case."""

    ACCEPT = "accept"
    DECLINE = "decline"
    FILE = "file"
    DISPATCH = "dispatch"
    START = "start"
    RETURN = "return"
    HAND_OVER = "hand_over"
    SUSPEND = "suspend"
    RESUME = "resume"
    ESCALATE = "escalate"
    TAKE_UP = "take_up"
    PULL_DOWN = "pull_down"
    SETTLE_ON_SITE = "settle_on_site"
    HANDLE = "handle"
    CHECK = "check"
    REWORK = "rework"
    VISIT = "visit"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGE = "merge"
    UNMERGE = "unmerge"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Move:
    """One thing that may be done with a case.

    `target` None keeps the state. `needs` must be given, `is_final` moves are asked about first
    because they end the case for somebody outside, `after_settling` waits in a dispute for the
    fifth step.
    """

    name: Name
    label: str
    sources: frozenset[State]
    target: State | None
    parts: frozenset[Part]
    needs: frozenset[Need] = frozenset()
    is_final: bool = False
    after_settling: bool = False


def _move(
    name: Name,
    label: str,
    sources: Iterable[State],
    target: State | None,
    parts: Iterable[Part],
    *needs: Need,
    is_final: bool = False,
    after_settling: bool = False,
) -> Move:
    return Move(
        name,
        label,
        frozenset(sources),
        target,
        frozenset(parts),
        frozenset(needs),
        is_final,
        after_settling,
    )


HANDLERS = (Part.TERRITORY, Part.FUNCTION)
DESK = (Part.DISPATCH, Part.SUPERVISION)

MOVES: dict[Name, Move] = {
    move.name: move
    for move in (
        _move(Name.ACCEPT, _("受理"), {State.REGISTERED}, State.ACCEPTED, DESK),
        _move(
            Name.DECLINE, _("不予受理"), {State.REGISTERED, State.ACCEPTED}, State.DECLINED, DESK,
            Need.REASON, is_final=True,
        ),
        _move(Name.FILE, _("立案"), {State.ACCEPTED}, State.FILED, DESK),
        _move(
            Name.DISPATCH, _("派遣"), {State.FILED, *CAME_BACK}, State.DISPATCHED, DESK,
            Need.PLACE, Need.TEAM,
        ),
        _move(Name.START, _("接手办理"), {State.DISPATCHED}, State.IN_PROGRESS, HANDLERS),
        _move(
            # By who has it and cannot; or by the desk, which takes back what it has sent out.
            Name.RETURN, _("退回"), {State.DISPATCHED, State.IN_PROGRESS}, State.RETURNED,
            (*HANDLERS, *DESK), Need.REASON,
        ),
        _move(
            Name.HAND_OVER, _("改派"), HELD, None, (*HANDLERS, *DESK),
            Need.PLACE, Need.TEAM, Need.REASON,
        ),
        _move(
            Name.SUSPEND, _("挂账"), {State.IN_PROGRESS}, State.SUSPENDED, DESK,
            Need.REASON, Need.UNTIL,
        ),
        _move(
            Name.RESUME, _("恢复办理"), {State.SUSPENDED}, State.IN_PROGRESS,
            (*HANDLERS, *DESK, Part.SYSTEM),
        ),
        _move(
            Name.ESCALATE, _("提级"), HELD | CAME_BACK, State.ESCALATED,
            (*HANDLERS, *DESK, Part.SYSTEM), Need.REASON,
        ),
        _move(Name.TAKE_UP, _("接手办理"), {State.ESCALATED}, State.IN_PROGRESS, HANDLERS),
        _move(
            Name.PULL_DOWN, _("下放"), {State.ESCALATED}, State.DISPATCHED,
            (Part.TERRITORY, *DESK), Need.REASON,
        ),
        _move(
            Name.SETTLE_ON_SITE, _("就地化解"), {State.REGISTERED, State.DISPATCHED, State.IN_PROGRESS},
            State.CLOSED, HANDLERS, Need.OUTCOME,
        ),
        _move(
            Name.HANDLE, _("办结反馈"), {State.IN_PROGRESS}, State.HANDLED, HANDLERS,
            Need.OUTCOME, after_settling=True,
        ),
        _move(Name.CHECK, _("核查通过"), {State.HANDLED}, State.CHECKED, DESK),
        _move(
            Name.REWORK, _("返工"), {State.HANDLED, State.CHECKED}, State.IN_PROGRESS, (*DESK, Part.VISIT), Need.REASON,
        ),
        _move(Name.VISIT, _("回访"), {State.CHECKED}, State.VISITED, (Part.VISIT,), Need.VISIT),
        _move(
            Name.CLOSE, _("结案"), {State.CHECKED, State.VISITED}, State.CLOSED,
            (*DESK, Part.VISIT), after_settling=True,
        ),
        _move(
            Name.REOPEN, _("重新办理"), {State.VISITED, State.CLOSED, State.DECLINED, State.WITHDRAWN},
            State.REOPENED, (*DESK, Part.VISIT), Need.REASON,
        ),
        _move(
            Name.MERGE, _("并案"), OPEN - DONE - {State.SUSPENDED}, State.MERGED,
            DESK, Need.CASE, is_final=True,
        ),
        _move(Name.UNMERGE, _("拆回"), {State.MERGED}, State.REOPENED, DESK, Need.REASON),
        _move(
            Name.WITHDRAW, _("撤回"), OPEN - DONE, State.WITHDRAWN,
            (Part.REPORTER, *DESK), Need.REASON, is_final=True,
        ),
    )
}  # fmt: skip
TRANSITIONS: frozenset[tuple[State, State]] = frozenset(
    (source, move.target)
    for move in MOVES.values()
    if move.target is not None
    for source in move.sources
)


def next_step(done: Iterable[Step]) -> Step | None:
    """The first step that is not done; None after the fifth."""
    taken = set(done)
    return next((step for step in STEPS if step not in taken), None)
