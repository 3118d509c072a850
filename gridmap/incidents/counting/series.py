"""The vectors that are kept: how they are written, and for which days."""

from datetime import date

import numpy as np

# The series of all topics beside that of each.
ALL = 0
VECTOR, CELL = np.dtype("<i4"), np.dtype("<i8")


def month_of(day: date) -> date:
    """Its first day."""
    return day.replace(day=1)
