"""Servers like those of `make run`, and the CPU time that they and their database take."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
START_S = 60.0


@dataclass(frozen=True)
class Server:
    """One gunicorn, set as in service."""

    port: int
    process: subprocess.Popen[bytes]

    def pids(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task")
        children = [(task / "children").read_text().split() for task in tasks.iterdir()]
        return [self.process.pid, *(int(pid) for pids in children for pid in pids)]


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU."""

    python: float
    database: float

    @property
    def total(self) -> float:
        return self.python + self.database

    def per(self, requests: int) -> "Cost":
        return Cost(self.python / requests, self.database / requests)

    def since(self, before: "Cost") -> "Cost":
        return Cost(self.python - before.python, self.database - before.database)


def cost_until_now(server: Server) -> Cost:
    """The clocks of a server's processes and of the backends of its database."""
    return Cost(cpu_seconds(server.pids()), cpu_seconds(_backends()))


def cost_of(act: Callable[[], object]) -> Cost:
    """What an act costs this process and the backend of its connection."""
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    before = Cost(time.process_time(), cpu_seconds([backend]))
    act()
    return Cost(time.process_time(), cpu_seconds([backend])).since(before)


def _backends() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(BACKENDS)
        return [pid for (pid,) in cursor.fetchall()]


BACKENDS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time of whole processes, in nanoseconds where /proc counts in hundredths of a second."""
    return sum(time.clock_gettime(_clock_of(pid)) for pid in pids)


def _clock_of(pid: int) -> int:
    """The clock of another process: MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED) of Linux."""
    return (~pid << 3) | 2


@contextmanager
def serving(application: str, env: Mapping[str, str], log: Path) -> Iterator[Server]:
    """The application under gunicorn with the settings of `make run`."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:gridmap.host.gunicorn_settings"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, application],
            cwd=ROOT,
            env={**os.environ, **env, "HOST": "127.0.0.1", "PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(port, process)
    try:
        _wait(server, log)
        yield server
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
            return
        except OSError:
            if server.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"no server:\n{log.read_text()}") from None
            time.sleep(0.1)
