"""Counts that are kept are those of the cases at any moment, whatever happens to these."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError
from shapely import LineString

from geodata.boundaries.services import merge, split
from geodata.models import Cell
from gridmap.console.management.commands import tick
from gridmap.console.management.commands.tick import fold
from gridmap.incidents.counting import Chosen, count_steps
from gridmap.incidents.counting.folding import fold_counts, rebuild_counts
from gridmap.incidents.models import CountChange, CountLeaf, Incident
from gridmap.incidents.states import NOT_COUNTED, State
from tests.incidents.counting.hands import FIRST, SPOT, Hand, execute
from tests.incidents.counting.stage import Stage
from tests.incidents.makers import NOW, make_incident
from tests.makers import SIDE, SOUTH, WEST

pytestmark = pytest.mark.django_db
ACTS = 80


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_they_are_those_of_the_cases_after_any_mix_of_acts(stage: Stage) -> None:
    for number in range(ACTS):
        stage.hand.act()
        if stage.hand.draw.random() < 0.15:
            fold_counts()
        assert stage.differences() == [], number
    fold_counts()
    assert not CountChange.objects.exists()
    assert stage.differences(20) == []
    rebuild_counts()
    assert stage.differences(20) == []


@pytest.mark.parametrize(
    ("trigger", "act"),
    [
        ("insert", Hand.add),
        ("update", lambda hand: hand.change("topic_id = %s", [hand.topic()])),
        ("update", lambda hand: hand.change("occurred_at = occurred_at - interval '90 days'", [])),
        ("update", lambda hand: hand.change("state = 'declined', merged_into_id = NULL", [])),
        ("delete", Hand.delete),
    ],
)
def test_what_the_triggers_do_not_see_is_found(
    stage: Stage, trigger: str, act: Callable[[Hand], None]
) -> None:
    """The control."""
    for _ in range(4):
        stage.hand.add()
    assert stage.differences(20) == []
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(f"ALTER TABLE incidents_incident DISABLE TRIGGER count_{trigger}")
    for _ in range(8):
        act(stage.hand)
    assert stage.differences(20) != []
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    rebuild_counts()
    assert stage.differences(20) == []


def test_they_follow_cells_that_are_cut_and_made_one(stage: Stage) -> None:
    stage.hand.add()
    fold_counts()
    cells = stage.city.cells
    line = LineString([(WEST + SIDE * 1.5, SOUTH - SIDE), (WEST + SIDE * 1.5, SOUTH + SIDE * 3)])
    split(cells["a"].code, line, by="chen", at=NOW)
    (new,) = Cell.objects.exclude(pk__in=[cell.pk for cell in cells.values()])
    merge([new.code, cells["b"].code], by="chen", at=NOW + timedelta(days=1))
    for _ in range(12):
        stage.hand.act()
        assert stage.differences(4) == []
    fold_counts()
    shown, _counts = count_steps(stage.scope, stage.hand.question()[0], Chosen())
    assert cells["b"].pk not in shown.tolist()
    assert len(shown) == len(cells)
    assert stage.differences(20) == []


def test_a_table_that_is_emptied_has_no_cases(stage: Stage) -> None:
    stage.hand.add()
    fold_counts()
    stage.hand.add()
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("TRUNCATE incidents_incident CASCADE")
    assert stage.differences(4) == []
    assert not CountLeaf.objects.exists()


def test_a_statement_leaves_one_row_a_key_and_one_that_changes_no_count_none(stage: Stage) -> None:
    fold_counts()
    Incident.objects.update(title="y", urgency="urgent")
    assert not CountChange.objects.exists()
    execute(
        "INSERT INTO incidents_countchange (topic_id, cell_id, day, number) VALUES (1, 1, %s, 1)",
        [FIRST],
    )
    CountChange.objects.all().delete()
    stage.hand.add_rows(
        [(stage.hand.topic(), stage.city.cells["b"].pk, NOW, "registered", *SPOT)] * 30
    )
    assert list(CountChange.objects.values_list("number", flat=True)) == [30]


def test_the_states_that_do_not_count_are_the_same_in_the_database() -> None:
    ((text,),) = execute("SELECT prosrc FROM pg_proc WHERE proname = 'incidents_count'")
    quoted = {state for state in State if f"'{state}'" in text}
    assert quoted == set(NOT_COUNTED)


def test_the_application_folds_and_writes_no_change_itself(stage: Stage) -> None:
    call_command("grant_app")
    stage.hand.add()
    execute("SET LOCAL ROLE gridmap_app")
    make_incident(stage.chen)
    assert fold_counts() > 0
    assert stage.differences(4) == []
    with pytest.raises(ProgrammingError, match="permission denied"):
        CountChange.objects.create(topic_id=1, cell_id=1, day=FIRST, number=1)


def test_every_minute_folds(stage: Stage) -> None:
    stage.hand.add()
    assert fold() == []
    assert not CountChange.objects.exists()


def test_a_minute_that_cannot_fold_says_so_and_the_counts_stay_right(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OperationalError

    monkeypatch.setattr(tick, "fold_counts", fail)
    stage.hand.add()
    assert fold() == ["计数"]
    assert stage.differences(4) == []
