"""One voice: a conflict that rests on a single caller is shown as such and never ranked."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.hotspots.recurrence import CityTime, Course, Reference, recurrence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNKNOWN = -1
LEAST_SHARE = 0.4


@dataclass(frozen=True)
class Voices:
    """Who is heard most.

    Attributes
    ----------
    busiest : int
        The caller with most cases, the smallest number among equals; `UNKNOWN` if no caller is known.
    share : float
        That caller's part of all cases.
    is_one_voice : bool
        Whether the conflict rests on that caller.
    """

    busiest: int
    share: float
    is_one_voice: bool


def hear(
    days: Floats,
    callers: Ints,
    reference: Reference,
    time: CityTime,
    *,
    rng: np.random.Generator,
) -> Voices:
    """Find the busiest caller and whether the conflict still recurs without that caller's cases.

    One voice: at least 40 % of the cases, and not recurrent without them. Counting each caller once a
    month instead would not unmask one who calls steadily.

    Parameters
    ----------
    days : ndarray of float, shape (n,)
    callers : ndarray of int, shape (n,)
        A number for each caller, `UNKNOWN` where nobody knows who called: they are not taken for one.
    reference, time
        As for `recurrence`.

    Raises
    ------
    ValueError
        When the arrays differ in length.
    """
    days, callers = np.asarray(days, np.float64), np.asarray(callers, np.int64)
    if days.shape != callers.shape:
        raise ValueError("callers must be one for each of days")
    known, cases = np.unique(callers[callers != UNKNOWN], return_counts=True)
    if not len(known):
        return Voices(UNKNOWN, 0.0, False)
    busiest, share = int(known[cases.argmax()]), float(cases.max() / len(days))
    if share < LEAST_SHARE:
        return Voices(busiest, share, False)
    others = recurrence(days[callers != busiest], reference, time, rng=rng)
    return Voices(busiest, share, others.course != Course.RECURRENT)
