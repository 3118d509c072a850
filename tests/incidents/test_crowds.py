"""The judges of crowd and soak are judged: what they must find they find. Both run in `make torture`."""

import os
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from tests.torture.crowds import Took, faults_of, limit_s
from tests.torture.growing import Memory, family_kb, grown, growth, resident_kb

LONELY = [Took("/", 200, seconds) for seconds in (0.01, 0.02, 0.9)]
# One in fifty waits much longer.
CROWDED = [Took("/", 304, 1.0)] * 98 + [Took("/", 200, 3.1)] * 2


def test_the_limit_grows_with_the_users_and_the_time_of_one() -> None:
    assert limit_s(LONELY, 100) == pytest.approx(3 * 0.02 * 100 / 2)


def test_who_waits_in_proportion_is_no_fault_and_who_waits_longer_is() -> None:
    assert faults_of(LONELY, CROWDED, users=104) == []
    (fault,) = faults_of(LONELY, CROWDED, users=100)
    assert fault.startswith("p99 3.10 s")


@pytest.mark.parametrize("status", [None, 500, 503, 302, 404])
def test_one_bad_answer_of_many_is_a_fault(status: int | None) -> None:
    bad = replace(CROWDED[0], status=status)
    assert faults_of(LONELY, [*CROWDED, bad], users=250) == [f"/: {status}"]


def series(leak_kb: float) -> list[int]:
    """Half an hour: caches fill in the first minutes, the rest trembles, and so much is lost each minute."""
    minute = np.linspace(0, 30, 300)
    tremble = np.random.default_rng(5).normal(0, 500, len(minute))
    filled = 20_000 * (1 - np.exp(-minute))
    return [int(kb) for kb in 110_000 + filled + tremble + leak_kb * minute]


def test_memory_that_stays_has_not_grown_and_what_leaks_has() -> None:
    memory = Memory({}, {"stays": series(0), "leaks": series(400), "trembles": series(40)})
    assert abs(growth(memory.seen["stays"])) < 0.01
    assert set(grown(memory)) == {"leaks"}


def test_what_a_handler_keeps_is_seen_in_the_memory_of_its_process() -> None:
    """The control with a real process: this one, which keeps what it is asked."""
    me, kept = os.getpid(), []
    memory = Memory({"alone": partial(resident_kb, me), "family": partial(family_kb, me)})
    for _ in range(20):
        memory.look()
        kept.append(bytearray(b"x" * (resident_kb(me) * 1024 // 50)))
    assert set(grown(memory)) == {"alone", "family"}
    assert len(kept) == 20
