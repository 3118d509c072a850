"""The pages that a role opens."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from geodata.versions import data_version
from gridmap.accounts.guards import person_of
from gridmap.accounts.models import Role
from gridmap.accounts.scope import scope
from gridmap.console.contacts import read_contacts
from gridmap.console.my_cells import read_ground, read_my_cells
from gridmap.console.notice_lines import opened_by, read_lines
from gridmap.console.notices import notices_of
from gridmap.console.overview import NoSuchArea, read_overview, search
from gridmap.console.overview_cases import offered
from gridmap.console.pages import is_english, page, page_number
from gridmap.incidents.services.reading import read_notices

IN_COMMAND = {Role.DISTRICT_COMMANDER, Role.CITY_ADMIN}
AT_THE_DESK = {Role.DISPATCHER, Role.HOTLINE_OPERATOR}


@require_GET
@never_cache
@gzip_page
def home(request: HttpRequest) -> HttpResponse:
    """Everybody to where the day begins: the situation, the own cells, the desk, the team, else the areas in
    scope."""
    person = scope(request.user)
    if person.roles & IN_COMMAND:
        return redirect("command")
    if person.cell_ids or person.post_ids:
        return redirect("my-cells")
    if person.roles & AT_THE_DESK:
        return redirect("desk")
    if person.team_ids and not person.area_ids:
        return redirect("desk-teams")
    return areas(request)


@require_GET
@never_cache
@gzip_page
def areas(request: HttpRequest) -> HttpResponse:
    """The areas in scope, one level at a time, or what a search finds in them."""
    person = scope(request.user)
    if not person.area_ids:
        return page(request, "console/no_scope.html", {})
    words = request.GET.get("q", "").strip()
    try:
        overview = read_overview(person, request.GET.get("area", ""), english=is_english())
    except NoSuchArea as error:
        raise Http404 from error
    found = search(person, words, english=is_english()) if words else None
    values = {
        "overview": overview,
        "found": found,
        "words": words,
        "sees_people": person.sees_people,
        "cases": offered(person, overview),
    }
    return page(request, "console/overview.html", values)


@require_GET
@never_cache
@gzip_page
def my_cells(request: HttpRequest) -> HttpResponse:
    """My cells, their buildings and leaders, on a map and in a list."""
    person = scope(request.user)
    mine = read_my_cells(person, timezone.now(), english=is_english())
    if mine is None:
        return page(request, "console/no_cells.html", {})
    # The address changes with what it answers, so that a browser may keep the answer.
    version = f"{data_version():x}-{person.digest}-{get_language()}"
    values = {"mine": mine, "unread": mine.todo.unread, "version": version}
    return page(request, "console/my_cells.html", values)


@require_GET
@gzip_page
def my_cells_ground(request: HttpRequest, version: str) -> HttpResponse:
    """The paper around my cells, kept by the browser until the data change."""
    ground = read_ground(scope(request.user), english=is_english())
    if ground is None:
        raise Http404
    headers = {"Cache-Control": "private, max-age=86400, immutable"}
    return HttpResponse(ground, content_type="application/json", headers=headers)


@require_GET
@never_cache
@gzip_page
def contacts(request: HttpRequest) -> HttpResponse:
    """Who answers for the places in scope, fifty on a page."""
    words = request.GET.get("q", "").strip()
    number = page_number(request.GET.get("page", "1"))
    found = read_contacts(scope(request.user), words, number, english=is_english())
    return page(request, "console/contacts.html", {"contacts": found, "words": words})


@require_GET
@never_cache
@gzip_page
def notices(request: HttpRequest) -> HttpResponse:
    """What this person was told, the latest first."""
    now = timezone.now()
    number = page_number(request.GET.get("page", "1"))
    told = read_lines(scope(request.user), number, now)
    return page(request, "console/notices.html", {"told": told})


@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark all as read; or the one of `open`, and go to what it is about."""
    person, now = person_of(request), timezone.now()
    number = request.POST.get("open", "")
    if not number:
        read_notices(by=person, at=now)
        return redirect("notices")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Http404
    notice = get_object_or_404(notices_of(scope(person)).select_related("incident"), pk=int(number))
    read_notices(by=person, at=now, only=[notice.pk])
    return redirect(opened_by(notice))
