"""Uploads that wait for a decision: one folder each, found only by who sent it."""

import gzip
import json
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

TOKEN_BYTES = 24
# Characters; four bytes each still fit a file name.
LONGEST_STEM = 60


@dataclass(frozen=True)
class Reading:
    """How the file is to be read, as the person said it."""

    kind: str = ""
    crs: str = ""
    layer: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    replace: bool = True


@dataclass(frozen=True)
class Stage:
    """One upload and what is known of it."""

    folder: Path
    user_id: int
    name: str
    size: int
    uploaded_at: datetime
    reading: Reading

    @property
    def token(self) -> str:
        return self.folder.name

    @property
    def path(self) -> Path:
        """The file in a folder of its own, under its name as far as a disk takes it."""
        name = Path(self.name)
        return self.folder / "file" / f"{name.stem[:LONGEST_STEM]}{name.suffix.lower()}"

    @property
    def outcome(self) -> dict[str, Any] | None:
        """What the last check or write found."""
        outcome: dict[str, Any] | None = read_json(self.folder / "outcome.json")
        return outcome

    @property
    def is_written(self) -> bool:
        return (self.outcome or {}).get("state") == "written"

    def read_as(self, reading: Reading) -> "Stage":
        """The same file, read in another way."""
        return replace(self, reading=reading)

    @property
    def picture(self) -> Path:
        """What the map draws."""
        return self.folder / "picture.json.gz"


def create_stage(
    *, user_id: int, name: str, chunks: Iterable[bytes], reading: Reading, at: datetime
) -> Stage:
    """Keep an upload."""
    folder = settings.UPLOAD_DIR / secrets.token_urlsafe(TOKEN_BYTES)
    folder.mkdir(mode=0o700, parents=True)
    stage = Stage(folder, user_id, Path(name).name, 0, at, reading)
    stage.path.parent.mkdir(mode=0o700)
    with stage.path.open("wb") as file:
        size = sum(file.write(chunk) for chunk in chunks)
    stage = Stage(folder, user_id, stage.name, size, at, reading)
    save(stage)
    return stage


def save(stage: Stage) -> None:
    write_json(
        stage.folder / "stage.json",
        {
            "user_id": stage.user_id,
            "name": stage.name,
            "size": stage.size,
            "uploaded_at": stage.uploaded_at.isoformat(),
            "reading": asdict(stage.reading),
        },
    )


def read_stage(folder: Path) -> Stage | None:
    values = read_json(folder / "stage.json")
    if values is None:
        return None
    return Stage(
        folder,
        values["user_id"],
        values["name"],
        values["size"],
        datetime.fromisoformat(values["uploaded_at"]),
        Reading(**values["reading"]),
    )


def find_stage(token: str, *, user_id: int) -> Stage | None:
    """The upload of that token, if this person sent it."""
    stage = read_stage(settings.UPLOAD_DIR / token)
    return stage if stage and stage.user_id == user_id else None


def stages_of(user_id: int) -> list[Stage]:
    """A person's uploads, the newest first."""
    found = [read_stage(folder) for folder in settings.UPLOAD_DIR.glob("*/")]
    mine = [stage for stage in found if stage and stage.user_id == user_id]
    return sorted(mine, key=lambda stage: stage.uploaded_at, reverse=True)


def discard(stage: Stage) -> None:
    shutil.rmtree(stage.folder, ignore_errors=True)


def read_json(path: Path) -> Any:
    """The content, or None where there is no such file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def keep_picture(stage: Stage, content: Any) -> None:
    """Compressed once, as every browser takes it."""
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    stage.picture.write_bytes(gzip.compress(text.encode(), 6))


def write_json(path: Path, content: Any) -> None:
    """A reader sees the old content or the new, never a half."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    draft.replace(path)
