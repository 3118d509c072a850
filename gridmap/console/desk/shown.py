"""A board as it is looked at: what stands around the list, the list, the row that is open."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gridmap.accounts.scope import Scope
from gridmap.console.conflicts.tasks import tasks_to_do
from gridmap.console.desk import wording
from gridmap.console.desk.boards import CASES, INTAKE, TEAMS, TRIAGE, Board
from gridmap.console.desk.checked import offered
from gridmap.console.desk.choices import Choices, read_choices
from gridmap.console.desk.filters import Fault, Filters
from gridmap.console.desk.moves import MoveForm, asked, offers
from gridmap.console.desk.opened import Opened, read_opened
from gridmap.console.desk.queries import PAGE, Page, read_page
from gridmap.console.desk.telling import tell
from gridmap.console.pages import is_english
from gridmap.console.times import moment
from gridmap.incidents.models import Incident
from gridmap.incidents.parts import parts_of
from gridmap.incidents.services.errors import Refused
from gridmap.incidents.states import DESK, Name

BAD_REQUEST = 400


class Shown:
    """One request to a board, as far as it is looked at."""

    def __init__(
        self, request: HttpRequest, board: Board, person: Scope, filters: Filters, now: datetime
    ) -> None:
        self.request, self.board = request, board
        self.scope, self.filters, self.now = person, filters, now
        self.english = is_english()

    def show(
        self,
        *,
        form: MoveForm | None = None,
        error: Refused | None = None,
        refusal: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """The list; `form` is what was refused, `error` why, where somebody was first, `refusal` why nothing
        that asks no question was done."""
        known = read_choices(self.scope, english=self.english)
        faults = [*self.filters.faults, *known.faults(self.filters)]
        if faults:
            return self.render(self.frame(known) | self._misunderstood(known, faults), BAD_REQUEST)
        areas = known.with_all_below(self.filters.area)
        found = read_page(self.scope, self.board, self.filters, areas, self.now)
        opened = form.opened if form else self._opened(found.rows)
        values = self.frame(known) | {"error": error, "refusal": refusal}
        values |= self._listed(found, values["bar"]) | self._open(opened, known, form)
        if opened and opened.incident not in found.rows:
            values["lost"] = opened.incident
        return self.render(values, status)

    def frame(self, known: Choices) -> dict[str, Any]:
        """What stands around the list."""
        return {
            "now": self.now,
            "today": wording.today_words(self.now),
            "board": self.board,
            "tabs": [{"tab": tab} for tab in self.board.tabs],
            "filters": self.filters,
            "bar": wording.bar_of(self.filters, known, self.now),
            "periods": wording.periods_of(self.filters, self.now),
            "kept": self.filters.query(page=1, case="", act=""),
            "known": known,
            "is_triage": self.board is TRIAGE,
            "is_teams": self.board is TEAMS,
            "tasks": tasks_to_do(self.scope, self.now) if self.board is TEAMS else [],
            "can_register": bool(self.scope.roles & INTAKE),
            "searches_everything": self.board in (TRIAGE, CASES),
        }

    def _misunderstood(self, known: Choices, faults: list[Fault]) -> dict[str, Any]:
        return {
            "faults": faults,
            "understood": self.filters.query(**known.understood(self.filters)),
        }

    def _listed(self, found: Page, bar: wording.Bar) -> dict[str, Any]:
        first = (self.filters.page - 1) * PAGE + 1
        rows = wording.rows_of(found.rows, first, self.scope.team_ids, self.now)
        tab = self.board.tab(self.filters.tab)
        return {
            "found": found,
            "rows": rows,
            "tab": tab,
            "tabs": [{"tab": one, "count": found.counts[one.key]} for one in self.board.tabs],
            "last_tab": self.board.tabs[-1],
            "result": wording.result_words(found.count, tab.order_label),
            "offered": offered(self.board, tab.key, self.scope),
            "before": self.filters.page - 1,
            "after": self.filters.page + 1,
            "next_due": moment(found.next_due, self.now) if found.next_due else "",
            "pins": [pin_of(row) for row in rows if row.incident.geom],
            "without": _without(found, bar),
        }

    def _opened(self, rows: list[Incident]) -> Opened | None:
        case = next((row for row in rows if row.code == self.filters.case), None)
        return read_opened(case, self.scope, self.now, english=self.english) if case else None

    def _open(self, opened: Opened | None, known: Choices, form: MoveForm | None) -> dict[str, Any]:
        if opened is None:
            return {}
        offered = offers(opened, self.scope)
        # What has no place or no team shows at once what mends it.
        is_mending = bool(offered) and offered[0].name is Name.DISPATCH and offered[0].asks
        name = self._asked_for(opened, {offer.name for offer in offered}, is_mending=is_mending)
        if form is None and name is not None:
            form = MoveForm(name, opened, known, self.scope)
        is_above = parts_of(opened.standing, self.scope) & frozenset(DESK)
        return {
            "opened": opened,
            "can_look_again": bool(is_above) and bool(opened.incident.unrouted_reason),
            "told": tell(opened, self.now),
            "offers": offered,
            "form": form,
            "is_mending": is_mending and form is not None and form.name is Name.DISPATCH,
            "plain": MoveForm(Name.DISPATCH, opened, known, self.scope, plain=True),
        }

    def _asked_for(self, opened: Opened, offered: set[Name], *, is_mending: bool) -> Name | None:
        """The move whose questions are shown."""
        if self.filters.act in offered and asked(Name(self.filters.act), opened.incident):
            return Name(self.filters.act)
        return Name.DISPATCH if is_mending else None

    def render(self, values: dict[str, Any], status: int) -> HttpResponse:
        return render(self.request, "console/desk/board.html", values, status=status)


def _without(found: Page, bar: wording.Bar) -> dict[str, Any] | None:
    """Of an empty list: the filter whose loss shows most, and how much."""
    if not found.without:
        return None
    kind = max(found.without, key=lambda kind: found.without[kind])
    (dropped,) = (one for one in bar.all if one.kind == kind)
    words = ", ".join(name.text for name in dropped.chosen)
    return {"words": words, "count": found.without[kind], "query": dropped.without}


def pin_of(row: wording.Row) -> dict[str, Any]:
    """Where a row stands on the map."""
    lon, lat = row.incident.geom.coords if row.incident.geom else (0.0, 0.0)
    return {
        "number": row.number,
        "code": row.code,
        "title": row.title,
        "lon": round(lon, 6),
        "lat": round(lat, 6),
        "tone": row.due.tone,
    }
