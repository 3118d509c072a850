"""Is this machine fit, what is missing on it and why, and how to get it."""

import importlib.util
import os
import pwd
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridmap.host.project import Project, Stop
from gridmap.host.steps import run_step, say

POSTGRES_HOME = Path("/usr/lib/postgresql")
POSTGRES_SHARE = Path("/usr/share/postgresql")
CLUSTER_SETTING = Path("/etc/postgresql-common/createcluster.conf")
PYTHON = (3, 11)
APT = ("apt-get", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confold")


@dataclass(frozen=True)
class Need:
    """A Debian package, the reason for it, and how to see that it is there."""

    package: str
    reason: str
    is_there: Callable[[], bool]


def postgres_programs() -> Path | None:
    """The folder of the newest PostgreSQL that has PostGIS with it."""
    found = []
    for version in POSTGRES_HOME.glob("[0-9]*"):
        control = POSTGRES_SHARE / version.name / "extension" / "postgis.control"
        if (version / "bin" / "postgres").exists() and control.exists():
            found.append(version)
    return max(found, key=lambda path: int(path.name)) / "bin" if found else None


def has_account(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


def _has_server() -> bool:
    # The server never runs as root; the package brings the account that root lends it to.
    return postgres_programs() is not None and (os.geteuid() != 0 or has_account("postgres"))


def _has_venv() -> bool:
    return importlib.util.find_spec("ensurepip") is not None


VENV = Need("python3-venv", "makes the Python environment in .venv", _has_venv)
SERVER = Need(
    "postgresql-15-postgis-3",
    "the database server with PostGIS, private to this clone",
    _has_server,
)
BROWSER = Need(
    "chromium", "the browser of the journeys", lambda: shutil.which("chromium") is not None
)
DRIVER = Need(
    "libatomic1",
    "Playwright's own Node, which drives the browser, links to it",
    lambda: any(Path("/usr/lib").glob("*/libatomic.so.1")),
)
FONTS = Need(
    "fonts-noto-cjk",
    "draws Chinese text in the pictures",
    lambda: any(Path("/usr/share/fonts").glob("**/NotoSansCJK*")),
)


def missing_packages(needs: Sequence[Need]) -> list[Need]:
    return [need for need in needs if not need.is_there()]


def read_os_release(text: str) -> dict[str, str]:
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {key.strip(): value.strip().strip("\"'") for key, value in pairs}


def is_supported(release: dict[str, str]) -> bool:
    return release.get("ID") == "debian" and release.get("VERSION_ID") == "12"


def refusal(release: dict[str, str], missing: Sequence[Need]) -> str:
    """What a person on another system must bring along by hand."""
    name = release.get("PRETTY_NAME") or "an unknown system"
    lines = [
        f"This is {name}; packages are installed by themselves on Debian 12 only.",
        "Needed here before this command can go on (names of Debian 12):",
        *(f"  {need.package:<24} {need.reason}" for need in missing),
        "An existing PostGIS server does instead of the private one: set DATABASE_URL.",
    ]
    return "\n".join(lines)


def check_python() -> None:
    if sys.version_info[:2] != PYTHON:
        raise Stop(
            f"Python {sys.version_info.major}.{sys.version_info.minor} runs this command; the pinned "
            "libraries are for Python 3.11, which Debian 12 has: make PYTHON=/path/to/python3.11 …"
        )


def prepare_machine(project: Project, needs: Sequence[Need]) -> None:
    check_python()
    missing = missing_packages(needs)
    if not missing:
        return
    file = Path("/etc/os-release")
    release = read_os_release(file.read_text()) if file.exists() else {}
    if not is_supported(release):
        raise Stop(refusal(release, missing))
    _install(project, missing)
    still = missing_packages(needs)
    if still:
        raise Stop(f"installed, yet not found: {', '.join(need.package for need in still)}")


def _install(project: Project, missing: Sequence[Need]) -> None:
    for need in missing:
        say("machine", f"missing: {need.package} ({need.reason})")
    admin = as_administrator(missing)
    log = project.logs / "packages.log"
    if SERVER in missing and not CLUSTER_SETTING.exists():
        say("machine", f"no system-wide database is wanted: {CLUSTER_SETTING} says so")
        setting = f"mkdir -p {CLUSTER_SETTING.parent} && echo create_main_cluster=false >{CLUSTER_SETTING}"
        run_step("machine", "writing it", [*admin, "sh", "-c", setting], log=log, outlives_us=True)
    steps = (
        ("finishing what an earlier installation left half done", ["dpkg", "--configure", "-a"]),
        ("reading the package lists", [*APT, "update"]),
        (
            "installing " + ", ".join(need.package for need in missing),
            [*APT, "install", "-y", "--no-install-recommends", *(n.package for n in missing)],
        ),
    )
    for title, command in steps:
        run_step("machine", title, [*admin, *command], log=log, outlives_us=True)


def as_administrator(missing: Sequence[Need]) -> list[str]:
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if os.geteuid() == 0:
        return quiet
    if shutil.which("sudo"):
        return ["sudo", *quiet]
    names = " ".join(need.package for need in missing)
    raise Stop(f"neither root nor sudo is here; ask the administrator for: apt-get install {names}")
