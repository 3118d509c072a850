"""Many people at once in their browsers: what they open, what they wait, and whether that is too long."""

import http.client
import json
import random
import re
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from tests.torture.stacks import Stack

CORES = 2
# Of the time that one user alone waits; the measure.
PATIENCE = 3
GOOD = {200, 304}
ANSWER_S = 120.0
# What somebody looks at before the next click, in seconds: short, so that nearly all wait at any moment.
THINKS = (0.1, 0.5)
CASE = re.compile(rb'href="(/cases/[A-Z]+-\d{8}-\d+/)"')

# What is opened once, what is asked again and again while the page stays open, and by a click.
OPENED = {
    "commander": ("/command/", "/command/cube/?step=week", "/command/outlines/", "/briefing/"),
    "member": ("/my-cells/", "/cases/"),
}
POLLED = {
    "commander": (
        "/command/situation/",
        "/command/conflicts/",
        "/command/cube/?step=week",
        "/conflicts/",
        "/command/areas/",
    ),
    "member": ("/my-cells/",),
}


@dataclass(frozen=True)
class Took:
    """One request: on which road, its status (None: no answer) and how long it took."""

    road: str
    status: int | None
    seconds: float


@dataclass
class Browser:
    """One person's: its connection stays, what it knows already it asks with the tag of."""

    port: int
    kind: str
    session: str
    tags: dict[str, str] = field(default_factory=dict)
    took: list[Took] = field(default_factory=list)
    connection: http.client.HTTPConnection | None = None

    def open(self, path: str, road: str = "") -> bytes:
        headers = {"Cookie": f"sessionid={self.session}", "Accept-Encoding": "gzip"}
        if path in self.tags:
            headers["If-None-Match"] = self.tags[path]
        began = time.monotonic()
        status, body = None, b""
        try:
            status, body = self._ask(path, headers)
        except (OSError, http.client.HTTPException):
            self.close()
        self.took.append(Took(road or path, status, time.monotonic() - began))
        return body

    def _ask(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)
        self.connection.request("GET", path, headers=headers)
        got = self.connection.getresponse()
        body = got.read()
        if tag := got.headers["ETag"]:
            self.tags[path] = tag
        return got.status, body

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def work(self, goes_on: Callable[[], bool], draw: random.Random) -> None:
        """Open the pages, then poll and click, with a short thought between, until it is enough."""
        cases = self.known_cases()
        steps = [*OPENED[self.kind], *draws(POLLED[self.kind], cases, draw)]
        while goes_on():
            for path in steps:
                if not goes_on():
                    break
                self.open(path, "a case" if path in cases else path)
                time.sleep(draw.uniform(*THINKS))
        self.close()

    def known_cases(self) -> list[str]:
        """Of the list, asked for without compression, the cases that may be opened."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)
        connection.request(
            "GET", "/cases/?state=all", headers={"Cookie": f"sessionid={self.session}"}
        )
        found = CASE.findall(connection.getresponse().read())
        connection.close()
        return sorted({path.decode() for path in found})


def draws(polled: tuple[str, ...], cases: list[str], draw: random.Random) -> list[str]:
    """Each polled address twice, and a case where there is one."""
    return [*polled, *draw.sample(cases, min(1, len(cases))), *polled]


def browsers(one: Stack, sessions: dict[str, list[str]]) -> list[Browser]:
    kinds = {"commanders": "commander", "members": "member"}
    return [
        Browser(one.port, kinds[kind], session)
        for kind, listed in sessions.items()
        for session in listed
    ]


def all_at_work(crowd: list[Browser], seconds: float, seed: int) -> list[Took]:
    """What all at once were answered in so many seconds; each begins somewhere in the first."""
    until = time.monotonic() + seconds

    def work(number: int, browser: Browser) -> None:
        draw = random.Random(seed + number)
        time.sleep(draw.uniform(0, 1))
        browser.work(lambda: time.monotonic() < until, draw)

    threads = [threading.Thread(target=work, args=pair, daemon=True) for pair in enumerate(crowd)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 2 * ANSWER_S)
    return [took for browser in crowd for took in browser.took]


def alone(crowd: list[Browser], seconds: float, seed: int) -> list[Took]:
    """One of each kind, one after the other, in the same proportion of time as they are many."""
    firsts = {browser.kind: browser for browser in crowd}
    for kind, browser in firsts.items():
        share = sum(one.kind == kind for one in crowd) / len(crowd)
        all_at_work([browser], seconds * share, seed)
    found = [took for browser in firsts.values() for took in browser.took]
    for browser in firsts.values():
        browser.took = []
    return found


def limit_s(lonely: list[Took], users: int) -> float:
    """3 × S × C / 2: S the median of one user alone, C as many as are there at once, on two cores."""
    return PATIENCE * statistics.median(took.seconds for took in lonely) * users / CORES


def faults_of(lonely: list[Took], crowded: list[Took], users: int) -> list[str]:
    """What was no good answer, and whether one in a hundred took too long."""
    found = [
        f"{took.road}: {took.status}" for took in [*lonely, *crowded] if took.status not in GOOD
    ]
    slow, limit = percentile(crowded, 99), limit_s(lonely, users)
    if slow > limit:
        found.append(f"p99 {slow:.2f} s, at most {limit:.2f} s")
    return found


def percentile(took: list[Took], share: float) -> float:
    return float(np.percentile([one.seconds for one in took], share))


def table(lonely: list[Took], crowded: list[Took]) -> Iterator[str]:
    """By road: how many, the median alone, and the median and p99 of all at once, in milliseconds."""
    roads: dict[str, list[list[Took]]] = defaultdict(lambda: [[], []])
    for place, listed in enumerate((lonely, crowded)):
        for took in listed:
            roads[took.road][place].append(took)
    for road, (few, many) in sorted(roads.items()):
        if few and many:
            alone_ms, p50, p99 = (
                1000 * seconds
                for seconds in (percentile(few, 50), percentile(many, 50), percentile(many, 99))
            )
            yield f"{road:32} {len(many):6} {alone_ms:8.0f} {p50:8.0f} {p99:8.0f}"


def signed_in(one: Stack, commanders: int, members: int) -> dict[str, list[str]]:
    told = one.run("-m", "tests.torture.crowd_city", str(commanders), str(members), owner=True)
    found: dict[str, list[str]] = json.loads(told.splitlines()[-1])
    return found
