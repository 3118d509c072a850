"""The memory of processes over a long time, and whether it grows."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

# Until then caches fill and code is read.
WARM_UP = 0.2
# Compared are the medians of so much at both ends of what is left.
SHARE = 0.2
MOST = 0.05


@dataclass
class Memory:
    """Resident memory in kilobytes, by process, as often as it was looked at."""

    pids: list[int]
    seen: dict[int, list[int]] = field(default_factory=dict)

    def look(self) -> None:
        for pid in self.pids:
            self.seen.setdefault(pid, []).append(resident_kb(pid))

    def watch(self, seconds: float, pause_s: float, is_on: Callable[[], bool]) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and is_on():
            self.look()
            time.sleep(pause_s)


def resident_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ProcessLookupError(pid)


def growth(seen: list[int]) -> float:
    """By what share the last of it lies above the first, once warm."""
    warm = seen[int(len(seen) * WARM_UP) :]
    part = max(1, int(len(warm) * SHARE))
    first, last = np.median(warm[:part]), np.median(warm[-part:])
    return float(last / first - 1)


def grown(memory: Memory) -> dict[int, float]:
    """The processes that grew by more than they may."""
    shares = {pid: growth(seen) for pid, seen in memory.seen.items()}
    return {pid: share for pid, share in shares.items() if share >= MOST}
