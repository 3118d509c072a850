"""Steps that take time: one line when they begin, a line while they last, the log when they fail."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from gridmap.host.children import die_with_parent
from gridmap.host.project import Stop

HEARTBEAT_S = 5.0
TAIL_LINES = 30
_began = time.monotonic()


def say(area: str, text: str) -> None:
    print(f"[{time.monotonic() - _began:6.1f} s] {area:<12} {text}", flush=True)


def run_step(
    area: str,
    title: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    outlives_us: bool = False,
) -> str:
    """Run `command` to its end and return what it printed.

    `outlives_us` is for the package manager: ending it half-way would harm the machine,
    and it may ask for a password on the terminal.
    """
    say(area, title)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w+b") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=None if outlives_us else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            start_new_session=not outlives_us,
            preexec_fn=None if outlives_us else die_with_parent(signal.SIGKILL),
        )
        code = _wait(process, area, log, ends_with_us=not outlives_us)
    printed = log.read_text(errors="replace")
    if code != 0:
        raise Stop(f"{title}: failed with {code}; {log} says:\n{reason_in(printed)}")
    return printed


def _wait(process: subprocess.Popen[bytes], area: str, log: Path, *, ends_with_us: bool) -> int:
    began = time.monotonic()
    try:
        while True:
            try:
                return process.wait(timeout=HEARTBEAT_S)
            except subprocess.TimeoutExpired:
                say(area, f"… {time.monotonic() - began:.0f} s: {_last_line(log)}")
    finally:
        if ends_with_us and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _last_line(log: Path) -> str:
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 8000))
        lines = stream.read().decode(errors="replace").replace("\r", "\n").split("\n")
    spoken = [line.strip() for line in lines if line.strip()]
    return spoken[-1][:100] if spoken else "working"


def reason_in(printed: str) -> str:
    """The end of what a failed step printed; of a Python traceback its last words only."""
    lines = printed.splitlines()
    beginnings = [n for n, line in enumerate(lines) if line.startswith("Traceback (")]
    if beginnings:
        words = [line for line in lines[beginnings[-1] + 1 :] if line[:1] not in ("", " ")]
        first = lines.index(words[0], beginnings[-1]) if words else beginnings[-1]
        lines = lines[first:]
    return "\n".join("    " + line for line in lines[-TAIL_LINES:])
