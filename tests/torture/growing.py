"""The memory of processes over a long time, and whether it grows."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from gridmap.host.children import children_of
from tests.torture.stacks import Stack

# Until then caches fill and code is read.
WARM_UP = 0.2
# Compared are the medians of so much at both ends of what is left.
SHARE = 0.2
MOST = 0.05


@dataclass
class Memory:
    """Kilobytes by what holds them, as often as it was looked at."""

    held: Mapping[str, Callable[[], int]]
    seen: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def look(self) -> None:
        for name, kilobytes in self.held.items():
            self.seen[name].append(kilobytes())

    def watch(self, seconds: float, pause_s: float, is_on: Callable[[], bool]) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and is_on():
            self.look()
            time.sleep(pause_s)


def memory_of(one: Stack) -> Memory:
    """That of the server, of each worker, of the clock, and of the whole database: its connections come and go."""
    assert one.web is not None
    assert one.clock is not None
    assert one.database is not None
    workers = {f"worker {number}": pid for number, pid in enumerate(one.workers(), 1)}
    pids = {"server": one.web.pid, **workers, "clock": one.clock.pid}
    held: dict[str, Callable[[], int]] = {
        name: partial(resident_kb, pid) for name, pid in pids.items()
    }
    return Memory({**held, "database": partial(family_kb, one.database.process.pid)})


def resident_kb(pid: int) -> int:
    return _status_kb(pid, "VmRSS:")


def family_kb(pid: int) -> int:
    """What a process and its children have for themselves; what they share is touched bit by bit and counted once."""
    found = 0
    for member in (pid, *children_of(pid)):
        try:
            found += _status_kb(member, "RssAnon:")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _status_kb(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    raise ProcessLookupError(pid)


def growth(seen: list[int]) -> float:
    """By what share the last of it lies above the first, once warm."""
    warm = seen[int(len(seen) * WARM_UP) :]
    part = max(1, int(len(warm) * SHARE))
    first, last = np.median(warm[:part]), np.median(warm[-part:])
    return float(last / first - 1)


def grown(memory: Memory) -> dict[str, float]:
    """What grew by more than it may."""
    shares = {name: growth(seen) for name, seen in memory.seen.items()}
    return {name: share for name, share in shares.items() if share >= MOST}
