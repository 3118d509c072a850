"""Starts of the product that are killed outright, and the question whether the next one works."""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gridmap.host.children import children_of
from gridmap.host.cluster import find_cluster
from gridmap.host.project import ROOT, Project, read_surroundings
from gridmap.host.serving import ask_health

PATIENCE_S = 240.0
PRIVATE = ("DATABASE_URL", "OWNER_DATABASE_URL", "GRIDMAP_DB_ROLE", "GRIDMAP_TEST_DATABASE")


@dataclass
class Start:
    """One `make run` in a session of its own."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int
    began: float

    def seconds(self) -> float:
        return time.monotonic() - self.began

    def last_area(self) -> str:
        """What it was at, in its own words: the area and the beginning of its last line."""
        lines = [line for line in self.log.read_text().splitlines() if line.startswith("[")]
        return lines[-1].split("] ")[1][:48] if lines else "nothing said yet"

    def answers(self) -> bool:
        here = read_surroundings({"PORT": str(self.port)})
        while self.process.poll() is None and self.seconds() < PATIENCE_S:
            if ask_health(here, {}) == 200:
                return True
            time.sleep(0.05)
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def begin(var: Path, port: int) -> Start:
    env = {name: value for name, value in os.environ.items() if name not in PRIVATE}
    env |= {"GRIDMAP_VAR": str(var), "GRIDMAP_ENV": "development", "PORT": str(port)}
    log = var.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Start(process, log, port, time.monotonic())


def family(pid: int) -> list[int]:
    found = [pid]
    for child in children_of(pid):
        found += family(child)
    return found


def kill_everything(start: Start, draw: random.Random) -> int:
    """SIGKILL to every process of a start at one moment, in any order; how many there were.

    First everything is halted, so that none has the time to notice another's end.
    """
    halted: set[int] = set()
    while new := set(family(start.process.pid)) - halted:
        for pid in new:
            send(pid, signal.SIGSTOP)
        halted |= new
    for pid in draw.sample(sorted(halted), len(halted)):
        send(pid, signal.SIGKILL)
    start.process.wait()
    return len(halted)


def send(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return


@contextmanager
def private_var() -> Iterator[Path]:
    """A folder for one torture, below var/: the server's account must be able to enter it."""
    var = Path(os.environ["GRIDMAP_VAR"]) / "torture"
    empty(var)
    yield var
    empty(var)
    var.rmdir()
    var.with_suffix(".log").unlink(missing_ok=True)


def empty(var: Path) -> None:
    shutil.rmtree(cluster_home(var), ignore_errors=True)
    shutil.rmtree(var, ignore_errors=True)
    var.mkdir(parents=True)


def cluster_home(var: Path) -> Path:
    return find_cluster(Project(ROOT, var)).home


def end_well(start: Start) -> int:
    start.process.terminate()
    return start.process.wait()
