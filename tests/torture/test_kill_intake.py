"""Workers and the database are killed under clients that retry: nothing is lost, nothing doubled.

KILLS_OF_INTAKE (500) and SEED may be set. `make test` runs a twentieth.
"""

import os
import random
from dataclasses import replace

from tests.torture.intakes import (
    Stack,
    Verdict,
    clients,
    judge,
    settings_of,
    stack,
    tokens_of,
    torment,
)
from tests.torture.starts import private_var

KILLS, SEED = settings_of(os.environ, 500)
CONTROL_KILLS = 40
NOTHING_WRONG = Verdict(0, 0, 0, 0, 0, 0, 0, 0)


def tormented(one: Stack, kills: int, *, only_database: bool = False) -> Verdict:
    draw = random.Random(SEED)
    with clients(one, tokens_of(one), SEED) as crowd:
        torment(one, kills, draw, only_database=only_database)
    verdict = judge(one, crowd)
    print(f"\n{kills} kills: {verdict}")
    return verdict


def test_no_report_is_lost_or_doubled() -> None:
    with private_var() as var, stack(var) as one:
        verdict = tormented(one, KILLS)
        assert verdict.acknowledged >= KILLS
        assert replace(verdict, acknowledged=0) == NOTHING_WRONG
        one.run("manage.py", "verify_log", owner=True)


def test_without_the_unique_key_reports_are_doubled() -> None:
    with private_var() as var, stack(var) as one:
        for name in one.rows(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'incidents_report'::regclass AND contype = 'u'"
        ):
            one.cluster.psql("gridmap", f"ALTER TABLE incidents_report DROP CONSTRAINT {name[0]}")
        assert tormented(one, CONTROL_KILLS).doubled > 0


def test_without_durable_commits_acknowledged_reports_are_lost() -> None:
    with private_var() as var, stack(var) as one:
        one.cluster.psql("postgres", "ALTER SYSTEM SET synchronous_commit = off")
        one.cluster.psql("postgres", "SELECT pg_reload_conf()")
        assert tormented(one, CONTROL_KILLS, only_database=True).lost > 0
