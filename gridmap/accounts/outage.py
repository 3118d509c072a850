"""What is said while the database is away, or has no time for a request."""

import logging
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from gridmap.accounts.languages import language_of_cookie
from gridmap.accounts.problems import PRIVATE, problem
from gridmap.accounts.tokens import is_api

logger = logging.getLogger(__name__)

# The second is what a connection says that was lost inside a transaction.
AWAY = (OperationalError, InterfaceError)
RETRY_AFTER_S = "5"


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """503 with the time to wait: a page for who opens one, a line for a script, JSON for a program.

    Whose session it is nobody can say: the language is that of the cookie.
    """
    logger.error("the database does not answer: %s", error)
    with translation.override(language_of_cookie(request)):
        text = gettext("数据库暂时没有回答，过几秒再试。")
        if is_api(request):
            unavailable = HTTPStatus.SERVICE_UNAVAILABLE
            return problem(unavailable, "unavailable", text, Retry_After=RETRY_AFTER_S)
        headers = PRIVATE | {"Retry-After": RETRY_AFTER_S}
        if _opens_a_page(request):
            page = render_to_string("503.html", {"is_shown_again": request.method == "GET"})
            return HttpResponse(page, status=503, headers=headers)
        return HttpResponse(text, "text/plain; charset=utf-8", status=503, headers=headers)


def _opens_a_page(request: HttpRequest) -> bool:
    """A script that wants a part of a page keeps what it shows."""
    is_script = "HX-Request" in request.headers
    return "text/html" in request.headers.get("Accept", "") and not is_script
