"""The least that a WSGI application can do."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

BODY = b"x" * int(os.environ["BARE_BYTES"])


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if "HTTP_IF_NONE_MATCH" in environ:
        start_response("304 Not Modified", [("ETag", '"1"')])
        return (b"",)
    length = str(len(BODY))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", length)])
    return (BODY,)
