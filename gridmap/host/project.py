"""Where things lie, and how the surroundings are told."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ("development", "production", "test")


class Stop(Exception):
    """The command ends here; the message says what to do about it."""


@dataclass(frozen=True)
class Project:
    """One clone with its folder of things that are made and never committed."""

    root: Path
    var: Path

    @property
    def environment(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.environment / "bin" / "python"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    def for_tests(self) -> "Project":
        """The same clone; its tests keep a cluster and files of their own."""
        return Project(self.root, self.var / "test")


@dataclass(frozen=True)
class Surroundings:
    """What the person who typed the command has set in the environment."""

    kind: str
    host: str
    port: int
    database_url: str

    @property
    def is_production(self) -> bool:
        return self.kind == "production"

    @property
    def address(self) -> str:
        shown = "localhost" if self.host in ("", "0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}/"


def current_project(environ: Mapping[str, str] = os.environ) -> Project:
    var = environ.get("GRIDMAP_VAR", "")
    return Project(ROOT, Path(var).resolve() if var else ROOT / "var")


def read_surroundings(environ: Mapping[str, str] = os.environ) -> Surroundings:
    kind = environ.get("GRIDMAP_ENV") or "development"
    if kind not in ENVIRONMENTS:
        raise Stop(f"GRIDMAP_ENV={kind!r}: must be one of {', '.join(ENVIRONMENTS)}")
    return Surroundings(
        kind=kind,
        host=environ.get("HOST") or "127.0.0.1",
        port=_port(environ.get("PORT") or "8000"),
        database_url=environ.get("DATABASE_URL", ""),
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Stop(f"PORT={text!r}: must be a number from 1 to 65535")
    return int(text)
