"""A few kills of the real stack under clients that retry; `make torture` has 500 and the controls."""

from tests.torture.intakes import demand_nothing_lost
from tests.torture.stacks import stack
from tests.torture.starts import private_var

KILLS = 8


def test_no_report_is_lost_or_doubled() -> None:
    with private_var() as var, stack(var) as one:
        demand_nothing_lost(one, KILLS, seed=7)
