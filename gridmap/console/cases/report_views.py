"""A new report in three taps, and what its sender is told."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.gis.geos import Point
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from geodata.models import STORED
from gridmap.accounts.guards import person_of
from gridmap.accounts.scope import Scope, scope, today
from gridmap.console.belonging import belongings_of
from gridmap.console.cases.around import around_report, start_of
from gridmap.console.cases.finding import for_case_work
from gridmap.console.cases.owners import owners_of
from gridmap.console.cases.photo_forms import bytes_of
from gridmap.console.cases.report_forms import PartyRows, ReportForm, source_of
from gridmap.console.cases.reporting import (
    is_first,
    limit_of,
    may_withdraw,
    own_report,
    take_report,
    topics_for,
    withdraw_report,
)
from gridmap.console.pages import is_english, page, show_refusal
from gridmap.incidents.services.errors import KeyTaken, PhotoBusy, Refused
from gridmap.incidents.services.photos import read_pictures
from gridmap.incidents.topics import URGENCIES
from layers.requests import BadField, read_point

CONFLICT, UNPROCESSABLE, CREATED, UNAVAILABLE = 409, 422, 201, 503
# A receipt that is opened later offers no undoing; the page of the case still does.
FRESH = timedelta(seconds=30)


@for_case_work
@require_http_methods(["GET", "POST"])
@gzip_page
def report(request: HttpRequest, person: Scope) -> HttpResponse:
    """The page, and what it sends: a program (`Accept: application/json`) is answered in JSON."""
    if request.method == "POST":
        return _take(request, person)
    initial = {"key": uuid4(), "occurred_at": timezone.now()}
    return _report_page(request, person, ReportForm(initial=initial), PartyRows(prefix="party"))


def _report_page(
    request: HttpRequest, person: Scope, form: ReportForm, parties: Any, status: int = 200
) -> HttpResponse:
    values = {
        "form": form,
        "parties": parties,
        "topics": topics_for(person),
        "start": start_of(person),
        "user_id": person.user_id,
        "errors": sum(map(len, (form.errors, *parties.errors))) if form.is_bound else 0,
    }
    return page(request, "console/cases/report.html", values, status=status)


def _take(request: HttpRequest, person: Scope) -> HttpResponse:
    form, parties = ReportForm(request.POST, request.FILES), PartyRows(request.POST, prefix="party")
    if not (form.is_valid() & parties.is_valid()):
        return _unfinished(request, person, form, parties, UNPROCESSABLE)
    named = [party for row in parties if (party := row.party())]
    said = form.cleaned_data
    try:
        # Everything that may be refused comes before anything is written.
        pictures = read_pictures(bytes_of(said["photos"]))
        receipt = take_report(
            draft=form.draft(source_of(person.roles), named),
            joins=said["joins"],
            resolution=said["resolution"] if said["settle"] else "",
            by=person_of(request),
            at=timezone.now(),
            pictures=pictures,
        )
    except Refused as error:
        show_refusal(form, error)
        return _unfinished(request, person, form, parties, _status_of(error))
    address = reverse("report-receipt", args=[said["key"]])
    if _wants_json(request):
        answer = {"code": receipt.code, "receipt": address}
        return JsonResponse(answer, status=CREATED if receipt.is_new else 200)
    return redirect(address)


def _status_of(error: Refused) -> int:
    """What came at a bad moment is to be sent again as it is; the outbox of the page does so."""
    if isinstance(error, PhotoBusy):
        return UNAVAILABLE
    return CONFLICT if isinstance(error, KeyTaken) else UNPROCESSABLE


def _unfinished(
    request: HttpRequest, person: Scope, form: ReportForm, parties: Any, status: int
) -> HttpResponse:
    """What is to be mended, field by field; nothing typed is lost."""
    if not _wants_json(request):
        return _report_page(request, person, form, parties, status)
    errors = {name: list(map(str, found)) for name, found in form.errors.items()}
    for number, row in enumerate(parties.errors):
        errors |= {f"party-{number}-{name}": list(map(str, said)) for name, said in row.items()}
    return JsonResponse({"errors": errors}, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


@for_case_work
@require_GET
@gzip_page
def report_around(request: HttpRequest, person: Scope) -> HttpResponse:
    """What lies around a place: paper, and in scope buildings, cells and open cases."""
    try:
        lon, lat = read_point(request.GET)
    except BadField as error:
        return JsonResponse({"errors": {error.field: [str(error)]}}, status=400)
    place = Point(lon, lat, srid=STORED)
    text = around_report(person, place, english=is_english())
    return HttpResponse(text, content_type="application/json")


@never_cache
@require_GET
@gzip_page
def receipt(request: HttpRequest, key: UUID) -> HttpResponse:
    """Who has it, and by when; for ten seconds it can be taken back."""
    person = person_of(request)
    found = own_report(person, key)
    if found is None:
        raise Http404
    case = found.incident
    values = {
        "report": found,
        "case": case,
        "owners": owners_of(case, today(), person.pk),
        "limit": limit_of(case, case.registered_at),
        "urgency": _(URGENCIES[case.urgency]),
        "may_withdraw": may_withdraw(found),
        "is_joined": not is_first(found),
        "belongs": belongings_of(case, scope(person)),
        "photos": found.photos.count(),
        "is_fresh": timezone.now() - found.received_at < FRESH,
    }
    return page(request, "console/cases/receipt.html", values)


@require_POST
def withdraw(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take back what was sent by mistake."""
    person = person_of(request)
    found = own_report(person, key)
    if found is None or not may_withdraw(found):
        raise Http404
    withdraw_report(found, by=person, at=timezone.now())
    messages.success(request, _("已撤回 %(code)s") % {"code": found.incident.code})
    return redirect("home")
