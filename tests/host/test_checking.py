import os
import subprocess
import sys
from pathlib import Path

import pytest

from gridmap.host.checking import Gate, pass_gates
from gridmap.host.project import ROOT, Project, current_project

SKIPPED = """
import pytest
def test_runs(): pass
@pytest.mark.skip
def test_does_not_run(): pass
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_every_gate_is_tried_and_the_failed_ones_are_counted() -> None:
    gates = [
        Gate("one", python("raise SystemExit(1)"), os.environ),
        Gate("two", python(""), os.environ),
        Gate("three", python("raise SystemExit(2)"), os.environ),
    ]
    assert pass_gates(current_project({}), gates) == 2
    assert pass_gates(current_project({}), []) == 0


def test_a_gate_beside_the_others_runs_at_the_same_time_and_counts(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    met = "import pathlib, time; a, b = map(pathlib.Path, {names})\na.touch()\n"
    met += "while not b.exists(): time.sleep(0.01)\nprint('met')"
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    project = Project(ROOT, tmp_path)
    gate = Gate("gate", python(met.format(names=(here, there))), os.environ)
    other = Gate(
        "other", python(met.format(names=(there, here)) + "\nraise SystemExit(3)"), os.environ
    )
    assert pass_gates(project, [gate], beside=other) == 1
    assert capfd.readouterr().out.count("met") == 2


def run_pytest(folder: Path, source: str) -> int:
    (folder / "test_it.py").write_text(source)
    words = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.no_skips",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:django",
    ]
    command = [sys.executable, *words, "-c", os.devnull, "--rootdir", str(folder), str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode


def test_a_skipped_test_fails_the_suite(tmp_path: Path) -> None:
    assert run_pytest(tmp_path, SKIPPED) == 1


def test_a_suite_that_runs_whole_passes(tmp_path: Path) -> None:
    assert run_pytest(tmp_path, "def test_runs(): pass") == 0
