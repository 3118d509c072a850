"""Clients that send each report until it is answered, and remember what they sent and were told."""

import http.client
import io
import json
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from tests.makers import CELLS, SIDE, SOUTH, WEST
from tests.torture.stacks import Stack

WITH_PHOTOS = 0.3
# Sent once more though it is answered, it or one before.
SENT_AGAIN = 0.3
TRY_S = 20.0
# While nothing is killed everything is answered; on a busy machine a worker needs seconds to come.
PATIENCE_S = 90.0
TAKEN = (200, 201)
# What a server says that is being killed, or whose database is.
BROKEN = (500, 502, 503)

Colour = tuple[int, ...]


@dataclass(frozen=True)
class Reporter:
    """A grid member with a token."""

    name: str
    cell: str
    token: str


@dataclass(frozen=True)
class Errand:
    """One report as it is sent, the cell that it lies in and the colours of its photos."""

    key: str
    cell: str
    colours: tuple[Colour, ...]
    body: bytes
    kind: str


@dataclass
class Shift:
    """All send until it ends, and a while longer what is not answered."""

    patience_s: float
    ends_at: float = float("inf")

    def is_on(self) -> bool:
        return time.monotonic() < self.ends_at

    def is_over(self) -> bool:
        return time.monotonic() >= self.ends_at + self.patience_s


@dataclass
class Client:
    """A phone that sends each report, from two tabs at once, until both are answered."""

    port: int
    reporter: Reporter
    shift: Shift
    sent: dict[str, Errand] = field(default_factory=dict)
    replies: dict[str, list[bytes]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    # One key for each sending that has no answer yet.
    waiting: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def work(self, draw: random.Random) -> None:
        while self.shift.is_on():
            errand = draw_errand(draw)
            self.sent[errand.key] = errand
            tabs = [threading.Thread(target=self.send, args=(errand,)) for _ in range(2)]
            for tab in tabs:
                tab.daemon = True
                tab.start()
            for tab in tabs:
                tab.join()
            if draw.random() < SENT_AGAIN:
                self.send(draw.choice(list(self.sent.values())))

    def send(self, errand: Errand) -> None:
        self.waiting.append(errand.key)
        while not self.shift.is_over():
            if self._try(errand):
                self.waiting.remove(errand.key)
                return
            time.sleep(0.1)

    def _try(self, errand: Errand) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TRY_S)
        try:
            status, text = post(connection, self.reporter.token, errand.body, errand.kind)
        except (OSError, http.client.HTTPException) as error:
            self.broken.append(type(error).__name__)
            return False
        finally:
            connection.close()
        if status in TAKEN:
            self.replies.setdefault(errand.key, []).append(text)
        elif status in BROKEN:
            self.broken.append(str(status))
        else:
            self.refused.append(f"{status} {text[:200]!r}")
        return status not in BROKEN


@dataclass
class Crowd:
    """The clients of a torture, and how many of them never came to their end."""

    clients: list[Client]
    hung: int = 0

    def sent(self) -> dict[str, Errand]:
        return {key: errand for client in self.clients for key, errand in list(client.sent.items())}

    def replies(self) -> dict[str, list[bytes]]:
        return {key: told for client in self.clients for key, told in list(client.replies.items())}

    def progress(self) -> list[int]:
        """Of each client how many of its reports are answered."""
        return [len(client.replies) for client in self.clients]

    def wait_for_progress(self, before: list[int]) -> list[int]:
        """How far they are, once each is further than it was."""
        until = time.monotonic() + PATIENCE_S
        while any(now <= then for now, then in zip(self.progress(), before, strict=True)):
            assert time.monotonic() < until, f"from {before} to {self.progress()} only"
            time.sleep(0.05)
        return self.progress()

    def acknowledged(self) -> dict[str, dict[str, Any]]:
        return {key: json.loads(told[0]) for key, told in self.replies().items()}


@contextmanager
def at_work(
    one: Stack,
    reporters: list[Reporter],
    seed: int,
    *,
    patience_s: float = PATIENCE_S,
    end_s: float = TRY_S + 10,
) -> Iterator[Crowd]:
    """At work inside, at rest after; what they were promised is theirs to say."""
    shift = Shift(patience_s)
    crowd = Crowd([Client(one.port, reporter, shift) for reporter in reporters])
    threads = [
        threading.Thread(target=client.work, args=(random.Random(seed + number),), daemon=True)
        for number, client in enumerate(crowd.clients)
    ]
    for thread in threads:
        thread.start()
    try:
        yield crowd
    finally:
        shift.ends_at = time.monotonic()
        for thread in threads:
            thread.join(max(0, shift.ends_at + patience_s + end_s - time.monotonic()))
        crowd.hung = sum(thread.is_alive() for thread in threads)


def post(
    connection: http.client.HTTPConnection, token: str, body: bytes, kind: str
) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    connection.request("POST", "/api/reports/", body, headers)
    response = connection.getresponse()
    return response.status, response.read()


def draw_errand(draw: random.Random) -> Errand:
    """A report from anywhere in the four cells."""
    key = str(uuid.UUID(int=draw.getrandbits(128), version=4))
    column, row = draw.uniform(0.1, 7.9), draw.uniform(0.1, 1.9)
    report = report_text(key, column, row)
    if draw.random() >= WITH_PHOTOS:
        return Errand(key, cell_at(column), (), report.encode(), "application/json")
    first = tuple(draw.randrange(256) for _ in range(3))
    colours = (first, tuple((part + 128) % 256 for part in first))[: draw.choice((1, 2))]
    body, kind = multipart(report, [picture(colour) for colour in colours])
    return Errand(key, cell_at(column), colours, body, kind)


def report_text(key: str, column: float, row: float) -> str:
    report = {
        "key": key,
        "source": "patrol",
        "topic": "water_supply",
        "occurred_at": datetime(2026, 7, 14, 1, 20, tzinfo=UTC).isoformat(),
        "words": "停水",
        "place": {
            "lon": WEST + SIDE * column,
            "lat": SOUTH + SIDE * row,
            "datum": "cgcs2000",
            "accuracy_m": 8,
        },
        "parties": [{"role": "reporter", "name": "马老师"}],
    }
    return json.dumps(report)


def cell_at(column: float) -> str:
    return next(code for _area, code, west, _posts in CELLS.values() if west <= column < west + 2)


def picture(colour: Colour) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    return file.getvalue()


def multipart(report: str, photos: list[bytes]) -> tuple[bytes, str]:
    edge = "edge-of-a-part"
    body = f'--{edge}\r\nContent-Disposition: form-data; name="report"\r\n\r\n{report}\r\n'.encode()
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="photos"; filename="p.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    for photo in photos:
        body += head + photo + b"\r\n"
    return body + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"
