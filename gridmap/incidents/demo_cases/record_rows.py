"""What was done in a story into the tables of records; and the open cases to where they are."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.models import Model

from gridmap.accounts.models import GuideTeam
from gridmap.incidents.demo_cases import writing
from gridmap.incidents.demo_cases.case_rows import table
from gridmap.incidents.demo_cases.clock import Ints
from gridmap.incidents.demo_cases.ledger import Table
from gridmap.incidents.demo_cases.story import Story
from gridmap.incidents.demo_cases.town import Town
from gridmap.incidents.models import (
    ClockEvent,
    Extension,
    HandOver,
    MoveRecord,
    Notice,
    PartyLook,
    StepRecord,
    Supervision,
    Visit,
)

Whole = dict[str, npt.NDArray[Any]]
SAID = ("way", "result", "satisfaction")
Columns = Callable[[Whole], dict[str, writing.Column]]


def write_records(story: Story, town: Town, ids: Ints) -> None:
    """Every record of a story; `ids` are those of its cases."""
    ledger = story.ledger
    tables: tuple[tuple[type[Model], Table, Columns], ...] = (
        (MoveRecord, ledger.moves, lambda rows: _act(rows) | _move(rows, ids)),
        (StepRecord, ledger.steps, lambda rows: _act(rows) | _round(rows, "step")),
        (Visit, ledger.visits, lambda rows: _act(rows) | _round(rows, *SAID)),
        (HandOver, ledger.hand_overs, lambda rows: _act(rows) | _hand_over(rows, town)),
        (Extension, ledger.extensions, lambda rows: _act(rows) | _extension(rows)),
        (Supervision, ledger.supervisions, lambda rows: _act(rows) | _supervision(rows)),
        (ClockEvent, ledger.clock_events, _clock_event),
        (Notice, ledger.notices, _notice),
        (PartyLook, ledger.looks, _look),
    )
    for model, kept, columns in tables:
        rows = kept.whole()
        whose = {"incident_id": writing.ids(ids[rows["case"]])}
        writing.copy(table(model), {**whose, **columns(rows)})
    _walk(story, ids)


def _act(rows: Whole) -> dict[str, writing.Column]:
    return {
        "by_id": writing.ids(rows["by"]),
        "at": writing.times(rows["at"]),
        "note": writing.texts(rows["note"]),
    }


def _plain(rows: Whole, *names: str) -> dict[str, writing.Column]:
    return {name: writing.texts(rows[name]) for name in names}


def _round(rows: Whole, *names: str) -> dict[str, writing.Column]:
    return {"round": writing.numbers(rows["round"]), **_plain(rows, *names)}


def _hand_over(rows: Whole, town: Town) -> dict[str, writing.Column]:
    """To another team; the cell stays."""
    teams = dict(GuideTeam.objects.values_list("name", "pk"))
    cells = np.where(rows["cell"] >= 0, town.cells.ids[rows["cell"]], -1)
    return {
        "from_cell_id": writing.ids(cells),
        "to_cell_id": writing.ids(cells),
        "from_team_id": [str(teams[name]) for name in rows["from_team"]],
        "to_team_id": [str(teams[name]) for name in rows["to_team"]],
    }


def _notice(rows: Whole) -> dict[str, writing.Column]:
    read = {"read_at": writing.times(rows["read_at"])}
    return _seen(rows) | read | _plain(rows, "kind")


def _look(rows: Whole) -> dict[str, writing.Column]:
    return _seen(rows) | _plain(rows, "reason")


def _seen(rows: Whole) -> dict[str, writing.Column]:
    return {"user_id": writing.ids(rows["user"]), "at": writing.times(rows["at"])}


def _move(rows: Whole, ids: Ints) -> dict[str, writing.Column]:
    return {
        "name": writing.texts(rows["name"]),
        "from_state": writing.texts(rows["source"]),
        "to_state": writing.texts(rows["target"]),
        "area_id": writing.ids(rows["area"]),
        "other_id": writing.ids(np.where(rows["other"] >= 0, ids[rows["other"]], -1)),
    }


def _extension(rows: Whole) -> dict[str, writing.Column]:
    undecided = np.isnat(rows["decided_at"])
    return {
        "until": writing.times(rows["until"]),
        "decided_at": writing.times(rows["decided_at"]),
        "decided_by_id": writing.ids(rows["decided_by"]),
        "is_granted": [writing.NULL if is_open else "t" for is_open in undecided.tolist()],
    }


def _supervision(rows: Whole) -> dict[str, writing.Column]:
    return {
        "answer": writing.texts(rows["answer"]),
        "answered_by_id": writing.ids(rows["answered_by"]),
        "answered_at": writing.times(rows["answered_at"]),
    }


def _clock_event(rows: Whole) -> dict[str, writing.Column]:
    return {
        "kind": writing.texts(rows["kind"]),
        "due_at": writing.times(rows["due_at"]),
        "fired_at": writing.times(rows["at"]),
    }


# What the moves change beside the state, as far as the database asks for it.
WALK = """
UPDATE incidents_incident AS incident
SET state = step.state,
    is_visited = step.state = 'visited' OR step.state <> 'reopened' AND is_visited,
    round = round + (step.state = 'reopened')::int,
    step = CASE WHEN step.state = 'reopened' THEN '' ELSE incident.step END,
    outcome = CASE WHEN step.state = 'reopened' THEN '' ELSE outcome END
FROM unnest(%s::bigint[], %s::text[]) AS step (id, state) WHERE incident.id = step.id
"""


def _walk(story: Story, ids: Ints) -> None:
    """Take the open cases from state to state, all of them one move at a time, as the database allows."""
    ways = _ways(story)
    with connection.cursor() as cursor:
        for position in range(max(map(len, ways.values()))):
            going = [(case, way[position]) for case, way in ways.items() if position < len(way)]
            cases, states = zip(*going, strict=True)
            cursor.execute(WALK, [ids[list(cases)].tolist(), list(states)])


def _ways(story: Story) -> dict[int, list[str]]:
    """For each open case the states that it went through, in order."""
    moves = story.ledger.moves.whole()
    open_ = ~story.final.is_imported[moves["case"]]
    ways: dict[int, list[str]] = {}
    for case, source, target in zip(
        moves["case"][open_].tolist(), moves["source"][open_], moves["target"][open_], strict=True
    ):
        way = ways.setdefault(case, [])
        if source and source != target:
            way.append(str(target))
    return ways
