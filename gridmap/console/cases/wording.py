"""A case as a person reads it: when it is due, how far it is, where it is, who has it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from gridmap.console import times
from gridmap.console.pages import is_english
from gridmap.console.times import Due
from gridmap.incidents.models import Incident
from gridmap.incidents.states import (
    DONE,
    ENDS,
    STATE_LABELS,
    STEP_LABELS,
    Name,
    State,
    Step,
    next_step,
)
from gridmap.incidents.topics import RISKS

# Chips say the state by word and colour (design, chips).
CHIPS: dict[State, str] = {
    State.REGISTERED: "",
    State.CLOSED: "grn",
    State.RETURNED: "amb",
    State.SUSPENDED: "amb",
    State.ESCALATED: "vio",
    State.REOPENED: "red",
    State.MERGED: "line",
    State.WITHDRAWN: "line",
    State.DECLINED: "line",
}
# Said before a move that ends the case for somebody outside.
CONSEQUENCES: dict[Name, str] = {
    Name.DECLINE: gettext_noop("案件到此为止，不再派人办理。以后可以重新办理。"),
    Name.MERGE: gettext_noop("案件到此为止，以后在另一个案件里办理。可以拆回。"),
    Name.WITHDRAW: gettext_noop("案件到此为止，办理人不再看到它。以后可以重新办理。"),
}
# Bars that are filled, of four.
RISK_BARS = {risk: len(RISKS) - number for number, risk in enumerate(RISKS)}


def due(case: Incident, now: datetime) -> Due:
    """What a list and a page say of the deadline; once the work is done it counts no more."""
    return due_in(State(case.state), case.due_at, now)


def due_in(state: State, due_at: datetime, now: datetime) -> Due:
    if state in ENDS or state in DONE or state is State.SUSPENDED:
        return Due("", "none")
    return times.due(due_at, now)


def progress(case: Incident) -> str:
    """What a list says below the deadline: the step that is next, else the state."""
    return progress_of(State(case.state), case.step, is_dispute=case.is_dispute)


def progress_of(state: State, step: str, *, is_dispute: bool) -> str:
    if state is State.IN_PROGRESS and is_dispute:
        wanted = next_step(_taken(step))
        return _(STEP_LABELS[wanted]) if wanted else _("待反馈")
    return pgettext("state", STATE_LABELS[state])


def _taken(step: str) -> list[Step]:
    steps = list(Step)
    return steps[: steps.index(Step(step)) + 1] if step else []


def chip(state: str) -> str:
    """The colour of a state's chip."""
    return CHIPS.get(State(state), "pri")


def called(place: Any) -> str:
    """The name in the reader's language, as far as there is one."""
    english = getattr(place, "name_en", "") if is_english() else ""
    return str(english or place.name)


def language_of(place: Any) -> str:
    """The language of a name that is not in the reader's language, else empty."""
    return "zh-Hans" if is_english() and not getattr(place, "name_en", "") else ""


def where(case: Incident) -> str:
    """紫轩花苑 7 号楼 2 单元; without a building the words of the reporter, else the cell or the area."""
    if case.building is not None:
        unit = _("%(number)s 单元") % {"number": case.unit_no} if case.unit_no else ""
        return f"{called(case.building)} {unit}".strip()
    if case.address:
        return case.address
    if case.cell is not None:
        return cell_name(case.cell)
    return called(case.area)


def cell_name(cell: Any) -> str:
    """紫轩社区 003 网格."""
    return _("%(area)s %(number)s 网格") % {
        "area": called(cell.community),
        "number": cell.code[-3:],
    }
