"""The boards: a list of cases beside a map, and what is done with them in their rows."""

import re
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from gridmap.accounts.guards import for_roles, person_of
from gridmap.accounts.scope import scope
from gridmap.console.desk import acting
from gridmap.console.desk.boards import CASES, COMMUNITY, TEAMS, TRIAGE, Board, first_tab
from gridmap.console.desk.checked import AGAIN, DISPATCH, Asked, ask, offered, route_all
from gridmap.console.desk.choices import Choices, read_choices
from gridmap.console.desk.filters import parse
from gridmap.console.desk.moves import MoveForm
from gridmap.console.desk.opened import read_opened
from gridmap.console.desk.queries import PAGE
from gridmap.console.desk.shown import Shown
from gridmap.console.pages import show_refusal
from gridmap.incidents.models import Incident
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.incidents.services.errors import Overtaken, Refused
from gridmap.incidents.services.rerouting import route_again
from gridmap.incidents.states import Name

View = Callable[[HttpRequest], HttpResponse]
CONFLICT, REFUSED = 409, 422


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


class Desk(Shown):
    """One request to a board, with what is done from it."""

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
            show_refusal(form, error)
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
                show_refusal(form, error)
            else:
                messages.success(self.request, asked_for.bulk.done(len(asked_for.cases)))
                return self._back()
        status = REFUSED if form.is_bound else 200
        return self.render(self.frame(known) | {"bulk": asked_for}, status)

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

triage, cases, teams, community = (page_of(board) for board in (TRIAGE, CASES, TEAMS, COMMUNITY))
