"""Nothing is done twice: a stamp tells from which inputs a result was made."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def digest_of(files: Iterable[Path], *facts: str) -> str:
    """A digest of facts and of the names and contents of files, in a stable order."""
    total = hashlib.sha256()
    for fact in facts:
        total.update(b"fact\0" + fact.encode() + b"\0")
    for file in sorted(files):
        total.update(b"file\0" + str(file).encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def is_stamped(stamp: Path, digest: str) -> bool:
    try:
        return stamp.read_text() == digest
    except FileNotFoundError:
        return False


def write_stamp(stamp: Path, digest: str) -> None:
    write_whole(stamp, digest.encode())


def write_whole(file: Path, content: bytes, mode: int = 0o644) -> None:
    """A reader, or a start after a kill, sees the old file or the whole new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
