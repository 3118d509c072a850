"""The commander's page and what it asks for while it is looked at."""

from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from gridmap.accounts.scope import Scope, scope
from gridmap.console.command.asking import Asked, commanded, read_asked
from gridmap.console.command.command_page import conflict_values, page_values, situation_values
from gridmap.console.command.cube import packed, read_cube
from gridmap.console.command.kept import Body, answer, kept, key_of, zipped
from gridmap.console.command.places import read_shapes
from gridmap.console.command.points import read_points
from gridmap.console.command.recurring import read_outlines
from gridmap.console.command.state import parse
from gridmap.console.command.table import cells_of, column_names, rows_of
from gridmap.console.desk.filters import Fault
from gridmap.console.pages import csv_file, is_english, page
from gridmap.incidents.querysets import works_with_cases
from layers.geojson import CONTENT_TYPE
from layers.requests import BadField, parse_box

BAD_REQUEST = 400
View = Callable[..., HttpResponse]


def for_commanders(view: View) -> View:
    """Hand the view what somebody commands; for who commands nothing there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        whole = commanded(scope(request.user))
        if whole is None:
            raise Http404
        return view(request, whole, **kwargs)

    return guarded


def data(view: View) -> View:
    """Hand the view what is asked for, or refuse what cannot be, by its field."""

    @wraps(view)
    def read(request: HttpRequest, whole: Scope, **kwargs: Any) -> HttpResponse:
        asked = read_asked(whole, request.GET, timezone.now())
        return refused(asked.faults) if asked.faults else view(request, asked, **kwargs)

    return read


class NotUnderstoodError(ValueError):
    """An address names what there is not, by these faults."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults


def refused(faults: tuple[Fault, ...]) -> JsonResponse:
    errors = {fault.name: fault.message for fault in faults}
    return JsonResponse({"errors": errors}, status=BAD_REQUEST)


@require_GET
@for_commanders
@never_cache
@gzip_page
def command(request: HttpRequest, whole: Scope) -> HttpResponse:
    """The page, or a wall; what cannot be is told above it."""
    asked = read_asked(whole, request.GET, timezone.now())
    template = "console/command/wall.html" if asked.shown.is_wall else "console/command/page.html"
    return page(request, template, page_values(asked), BAD_REQUEST if asked.faults else 200)


@require_GET
@for_commanders
def cube(request: HttpRequest, whole: Scope) -> HttpResponse:
    """The counts behind the page; kept for a minute for all who see the same."""
    shown, now = parse(request.GET), timezone.now()
    if shown.faults:
        return refused(shown.faults)
    window = () if works_with_cases(whole) else (shown.since, shown.until)
    key = key_of("cube", whole, now, get_language(), shown.filters, window)
    try:
        found = kept(key, now, lambda at: _body(read_asked(whole, request.GET, now), at))
    except NotUnderstoodError as error:
        return refused(error.faults)
    return answer(request, found)


def _body(asked: Asked, at: datetime) -> Body:
    if asked.faults:
        raise NotUnderstoodError(asked.faults)
    return zipped(partial(packed, read_cube(asked)), at)


@require_GET
@for_commanders
@gzip_page
def places(_request: HttpRequest, whole: Scope, version: str) -> HttpResponse:
    """The ground of what is counted, kept by the browser until the address changes with the data."""
    text = read_shapes(whole, with_cells=works_with_cases(whole), english=is_english())
    headers = {"Cache-Control": "private, max-age=86400, immutable"}
    return HttpResponse(text, CONTENT_TYPE, headers=headers)


@require_GET
@for_commanders
@never_cache
@gzip_page
@data
def points(request: HttpRequest, asked: Asked) -> HttpResponse:
    """The cases in a box, where they are few."""
    try:
        box = parse_box(request.GET.get("box", ""), "box")
    except BadField as error:
        return refused((Fault(error.field, str(error)),))
    return JsonResponse(read_points(asked, box))


@require_GET
@for_commanders
@never_cache
@gzip_page
@data
def outlines(_request: HttpRequest, asked: Asked) -> HttpResponse:
    """The ground of the conflicts beside the map."""
    return HttpResponse(read_outlines(asked), CONTENT_TYPE)


@require_GET
@for_commanders
@never_cache
@gzip_page
@data
def situation(request: HttpRequest, asked: Asked) -> HttpResponse:
    """The figures anew, with the time of day beside them."""
    return page(request, "console/command/situation.html", situation_values(asked))


@require_GET
@for_commanders
@never_cache
@gzip_page
@data
def conflicts(request: HttpRequest, asked: Asked) -> HttpResponse:
    """The list anew."""
    return page(request, "console/command/conflicts.html", conflict_values(asked))


@require_GET
@for_commanders
@never_cache
@data
def cells(_request: HttpRequest, asked: Asked) -> HttpResponse:
    """The map as a table, for a spreadsheet."""
    rows = rows_of(read_cube(asked), asked.window, asked.now)
    name = f"gridmap-{asked.period.since}-{asked.period.until}.csv"
    return csv_file(name, column_names(), map(cells_of, rows))
