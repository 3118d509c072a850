"""Pages for some roles only, and who asks for one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from gridmap.accounts.models import Role, User
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


def person_of(request: HttpRequest) -> User:
    """The signed-in person; the middleware in front lets nobody else come to a page."""
    if not isinstance(request.user, User):
        raise TypeError("this page needs a log-in")
    return request.user
