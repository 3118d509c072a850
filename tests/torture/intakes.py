"""Intake under kills: six clients at work, processes killed, and what is found afterwards."""

import json
import random
import time
from dataclasses import dataclass

from tests.torture.judging import Faults, Verdict, judge
from tests.torture.senders import Crowd, Reporter, at_work
from tests.torture.stacks import Stack

NOTHING_WRONG = Faults()
# However slow the machine is: after so many kills each client has been answered anew.
PACE = 5


@dataclass
class Kills:
    """Processes that lived and were killed."""

    workers: int = 0
    database: int = 0


def torment(
    one: Stack, crowd: Crowd, kills: int, draw: random.Random, *, only_database: bool = False
) -> Kills:
    """Kill workers and the database in turns of chance, at moments of chance; so many in all."""
    done, before = Kills(), crowd.progress()
    for number in range(1, kills + 1):
        time.sleep(draw.uniform(0.2, 1.2))
        if only_database or draw.random() < 0.5:
            one.kill_database()
            done.database += 1
        else:
            one.kill_worker(draw)
            done.workers += 1
        if number % PACE == 0:
            before = crowd.wait_for_progress(before)
    return done


def tormented(
    one: Stack, reporters: list[Reporter], kills: int, seed: int, *, only_database: bool = False
) -> tuple[Kills, Verdict]:
    """What is left after so many kills under these clients, who end when they are answered."""
    with at_work(one, reporters, seed) as crowd:
        done = torment(one, crowd, kills, random.Random(seed), only_database=only_database)
    verdict = judge(one, crowd)
    print(f"\n{done}: {verdict}")
    for client in crowd.clients:
        print(*client.refused, sep="\n", end="")
    return done, verdict


def demand_nothing_lost(one: Stack, reporters: list[Reporter], kills: int, seed: int) -> None:
    """Every report that was acknowledged is there once, with owner, log and photos, and nothing else.

    And the clients got on: each was answered to all that it sent, and none stood still between kills.
    """
    done, verdict = tormented(one, reporters, kills, seed)
    assert verdict.faults == NOTHING_WRONG
    assert verdict.acknowledged == verdict.keys
    assert verdict.least >= kills // PACE
    assert done.workers + done.database == kills
    assert verdict.broken > 0
    one.run("manage.py", "verify_log", owner=True)


def make_reporters(one: Stack) -> list[Reporter]:
    """The small city, with grid members who send and a team that leads."""
    told = one.run("-m", "tests.torture.intake_city", "make", owner=True).splitlines()[-1]
    # Also where commits are not durable only reports may be lost, not the city and the tokens.
    one.execute("CHECKPOINT")
    return [Reporter(**reporter) for reporter in json.loads(told)]


def session_of_first(one: Stack) -> str:
    """The cookie of a browser in which the first reporter is signed in."""
    told = one.run("-m", "tests.torture.intake_city", "sign_in", owner=True).splitlines()[-1]
    return str(json.loads(told))
