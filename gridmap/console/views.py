"""The pages that a role opens."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from geodata.versions import data_version
from gridmap.accounts.scope import scope
from gridmap.console.contacts import read_contacts
from gridmap.console.my_cells import read_ground, read_my_cells
from gridmap.console.overview import NoSuchArea, read_overview, search


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def page(request: HttpRequest, template: str, values: dict[str, Any]) -> HttpResponse:
    return render(request, template, {"now": timezone.now(), **values})


@require_GET
@never_cache
@gzip_page
def home(request: HttpRequest) -> HttpResponse:
    """Who holds cells or posts by name goes to them; everybody else sees the areas in scope."""
    person = scope(request.user)
    if person.cell_ids or person.post_ids:
        return redirect("my-cells")
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
    }
    return page(request, "console/overview.html", values)


@require_GET
@never_cache
@gzip_page
def my_cells(request: HttpRequest) -> HttpResponse:
    """My cells, their buildings and leaders, on a map and in a list."""
    person = scope(request.user)
    mine = read_my_cells(person, english=is_english())
    if mine is None:
        return page(request, "console/no_cells.html", {})
    # The address changes with what it answers, so that a browser may keep the answer.
    version = f"{data_version():x}-{person.digest}-{get_language()}"
    return page(request, "console/my_cells.html", {"mine": mine, "version": version})


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
    number = _page_number(request.GET.get("page", "1"))
    found = read_contacts(scope(request.user), words, number, english=is_english())
    return page(request, "console/contacts.html", {"contacts": found, "words": words})


def _page_number(text: str) -> int:
    """A page of the list; what is no sensible number names no page."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 100_000):
        raise Http404
    return int(text)
