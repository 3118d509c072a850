"""The Python environment in .venv, made from pinned requirements and remade only when they change."""

import os
import subprocess
import sys
from pathlib import Path

from gridmap.host.project import Project
from gridmap.host.stamps import digest_of, is_stamped, write_stamp
from gridmap.host.steps import run_step, say

RUN = "requirements.txt"
TEST = "requirements-test.txt"
BENCH = "requirements-bench.txt"
NOTEBOOKS = "requirements-notebooks.txt"
INSTALL = (
    *("-m", "pip", "--disable-pip-version-check", "--no-input"),
    *("install", "--no-deps", "--progress-bar", "off"),
)


def requirement_files(file: Path) -> list[Path]:
    """The file and those it includes by `-r`."""
    found = [file]
    for line in file.read_text().splitlines():
        if line.startswith("-r "):
            found += requirement_files(file.parent / line[3:].strip())
    return found


def environment_digest(file: Path) -> str:
    version = ".".join(map(str, sys.version_info[:2]))
    return digest_of(requirement_files(file), version)


def prepare_environment(project: Project, requirements: str) -> None:
    file = project.root / requirements
    stamp = project.environment / f"{file.stem}.stamp"
    if is_stamped(stamp, environment_digest(file)):
        return
    # Beside and not inside the environment: it outlives a start that was killed half-way.
    unfinished = project.root / ".venv-unfinished"
    if unfinished.exists() or not _answers(project.python):
        unfinished.touch()
        _make(project)
    unfinished.touch()
    _install(project, file)
    for included in requirement_files(file):
        write_stamp(project.environment / f"{included.stem}.stamp", environment_digest(included))
    unfinished.unlink()


def _answers(python: Path) -> bool:
    """Whether an environment of our Python is there at all."""
    if not python.exists():
        return False
    check = "import pip, sys; print(sys.version_info[:2])"
    result = subprocess.run([python, "-c", check], capture_output=True, text=True, check=False)
    return result.stdout.strip() == str(sys.version_info[:2])


def _make(project: Project) -> None:
    run_step(
        "environment",
        f"making {project.environment} with Python {sys.version.split()[0]}",
        [sys.executable, "-m", "venv", "--clear", project.environment],
        log=project.logs / "environment.log",
    )


def _install(project: Project, file: Path) -> None:
    pins = sum("==" in line for part in requirement_files(file) for line in part.open())
    run_step(
        "environment",
        f"installing {pins} pinned packages of {file.name}",
        [project.python, *INSTALL, "-r", file],
        log=project.logs / "pip.log",
        env={**os.environ, "PIP_USER": "0"},
    )
    say("environment", "ready")
