"""Locks that the kernel takes back when their holder ends, however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gridmap.host.project import Stop
from gridmap.host.steps import say


def try_lock(stream: IO[bytes]) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def open_lock(file: Path) -> IO[bytes]:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return file.open("a+b")
    except PermissionError as error:
        raise Stop(
            f"{error.filename} belongs to another user: run this command as that user "
            "(with sudo where it was root), or remove the folder"
        ) from error


def read_note(file: Path) -> str:
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        return ""


@contextmanager
def only_one(file: Path, note: str, refusal: str) -> Iterator[None]:
    """Hold `file`, or stop with `refusal` and the holder's note."""
    with open_lock(file) as stream:
        if not try_lock(stream):
            raise Stop(f"{refusal} ({read_note(file)})")
        stream.truncate(0)
        stream.write(f"{os.getpid()} {note}\n".encode())
        stream.flush()
        yield


@contextmanager
def one_after_another(file: Path, area: str) -> Iterator[None]:
    """Hold `file`; wait for another holder and say so."""
    with open_lock(file) as stream:
        if not try_lock(stream):
            say(area, "another command sets up this clone; waiting for it …")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def wait_until_free(file: Path, patience_s: float) -> bool:
    with open_lock(file) as stream:
        deadline = time.monotonic() + patience_s
        while not try_lock(stream):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
    return True
