"""The floor: what gunicorn itself costs. A body of BENCH_BODY bytes, or 304 where it is 0."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

BODY = b"x" * int(os.environ["BENCH_BODY"])


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if BODY:
        length = ("Content-Length", str(len(BODY)))
        start_response("200 OK", [("Content-Type", "application/octet-stream"), length])
    else:
        start_response("304 Not Modified", [])
    return (BODY,)
