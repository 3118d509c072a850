"""The boards: a list of cases beside a map, and what is done with them in their rows."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from gridmap.accounts.guards import for_roles, person_of
from gridmap.accounts.scope import Scope, scope
from gridmap.console.desk import acting, wording
from gridmap.console.desk.boards import CASES, COMMUNITY, INTAKE, TEAMS, TRIAGE, Board, first_tab
from gridmap.console.desk.checked import AGAIN, DISPATCH, Asked, ask, offered, route_all
from gridmap.console.desk.choices import Choices, read_choices
from gridmap.console.desk.filters import Fault, Filters, parse
from gridmap.console.desk.moves import MoveForm, asked, offers
from gridmap.console.desk.opened import Opened, read_opened
from gridmap.console.desk.queries import PAGE, Page, read_page
from gridmap.console.desk.saved import views_of
from gridmap.console.desk.telling import tell
from gridmap.console.pages import is_english
from gridmap.console.times import moment
from gridmap.incidents.models import Incident
from gridmap.incidents.parts import parts_of
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.incidents.services.errors import Overtaken, Refused
from gridmap.incidents.services.rerouting import route_again
from gridmap.incidents.states import DESK, Name

View = Callable[[HttpRequest], HttpResponse]
BAD_REQUEST, CONFLICT, REFUSED = 400, 409, 422


def page_of(board: Board) -> View:
    """The view of a board: to be looked at, and with what is done from it."""

    @for_roles(*board.roles)
    @require_http_methods(["GET", "POST"])
    @never_cache
    @gzip_page
    def view(request: HttpRequest) -> HttpResponse:
        person = scope(request.user)
        tabs = [tab.key for tab in board.tabs]
        filters = parse(request.GET, tabs, first_tab(board, person))
        desk = Desk(request, board, person, filters, timezone.now())
        return desk.act() if request.method == "POST" else desk.show()

    return view


class Desk:
    """One request to a board."""

    def __init__(
        self, request: HttpRequest, board: Board, person: Scope, filters: Filters, now: datetime
    ) -> None:
        self.request, self.board = request, board
        self.scope, self.filters, self.now = person, filters, now
        self.english = is_english()

    # Looking

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
            return self._render(
                self._frame(known) | self._misunderstood(known, faults), BAD_REQUEST
            )
        areas = known.with_all_below(self.filters.area)
        found = read_page(self.scope, self.board, self.filters, areas, self.now)
        opened = form.opened if form else self._opened(found.rows)
        values = self._frame(known) | {"error": error, "refusal": refusal}
        values |= self._listed(found, values["bar"]) | self._open(opened, known, form)
        if opened and opened.incident not in found.rows:
            values["lost"] = opened.incident
        return self._render(values, status)

    def _frame(self, known: Choices) -> dict[str, Any]:
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
            "views": views_of(known.views, self.scope),
            "messages": messages.get_messages(self.request),
            "is_triage": self.board is TRIAGE,
            "is_teams": self.board is TEAMS,
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

    def _render(self, values: dict[str, Any], status: int) -> HttpResponse:
        return render(self.request, "console/desk/board.html", values, status=status)

    # Acting

    def act(self) -> HttpResponse:
        """One move of the case in the address, an undoing, or something for all that are checked."""
        post = self.request.POST
        if "undo" in post:
            return self._undo(post)
        if "again" in post:
            return self._look_again()
        if "bulk" in post:
            return self._with_checked(post)
        return self._move(post)

    def _move(self, post: QueryDict) -> HttpResponse:
        if post.get("move") not in [*Name]:
            raise Http404
        opened = read_opened(self._case(), self.scope, self.now, english=self.english)
        known = read_choices(self.scope, english=self.english)
        name, plain = Name(post.get("move", "")), "plain" in post
        form = MoveForm(name, opened, known, self.scope, post, plain=plain)
        if not form.is_valid():
            return self.show(form=form, status=REFUSED)
        try:
            record = acting.make_move(
                opened.incident, name, form.details(), by=person_of(self.request), at=self.now
            )
        except Overtaken as error:
            return self.show(form=form, error=error, status=CONFLICT)
        except Refused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return self.show(form=form, status=REFUSED)
        self._tell_done([record.pk])
        return self._back()

    def _case(self) -> Incident:
        seen = Incident.objects.visible_to(self.scope).filter(code=self.filters.case)
        case: Incident | None = seen.select_related(
            "area", "cell__community", "building", "topic", "lead_team", "unit", "raised_to"
        ).first()
        if case is None:
            raise Http404
        return case

    def _look_again(self) -> HttpResponse:
        """Whether there is somebody for a case by now."""
        try:
            case = route_again(incident=self._case(), by=person_of(self.request), at=self.now)
        except Refused as error:
            return self.show(refusal=str(error), status=REFUSED)
        self._tell_found(int(not case.unrouted_reason), 1)
        return self._back()

    def _with_checked(self, post: QueryDict) -> HttpResponse:
        """One thing for all checked cases; what needs words asks for them first."""
        name = post.get("bulk", "")
        if name not in offered(self.board, self.filters.tab, self.scope):
            raise Http404
        codes = post.getlist("checked")[:PAGE]
        chosen = Incident.objects.visible_to(self.scope).filter(code__in=codes)
        ordered = chosen.order_by("due_at", "pk")
        if name == DISPATCH:
            return self._dispatch_checked(ordered)
        if name == AGAIN:
            return self._look_again_for(ordered)
        known = read_choices(self.scope, english=self.english)
        cases = ordered.select_related("raised_to").prefetch_related("assisting_teams")
        asked_for = ask(name, cases, known, self.scope, post if "key" in post else None)
        return self._do_for_all(asked_for, known)

    def _dispatch_checked(self, chosen: IncidentQuerySet) -> HttpResponse:
        """All as proposed; those that cannot be dispatched are told with the reason."""
        records, refused = acting.dispatch_all(chosen, by=person_of(self.request), at=self.now)
        if records:
            self._tell_done([record.pk for record in records])
        if refused:
            count = len(refused)
            words = ngettext("{n} 件没有派出去：{reasons}", "{n} 件没有派出去：{reasons}", count)
            self._warn(words, refused)
        return self._back()

    def _look_again_for(self, chosen: IncidentQuerySet) -> HttpResponse:
        found, refused = route_all(chosen, by=person_of(self.request), at=self.now)
        self._tell_found(found, len(chosen) - len(refused))
        if refused:
            words = ngettext("{n} 件没有再找：{reasons}", "{n} 件没有再找：{reasons}", len(refused))
            self._warn(words, refused)
        return self._back()

    def _do_for_all(self, asked_for: Asked, known: Choices) -> HttpResponse:
        form = asked_for.form
        if asked_for.cases and form.is_valid():
            by = person_of(self.request)
            try:
                asked_for.bulk.perform(asked_for.cases, form.cleaned_data, by, self.now)
            except Refused as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.success(self.request, asked_for.bulk.done(len(asked_for.cases)))
                return self._back()
        status = REFUSED if form.is_bound else 200
        return self._render(self._frame(known) | {"bulk": asked_for}, status)

    def _tell_found(self, found: int, looked: int) -> None:
        """For how many cases somebody was found, of those that were looked for."""
        if found:
            words = ngettext("{n} 件找到了负责的人", "{n} 件找到了负责的人", found)
            messages.success(self.request, words.format(n=found))
        if found < looked:
            left = looked - found
            words = ngettext("{n} 件还是没有人负责", "{n} 件还是没有人负责", left)
            messages.info(self.request, words.format(n=left))

    def _warn(self, words: str, refused: list[str]) -> None:
        reasons = _("；").join(refused[:3])
        messages.warning(self.request, words.format(n=len(refused), reasons=reasons))

    def _undo(self, post: QueryDict) -> HttpResponse:
        numbers = [int(part) for part in post.get("undo", "").split() if NUMBER.fullmatch(part)]
        try:
            count = acting.undo(self.scope, numbers[:PAGE], by=person_of(self.request), at=self.now)
        except Refused as error:
            messages.warning(self.request, str(error))
        else:
            words = ngettext("撤销了，{n} 件回到待派遣", "撤销了，{n} 件回到待派遣", count)
            messages.info(self.request, words.format(n=count))
        return self._back()

    def _tell_done(self, numbers: list[int]) -> None:
        """A line about what was done, with the numbers that an undoing needs."""
        records = acting.own_records(self.scope, numbers)
        undo = [str(one.pk) for one in records if acting.can_undo(one, self.scope)]
        # A case may leave the scope with the move.
        words = acting.said(records) if records else _("办好了")
        messages.success(self.request, words, extra_tags=" ".join(undo))

    def _back(self) -> HttpResponse:
        query = self.filters.query(case="", act="")
        return redirect(f"{reverse(self.board.name)}?{query}")


NUMBER = re.compile("[0-9]{1,18}")


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


triage, cases, teams, community = (page_of(board) for board in (TRIAGE, CASES, TEAMS, COMMUNITY))
