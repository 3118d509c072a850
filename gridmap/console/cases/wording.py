"""A case as a person reads it: when it is due, how far it is, where it is, who has it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from geodata.querysets import BEIJING
from gridmap.console.pages import is_english
from gridmap.incidents.models import Incident
from gridmap.incidents.states import DONE, ENDS, STATE_LABELS, STEP_LABELS, State, Step, next_step

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
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
# Bars that are filled, of four.
RISK_BARS = {"red": 4, "orange": 3, "yellow": 2, "blue": 1}


@dataclass(frozen=True)
class Due:
    """When a case is due: `kind` is over, today, open or none."""

    kind: str
    text: str


def due(case: Incident, now: datetime) -> Due:
    """What a list and a page say of the deadline; once the work is done it counts no more."""
    return due_in(State(case.state), case.due_at, now)


def due_in(state: State, due_at: datetime, now: datetime) -> Due:
    if state in ENDS or state in DONE or state is State.SUSPENDED:
        return Due("none", "")
    if due_at < now:
        return Due("over", overdue_text(now - due_at))
    local, today = due_at.astimezone(BEIJING), now.astimezone(BEIJING)
    return Due("today" if local.date() == today.date() else "open", when(due_at, now))


def overdue_text(late: timedelta) -> str:
    """超期 5 小时: minutes below an hour, hours below two days, then days."""
    if late < HOUR:
        minutes = max(1, late // timedelta(minutes=1))
        return _("超期 %(minutes)s 分钟") % {"minutes": minutes}
    if late < 2 * DAY:
        return _("超期 %(hours)s 小时") % {"hours": late // HOUR}
    return _("超期 %(days)s 天") % {"days": late // DAY}


def when(at: datetime, now: datetime) -> str:
    """今天 18:00, 明天 08:30, 7月16日 12:00: in Beijing, this year without its number."""
    local, here = at.astimezone(BEIJING), now.astimezone(BEIJING)
    time = f"{local:%H:%M}"
    if local.date() == here.date():
        return _("今天 %(time)s") % {"time": time}
    if local.date() == (here + DAY).date():
        return _("明天 %(time)s") % {"time": time}
    return f"{day(at, now)} {time}"


def day(at: datetime, now: datetime) -> str:
    """7月16日, or 2025年7月16日 in another year."""
    local, here = at.astimezone(BEIJING), now.astimezone(BEIJING)
    return date_format(local, _("n月j日") if local.year == here.year else _("Y年n月j日"))


def long_ago(at: datetime, now: datetime) -> str:
    """刚刚, 3 分钟前, 5 小时前, else the day."""
    passed = now - at
    if passed < timedelta(minutes=1):
        return _("刚刚")
    if passed < HOUR:
        minutes = passed // timedelta(minutes=1)
        return ngettext("%(n)s 分钟前", "%(n)s 分钟前", minutes) % {"n": minutes}
    if passed < DAY:
        hours = passed // HOUR
        return ngettext("%(n)s 小时前", "%(n)s 小时前", hours) % {"n": hours}
    return day(at, now)


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
