"""The pages whose state can be kept: what each of them understands of an address, in its own parsing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from geodata.querysets import day_of
from gridmap.accounts.scope import Scope
from gridmap.console.command.asking import commanded, read_asked
from gridmap.console.command.state import parse as parse_command
from gridmap.console.command.state import window_of
from gridmap.console.command.steps import steps_until
from gridmap.console.conflicts.conflict_list import read_asked as read_asked_list
from gridmap.console.desk.boards import BOARDS, Board, first_tab
from gridmap.console.desk.choices import read_choices
from gridmap.console.desk.filters import parse as parse_board
from gridmap.console.pages import is_english
from gridmap.recurring.querysets import sees_conflicts

# The query that the page itself would write; None for whom there is no such page.
Understand = Callable[[Scope, QueryDict, datetime], str | None]


def as_it_is(query: str, _now: datetime) -> str:
    return query


@dataclass(frozen=True)
class Page:
    """`name` of its address; `later` tells what of a kept query still goes on a later day."""

    name: str
    title: str | Promise
    understood: Understand
    later: Callable[[str, datetime], str] = as_it_is


def _of_command(person: Scope, query: QueryDict, now: datetime) -> str | None:
    whole = commanded(person)
    if whole is None:
        return None
    return read_asked(whole, query, now).shown.query(is_wall=False, wall_theme="")


def _command_later(query: str, now: datetime) -> str:
    """Without dates that have gone out of what can be chosen: then the usual ones are shown."""
    shown = parse_command(QueryDict(query))
    _window, late = window_of(shown, steps_until(shown.step, day_of(now)))
    return shown.query(since=None, until=None) if late else query


def _of_conflicts(person: Scope, query: QueryDict, _now: datetime) -> str | None:
    return read_asked_list(person, query).query if sees_conflicts(person) else None


def _of_board(board: Board) -> Understand:
    def understood(person: Scope, query: QueryDict, _now: datetime) -> str | None:
        if not board.roles & person.roles:
            return None
        filters = parse_board(query, [tab.key for tab in board.tabs], first_tab(board, person))
        known = read_choices(person, english=is_english()).understood(filters)
        return filters.query(**known, page=1, case="", act="")

    return understood


PAGES = {
    page.name: page
    for page in (
        Page("command", pgettext_lazy("navigation", "态势"), _of_command, _command_later),
        Page("conflicts", pgettext_lazy("many", "反复矛盾"), _of_conflicts),
        *(Page(board.name, board.title, _of_board(board)) for board in BOARDS),
    )
}
