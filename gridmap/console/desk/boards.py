"""The boards and their columns of work: which cases stand in each, in which order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gridmap.accounts.models import Role
from gridmap.accounts.scope import Scope
from gridmap.incidents.querysets import IS_RUNNING, WITHOUT_CASES, is_due_today, is_overdue
from gridmap.incidents.states import CAME_BACK, HELD, NEW, State

Condition = Callable[[Scope, datetime], Q]
Label = str | Promise


@dataclass(frozen=True)
class Tab:
    """One column of work: `condition` in the eyes of a person at a time; an `is_alarm` is counted in red."""

    key: str
    label: Label
    condition: Condition
    order: tuple[Combinable | str, ...]
    order_label: Label
    empty: Label
    is_alarm: bool = False


@dataclass(frozen=True)
class Board:
    """A page: its address, its name, who opens it and its tabs."""

    name: str
    title: Label
    roles: frozenset[Role]
    tabs: tuple[Tab, ...]
    with_ended: bool = False

    def tab(self, key: str) -> Tab:
        return next(tab for tab in self.tabs if tab.key == key)


def states(chosen: frozenset[State] | set[State]) -> list[str]:
    return sorted(state.value for state in chosen)


TO_DISPATCH = Q(is_open=True, state__in=states(NEW | CAME_BACK))


def always(condition: Q) -> Condition:
    return lambda _scope, _now: condition


# Overdue, the oldest first, then what is due soonest; what waits for nobody here comes last.
BY_DUE = (
    Case(When(IS_RUNNING, then=Value(0)), default=Value(1), output_field=IntegerField()),
    "due_at",
    "pk",
)
SOONEST = _("按到期先后")
LONGEST_WAITING = _("等得最久的在前")
LATEST = _("最近登记的在前")


def by_due(
    key: str, label: Label, condition: Condition, empty: Label, *, is_alarm: bool = False
) -> Tab:
    return Tab(key, label, condition, BY_DUE, SOONEST, empty, is_alarm)


UNROUTED = by_due(
    "unrouted", _("无主"), always(~Q(unrouted_reason="") & Q(is_open=True)), _("每一件都有人负责"),
    is_alarm=True,
)  # fmt: skip
TODAY = by_due("today", _("今天到期"), lambda _scope, now: is_due_today(now), _("今天没有到期的"))
OVERDUE = by_due(
    "overdue", _("已超期"), lambda _scope, now: is_overdue(now), _("没有超期的"), is_alarm=True
)
OPEN = by_due("all", _("全部在办"), always(Q(is_open=True)), _("没有在办的案件"))

TRIAGE = Board(
    "desk",
    _("派遣台"),
    frozenset(
        {
            Role.DISPATCHER,
            Role.HOTLINE_OPERATOR,
            Role.VISITOR,
            Role.DISTRICT_COMMANDER,
            Role.COMMUNITY_OFFICER,
            Role.CITY_ADMIN,
        }
    ),
    (
        by_due("to_dispatch", _("待派遣"), always(TO_DISPATCH), _("都派出去了")),
        UNROUTED,
        TODAY,
        OVERDUE,
        by_due(
            "escalated",
            pgettext_lazy("tab", "提级"),
            always(Q(state=State.ESCALATED.value)),
            _("没有提级上来的"),
        ),
        Tab(
            "to_visit",
            _("待回访"),
            always(Q(state=State.CHECKED.value)),
            ("state_since", "pk"),
            LONGEST_WAITING,
            _("没有等回访的"),
        ),
        OPEN,
    ),
)
CASES = Board(
    "desk-cases",
    pgettext_lazy("many", "案件"),
    TRIAGE.roles,
    (
        by_due("open", _("在办"), always(Q(is_open=True)), _("没有在办的案件")),
        Tab(
            "ended",
            _("办完"),
            always(Q(is_open=False)),
            ("-registered_at", "-pk"),
            LATEST,
            _("没有办完的案件"),
        ),
        Tab("any", _("全部"), always(Q()), ("-registered_at", "-pk"), LATEST, _("没有案件")),
    ),
    with_ended=True,
)
TEAMS = Board(
    "desk-teams",
    _("我的队伍"),
    frozenset({Role.GUIDE, Role.HANDLING_UNIT}),
    (
        by_due(
            "lead",
            _("牵头"),
            lambda scope, _now: Q(is_open=True, lead_team__in=scope.team_ids),
            _("没有牵头的案件"),
        ),
        by_due(
            "assisting",
            _("协办"),
            lambda scope, _now: Q(is_open=True) & ~Q(lead_team__in=scope.team_ids),
            _("没有协办的案件"),
        ),
        TODAY,
        OVERDUE,
        OPEN,
    ),
)
COMMUNITY = Board(
    "desk-community",
    _("我的社区"),
    frozenset({Role.COMMUNITY_OFFICER, Role.GRID_LEADER}),
    (
        by_due("to_dispatch", _("待派遣"), always(TO_DISPATCH), _("都派出去了")),
        by_due(
            "in_cells",
            _("网格在办"),
            always(Q(state__in=states(HELD), raised_to=None)),
            _("网格里没有在办的"),
        ),
        by_due(
            "raised",
            _("提到社区"),
            lambda scope, _now: Q(
                is_open=True, raised_to__in=scope.areas_of(scope.roles - WITHOUT_CASES)
            ),
            _("没有提上来的"),
        ),
        by_due(
            "to_check",
            _("待核查"),
            always(Q(state=State.HANDLED.value)),
            _("没有等核查的"),
        ),
        TODAY,
        OVERDUE,
        OPEN,
    ),
)
# Who takes reports down.
INTAKE = (TRIAGE.roles | COMMUNITY.roles) - {Role.VISITOR}
BOARDS = (TRIAGE, CASES, TEAMS, COMMUNITY)


def first_tab(board: Board, scope: Scope) -> str:
    """Where a person's work begins: who only calls people begins with the visits."""
    if board is TRIAGE and scope.roles <= {Role.VISITOR}:
        return "to_visit"
    if board is TRIAGE and scope.roles <= {Role.VISITOR, Role.HOTLINE_OPERATOR}:
        return OPEN.key
    return board.tabs[0].key
