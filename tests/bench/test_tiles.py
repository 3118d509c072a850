"""Tiles against django-vectortiles on the same data, and early answers against bare WSGI."""

import math
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from geodata.versions import bump_data_version
from tests.bench.conftest import ROUNDS
from tests.bench.report import Line, Report
from tests.bench.servers import (
    Database,
    Server,
    ask,
    database_url,
    hammer,
    request_of,
    serve,
)
from tests.layers import mvt

PER_ROUND = 240
HEADINGS = {
    "tiles": (
        "Uncached tiles against django-vectortiles",
        "The same rows and fields of the demonstration city, for somebody who sees all of it. Ours "
        "checks the session and the scope, the peer checks nothing. Every request is drawn anew. "
        "“Stored” is the peer on our stored web-Mercator column instead of the degrees.",
    ),
    "early": (
        "Cached tiles and 304 against bare WSGI",
        "The floor is a WSGI callable of three lines under the same gunicorn, answering as many bytes.",
    ),
}


@dataclass(frozen=True)
class Case:
    source: str
    zoom: int
    peer: str


CASES = [
    Case("cells", 12, "cells"),
    Case("cells", 14, "cells"),
    Case("buildings", 14, "buildings"),
    Case("buildings", 15, "buildings"),
    Case("buildings", 16, "buildings"),
]


class Bench:
    """The servers, side by side, and the tiles that hold something."""

    def __init__(self, ours: Server, peer: Server, cookie: dict[str, str]) -> None:
        self.ours, self.peer, self.cookie = ours, peer, cookie
        self.database = Database()

    def cpu_ms(self, server: Server, requests: list[bytes], status: int = 200) -> float:
        """CPU milliseconds per request."""
        before = server.cpu_seconds() + self.database.cpu_seconds()
        hammer(server, requests, status)
        after = server.cpu_seconds() + self.database.cpu_seconds()
        return (after - before) / len(requests) * 1_000

    def tile(self, source: str, z: int, x: int, y: int) -> bytes:
        return request_of(f"/map/tiles/{source}/{z}/{x}/{y}.mvt", self.cookie)


@pytest.fixture(scope="module")
def bench(
    bench_city: str,
    city_session: str,
    tmp_path_factory: pytest.TempPathFactory,
    settings_epoch: Path,
) -> Iterator[Bench]:
    environment = {
        "DATABASE_URL": database_url(bench_city),
        "GRIDMAP_DB_ROLE": "app",
        "GRIDMAP_VAR": str(settings_epoch.parent),
    }
    with ExitStack() as stack:
        ours = stack.enter_context(serve("gridmap.wsgi", environment))
        peer = stack.enter_context(serve("tests.bench.peer", environment))
        yield Bench(ours, peer, {"Cookie": f"sessionid={city_session}"})
