"""Two counters that every process on this machine shares: of the data, and of who may see it.

They live in one memory-mapped file, so that reading one costs no system call: a cached
answer compares them on every request. Raise them on commit
(`transaction.on_commit(bump_data_version)`), never before.
"""

import fcntl
import mmap
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from django.conf import settings

DATA, ACCESS = 0, 1
COUNTER = struct.Struct("=Q")
SIZE = 2 * COUNTER.size


def data_version() -> int:
    """Changes with every committed change of places."""
    return _counters(str(settings.EPOCH_FILE))[DATA]


def access_version() -> int:
    """Changes with every committed change of sessions, people and appointments."""
    return _counters(str(settings.EPOCH_FILE))[ACCESS]


def bump_data_version() -> None:
    """Let every process build its maps anew."""
    _bump(DATA)


def bump_access_version() -> None:
    """Let every process ask again who somebody is and what they may see."""
    _bump(ACCESS)


def _bump(counter: int) -> None:
    with _locked(Path(settings.EPOCH_FILE)) as descriptor:
        place = counter * COUNTER.size
        (before,) = COUNTER.unpack(os.pread(descriptor, COUNTER.size, place))
        # The clock keeps a counter rising even where the file was deleted and made anew.
        os.pwrite(descriptor, COUNTER.pack(max(before + 1, time.time_ns())), place)


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file, made if need be, in one process's and one thread's hands.

    A descriptor of its own each time: `flock` does not part threads or forks that share one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_size < SIZE:
            os.pwrite(descriptor, COUNTER.pack(time.time_ns()) * 2, 0)
        yield descriptor
    finally:
        # Closing would not unlock: the map holds a duplicate of the descriptor.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


@lru_cache(maxsize=4)
def _counters(path: str) -> memoryview:
    """The mapped counters. Aligned words of eight bytes are read and written whole."""
    with _locked(Path(path)) as descriptor:
        return memoryview(mmap.mmap(descriptor, SIZE, prot=mmap.PROT_READ)).cast("Q")
