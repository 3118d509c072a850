"""Intake under kills: six clients at work, processes killed, and what is found afterwards."""

import json
import random

from tests.torture.judging import Faults, Verdict, judge
from tests.torture.senders import Reporter, at_work
from tests.torture.stacks import Kills, Stack, torment

NOTHING_WRONG = Faults()


def tormented(
    one: Stack, kills: int, seed: int, *, only_database: bool = False
) -> tuple[Kills, Verdict]:
    """What is left after so many kills under six clients, who end when they are answered."""
    with at_work(one, make_reporters(one), seed) as crowd:
        done = torment(one, kills, random.Random(seed), only_database=only_database)
    verdict = judge(one, crowd)
    print(f"\n{done}: {verdict}")
    for client in crowd.clients:
        print(*client.refused, sep="\n", end="")
    return done, verdict


def demand_nothing_lost(one: Stack, kills: int, seed: int) -> None:
    """Every report that was acknowledged is there once, with owner, log and photos, and nothing else.

    And the clients got on: each was answered to all that it sent, and none stood still meanwhile.
    """
    done, verdict = tormented(one, kills, seed)
    assert verdict.faults == NOTHING_WRONG
    assert verdict.acknowledged == verdict.keys
    assert verdict.least >= kills // 12
    assert done.workers + done.database == kills
    assert verdict.broken > 0
    one.run("manage.py", "verify_log", owner=True)


def make_reporters(one: Stack) -> list[Reporter]:
    """The small city, with grid members who send and a team that leads."""
    told = one.run("-m", "tests.torture.intake_city", "make", owner=True).splitlines()[-1]
    return [Reporter(**reporter) for reporter in json.loads(told)]
