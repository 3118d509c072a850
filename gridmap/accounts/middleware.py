"""Who asks, and in which language."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

from gridmap.accounts.checks import refuse_unsafe_production
from gridmap.accounts.languages import language_of_cookie
from gridmap.accounts.models import User
from gridmap.accounts.outage import AWAY, unavailable
from gridmap.accounts.problems import unauthenticated
from gridmap.accounts.sessions import SessionStore
from gridmap.accounts.tickets import ticket, user_of_token
from gridmap.accounts.tokens import is_api, secret_of, shows_token

FAILED = 500
GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionUserMiddleware(AuthenticationMiddleware):
    """Session or token, user and scope in one statement, in the place of Django's authentication.

    Owns the transaction of whoever signed in: that one statement also tells the database who acts and
    what they may see (row-level security, the log), for as long as the transaction lasts. A view that
    fails leaves nothing behind.

    Made when a server starts, whichever way: so here a production server that holds demonstration
    accounts, or serves as the owner of the tables, refuses to.
    """

    async_capable = False
    get_response: GetResponse

    def __init__(self, get_response: GetResponse) -> None:
        refuse_unsafe_production()
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.session.session_key and not shows_token(request):
            return self._answer(request)
        try:
            with transaction.atomic():
                response = self._answer(request)
                if response.status_code >= FAILED:
                    transaction.set_rollback(True)
        except AWAY as error:
            return unavailable(request, error)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        try:
            request.user = _identify(request)
        except AWAY as error:
            return unavailable(request, error)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return unavailable(request, error) if isinstance(error, AWAY) else None


class LogInMiddleware(LoginRequiredMiddleware):
    """Nobody comes to a view without a log-in or a good token; a program is told so in JSON."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        return unauthenticated() if refused and is_api(request) else refused


class PreferencesMiddleware:
    """The person's language; a visitor's cookie; else Chinese, whatever the browser prefers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        language = user.language if isinstance(user, User) else language_of_cookie(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _identify(request: HttpRequest) -> User | AnonymousUser:
    """A token stands in the place of the session, also a bad one."""
    if shows_token(request):
        request.session = SessionStore()
        return user_of_token(secret_of(request)) or AnonymousUser()
    session_key = request.session.session_key
    found = ticket(session_key) if session_key else None
    if found is None:
        request.session = SessionStore()
        user: User | AnonymousUser = AnonymousUser()
    else:
        request.session = SessionStore.read(str(session_key), found.session)
        user = found.user
    # Every page depends on who asks: caches between must know.
    request.session.accessed = True
    return user
