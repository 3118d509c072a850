"""Tiles and “not modified” answered before Django: a session check, a look into a cache.

Django's middleware costs ten times what a bare answer does. What a person may see is asked
of the database once a second at most and whenever `access_version` changes, so what ends a
right takes effect on the next request. What is no plain answer falls through to Django.
"""

import gzip
import re
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.db import Error

from geodata.versions import access_version, bump_access_version, bump_data_version, data_version
from layers.caches import LeastRecent
from layers.sources import MapSource
from layers.tiles import CONTENT_TYPE, NoSuchTile, Tile, draw, parse

PATH = re.compile(r"/map/tiles/([a-z_+]{1,400})/([0-9]{1,2})/([0-9]{1,8})/([0-9]{1,8})\.mvt")
PASS_SECONDS = 1.0
PASSES = 10_000
CACHE_BYTES = 64_000_000
# A shorter body grows under gzip, or shrinks by less than the header that says so.
WORTH_GZIP = 500

Headers = list[tuple[str, str]]
Answer = tuple[str, Headers, bytes]


class Pass:
    """Who a session stands for, and what that was when the database was asked."""

    def __init__(self, user: Any, access: int) -> None:
        self.user = user
        self.access = access
        self.until = time.monotonic() + PASS_SECONDS
        self._keys: dict[tuple[MapSource, ...], str] = {}

    def is_good(self) -> bool:
        return self.access == access_version() and self.until > time.monotonic()

    def key(self, tile: Tile) -> str:
        key = self._keys.get(tile.sources)
        if key is None:
            key = self._keys[tile.sources] = tile.key(self.user)
        return key


class EarlyTiles:
    """A WSGI application in front of another one.

    `user_of_session` gives the person of a session key, or None where the session has ended.
    """

    def __init__(
        self, application: WSGIApplication, user_of_session: Callable[[str], Any | None]
    ) -> None:
        self._application = application
        self._user_of_session = user_of_session
        self._cookie = re.compile(rf"(?:^|;\s*){settings.SESSION_COOKIE_NAME}=([a-z0-9]{{1,40}})")
        self._common: Headers = [
            ("Cache-Control", "private, no-cache"),
            ("Vary", "Cookie, Accept-Encoding"),
        ]
        self._passes: LeastRecent[str, Pass] = LeastRecent(PASSES, lambda _pass: 1)
        self._answers: LeastRecent[tuple[str, str, bool], Answer] = LeastRecent(
            CACHE_BYTES, lambda answer: len(answer[2]) + 1_000
        )

    def begin(self) -> None:
        """To be called by each process that begins to serve.

        One that was killed between a commit and its telling has left every other process with
        old answers; whoever takes its place tells in its stead.
        """
        bump_data_version()
        bump_access_version()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        address = PATH.fullmatch(environ["PATH_INFO"])
        answer = self._answer(environ, address) if address and _is_plain(environ) else None
        if answer is None:
            return self._application(environ, start_response)
        status, headers, body = answer
        start_response(status, headers)
        return (body,)

    def _answer(self, environ: WSGIEnvironment, address: re.Match[str]) -> Answer | None:
        cookie = self._cookie.search(environ.get("HTTP_COOKIE", ""))
        if cookie is None:
            return None
        try:
            tile = parse(*address.groups())
            person = self._pass_of(cookie[1])
            if person is None:
                return None
            tag = f'W/"{data_version():x}-{person.key(tile)}"'
            if tag in environ.get("HTTP_IF_NONE_MATCH", ""):
                return "304 Not Modified", [("ETag", tag), *self._common], b""
            wants_gzip = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
            return self._tile(address[0], tile, person, tag, wants_gzip)
        except (NoSuchTile, Error):
            # Django has the page for the one and a fresh connection for the other.
            return None

    def _pass_of(self, session_key: str) -> Pass | None:
        known = self._passes.get(session_key)
        if known is not None and known.is_good():
            return known
        # The version is read first: what changes meanwhile makes this pass worthless.
        access = access_version()
        user = self._user_of_session(session_key)
        if user is None:
            return None
        known = Pass(user, access)
        self._passes.put(session_key, known)
        return known

    def _tile(self, path: str, tile: Tile, person: Pass, tag: str, wants_gzip: bool) -> Answer:
        key = (path, tag, wants_gzip)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._make(draw(tile, person.user), tag, wants_gzip)
            self._answers.put(key, answer)
        return answer

    def _make(self, body: bytes, tag: str, wants_gzip: bool) -> Answer:
        headers: Headers = [
            ("Content-Type", CONTENT_TYPE),
            ("ETag", tag),
            ("X-Content-Type-Options", "nosniff"),
            *self._common,
        ]
        if wants_gzip and len(body) >= WORTH_GZIP:
            body = gzip.compress(body, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        return "200 OK", [*headers, ("Content-Length", str(len(body)))], body


def _is_plain(environ: WSGIEnvironment) -> bool:
    """A request that Django would not redirect to https."""
    is_secure = not settings.SECURE_SSL_REDIRECT or environ.get("HTTP_X_FORWARDED_PROTO") == "https"
    return environ["REQUEST_METHOD"] == "GET" and is_secure
