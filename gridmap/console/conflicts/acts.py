"""What can be done about a conflict, as buttons and forms."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gridmap.accounts.scope import Scope
from gridmap.console.belonging import name_of
from gridmap.console.conflicts.forms import (
    CloseForm,
    DismissForm,
    MeasureForm,
    OwnerForm,
    PlainForm,
    PlanForm,
    TaskForm,
)
from gridmap.recurring.models import RecurringConflict
from gridmap.recurring.services import handling, tasks
from gridmap.recurring.services.handling import last_reversible, possible_acts
from gridmap.recurring.states import Act as Name
from gridmap.recurring.states import State

Perform = Callable[..., Any]


@dataclass(frozen=True)
class Act:
    """An act on its page: its button, its questions, the service, and what is said afterwards.

    `why` tells what comes of it; `undo` marks what a toast offers to take back.
    """

    name: str
    label: str | Promise
    form: type[PlainForm]
    perform: Perform
    done: str | Promise
    why: str | Promise = ""
    undo: str = ""

    @property
    def is_plain(self) -> bool:
        """Done at once: nothing is asked."""
        return self.form is PlainForm


def _call(service: Callable[..., Any]) -> Perform:
    """Fields have the names of the service's arguments."""

    def perform(conflict: RecurringConflict, said: dict[str, Any], **who: Any) -> Any:
        return service(conflict=conflict, **said, **who)

    return perform


ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Act(Name.CONFIRM, _("确认是反复矛盾"), PlainForm, _call(handling.confirm_conflict), _("已确认，接着定负责人"),
            undo=Name.CONFIRM),
        Act(Name.DISMISS, _("不是反复矛盾"), DismissForm, _call(handling.dismiss_conflict), _("不再列出"),
            _("它从名单上去掉，以后再查到也不列出。可以撤销。"), Name.DISMISS),
        Act(Name.OWN, _("定负责人"), OwnerForm, _call(handling.give_owner), _("负责人定了")),
        Act(Name.PLAN, _("写方案"), PlanForm, _call(handling.write_plan), _("方案写好了")),
        Act(Name.MEASURE, _("记措施"), MeasureForm, _call(handling.note_measure), _("措施记下了")),
        Act(Name.TASK, _("布置联合任务"), TaskForm, _call(tasks.give_tasks), _("联合任务布置好了"),
            _("选中的每支队伍都会在“我的队伍”里看到它，办完时写明结果。"), Name.TASK),
        Act(Name.CLOSE, _("办结"), CloseForm, _call(handling.close_conflict), _("已办结，再来案件会自动复现"),
            _("办结以后再来案件，它会自动变回“平静后复现”。"), Name.CLOSE),
        Act(Name.TAKE_BACK, _("撤销上一步"), PlainForm, _call(handling.take_back), _("撤销了")),
    )
}  # fmt: skip


class Asked:
    """An act that somebody wants to do with a conflict."""

    def __init__(self, act: Act, conflict: RecurringConflict, person: Scope) -> None:
        self.act, self.conflict, self.person = act, conflict, person

    def form(self, data: QueryDict | None = None) -> PlainForm:
        return self.act.form(data, conflict=self.conflict, scope=self.person)

    @property
    def name(self) -> str:
        return name_of(self.conflict)

    @property
    def is_possible(self) -> bool:
        return self.act in acts_for(self.conflict, self.person)


def acts_for(conflict: RecurringConflict, person: Scope) -> list[Act]:
    """What can be done now, in the order of the buttons."""
    possible = possible_acts(conflict, person, last_reversible(conflict))
    return [act for name, act in ACTS.items() if name in possible]


@dataclass(frozen=True)
class Choice:
    """The one that comes next, and the others."""

    first: Act | None
    others: list[Act]


def choice_of(conflict: RecurringConflict, acts: list[Act]) -> Choice:
    """Confirm first, then an owner, a plan, measures, the end."""
    order = [Name.CONFIRM, Name.OWN, Name.PLAN, Name.CLOSE, Name.MEASURE]
    if conflict.owner_id is not None:
        order.remove(Name.OWN)
    if conflict.state == State.UNDER_PLAN:
        order.remove(Name.PLAN)
    named = {act.name: act for act in acts}
    first = next((named[name] for name in order if name in named), None)
    return Choice(first, [act for act in acts if act is not first])
