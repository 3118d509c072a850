"""The least that a WSGI application can do."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

BODIES = {f"/{size}": b"x" * int(size) for size in os.environ["BARE_BYTES"].split(",")}


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if "HTTP_IF_NONE_MATCH" in environ:
        start_response("304 Not Modified", [("ETag", '"1"')])
        return (b"",)
    body = BODIES[environ["PATH_INFO"]]
    length = str(len(body))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", length)])
    return (body,)
