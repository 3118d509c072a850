"""Fifty commanders and two hundred grid members at once, on two cores: no error, nobody waits out of proportion.

CROWD_S (60) may be set.
"""

import os

from tests.torture.crowds import (
    all_at_work,
    alone,
    browsers,
    faults_of,
    limit_s,
    percentile,
    signed_in,
    table,
)
from tests.torture.stacks import stack
from tests.torture.starts import private_var

SECONDS = float(os.environ.get("CROWD_S", "60"))
COMMANDERS, MEMBERS, SEED = 50, 200, 620201


def test_nobody_waits_out_of_proportion() -> None:
    with private_var() as var, stack(var) as one:
        crowd = browsers(one, signed_in(one, COMMANDERS, MEMBERS))
        # Once for what every start must do first.
        alone(crowd, SECONDS / 4, SEED)
        lonely = alone(crowd, SECONDS / 2, SEED)
        crowded = all_at_work(crowd, SECONDS, SEED)
    users = COMMANDERS + MEMBERS
    print(f"\n{'road':32} {'asked':>6} {'alone':>8} {'median':>8} {'p99':>8}  ms")
    print(*table(lonely, crowded), sep="\n")
    print(f"p99 of all {percentile(crowded, 99):.2f} s; at most {limit_s(lonely, users):.2f} s")
    assert faults_of(lonely, crowded, users) == []
    assert len(crowded) >= users
