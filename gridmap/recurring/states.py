"""The states of a recurring conflict and what leads from one to the next. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from geodata.errors import gettext_noop as _


class State(StrEnum):
    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    UNDER_PLAN = "under_plan"
    QUIET = "quiet"
    CLOSED = "closed"
    CAME_BACK = "came_back"


class Act(StrEnum):
    """What a person or, where `is_automatic`, the nightly run does."""

    FIND = "find"
    CONFIRM = "confirm"
    PLAN = "plan"
    REST = "rest"
    CLOSE = "close"
    RETURN = "return"


@dataclass(frozen=True)
class Step:
    """From which states an act leads where."""

    sources: frozenset[State]
    target: State
    is_automatic: bool = False


HELD = frozenset({State.CONFIRMED, State.UNDER_PLAN, State.CAME_BACK})
STEPS: Mapping[Act, Step] = {
    Act.CONFIRM: Step(frozenset({State.CANDIDATE, State.CAME_BACK}), State.CONFIRMED),
    # A plan may be written anew.
    Act.PLAN: Step(HELD, State.UNDER_PLAN),
    Act.REST: Step(HELD, State.QUIET, is_automatic=True),
    Act.CLOSE: Step(frozenset({State.CANDIDATE, State.QUIET}), State.CLOSED),
    Act.RETURN: Step(frozenset({State.QUIET, State.CLOSED}), State.CAME_BACK, is_automatic=True),
}
STATE_LABELS: Mapping[State, str] = {
    State.CANDIDATE: _("待确认"),
    State.CONFIRMED: _("已确认"),
    State.UNDER_PLAN: _("方案实施中"),
    State.QUIET: _("平静 90 天"),
    State.CLOSED: _("已办结"),
    State.CAME_BACK: _("办结后复现"),
}
