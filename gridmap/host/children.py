"""Processes that end with us: on a signal, at the end, and when we are killed outright."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent(sign: signal.Signals, parent: int) -> None:
    """The kernel sends us `sign` when our parent ends in any way."""
    _libc.prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def die_with_parent(sign: signal.Signals) -> Callable[[], None]:
    """The same for `preexec_fn` of a child of ours."""
    parent = os.getpid()
    return lambda: end_with_parent(sign, parent)


def adopt_orphans() -> None:
    """Grandchildren whose parent ends become our children, so that none can be lost."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@dataclass(frozen=True)
class Child:
    """One long-lived process, the signal that ends it well and the time it may take."""

    name: str
    process: subprocess.Popen[bytes]
    ending: signal.Signals
    patience_s: float

    def is_alive(self) -> bool:
        return self.process.poll() is None


def start_child(
    name: str,
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    output: IO[bytes] | None = None,
    user: str | None = None,
    ending: signal.Signals = signal.SIGTERM,
    patience_s: float = 15.0,
) -> Child:
    # A session of its own: Ctrl-C reaches us only, and we end the children in order.
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        env=dict(env),
        cwd=cwd,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        start_new_session=True,
        preexec_fn=die_with_parent(ending),
    )
    return Child(name, process, ending, patience_s)


def end_child(child: Child) -> bool:
    """End a child and what is left of its group; False where it had to be killed."""
    child.process.send_signal(child.ending)
    try:
        child.process.wait(child.patience_s)
    except subprocess.TimeoutExpired:
        kill_group(child.process.pid)
        child.process.wait()
        return False
    return True


def kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def children_of(pid: int) -> list[int]:
    """The living children of a process, zombies left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            status = process_status(int(entry.name))
            if status is not None and status[1] == pid and status[0] not in "ZX":
                found.append(int(entry.name))
    return found


def process_status(pid: int) -> tuple[str, int] | None:
    """State letter and parent of a process, None where there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    state, parent = text[text.rindex(")") + 2 :].split()[:2]
    return state, int(parent)


def end_orphans(patience_s: float = 3.0) -> int:
    """Kill whatever still hangs below us at the very end; how many there were."""
    seen: set[int] = set()
    deadline = time.monotonic() + patience_s
    while (left := children_of(os.getpid())) and time.monotonic() < deadline:
        for pid in left:
            seen.add(pid)
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    return len(seen)
