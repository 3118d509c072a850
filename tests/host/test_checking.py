import os
import subprocess
import sys
from pathlib import Path

from gridmap.host.checking import Gate, pass_gates
from gridmap.host.project import ROOT, current_project

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
