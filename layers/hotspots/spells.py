"""Spells of a conflict: when it came back after it was settled, whether it has ended or is new."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.hotspots.recurrence import CityTime
from layers.hotspots.thresholds import QUIET_DAYS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

QUIET_GAP = 30.0


@dataclass(frozen=True)
class Returns:
    """When the conflict came back after everything was closed, and after how many days without a case."""

    days: Floats
    quiet: Floats

    @property
    def count(self) -> int:
        return len(self.days)


def spell_starts(days: Floats, *, gap: float = QUIET_GAP) -> Floats:
    """The first day of each spell: cases follow each other by at most `gap` days within one.

    Parameters
    ----------
    days : ndarray of float, shape (n,)
        In any order.
    """
    days = np.sort(np.asarray(days, np.float64))
    return days[np.diff(days, prepend=-np.inf) > gap]


def returns(opened: Floats, closed: Floats, *, gap: float = QUIET_GAP) -> Returns:
    """When a new spell began though all earlier cases were closed.

    Evidence, not a test: a single burst over an ordinary background has two or three of them.

    Parameters
    ----------
    opened, closed : ndarray of float, shape (n,)
        Days; NaN in `closed` for a case that is still open.
    gap : float
        A new spell begins more than so many days after the last case.

    Raises
    ------
    ValueError
        When the arrays differ in shape or a case is closed before it is opened.
    """
    opened, closed = np.asarray(opened, np.float64), np.asarray(closed, np.float64)
    if opened.shape != closed.shape:
        raise ValueError("closed must be one for each of opened")
    if (closed < opened).any():
        raise ValueError("closed must not be before opened")
    order = np.argsort(opened)
    opened, closed = opened[order], closed[order]
    quiet = np.diff(opened)
    # An open case makes every later maximum NaN, which is before nothing.
    came_back = (quiet > gap) & (np.maximum.accumulate(closed)[:-1] < opened[1:])
    return Returns(opened[1:][came_back], quiet[came_back])


def ended_p(starts: Floats, time: CityTime) -> float:
    """The chance that the last of so many spells began so early: exact, (t_m ÷ T)^m in the city's time.

    Parameters
    ----------
    starts : ndarray of float, shape (m,)
        First days of the spells.
    """
    return float(np.max(time.share_before(starts), initial=0) ** len(starts))


def new_p(starts: Floats, time: CityTime) -> float:
    """The chance that the first of so many spells began so late: exact, (1 - t_1 ÷ T)^m."""
    return float((1 - np.min(time.share_before(starts), initial=1)) ** len(starts))


def quiet_chance(spells: int, period: float, *, quiet: float = QUIET_DAYS) -> float:
    """The chance that a conflict with so many spells in `period` days shows none for `quiet` days.

    What to print beside “quiet for 90 days”, which is a state of work and no evidence by itself.
    """
    if not period > 0:
        raise ValueError("period must be above 0")
    return float(np.exp(-quiet * spells / period))
