"""Bodies of cubes, kept for a minute for all who see the same.

No counter tells that a case has changed, and none is raised on every report of a busy city: a body is at most
`SECONDS` old, and says of when it is. Places and rights have counters, and a change of theirs shows at once.
"""

import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from layers.caches import LeastRecent

SECONDS = 60.0
MOST_BYTES = 48_000_000
CONTENT_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Kept:
    """A body as it travels; two with the same tag hold the same numbers."""

    tag: str
    zipped: bytes
    until: float


BODIES: LeastRecent[str, Kept] = LeastRecent(MOST_BYTES, lambda kept: len(kept.zipped) + 1_000)


def find(key: str) -> Kept | None:
    """What was made for this key within the last minute."""
    kept = BODIES.get(key)
    return kept if kept is not None and kept.until > time.monotonic() else None


def keep(key: str, make: Callable[[str], bytes], now: str) -> Kept:
    """Make a body as of `now`, and keep it; its tag does not depend on when it was made."""
    until = time.monotonic() + SECONDS
    tag = sha256(make("")).hexdigest()[:20]
    kept = Kept(f'W/"{tag}"', gzip.compress(make(now), 6, mtime=0), until)
    BODIES.put(key, kept)
    return kept


def answer(request: HttpRequest, kept: Kept) -> HttpResponse:
    """The body, or that the browser has it."""
    if kept.tag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(kept.zipped, CONTENT_TYPE, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(gzip.decompress(kept.zipped), CONTENT_TYPE)
    response.headers["ETag"] = kept.tag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie, Accept-Encoding"
    return response
