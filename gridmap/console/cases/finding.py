"""Views for those who work with cases, and about one: found in the scope of who asks, or there is none."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from gridmap.accounts.scope import scope
from gridmap.console.cases.queries import NoSuchCase, find_case
from gridmap.console.pages import page
from gridmap.incidents.querysets import works_with_cases

View = Callable[..., HttpResponse]


def for_case_work(view: View) -> View:
    """Hand the view the scope of who asks; for a planner, or who has no place, there is no such page."""

    @never_cache
    @wraps(view)
    def let_in(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        person = scope(request.user)
        if not works_with_cases(person):
            raise Http404
        return view(request, person, **kwargs)

    return let_in


def on_case(view: View) -> View:
    """Hand the view the case of the code and the scope that it was found in."""

    @never_cache
    @wraps(view)
    def found(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        person = scope(request.user)
        try:
            case = find_case(person, code)
        except NoSuchCase:
            return no_such_case(request)
        return view(request, case, person, **kwargs)

    return found


def no_such_case(request: HttpRequest) -> HttpResponse:
    """The same words for a case that is not there and for one that is not for this person."""
    return page(request, "console/cases/not_found.html", {}, status=404)
