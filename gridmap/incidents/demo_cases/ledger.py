"""Records in the making: each act one row, gathered in sets. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gridmap.incidents.demo_cases.clock import Ints, Times
from gridmap.incidents.states import MOVES, Name, State, Step

NOBODY = -1
Rows = npt.NDArray[np.int64]
Notes = Callable[[int], str]


def no_note(_row: int) -> str:
    return ""


@dataclass
class Table:
    """Rows of one table as columns that grow."""

    columns: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, rows: Rows, **values: Any) -> None:
        """One row for each case in `rows`; a value is an array in their order, or the same for all."""
        for name, value in {"case": rows, **values}.items():
            is_array = isinstance(value, np.ndarray)
            mine = value if is_array else np.full(len(rows), value, dtype=_kind(value))
            self.columns.setdefault(name, []).append(mine)

    def first(self, kept: int) -> "Table":
        """The rows of the first cases."""
        rows = np.concatenate(self.columns["case"]) < kept
        return Table({name: [np.concatenate(parts)[rows]] for name, parts in self.columns.items()})

    def whole(self, order: str = "at") -> dict[str, npt.NDArray[Any]]:
        """All rows, by time."""
        joined = {name: np.concatenate(parts) for name, parts in self.columns.items()}
        by_time = np.argsort(joined[order], kind="stable")
        return {name: column[by_time] for name, column in joined.items()}


def _kind(value: Any) -> Any:
    return object if isinstance(value, str) else None


@dataclass
class Ledger:
    """What was done in all cases."""

    moves: Table = field(default_factory=Table)
    steps: Table = field(default_factory=Table)
    visits: Table = field(default_factory=Table)
    hand_overs: Table = field(default_factory=Table)
    extensions: Table = field(default_factory=Table)
    supervisions: Table = field(default_factory=Table)
    clock_events: Table = field(default_factory=Table)
    notices: Table = field(default_factory=Table)
    looks: Table = field(default_factory=Table)

    def first(self, kept: int) -> "Ledger":
        return Ledger(**{name: table.first(kept) for name, table in vars(self).items()})

    def move(
        self,
        rows: Rows,
        name: Name | str,
        source: State | None,
        at: Times,
        by: Ints,
        note: Notes = no_note,
        *,
        target: State | None = None,
        area: Ints | None = None,
        other: Ints | None = None,
    ) -> None:
        """One move of some cases; where it leads is as the table of moves says, or given."""
        end = target or _target(name, source)
        self.moves.add(
            rows,
            name=str(name),
            source=source.value if source else "",
            target=end.value,
            at=at,
            by=by,
            note=texts(note, rows),
            area=np.full(len(rows), NOBODY) if area is None else area,
            other=np.full(len(rows), NOBODY) if other is None else other,
        )

    def step(self, rows: Rows, step: Step, number: Any, at: Times, by: Ints, note: Notes) -> None:
        self.steps.add(rows, step=step.value, round=number, at=at, by=by, note=texts(note, rows))


def texts(note: Notes, rows: Rows) -> npt.NDArray[np.object_]:
    return np.array([note(int(row)) for row in rows] or [""], dtype=object)[: len(rows)]


def _target(name: Name | str, source: State | None) -> State:
    """Where a move leads from a state; some leave it as it is."""
    move = MOVES[Name(name)]
    target = move.target or source
    if target is None:
        raise ValueError(f"{name} leads nowhere")
    return target
