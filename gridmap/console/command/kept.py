"""What was asked of many cases, kept for a minute for all who see the same: cubes, and the figures of the situation.

No counter tells that a case has changed, and none is raised on every report of a busy city: an answer is of the full minute
in which it is asked for, and says so. All processes have the same minutes, so that whichever answers, time does not go
back. Places and rights have counters, and a change of theirs shows at once.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from geodata.querysets import BEIJING, day_of
from geodata.versions import data_version
from gridmap.accounts.scope import Scope
from layers.caches import LeastRecent

MOST_BYTES = 48_000_000
# What anything takes beside its bytes.
LEAST_BYTES = 4_000
ZIP_LEVEL = 6
CONTENT_TYPE = "application/octet-stream"

Value = TypeVar("Value")


@dataclass(frozen=True)
class Body:
    """A cube as it travels; two with the same tag hold the same numbers."""

    tag: str
    zipped: bytes


@dataclass(frozen=True)
class Kept:
    """An answer, and the minute that it is of."""

    value: Any
    minute: datetime


def weigh(kept: Kept) -> int:
    return LEAST_BYTES + (len(kept.value.zipped) if isinstance(kept.value, Body) else 0)


ANSWERS: LeastRecent[str, Kept] = LeastRecent(MOST_BYTES, weigh)
# Whoever asks while an answer is made waits for it, and does not make it as well.
MAKING = tuple(Lock() for _ in range(64))


def key_of(kind: str, whole: Scope, now: datetime, *asked: object) -> str:
    """What an answer depends on: who sees the same has the same, on the same day, of the same places."""
    return repr((kind, data_version(), whole.digest, day_of(now), *asked))


def kept(key: str, now: datetime, make: Callable[[datetime], Value]) -> Value:
    """What was made for this key in the minute of `now`, else what `make` makes of that minute."""
    minute = now.replace(second=0, microsecond=0)
    found = _find(key, minute)
    if found is None:
        with MAKING[hash(key) % len(MAKING)]:
            found = _find(key, minute) or _keep(key, minute, make)
    # The key begins with the kind.
    return cast(Value, found.value)


def _find(key: str, minute: datetime) -> Kept | None:
    found = ANSWERS.get(key)
    return found if found is not None and found.minute == minute else None


def _keep(key: str, minute: datetime, make: Callable[[datetime], Any]) -> Kept:
    found = Kept(make(minute), minute)
    ANSWERS.put(key, found)
    return found


def zipped(pack: Callable[[str], bytes], at: datetime) -> Body:
    """The body as of `at`; its tag does not depend on when it was made."""
    tag = sha256(pack("")).hexdigest()[:20]
    told = at.astimezone(BEIJING).isoformat(timespec="seconds")
    return Body(f'W/"{tag}"', gzip.compress(pack(told), ZIP_LEVEL, mtime=0))


def answer(request: HttpRequest, found: Body) -> HttpResponse:
    """The body, or that the browser has it."""
    if found.tag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(found.zipped, CONTENT_TYPE, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(gzip.decompress(found.zipped), CONTENT_TYPE)
    response.headers["ETag"] = found.tag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie, Accept-Encoding"
    return response
