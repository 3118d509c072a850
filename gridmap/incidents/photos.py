"""Photos as files: made by the press, kept under the digest of our own bytes, swept when nobody's."""

import fcntl
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from gridmap.incidents.photo_press import NoPicture, Pressed

logger = logging.getLogger(__name__)
MOST_BYTES = 10_000_000
# With one report, and at one time.
MOST_PHOTOS = 9
# The wait for those before included; the press itself may work for less.
PATIENCE_S = 90
# The name of a photo: the digest of our bytes.
DIGEST = r"[0-9a-f]{64}"
SMALL = "-small"
SWEPT = ".swept"


@dataclass(frozen=True)
class PhotoFile:
    """A file in the store, and the photo that it belongs to by its name."""

    path: Path
    digest: str
    written_at: datetime


def press_apart(data: bytes) -> Pressed:
    """As `photo_press.press`, in a process that limits itself: what it decodes may be hostile.

    Raises
    ------
    NoPicture
        As there; or `size`: more than 10 MB; or `busy`: too many are waiting.
    """
    if len(data) > MOST_BYTES:
        raise NoPicture("size")
    settings.PHOTO_DIR.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "gridmap.incidents.photo_press"]
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            [*command, str(settings.PHOTO_DIR / ".press")],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NoPicture("busy") from error
    if done.returncode != 0:
        # One of its limits has ended it.
        raise NoPicture("broken")
    head, _line, body = done.stdout.partition(b"\n")
    told = json.loads(head)
    if "refused" in told:
        raise NoPicture(told["refused"])
    image, small = body[: told["image"]], body[told["image"] :]
    return Pressed(image, small, told["width"], told["height"])


def path_of(digest: str, *, small: bool = False) -> Path:
    folder: Path = settings.PHOTO_DIR / digest[:2]
    return folder / f"{digest}{SMALL if small else ''}.jpg"


def keep(picture: Pressed) -> None:
    """Write both files anew, for good, whatever is there: to the sweep they are fresh."""
    folder = path_of(picture.digest).parent
    folder.mkdir(parents=True, exist_ok=True)
    with _store(fcntl.LOCK_SH):
        _write(path_of(picture.digest), picture.image)
        _write(path_of(picture.digest, small=True), picture.small)
    for changed in (folder, folder.parent):
        _sync(changed)


def read_image(digest: str, *, small: bool) -> bytes | None:
    """The picture of a row; None, and an alarm, where its file is gone."""
    try:
        return path_of(digest, small=small).read_bytes()
    except FileNotFoundError:
        logger.exception("the photo %s has no file", digest)
        return None


def swept_at() -> datetime | None:
    """When the store was last swept; None where nobody knows."""
    try:
        return _written_at(settings.PHOTO_DIR / SWEPT)
    except FileNotFoundError:
        return None


def note_sweep(at: datetime) -> None:
    settings.PHOTO_DIR.mkdir(parents=True, exist_ok=True)
    note = settings.PHOTO_DIR / SWEPT
    note.touch()
    os.utime(note, (at.timestamp(), at.timestamp()))


def files() -> Iterator[PhotoFile]:
    """Every file in the store, what was begun and never finished among them."""
    for path in settings.PHOTO_DIR.glob("??/*"):
        digest = path.name.removesuffix(".jpg").removesuffix(SMALL)
        # What was being written a moment ago may have its name by now.
        with suppress(FileNotFoundError):
            yield PhotoFile(path, digest, _written_at(path))


def take_away(path: Path, before: datetime) -> bool:
    """Remove a file written before a moment; False where the same photo came again meanwhile.

    Nobody writes between the look and the removal: else a new row would be left without its file.
    """
    with _store(fcntl.LOCK_EX):
        is_old = path.exists() and _written_at(path) < before
        if is_old:
            path.unlink()
    return is_old


@contextmanager
def _store(kind: int) -> Iterator[None]:
    """Many write at once; who removes is alone."""
    with (settings.PHOTO_DIR / ".store").open("ab") as lock:
        fcntl.flock(lock, kind)
        yield


def _write(path: Path, data: bytes) -> None:
    """Under another name first: whoever finds the name finds all of it, also after a power cut."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
