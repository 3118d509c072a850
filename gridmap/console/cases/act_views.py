"""One act on one case: its form, what comes of it, and what is said when somebody was first."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gridmap.accounts.guards import person_of
from gridmap.accounts.scope import Scope
from gridmap.console.cases.acts import ACTS, Act, NothingAsked, label_of, possible_acts
from gridmap.console.cases.case_page import records_of
from gridmap.console.cases.finding import no_such_case, on_case
from gridmap.console.cases.forms import ActForm
from gridmap.console.pages import page
from gridmap.incidents.models import Incident
from gridmap.incidents.services.errors import Overtaken, Refused
from gridmap.incidents.story import story_of

CONFLICT, UNPROCESSABLE = 409, 422


@on_case
@require_http_methods(["GET", "POST"])
def case_act(request: HttpRequest, case: Incident, person: Scope, name: str) -> HttpResponse:
    """Ask what the act needs, or carry it out; what would be refused is not asked for."""
    if name not in ACTS:
        return no_such_case(request)
    act = ACTS[name]
    if request.method == "POST":
        return _carry_out(request, case, person, act)
    if not _is_possible(act, case, person):
        return refused(request, case, _cannot(act, case))
    return _form_page(request, case, person, act, act.form(case=case, scope=person))


def _carry_out(request: HttpRequest, case: Incident, person: Scope, act: Act) -> HttpResponse:
    form = act.form(request.POST, request.FILES, case=case, scope=person)
    if not form.is_valid():
        if not _is_possible(act, case, person):
            return refused(request, case, _cannot(act, case), said=request.POST)
        return _form_page(request, case, person, act, form, status=UNPROCESSABLE)
    try:
        with transaction.atomic():
            act.perform(case, form, person_of(request), timezone.now())
    except Overtaken:
        return _overtaken(request, case, person, act)
    except NothingAsked:
        return refused(request, case, _cannot(act, case), said=request.POST)
    except Refused as error:
        return _refused_by_service(request, case, person, act, form, error)
    return _done(request, case, person, act)


def _done(request: HttpRequest, case: Incident, person: Scope, act: Act) -> HttpResponse:
    """Back to the case; a case that went to somebody else is no longer there."""
    label = label_of(act, case, person)
    messages.success(request, _("已完成：%(act)s") % {"act": label})
    is_mine = Incident.objects.visible_to(person).filter(pk=case.pk).exists()
    return redirect("case", code=case.code) if is_mine else redirect("cases")


def _refused_by_service(
    request: HttpRequest, case: Incident, person: Scope, act: Act, form: ActForm, error: Refused
) -> HttpResponse:
    """At the field that the service names; without one the act is not possible any more."""
    if error.field not in form.fields:
        return refused(request, case, str(error), said=request.POST)
    form.add_error(error.field, str(error))
    return _form_page(request, case, person, act, form, status=UNPROCESSABLE)


def _overtaken(request: HttpRequest, case: Incident, person: Scope, act: Act) -> HttpResponse:
    """Somebody was first: what was written is kept, and goes with the case as it is now."""
    fresh = Incident.objects.get(pk=case.pk)
    first = story_of(records_of(fresh, person))[0]
    if not _is_possible(act, fresh, person):
        return refused(request, fresh, _cannot(act, fresh), said=request.POST, first=first)
    written = request.POST.copy()
    written["version"] = str(fresh.version)
    form = act.form(written, case=fresh, scope=person)
    return _form_page(request, fresh, person, act, form, status=CONFLICT, first=first)


def _form_page(
    request: HttpRequest,
    case: Incident,
    person: Scope,
    act: Act,
    form: ActForm,
    *,
    status: int = 200,
    **values: Any,
) -> HttpResponse:
    shown = next((one for one in possible_acts(case, person) if one.name == act.name), act)
    values |= {"case": case, "act": shown, "form": form, "scope": person}
    return page(request, "console/cases/act.html", values, status=status)


def refused(request: HttpRequest, case: Incident, reason: str, **values: Any) -> HttpResponse:
    """The act is not possible; what was written with it is shown, so that it is not lost."""
    said = values.pop("said", {})
    texts = [text for name, text in said.items() if name in TEXTS and text.strip()]
    values |= {"case": case, "reason": reason, "texts": texts}
    return page(request, "console/cases/refused.html", values, status=CONFLICT)


TEXTS = ("reason", "text", "note", "words", "answer")


def _is_possible(act: Act, case: Incident, person: Scope) -> bool:
    return any(one.name == act.name for one in possible_acts(case, person))


def _cannot(act: Act, case: Incident) -> str:
    return _("案件现在是“%(state)s”，你不能“%(act)s”。") % {
        "state": case.get_state_display(),
        "act": _(act.label),
    }
