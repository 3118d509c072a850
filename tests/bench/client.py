"""A client of HTTP/1.1 on kept connections, light enough to keep two workers busy."""

import re
import selectors
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

CONNECTIONS = 8
PATIENCE_S = 60.0
LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What came back, its headers as one text."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        (value,) = re.findall(rf"\r\n{name}: *([^\r]*)", self.head.decode(), re.IGNORECASE)
        return str(value)


def request(path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def ask(port: int, requests: Sequence[bytes], connections: int = CONNECTIONS) -> list[Answer]:
    """The answers to the requests, in their order; each connection asks one after the other."""
    answers: dict[int, Answer] = {}
    waiting = iter(enumerate(requests))
    with selectors.DefaultSelector() as selector:
        lines = [_Line(port) for _ in range(min(connections, len(requests)))]
        try:
            for line in lines:
                line.send_next(waiting)
                selector.register(line.socket, selectors.EVENT_READ, line)
            while len(answers) < len(requests):
                ready = selector.select(PATIENCE_S)
                if not ready:
                    raise TimeoutError(f"no answer within {PATIENCE_S:.0f} s")
                for key, _ in ready:
                    line = key.data
                    answer = line.read()
                    if answer is not None:
                        answers[line.number] = answer
                        line.send_next(waiting)
        finally:
            for line in lines:
                line.socket.close()
    return [answers[number] for number in range(len(requests))]


class _Line:
    """One connection and the request that it waits for."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = -1
        self._received = b""

    def send_next(self, waiting: Iterator[tuple[int, bytes]]) -> None:
        following = next(waiting, None)
        if following is not None:
            self.number, text = following
            self.socket.sendall(text)

    def read(self) -> Answer | None:
        """The answer, once it is whole."""
        received = self.socket.recv(262_144)
        if not received:
            raise ConnectionError("the server closed a connection")
        self._received += received
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return None
        status = int(head[9:12])
        length = LENGTH.search(head)
        if length is None and status not in (204, 304):
            raise ValueError("an answer without a length")
        expected = 0 if length is None or status == 304 else int(length[1])
        if len(body) < expected:
            return None
        self._received = b""
        return Answer(status, head, body)
