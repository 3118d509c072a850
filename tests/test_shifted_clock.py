"""The suite can run at another time, and a test notices."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gridmap.host.project import ROOT

SOURCE = """
from datetime import UTC, datetime

import pytest
import time_machine

@pytest.fixture
def in_july():
    with time_machine.travel(datetime(2026, 7, 14, tzinfo=UTC), tick=False):
        yield

def test_elsewhere(in_july):
    print("july", datetime.now(UTC).isoformat(timespec="seconds"))

def test_it():
    print("at", datetime.now(UTC).isoformat(timespec="seconds"))

def test_again():
    print("at", datetime.now(UTC).isoformat(timespec="seconds"))
"""


def run(folder: Path, at: str, zone: str = "UTC") -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(SOURCE)
    plain = ["-p", "no:django", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", "."]
    words = ["-q", "-s", "-p", "tests.shifted_clock", "--at", at, *plain, str(folder)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=ROOT,
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles"])
def test_every_test_begins_at_the_moment_that_is_asked_for(tmp_path: Path, zone: str) -> None:
    said = run(tmp_path, "2028-02-29T23:59:59+08:00", zone).stdout
    assert said.count("at 2028-02-29T15:59:59") == 2


def test_a_moment_that_a_test_chooses_holds(tmp_path: Path) -> None:
    assert "july 2026-07-14T00:00:00" in run(tmp_path, "2028-02-29T23:59:59+08:00").stdout


def test_a_moment_without_its_time_zone_is_refused(tmp_path: Path) -> None:
    refused = run(tmp_path, "2028-02-29T23:59:59")
    assert (refused.returncode, "+08:00" in refused.stderr) == (4, True)
