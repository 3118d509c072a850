"""`kill -9` of everything at random moments of a start: the next start always works."""

import os
import random
import statistics
import time
from collections import Counter
from pathlib import Path

from tests.torture.starts import (
    Start,
    begin,
    cluster_home,
    empty,
    end_well,
    free_port,
    kill_everything,
    private_var,
)

KILLS = int(os.environ.get("KILLS", "50"))
SEED = int(os.environ.get("SEED", "620201"))
# Every third start begins with nothing, where there is most to leave half done.
FRESH_EVERY = 3


def timed_start(var: Path, port: int) -> tuple[Start, float]:
    start = begin(var, port)
    assert start.answers(), f"no answer after a kill:\n{start.log.read_text()}"
    return start, start.seconds()


def test_the_next_start_works_after_any_kill() -> None:
    draw = random.Random(SEED)
    port = free_port()
    moments: Counter[str] = Counter()
    recoveries: list[float] = []
    with private_var() as var:
        start, fresh_s = timed_start(var, port)
        kill_everything(start, draw)
        start, warm_s = timed_start(var, port)
        kill_everything(start, draw)
        for number in range(KILLS):
            is_fresh = number % FRESH_EVERY == 0
            if is_fresh:
                empty(var)
            start = begin(var, port)
            time.sleep(draw.uniform(0, (fresh_s if is_fresh else warm_s) * 1.05))
            moments[start.last_area()] += 1
            killed = kill_everything(start, draw)
            start, seconds = timed_start(var, port)
            recoveries.append(seconds)
            print(f"kill {number + 1}: {killed} processes; answered after {seconds:.1f} s")
            kill_everything(start, draw)
        start, _ = timed_start(var, port)
        end_well(start)
    show(moments, recoveries, fresh_s, warm_s)


def show(moments: Counter[str], recoveries: list[float], fresh_s: float, warm_s: float) -> None:
    print(f"\n{KILLS} kills at a random moment of a start and {KILLS} more of the running city;")
    print(f"first start {fresh_s:.1f} s, second {warm_s:.1f} s, after a kill")
    print(
        f"median {statistics.median(recoveries):.1f} s, longest {max(recoveries):.1f} s; killed at"
    )
    for moment, count in moments.most_common():
        print(f"  {count:3}  {moment}")


def test_a_start_that_cannot_work_is_seen_as_one() -> None:
    """The control: data that a kill must never leave behind do stop the next start."""
    draw = random.Random(SEED)
    port = free_port()
    with private_var() as var:
        start, _ = timed_start(var, port)
        kill_everything(start, draw)
        (cluster_home(var) / "data" / "global" / "pg_control").unlink()
        start = begin(var, port)
        assert not start.answers()
        assert "pg_control" in start.log.read_text()
        assert start.process.wait() != 0
