"""Random people do random things to random cases, past the services too, and nothing goes wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from gridmap.accounts.models import User
from gridmap.console.cases import acts
from gridmap.incidents.models import Incident, MoveRecord
from gridmap.incidents.parts import Standing, is_possible
from gridmap.incidents.services import clocks, due, effects, moving
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.errors import MoveRefused
from gridmap.incidents.standing import standing_of
from gridmap.incidents.states import Move, Name
from tests.incidents.machine import CaseMachine, run, set_stage
from tests.incidents.stage import SEQUENCES, Stage

# `make torture` plays ten thousand.
IN_THE_SUITE = 30
# A control that still stands after so many proves nothing.
CONTROL_SEQUENCES = 200
# Of the places of the stage.
IN_CELL_A, NOWHERE = 0, 5


def test_no_sequence_of_acts_leads_a_case_astray(own_database: None) -> None:
    set_stage()
    run(IN_THE_SUITE)
    roads = {"service", "page", "api", "board", "raw", "clock"}
    assert Stage.played[SEQUENCES] == IN_THE_SUITE
    assert roads <= Stage.played.keys()


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        ("refuse_transition", "went from"),
        ("refuse_unrecorded", "without a|in the state of a visit"),
    ],
)
def test_without_its_trigger_a_raw_write_leads_a_case_astray(
    own_database: None, trigger: str, words: str
) -> None:
    """The control: what the one trigger refuses, nothing else does."""
    set_stage()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE incidents_incident DISABLE TRIGGER {trigger}")
    with pytest.raises(AssertionError, match=words):
        run(CONTROL_SEQUENCES)


@contextmanager
def one_case(place: int) -> Iterator[CaseMachine]:
    """A machine with one case, for a control that plays by hand."""
    set_stage()
    machine = CaseMachine()
    machine.begin(place=place, topic=0, who=0)
    try:
        yield machine
    finally:
        transaction.set_rollback(True)
        machine.work.close()


def played(machine: CaseMachine, *names: Name) -> None:
    """Moves by the city's administrator, as a service takes them."""
    for name in names:
        machine._move(machine._case(0), name, machine.people["he"], 1)


def press(machine: CaseMachine, step: int) -> None:
    """Everybody in turn on the page of the case; with every third number also what is not shown."""
    for n in range(CONTROL_SEQUENCES):
        machine.by_the_case_page(which=0, who=n, n=step * n)


def test_an_escalation_to_the_wrong_level_is_noticed(
    own_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of levels: no case ever climbs past its community."""

    def stay(incident: Incident, details: Details, _by: User | None, _at: datetime) -> None:
        incident.raised_to = incident.raised_to or incident.area
        incident.state_reason = details.reason

    monkeypatch.setitem(effects.EFFECTS, Name.ESCALATE, stay)
    with one_case(IN_CELL_A) as machine:
        played(machine, Name.ACCEPT, Name.FILE, Name.DISPATCH, Name.ESCALATE)
        with pytest.raises(AssertionError, match="after escalate from"):
            played(machine, Name.ESCALATE)


def test_an_escalation_without_a_place_is_noticed(
    own_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages, services and the machine believe the same wrong rule; the database does not."""
    can_climb = property(lambda standing: not standing.is_at_top)
    monkeypatch.setattr(Standing, "can_climb", can_climb)
    with one_case(NOWHERE) as machine:
        played(machine, Name.DECLINE, Name.REOPEN)
        with pytest.raises(IntegrityError, match="incident_has_owner"):
            played(machine, Name.ESCALATE)


def test_a_page_that_lets_a_hidden_move_through_is_noticed(
    own_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the pages: they ask whether the move is possible, and no more who makes it."""

    def check_state_only(incident: Incident, move: Move, by: User | None, at: datetime) -> None:
        if not is_possible(standing_of(incident), move):
            raise MoveRefused("")

    def move_for_anybody(*, name: Name, **given: Any) -> MoveRecord:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(moving, "_check", check_state_only)
            return moving.move_incident(name=name, **given)

    monkeypatch.setattr(acts, "move_incident", move_for_anybody)
    with (
        one_case(IN_CELL_A) as machine,
        pytest.raises(AssertionError, match="shown is False, taken was True"),
    ):
        press(machine, 3)


def test_a_page_that_hides_a_move_is_noticed(
    own_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "possible_moves", lambda _case, _parts: [])
    with (
        one_case(IN_CELL_A) as machine,
        pytest.raises(AssertionError, match="the page shows or hides"),
    ):
        press(machine, 1)


def test_a_clock_that_stands_still_is_noticed(
    own_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the clock: it no longer finds what must climb."""
    monkeypatch.setattr(due, "escalations", lambda _at: [])
    with one_case(IN_CELL_A) as machine:
        played(machine, Name.ACCEPT, Name.FILE, Name.DISPATCH)
        with pytest.raises(AssertionError, match="stays at a level"):
            machine.the_clock_strikes(hours=400, n=1)


def test_a_case_that_lost_its_member_and_is_not_queued_is_noticed(
    own_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the owners."""
    monkeypatch.setattr(clocks, "enqueue", lambda at: 0)
    with one_case(IN_CELL_A) as machine:
        User.objects.filter(username="ma").update(is_active=False)
        with pytest.raises(AssertionError, match="without a member and not in the queue"):
            machine.the_clock_strikes(hours=0, n=1)
