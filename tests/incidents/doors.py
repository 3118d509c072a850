"""How a person comes in by the pages and a program by the API: with a session, with a token."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import time_machine
from django.conf import settings
from django.test import Client

from gridmap.accounts.models import Session, User
from gridmap.accounts.services import make_token
from gridmap.accounts.tokens import is_api
from tests.incidents.makers import NOW

LAST_DAY = datetime(2039, 12, 31, tzinfo=UTC)
FAILED = 500


@dataclass(frozen=True)
class Keys:
    """What lets one person in, for good."""

    session: str
    token: str


def keys_of(user: User) -> Keys:
    """A session as the log-in makes it, and a token."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    Session.objects.filter(session_key=session).update(expire_date=LAST_DAY)
    _, token = make_token(user=user, label="test", expires_at=LAST_DAY, by="maker", at=NOW)
    return Keys(session, token)


@dataclass(frozen=True)
class Door:
    """Asks with the keys of a person, at a moment."""

    keys: Keys
    at: datetime

    def page(self, path: str, form: dict[str, Any] | None = None) -> Any:
        """What the browser gets; with a form, what it gets for sending it."""
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = self.keys.session
        with time_machine.travel(self.at, tick=False):
            answer = client.get(path) if form is None else client.post(path, form)
        return _no_fault(answer)

    def api(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """What the program gets."""
        client, headers = Client(), {"Authorization": f"Bearer {self.keys.token}"}
        with time_machine.travel(self.at, tick=False):
            answer = (
                client.get(path, headers=headers)
                if body is None
                else client.post(path, body, content_type="application/json", headers=headers)
            )
        return _no_fault(answer)


def _no_fault(answer: Any) -> Any:
    """What a view raises comes through the client as it is; what it answers as a fault is one too."""
    assert answer.status_code < FAILED, (answer.status_code, answer.content)
    return answer


def is_done(answer: Any) -> bool:
    """A form was taken, and the browser is sent on, but not to the log-in; or a program is told so."""
    if answer.status_code == 302:
        return not answer["Location"].startswith("/login/")
    return (
        answer.status_code == 200
        and answer.wsgi_request.method == "POST"
        and is_api(answer.wsgi_request)
    )
