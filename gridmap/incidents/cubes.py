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
_HALF = 1 << 32
# More bins than a city needs are merged four by four.
MOST_BINS = 20_000
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

    def open_by_cell(self, cells: Ints) -> Ints:
        """Of the cases of each step those that are open now (cells × steps); `cells` are ids in rising order."""
        place = np.searchsorted(cells, self.cell).clip(max=max(len(cells) - 1, 0))
        inside = self.is_open & (self.cell != NONE)
        if len(cells):
            inside &= cells[place] == self.cell
        counts = np.bincount(
            place[inside] * self.steps + self.step[inside], minlength=len(cells) * self.steps
        )
        return counts.astype(np.int64).reshape(len(cells), self.steps)

    def bins(self, side: int, most: int = MOST_BINS) -> Bins:
        """Cases by bin and step; the side doubles until there are no more than `most` bins."""
        known = np.isfinite(self.x)
        x, y = (np.floor(values[known] / side).astype(np.int64) for values in (self.x, self.y))
        keys, place = np.unique(_key(x, y), return_inverse=True)
        while len(keys) > most:
            side, x, y = side * 2, x // 2, y // 2
            keys, place = np.unique(_key(x, y), return_inverse=True)
        size = len(keys) * self.steps
        counts = np.bincount(place * self.steps + self.step[known], minlength=size)
        shaped = counts.astype(np.int64).reshape(len(keys), self.steps)
        return Bins(side, keys // _HALF, keys % _HALF - _HALF // 2, shaped)


def _key(x: Ints, y: Ints) -> Ints:
    """Two numbers of 31 bits as one, because numpy sorts one many times faster than pairs."""
    return x * _HALF + y + _HALF // 2


def read_marks(scope: Scope, edges: Sequence[date], chosen: Chosen) -> Marks:
    """The chosen cases in scope that occurred in the steps between neighbouring edges; one statement."""
    cases = counted(Incident.objects.visible_to(scope), edges[0], edges[-1], chosen)
    found = read_as(cases.order_by(), COLUMNS)
    local = to_local(found["occurred_at"], str(BEIJING))
    days = np.array(edges, "datetime64[D]")
    hours = local.astype("datetime64[h]").astype(np.int64)
    return Marks(
        steps=len(edges) - 1,
        step=np.searchsorted(days, local.astype("datetime64[D]"), side="right") - 1,
        hour=(hours + _THURSDAY) % WEEK_HOURS,
        cell=found["cell"],
        x=found["x"],
        y=found["y"],
        is_open=found["is_open"],
    )
