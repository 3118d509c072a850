"""Processes of the real stack are killed, its database is stopped; `make torture` does more and has the controls."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.torture.intakes import demand_nothing_lost, make_reporters, session_of_first
from tests.torture.outages import Answer, Road, demand_manners, fault_of, roads
from tests.torture.senders import Reporter
from tests.torture.stacks import Stack, stack
from tests.torture.starts import private_var

KILLS = 8
# A hang is found; how long an answer takes is measured in the torture.
PATIENCE_S = 20.0


@pytest.fixture(scope="module")
def one() -> Iterator[Stack]:
    with private_var() as var, stack(var) as made:
        yield made


@pytest.fixture(scope="module")
def reporters(one: Stack) -> list[Reporter]:
    return make_reporters(one)


def test_no_report_is_lost_or_doubled(one: Stack, reporters: list[Reporter]) -> None:
    demand_nothing_lost(one, reporters, KILLS, seed=7)


def test_while_the_database_is_away_everybody_is_told_so(
    one: Stack, reporters: list[Reporter]
) -> None:
    demand_manners(one, roads(session_of_first(one), reporters[0]), PATIENCE_S)


PAGE = Road("/")
GOOD = Answer(503, "5", "<!doctype html><h1>数据库暂时没有回答</h1>", 0.1)


def test_bad_manners_are_found() -> None:
    """The control: silence, a failure, no time to wait, the inside shown, another language, another shape."""
    assert fault_of(PAGE, GOOD) == ""
    for change in (
        {"status": None},
        {"status": 500},
        {"status": 200},
        {"retry_after": None},
        {"text": GOOD.text + "Traceback (most recent call last)"},
        {"text": "<!doctype html><h1>The database does not answer</h1>"},
        {"text": "数据库暂时没有回答"},
    ):
        assert fault_of(PAGE, replace(GOOD, **change)), change  # type: ignore[arg-type]
    assert fault_of(replace(PAGE, kind="script"), GOOD)
