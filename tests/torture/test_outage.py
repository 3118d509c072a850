"""The database is stopped, frozen and killed again and again: who asks is told in time, and it comes back by itself.

ROUNDS (20) may be set. `make test` has one round, and the control of the judge.
"""

import os
import signal
import time

from gridmap.host.cluster import find_cluster, read_pid
from gridmap.host.project import ROOT, Project
from tests.torture.intakes import make_reporters, session_of_first
from tests.torture.outages import Road, ask_all, demand_manners, fault_of, faults, roads
from tests.torture.stacks import Stack, stack
from tests.torture.starts import begin, end_well, free_port, private_var

ROUNDS = int(os.environ.get("ROUNDS", "20"))
IN_TIME_S = 2.0
# To connect takes three seconds at most (settings), and what it takes on a busy machine.
FROZEN_S = 5.0
BACK_S = 5.0


def test_everybody_is_told_in_time_round_after_round() -> None:
    with private_var() as var, stack(var) as one:
        reporters = make_reporters(one)
        asked = roads(session_of_first(one), reporters[0])
        slowest = [demand_manners(one, asked, IN_TIME_S) for _ in range(ROUNDS)]
    print(
        f"\n{len(asked)} addresses, {ROUNDS} rounds: told after {max(slowest):.2f} s at the latest"
    )


def test_a_database_that_takes_connections_and_says_nothing_holds_nobody() -> None:
    """One after the other: behind eight who wait, the next one waits longer."""
    with private_var() as var, stack(var) as one:
        reporters = make_reporters(one)
        asked = roads(session_of_first(one), reporters[0])[:6]
        before = [answer.status for answer in ask_all(one.port, asked)]
        freeze(one)
        told = ask_all(one.port, asked, FROZEN_S, at_once=1)
        thaw(one)
        assert faults(asked, told) == []
        assert [answer.status for answer in ask_all(one.port, asked)] == before
    print(f"\ntold after {max(answer.seconds for answer in told):.2f} s at the latest")


def test_a_run_brings_its_killed_database_back() -> None:
    with private_var() as var:
        start = begin(var, free_port())
        assert start.answers(), start.log.read_text()
        page = Road("/login/", headers={"Accept": "text/html"})
        data = find_cluster(Project(ROOT, var)).data
        took = []
        for _ in range(3):
            pid = read_pid(data / "postmaster.pid")
            assert pid
            os.kill(pid, signal.SIGKILL)
            killed = time.monotonic()
            while (answer := ask_all(start.port, [page], IN_TIME_S)[0]).status != 200:
                assert fault_of(page, answer) == ""
                assert time.monotonic() < killed + 60
                time.sleep(0.02)
            took.append(time.monotonic() - killed)
            assert read_pid(data / "postmaster.pid") != pid
        end_well(start)
    print(f"\nback after {', '.join(f'{seconds:.1f} s' for seconds in took)}")
    assert max(took) <= BACK_S


def freeze(one: Stack) -> None:
    """Nobody is connected any more, and whoever connects waits."""
    one.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    )
    assert one.database is not None
    os.kill(one.database.process.pid, signal.SIGSTOP)


def thaw(one: Stack) -> None:
    assert one.database is not None
    os.kill(one.database.process.pid, signal.SIGCONT)
