"""An import killed at random moments, over and over, until it has ended: every row once."""

import random
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import ROOT
from tests.incidents.files import row, write_csv
from tests.incidents.test_killed_import import counted, environment, url

__all__ = ["url"]
ROWS, MOST_KILLS = 4000, 40


def test_killed_at_random_it_ends_whole(url: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "cases.csv", (row(n=n) for n in range(ROWS)))
    chance = random.Random(2026)
    kills, before = 0, 0
    while True:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.incidents.killed_import", path, "0", "never"],
            cwd=ROOT,
            env=environment(url),
        )
        # Some of the first are killed before they have written anything.
        deadline = time.monotonic() + chance.uniform(1, 8)
        while process.poll() is None and time.monotonic() < deadline and kills < MOST_KILLS:
            time.sleep(0.01)
        if kills < MOST_KILLS and process.poll() is None:
            process.kill()
            kills += 1
        ended = process.wait() == 0
        cases, *rest = counted(url)
        # Whatever the moment: cases, codes, reports, moves and the day's number agree, and nothing is lost.
        assert set(rest) == {cases}
        assert cases >= before
        before = cases
        if ended:
            break
    assert (cases, kills > 0) == (ROWS, True)
