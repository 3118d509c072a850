"""Pages for some roles only."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from gridmap.accounts.models import Role
from gridmap.accounts.scope import scope

View = Callable[..., HttpResponse]


def for_roles(*roles: Role) -> Callable[[View], View]:
    """Let in who holds one of the roles today; for everybody else the page does not exist."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if scope(request.user).roles.isdisjoint(roles):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return guard
