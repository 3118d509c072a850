"""Workers and the database are killed under clients that retry: nothing is lost, nothing doubled.

KILLS_OF_INTAKE (500) and SEED may be set. `make test` runs a few.
"""

import os

from tests.incidents.parallel import DROP_UNIQUE_KEY
from tests.torture.intakes import demand_nothing_lost, make_reporters, tormented
from tests.torture.stacks import stack
from tests.torture.starts import private_var

KILLS = int(os.environ.get("KILLS_OF_INTAKE", "500"))
SEED = int(os.environ.get("SEED", "620201"))
CONTROL_KILLS = 40


def test_no_report_is_lost_or_doubled() -> None:
    with private_var() as var, stack(var) as one:
        demand_nothing_lost(one, make_reporters(one), KILLS, SEED)


def test_without_the_unique_key_reports_are_doubled() -> None:
    with private_var() as var, stack(var) as one:
        reporters = make_reporters(one)
        one.execute(DROP_UNIQUE_KEY)
        _kills, verdict = tormented(one, reporters, CONTROL_KILLS, SEED)
        assert verdict.faults.doubled > 0
        assert verdict.faults.unequal_replies > 0


def test_without_durable_commits_acknowledged_reports_are_lost() -> None:
    with private_var() as var, stack(var) as one:
        reporters = make_reporters(one)
        one.cluster.psql("postgres", "ALTER SYSTEM SET synchronous_commit = off")
        # What was written up to so long ago is lost: few commit just before a kill where all is slow.
        one.cluster.psql("postgres", "ALTER SYSTEM SET wal_writer_delay = '10s'")
        one.cluster.psql("postgres", "SELECT pg_reload_conf()")
        _kills, verdict = tormented(one, reporters, CONTROL_KILLS, SEED, only_database=True)
        assert verdict.faults.lost > 0
