"""The brake on guessing: by account and address, so that nobody locks out a colleague."""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext


class BrakeHandler(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Counts failures in the database; a guess while locked only starts the waiting anew.

    Axes would append the form to a text that grows with every guess.
    """

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
    ) -> None:
        if not self.is_locked(request, credentials):
            super().user_login_failed(sender, credentials, request, **kwargs)
            return
        for attempts in self.get_user_attempts(request, credentials):
            attempts.update(attempt_time=request.axes_attempt_time)
        request.axes_locked_out = True
        request.axes_credentials = credentials


def braked(request: HttpRequest, username: str, wrong: str) -> str:
    """What to tell after a wrong password: `wrong`, and how many tries are left; or until when."""
    failures = AxesProxyHandler.get_failures(request, {"username": username})
    left = settings.AXES_FAILURE_LIMIT - failures
    if left <= 0:
        until = timezone.localtime(timezone.now() + get_cool_off(request))
        return gettext("这个账号在此电脑上停用到 %(time)s。在那之前再试，会重新计时。") % {
            "time": f"{until:%H:%M}"
        }
    return wrong + ngettext(
        "再错 %(left)d 次，这个账号在此电脑上停用 %(minutes)d 分钟。",
        "再错 %(left)d 次，这个账号在此电脑上停用 %(minutes)d 分钟。",
        left,
    ) % {"left": left, "minutes": get_cool_off(request).total_seconds() // 60}


def locked_out(_: HttpRequest, response: HttpResponse, __: dict[str, Any]) -> HttpResponse:
    """The answer while locked: the form itself says until when; the status tells programs."""
    response.status_code = 429
    response["Retry-After"] = str(int(get_cool_off().total_seconds()))
    return response
