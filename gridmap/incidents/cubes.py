"""When, where and at which hour cases happened, step by step: the arrays behind a picture that plays.

What counts and who sees it is as in `counting`; the cases are read once, and numpy puts them into steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import F
from django.db.models.functions import Coalesce

from geodata.querysets import BEIJING
from geodata.times import to_local
from gridmap.accounts.scope import Scope
from gridmap.incidents.counting import Chosen
from gridmap.incidents.counting.plain import counted
from gridmap.incidents.frames import NAN, NONE, X, Y, or_none, read_as
from gridmap.incidents.models import Incident

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WEEK_HOURS, DAY_HOURS, WEEK_DAYS = 168, 24, 7
# Hours between the beginning of a Monday and the epoch, a Thursday.
_THURSDAY = 72
# More bins than a city needs are merged four by four.
MOST_BINS = 24_000
COLUMNS: dict[str, tuple[str, Any]] = {
    "cell": ("bigint", or_none("cell_id")),
    "x": ("float8", Coalesce(X("geom_3857"), NAN)),
    "y": ("float8", Coalesce(Y("geom_3857"), NAN)),
    "occurred_at": ("timestamptz", F("occurred_at")),
    "is_open": ("boolean", F("is_open")),
}


@dataclass(frozen=True)
class Bins:
    """Squares of `side` web-Mercator metres that have cases: their numbers, and cases (bins × steps).

    Bin number n begins at n × side metres.
    """

    side: int
    x: Ints
    y: Ints
    counts: Ints


@dataclass(frozen=True)
class Marks:
    """One element a case: the step and the hour of the week that it occurred in (Monday 0 h is 0, Beijing), its
    cell (`NONE` without), web-Mercator metres (NaN without), and whether it is open now."""

    steps: int
    step: Ints
    hour: Ints
    cell: Ints
    x: Floats
    y: Floats
    is_open: npt.NDArray[np.bool_]

    def rhythm(self) -> Ints:
        """Cases by step, day and hour (steps, 7, 24), Monday first; those without a place too."""
        places = self.step * WEEK_HOURS + self.hour
        counts = np.bincount(places, minlength=self.steps * WEEK_HOURS)
        return counts.astype(np.int64).reshape(self.steps, WEEK_DAYS, DAY_HOURS)

    def by_cell(self, cells: Ints) -> Ints:
        """Cases by cell and step (cells × steps); `cells` are ids in rising order."""
        return self._by_cell(cells, self.cell != NONE)

    def open_by_cell(self, cells: Ints) -> Ints:
        """Of these the ones that are open now."""
        return self._by_cell(cells, self.is_open & (self.cell != NONE))

    def _by_cell(self, cells: Ints, chosen: npt.NDArray[np.bool_]) -> Ints:
        if not len(cells):
            return np.zeros((0, self.steps), np.int64)
        cell, step = self.cell[chosen], self.step[chosen]
        place = np.searchsorted(cells, cell).clip(max=len(cells) - 1)
        inside = cells[place] == cell
        return _table(place[inside], step[inside], (len(cells), self.steps))

    def bins(self, side: int, most: int = MOST_BINS) -> Bins:
        """Cases by bin and step; the side doubles until there are no more than `most` bins."""
        known = np.isfinite(self.x)
        x, y = (np.floor(values[known] / side).astype(np.int64) for values in (self.x, self.y))
        found = _squares(x, y)
        while len(found.x) > most:
            side, x, y = side * 2, x // 2, y // 2
            found = _squares(x, y)
        counts = _table(found.place, self.step[known], (len(found.x), self.steps))
        return Bins(side, found.x, found.y, counts)


@dataclass(frozen=True)
class _Squares:
    """The squares that occur, by x and then by y, and in which of them each case lies."""

    x: Ints
    y: Ints
    place: Ints


def _squares(x: Ints, y: Ints) -> _Squares:
    """By marks on the rows and columns that occur, because sorting a million cases takes many times longer."""
    columns, column = _ranked(x)
    rows, row = _ranked(y)
    squares, place = _ranked(column * len(rows) + row)
    return _Squares(columns[squares // max(len(rows), 1)], rows[squares % max(len(rows), 1)], place)


def _ranked(values: Ints) -> tuple[Ints, Ints]:
    """The values that occur, rising, and of each the place of its own among them."""
    if not len(values):
        return values, values
    first = values.min()
    occurs = np.zeros(values.max() - first + 1, np.bool_)
    occurs[values - first] = True
    found = np.flatnonzero(occurs)
    return found + first, (np.cumsum(occurs) - 1)[values - first]


def _table(row: Ints, column: Ints, shape: tuple[int, int]) -> Ints:
    """How often each pair occurs."""
    counts = np.bincount(row * shape[1] + column, minlength=shape[0] * shape[1])
    return counts.astype(np.int64).reshape(shape)


def read_marks(scope: Scope, edges: Sequence[date], chosen: Chosen) -> Marks:
    """The chosen cases in scope that occurred in the steps between neighbouring edges; one statement."""
    cases = counted(Incident.objects.visible_to(scope), edges[0], edges[-1], chosen)
    found = read_as(cases.order_by(), COLUMNS)
    local = to_local(found["occurred_at"], str(BEIJING))
    days = np.array(edges, "datetime64[D]").astype(np.int64)
    hours = local.astype("datetime64[h]").astype(np.int64)
    step_of = np.repeat(np.arange(len(days) - 1), np.diff(days))
    return Marks(
        steps=len(edges) - 1,
        step=step_of[hours // DAY_HOURS - days[0]],
        hour=(hours + _THURSDAY) % WEEK_HOURS,
        cell=found["cell"],
        x=found["x"],
        y=found["y"],
        is_open=found["is_open"],
    )
