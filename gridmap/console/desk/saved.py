"""Filters that a person keeps under a name, and opens with one click."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gridmap.accounts.guards import person_of
from gridmap.accounts.scope import Scope, scope
from gridmap.console.desk.boards import BOARDS, Board, first_tab
from gridmap.console.desk.filters import Filters, parse
from gridmap.incidents.models import SavedView

MOST_VIEWS = 30


@dataclass(frozen=True)
class View:
    """A saved view as it is shown."""

    id: int
    name: str
    address: str


def views_of(rows: list[dict[str, Any]], person: Scope) -> list[View]:
    """The own views of the boards that this person opens today."""
    boards = {board.name for board in BOARDS if board.roles & person.roles}
    found = []
    for row in rows:
        name, _sign, query = row["query"].partition("?")
        if name in boards:
            found.append(View(row["id"], row["name"], f"{reverse(name)}?{query}"))
    return found


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filters of a board; under a name that is taken they take its place."""
    person = person_of(request)
    board, filters = _kept(request)
    view = SavedView(
        user=person,
        name=" ".join(request.POST.get("name", "").split()),
        query=f"{board.name}?{filters.query(page=1, case='', act='')}",
    )
    try:
        view.clean_fields(exclude=["user"])
        _store(view)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.info(request, _("存好了：{name}").format(name=view.name))
    return redirect(f"{reverse(board.name)}?{filters.query()}")


def _store(view: SavedView) -> None:
    own = SavedView.objects.filter(user=view.user)
    if not own.filter(name=view.name).exists() and own.count() >= MOST_VIEWS:
        raise ValidationError(_("最多存 30 个视图，先删掉不用的。"))
    SavedView.objects.update_or_create(
        user=view.user, name=view.name, defaults={"query": view.query}
    )


@require_POST
def delete(request: HttpRequest, number: int) -> HttpResponse:
    board, filters = _kept(request)
    view = get_object_or_404(SavedView, pk=number, user=person_of(request))
    view.delete()
    messages.info(request, _("视图“{name}”删掉了").format(name=view.name))
    return redirect(f"{reverse(board.name)}?{filters.query()}")


def _kept(request: HttpRequest) -> tuple[Board, Filters]:
    """The board and filters that the form came with."""
    person = scope(request.user)
    name = request.POST.get("board", "")
    board = next((one for one in BOARDS if one.name == name and one.roles & person.roles), None)
    if board is None:
        raise Http404
    query = QueryDict(request.POST.get("query", ""))
    return board, parse(query, [tab.key for tab in board.tabs], first_tab(board, person))
