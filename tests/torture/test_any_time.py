"""Green in the last second of a year, which ends a week as well, and of a leap day in Beijing, wherever the machine believes to be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gridmap.host.project import ROOT

# All but the stories, whose servers and browser have clocks of their own, and the mutations, which ask the matrix again.
WHOLE = "tests --ignore=tests/journeys --ignore=tests/test_scope_mutations.py"
TESTS = os.environ.get("TESTS", WHOLE).split()
DATABASE = os.environ.get("GRIDMAP_TEST_DATABASE", "test_gridmap") + "_time"

ASKS_TWICE = """
import time
from datetime import datetime
from zoneinfo import ZoneInfo

def today():
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()

def test_it():
    first = today()
    time.sleep(1.5)
    assert today() == first
"""


def run(words: list[str], **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", *words]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles"])
@pytest.mark.parametrize("day", ["2028-12-31", "2028-02-29"])
def test_the_suite_is_green_in_the_last_second_of_a_day(day: str, zone: str) -> None:
    words = ["-q", "-p", "tests.no_skips", "--at", f"{day}T23:59:59+08:00", *TESTS]
    done = run(words, TZ=zone, GRIDMAP_TEST_DATABASE=DATABASE)
    print(f"\n{day} {zone}: {done.stdout.splitlines()[-1]}")
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


def test_a_test_that_breaks_at_midnight_is_seen(tmp_path: Path) -> None:
    """The control: whoever asks twice which day it is gets two answers."""
    source = tmp_path / "test_it.py"
    source.write_text(ASKS_TWICE)
    plain = ["-p", "no:django", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", "."]
    shifted = [*plain, "-p", "tests.shifted_clock", "--at"]
    assert run([*shifted, "2028-02-29T23:59:59+08:00", str(source)]).returncode == 1
    assert run([*shifted, "2028-02-29T12:00:00+08:00", str(source)]).returncode == 0
