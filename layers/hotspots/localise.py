"""At which level a finding lies: the place that explains the most, not the least probable one.

Places overlap: an address lies in a street, an estate, a cell. Among all that pass, the one with
the largest Poisson log likelihood ratio is taken (Kulldorff 1997; the smallest p would favour the
level with the least spread), its cases are set back to what is expected, and whatever overlaps it
is judged again. Secondary findings are thus what remains once the stronger is known (Zhang,
Assunção & Kulldorff 2010).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

Judge = Callable[[Ints, Ints], Flags]


@dataclass(frozen=True)
class Candidates:
    """Pairs of place and topic that passed.

    Attributes
    ----------
    topic : ndarray of int, shape (n,)
    expected : ndarray, shape (n,)
    last : ndarray of bool, shape (n,)
        Judged only when no other is left: communities.
    leaves : sequence of n ndarrays of int
        The leaves that make up each one's place.
    """

    topic: Ints
    expected: Floats
    last: Flags
    leaves: Sequence[Ints]


def localise(candidates: Candidates, counts: Ints, passes: Judge) -> Ints:
    """The candidates that are findings of their own, strongest first within a topic.

    Parameters
    ----------
    counts : ndarray of int, shape (leaves, topics)
    passes : callable
        From positions of candidates and the cases that are left to each: which still pass.
    """
    chosen: list[int] = []
    for topic in np.unique(candidates.topic):
        mine = np.flatnonzero(candidates.topic == topic)
        left = counts[:, topic].astype(np.float64)
        for part in (mine[~candidates.last[mine]], mine[candidates.last[mine]]):
            chosen.extend(_choose(candidates, part, left, passes))
    return np.array(chosen, np.int64)


def _choose(candidates: Candidates, among: Ints, left: Floats, passes: Judge) -> list[int]:
    """Takes the strongest and sets its leaves back in `left`, until none passes."""
    chosen = []
    while len(among):
        has = np.rint([left[candidates.leaves[i]].sum() for i in among]).astype(np.int64)
        passing = passes(among, has)
        among, has = among[passing], has[passing]
        if not len(among):
            break
        expected = candidates.expected[among]
        best = int(np.argmax(has * np.log(has / expected) - has + expected))
        chosen.append(int(among[best]))
        left[candidates.leaves[among[best]]] *= expected[best] / has[best]
        among = np.delete(among, best)
    return chosen
