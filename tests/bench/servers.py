"""Servers under measure: gunicorn with two plain workers each, and the CPU time they burn.

CPU time of server and database together, not wall time: on a machine shared with other work
the one stays and the other does not.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

ROOT = Path(__file__).parents[2]
CLIENTS = 4


@dataclass(frozen=True)
class Server:
    """A running gunicorn."""

    process: int
    port: int

    def cpu_seconds(self) -> float:
        return sum(cpu_of(pid) for pid in (self.process, *children_of(self.process)))


@contextmanager
def serve(application: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """A WSGI application on a free port until the block ends."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--workers", "2", "--no-control-socket"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "error", application]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        _wait_for(port, process)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"gunicorn ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("gunicorn does not answer")


def cpu_of(pid: int) -> float:
    """Seconds on a processor of all threads of a process, to the nanosecond."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
    except OSError:
        return 0.0


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Database:
    """The processes of the database cluster, which must be on this machine."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (backend,) = cursor.fetchone()
        status = Path(f"/proc/{backend}/status").read_text()
        (parent,) = (line.split()[1] for line in status.splitlines() if line.startswith("PPid:"))
        self._postmaster = int(parent)

    def cpu_seconds(self) -> float:
        return sum(cpu_of(pid) for pid in children_of(self._postmaster))


def database_url(name: str) -> str:
    """The application's database address, with another database of the same cluster."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


def ask(server: Server, request: bytes) -> Answer:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as wire:
        wire.sendall(request)
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return Answer(int(head.split(b" ", 2)[1]), body)


def request_of(path: str, headers: Mapping[str, str]) -> bytes:
    fields = {"Host": "127.0.0.1", "Connection": "close", **headers}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def hammer(server: Server, requests: list[bytes], status: int) -> None:
    """Ask all of it, four clients at a time; every answer must have this status.

    Raises
    ------
    AssertionError
        An answer had another status.
    """
    wrong: list[int] = []

    def work(mine: list[bytes]) -> None:
        wrong.extend(found for one in mine if (found := ask(server, one).status) != status)

    clients = [Thread(target=work, args=(requests[n::CLIENTS],)) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert not wrong, f"expected {status}, got {sorted(set(wrong))}"
