"""What keeps coming back: the list, the page of one, and what is done about it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods

from geodata.querysets import day_of
from gridmap.accounts.guards import person_of
from gridmap.accounts.scope import Scope, scope
from gridmap.console.belonging import name_of
from gridmap.console.conflicts.acts import ACTS, Asked
from gridmap.console.conflicts.conflict_list import read_asked, read_list
from gridmap.console.conflicts.conflict_page import read_conflict_page
from gridmap.console.conflicts.forms import FinishForm, PlainForm
from gridmap.console.conflicts.queries import find_conflict
from gridmap.console.conflicts.table import cells_of, column_names
from gridmap.console.pages import csv_file, page, show_refusal
from gridmap.recurring.models import JointTask, RecurringConflict
from gridmap.recurring.querysets import sees_conflicts
from gridmap.recurring.services.errors import ConflictOvertaken, ConflictRefused
from gridmap.recurring.services.tasks import finish_task

View = Callable[..., HttpResponse]
NOT_FOUND, TAKEN, UNPROCESSABLE = 404, 409, 422


@require_GET
@never_cache
@gzip_page
def conflicts(request: HttpRequest) -> HttpResponse:
    """Ranked, as a page or as a file; what is chosen stands in the address."""
    person = scope(request.user)
    if not sees_conflicts(person):
        raise Http404
    found = read_list(person, read_asked(person, request.GET), timezone.now())
    if request.GET.get("format") == "csv":
        day = day_of(timezone.now())
        rows = (cells_of(one, person) for one in found.conflicts)
        return csv_file(f"conflicts-{day}.csv", column_names(), rows)
    return page(request, "console/conflicts/list.html", {"found": found})


def on_conflict(view: View) -> View:
    """Hand the view the conflict of the code and the scope that it was found in."""

    @never_cache
    @wraps(view)
    def found(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        person = scope(request.user)
        conflict = find_conflict(person, code)
        if conflict is None:
            # The same words for one that is not there and for one that is not for this person.
            return page(request, "console/conflicts/not_found.html", {}, status=NOT_FOUND)
        return view(request, conflict, person, **kwargs)

    return found


@on_conflict
@require_GET
@gzip_page
def conflict(request: HttpRequest, found: RecurringConflict, person: Scope) -> HttpResponse:
    """What it is, how sure we are, who has it, what was tried and what followed."""
    all_of_them = request.GET.get("cases") == "all"
    seen = read_conflict_page(found, person, timezone.now(), all_of_them=all_of_them)
    return page(request, "console/conflicts/conflict.html", {"seen": seen, "conflict": found})


@on_conflict
@require_http_methods(["GET", "POST"])
def conflict_act(
    request: HttpRequest, found: RecurringConflict, person: Scope, name: str
) -> HttpResponse:
    """Ask what the act needs, or carry it out."""
    if name not in ACTS:
        raise Http404
    asked = Asked(ACTS[name], found, person)
    if request.method != "POST":
        return _ask(request, asked, asked.form(), 200 if asked.is_possible else TAKEN)
    form = asked.form(request.POST)
    if not form.is_valid():
        return _ask(request, asked, form, UNPROCESSABLE)
    try:
        asked.act.perform(found, form.cleaned_data, by=person_of(request), at=timezone.now())
    except ConflictOvertaken as error:
        show_refusal(form, error)
        # Who has looked may send the same again.
        form.data = {**request.POST.dict(), "version": found.version}
        return _ask(request, asked, form, TAKEN)
    except ConflictRefused as error:
        show_refusal(form, error)
        return _ask(request, asked, form, UNPROCESSABLE)
    messages.success(request, str(asked.act.done), extra_tags=asked.act.undo)
    return redirect("conflict", code=found.code)


@on_conflict
@require_http_methods(["GET", "POST"])
def conflict_task(
    request: HttpRequest, found: RecurringConflict, person: Scope, number: int
) -> HttpResponse:
    """What came of a task of an own team."""
    task = JointTask.objects.of_teams(person).filter(conflict=found, pk=number).first()
    if task is None:
        raise Http404
    form = FinishForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                finish_task(
                    task=task, by=person_of(request), at=timezone.now(), **form.cleaned_data
                )
            except ConflictRefused as error:
                show_refusal(form, error)
                status = TAKEN if isinstance(error, ConflictOvertaken) else UNPROCESSABLE
            else:
                messages.success(request, _("任务办完了"))
                return redirect("desk-teams")
    label = _("完成联合任务")
    values = {"conflict": found, "label": label, "name": name_of(found), "task": task, "form": form}
    return page(request, "console/conflicts/task.html", values, status=status)


def _ask(request: HttpRequest, asked: Asked, form: PlainForm, status: int) -> HttpResponse:
    told = {"label": asked.act.label, "name": asked.name, "conflict": asked.conflict}
    values = {"asked": asked, "act": asked.act, "form": form, **told}
    return page(request, "console/conflicts/act.html", values, status=status)
