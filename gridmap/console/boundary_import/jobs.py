"""Heavy work on an upload, in a process that can be killed and that limits itself.

A polygon of a few kilobytes can keep GEOS busy for minutes, and no time-out of the database
or of Python stops it. So neither checks nor writes run in a web worker.
"""

import fcntl
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from threading import Thread
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from gridmap.console.boundary_import.stages import (
    Stage,
    discard,
    read_json,
    stages_of,
    write_json,
)

SECONDS = 120
MEMORY_BYTES = 3 * 1024**3
CHECK, WRITE = "check", "write"
# A person's older uploads make room: nobody fills the disk.
KEPT_EACH = 3


@dataclass(frozen=True)
class Job:
    """What was last asked for; `is_running` is false where its process ended without an answer."""

    name: str
    step: str
    is_running: bool


def start(stage: Stage, name: str, *, by: str) -> bool:
    """Start work on an upload; False where some is under way already."""
    lock = os.open(stage.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _take(lock):
            return False
        write_json(stage.folder / "job.json", {"name": name, "by": by, "language": get_language()})
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*manage, "work_on_import", str(stage.folder), "--lock", str(lock)],
            # The lock ends with the process: whoever finds it free knows that nobody is at work.
            pass_fds=[lock],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        write_json(stage.folder / "process.json", process.pid)
    finally:
        os.close(lock)
    Thread(target=process.wait, daemon=True).start()
    return True


def current_job(stage: Stage) -> Job | None:
    """The work under way or broken off; None where the last one ended with an answer."""
    if asked_for(stage) is None:
        return None
    is_running = _is_running(stage)
    # It may have answered between the two looks.
    asked = asked_for(stage)
    if asked is None:
        return None
    return Job(asked["name"], read_json(stage.folder / "step.json") or "reading", is_running)


def throw_away(stage: Stage) -> None:
    """End the work on an upload, whatever it is doing, and forget the upload."""
    pid = read_json(stage.folder / "process.json")
    if pid and _is_running(stage):
        os.kill(pid, signal.SIGKILL)
    discard(stage)


def make_room(user_id: int) -> None:
    """Forget a person's older uploads before the next one."""
    for old in stages_of(user_id)[KEPT_EACH - 1 :]:
        throw_away(old)


def limit_this_process() -> None:
    """Let the kernel end this process when it takes too long or too much."""
    # SIGALRM without a handler ends the process even inside a library that never returns.
    signal.alarm(SECONDS)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    os.nice(10)


def tell_step(stage: Stage, step: str) -> None:
    write_json(stage.folder / "step.json", step)


def answer(stage: Stage, outcome: dict[str, Any], *, lock: int) -> None:
    """Keep the answer; the work is done, and the next may begin while this process still ends."""
    write_json(stage.folder / "outcome.json", outcome)
    for name in ("job.json", "step.json"):
        (stage.folder / name).unlink(missing_ok=True)
    fcntl.flock(lock, fcntl.LOCK_UN)


def asked_for(stage: Stage) -> dict[str, Any] | None:
    """What `start` wrote down and nobody answered yet: name, by, language."""
    asked: dict[str, Any] | None = read_json(stage.folder / "job.json")
    return asked


def _is_running(stage: Stage) -> bool:
    try:
        lock = os.open(stage.folder / "lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _take(lock)
    finally:
        os.close(lock)


def _take(lock: int) -> bool:
    # Somebody who only looks whether it is free holds it for an instant.
    for _ in range(10):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.005)
        else:
            return True
    return False
