"""The list of cases, and the page of one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from gridmap.accounts.guards import person_of
from gridmap.accounts.scope import Scope, scope
from gridmap.console.belonging import belongings_of
from gridmap.console.cases.act_views import refused
from gridmap.console.cases.around import around_case
from gridmap.console.cases.case_page import read_case_page
from gridmap.console.cases.finding import no_such_case, on_case
from gridmap.console.cases.queries import (
    list_cases,
    next_due,
    page_of_cases,
)
from gridmap.console.notices import unread_notices
from gridmap.console.pages import is_english, page, page_number
from gridmap.incidents.models import Incident
from gridmap.incidents.querysets import works_with_cases
from gridmap.incidents.services.errors import MoveRefused
from gridmap.incidents.services.looking import reveal_parties

OPEN = "open"
FILTERS = (
    (OPEN, _("办理中")),
    ("overdue", _("超期")),
    ("today", _("今天到期")),
    ("done", _("办完的")),
)


@require_GET
@never_cache
@gzip_page
def cases(request: HttpRequest) -> HttpResponse:
    """The cases in scope, fifty on a page; what is shown stands in the address."""
    person, now = scope(request.user), timezone.now()
    if not works_with_cases(person):
        return page(request, "console/cases/none.html", {})
    words = request.GET.get("q", "").strip()
    shown = request.GET.get("show", OPEN)
    shown = shown if shown in dict(FILTERS) else OPEN
    number = page_number(request.GET.get("page", "1"))
    found = page_of_cases(list_cases(person, shown, words, now), number)
    values = {
        "found": found,
        "left": found.paginator.count - found.end_index(),
        "words": words,
        "shown": shown,
        "filters": FILTERS,
        "next": None if found.object_list or words else next_due(person, now),
        "unread": unread_notices(person).count(),
    }
    part = "rows" if request.headers.get("HX-Request") else "list"
    return page(request, f"console/cases/{part}.html", values)


@on_case
@require_GET
@gzip_page
def case(request: HttpRequest, found: Incident, person: Scope) -> HttpResponse:
    """One case: how far it is, who has it, what happened, and what can be done now."""
    seen = read_case_page(found, person, timezone.now())
    values = {"seen": seen, "case": found, "belongs": belongings_of(found, person)}
    return page(request, "console/cases/case.html", values)


@on_case
@require_GET
@gzip_page
def case_around(request: HttpRequest, found: Incident, person: Scope) -> HttpResponse:
    """The paper around a case, for its small map."""
    if found.geom is None:
        return no_such_case(request)
    text = around_case(person, found, english=is_english())
    headers = {"Cache-Control": "private, max-age=3600"}
    return HttpResponse(text, content_type="application/json", headers=headers)


@on_case
@require_POST
def case_parties(request: HttpRequest, found: Incident, person: Scope) -> HttpResponse:
    """Show the parties for ten minutes; the look is written down with its reason."""
    reason = request.POST.get("reason", "")
    try:
        reveal_parties(incident=found, reason=reason, by=person_of(request), at=timezone.now())
    except MoveRefused as error:
        return refused(request, found, str(error))
    return redirect(f"{request.path.removesuffix('parties/')}#parties")
