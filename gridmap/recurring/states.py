"""The life of a recurring conflict: its states, what may be done in which, and where that leads.

Data that an official could read. The database holds the same transitions and refuses any other
(`conflict_transition`), whatever road a write takes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from geodata.errors import gettext_noop as _
from layers.hotspots.thresholds import QUIET_DAYS

# How conflicts are numbered.
CODE = re.compile(r"[A-Z]{2,6}-R[0-9]{1,9}")
# Without a case for so long a conflict rests.
QUIET = timedelta(days=QUIET_DAYS)


class State(StrEnum):
    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    UNDER_PLAN = "under_plan"
    QUIET = "quiet"
    CLOSED = "closed"
    CAME_BACK = "came_back"


STATE_LABELS: Mapping[State, str] = {
    State.CANDIDATE: _("待确认"),
    State.CONFIRMED: _("已确认"),
    State.UNDER_PLAN: _("方案实施中"),
    State.QUIET: _("平静 90 天"),
    State.CLOSED: _("已办结"),
    State.CAME_BACK: _("平静后复现"),
}
# Somebody has to do something about it.
AT_WORK = frozenset({State.CONFIRMED, State.UNDER_PLAN, State.CAME_BACK})
# Confirmed, and not at an end.
IN_HAND = AT_WORK | {State.QUIET}


class Act(StrEnum):
    """What was done: by a person or, to find, rest and return, by what the cases say."""

    FIND = "find"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    OWN = "own"
    PLAN = "plan"
    MEASURE = "measure"
    TASK = "task"
    FINISH = "finish"
    CLOSE = "close"
    TAKE_BACK = "take_back"
    REST = "rest"
    RETURN = "return"


ACT_LABELS: Mapping[Act, str] = {
    Act.FIND: _("首次发现"),
    Act.CONFIRM: _("确认了"),
    Act.DISMISS: _("不是反复矛盾"),
    Act.OWN: _("定了负责人"),
    Act.PLAN: _("写了方案"),
    Act.MEASURE: _("记了措施"),
    Act.TASK: _("布置了联合任务"),
    Act.FINISH: _("办完了联合任务"),
    Act.CLOSE: _("办结了"),
    Act.TAKE_BACK: _("撤销了上一步"),
    Act.REST: _("平静 90 天"),
    Act.RETURN: _("平静后复现"),
}


@dataclass(frozen=True)
class Step:
    """In which states something may be done, and where it leads; `target` None keeps the state."""

    sources: frozenset[State]
    target: State | None


STEPS: Mapping[Act, Step] = {
    Act.CONFIRM: Step(frozenset({State.CANDIDATE}), State.CONFIRMED),
    Act.DISMISS: Step(frozenset({State.CANDIDATE}), State.CLOSED),
    Act.OWN: Step(IN_HAND, None),
    # A plan may be written anew.
    Act.PLAN: Step(AT_WORK, State.UNDER_PLAN),
    Act.MEASURE: Step(IN_HAND, None),
    Act.TASK: Step(AT_WORK, None),
    Act.REST: Step(AT_WORK, State.QUIET),
    Act.CLOSE: Step(frozenset({State.QUIET}), State.CLOSED),
    Act.RETURN: Step(frozenset({State.QUIET, State.CLOSED}), State.CAME_BACK),
}
# What is done at once and can be taken back, as long as nothing else was done since.
REVERSIBLE = frozenset({Act.CONFIRM, Act.DISMISS, Act.CLOSE, Act.TASK})
TRANSITIONS: frozenset[tuple[State, State]] = frozenset(
    (source, step.target)
    for step in STEPS.values()
    if step.target is not None
    for source in step.sources
    if source != step.target
) | {(target, source) for act in REVERSIBLE
     if (target := STEPS[act].target) is not None for source in STEPS[act].sources}  # fmt: skip
