"""The vectors that are kept: how they are written, and for which days."""

from datetime import date

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
# The series of all topics beside that of each.
ALL = 0
VECTOR, CELL = np.dtype("<i4"), np.dtype("<i8")


def month_of(day: date) -> date:
    """Its first day."""
    return day.replace(day=1)


def placed_in(order: bytes, wanted: Ints) -> tuple[Ints, Ints]:
    """An order with what is new in it at its end, and where in it each of the wanted stands."""
    known = np.frombuffer(order, CELL)
    known = np.concatenate([known, np.setdiff1d(wanted, known)])
    by_id = np.argsort(known)
    return known, by_id[np.searchsorted(known, wanted, sorter=by_id)]
