"""At which level a finding lies: the place that explains the most, not the least probable one.

Places overlap: an address lies in a street, an estate, a cell. Among all that pass, the one with
the largest Poisson log likelihood ratio is found (Kulldorff 1997; the smallest p would favour the
level with the least spread), and within it the smallest that has nearly all of its excess. Its
cases are set back to what is expected, and whatever overlaps it is judged again. Secondary findings
are thus what remains once the stronger is known (Zhang, Assunção & Kulldorff 2010).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Of its excess: what a finer place has, the coarser one has from it.
_NEARLY_ALL = 0.8

Judge = Callable[[Ints, Ints], Flags]


@dataclass(frozen=True)
class Candidates:
    """Pairs of place and topic that passed, of equal places the finer level first.

    Attributes
    ----------
    topic : ndarray of int, shape (n,)
    expected : ndarray, shape (n,)
    turn : ndarray of int, shape (n,)
        Judged only for what those of an earlier turn leave: two cells side by side, then communities.
    leaves : sequence of n ndarrays of int
        The leaves that make up each one's place.
    by_leaf : bool
        Leaves were tested by themselves: one that did not pass is no finding of what holds it either.
    """

    topic: Ints
    expected: Floats
    turn: Ints
    leaves: Sequence[Ints]
    by_leaf: bool = False


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
        for turn in np.unique(candidates.turn[mine]):
            part = mine[candidates.turn[mine] == turn]
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
        best = _finest(candidates, among, left, has - expected, best)
        leaves = candidates.leaves[int(among[best])]
        if not (candidates.by_leaf and _is_of_one_leaf(leaves, left, has[best] - expected[best])):
            chosen.append(int(among[best]))
            left[leaves] *= expected[best] / has[best]
        among = np.delete(among, best)
    return chosen


def _finest(candidates: Candidates, among: Ints, left: Floats, excess: Floats, best: int) -> int:
    """The smallest that lies within the best and has nearly all of its excess: an address before its cell."""
    here = np.zeros(len(left), bool)
    here[candidates.leaves[int(among[best])]] = True
    within = [best]
    for n in np.flatnonzero(excess >= _NEARLY_ALL * excess[best]):
        leaves = candidates.leaves[int(among[n])]
        if left[leaves][here[leaves]].sum() >= _NEARLY_ALL * left[leaves].sum():
            within.append(int(n))
    return min(within, key=lambda n: (len(candidates.leaves[int(among[n])]), n))


def _is_of_one_leaf(leaves: Ints, left: Floats, excess: float) -> bool:
    return len(leaves) > 1 and bool(left[leaves].max() >= _NEARLY_ALL * excess)
