"""The maps that a forecast is mixed from: each says where cases of a topic fall, in one explainable way.

Source: the count, decay and kernel terms that self-exciting and near-repeat models have in common
(Mohler et al. 2011, doi:10.1198/jasa.2011.ap09546; Bowers, Johnson & Pease 2004, doi:10.1093/bjc/azh036),
each kept as a map of its own, so that a score can be taken apart again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HALF_LIVES_D = (730.0, 365.0, 182.0, 30.0)
# In sides of a cell.
KERNELS = (0.75, 1.5, 3.0)
OTHER_TOPICS = 6
_REACH_IN_KERNELS = 3.0

OWN = ("own", "own 730 d", "own 365 d", "own 182 d", "own 30 d")
NEAR = ("near", "near 365 d", "far")
SHARED = ("all topics", "all topics 365 d", "all topics near")
FLOOR = "floor"


@dataclass(frozen=True)
class Neighbourhood:
    """How a case in one cell speaks for the cells around it.

    Attributes
    ----------
    kernels : tuple of sparse arrays (cells, cells)
        Gaussian weights with the widths of `KERNELS`, cut off at three widths; column j spreads a case of cell j.
    area_shares : ndarray (cells,)
        Part of the whole area that each cell is.
    """

    kernels: tuple[csr_array, ...]
    area_shares: Floats

    @classmethod
    def of(cls, centres: Floats, areas: Floats) -> "Neighbourhood":
        """Neighbourhood of cells of any shape.

        Parameters
        ----------
        centres : ndarray (cells, 2)
            In metres in a plane.
        areas : ndarray (cells,)
            In square metres, all above 0.

        Raises
        ------
        ValueError
            If there is no cell, or shapes differ, or an area is not above 0.
        """
        if centres.ndim != 2 or centres.shape[1] != 2 or not len(centres):
            raise ValueError(f"centres: (cells, 2) is needed, not {centres.shape}")
        if areas.shape != (len(centres),) or not np.all(areas > 0):
            raise ValueError("areas: one above 0 is needed for each cell")
        side = float(np.sqrt(np.median(areas)))
        kernels = tuple(_gaussian(centres, areas, width * side) for width in KERNELS)
        return cls(kernels, areas / areas.sum())


def _gaussian(centres: Floats, areas: Floats, width: float) -> csr_array:
    tree = cKDTree(centres)
    pairs = tree.sparse_distance_matrix(tree, _REACH_IN_KERNELS * width, output_type="ndarray")
    weights = np.exp(-0.5 * (pairs["v"] / width) ** 2) * areas[pairs["i"]]
    return csr_array((weights, (pairs["i"], pairs["j"])), shape=(len(centres), len(centres)))


class History:
    """What is known of each topic at an origin, moved on period by period.

    Parameters
    ----------
    neighbourhood : Neighbourhood
    topics : sequence of int or None
        What is forecast; None stands for all topics together.
    others : sequence of int
        Topics whose maps help the others, the largest first.
    topic_count : int
    period_d : float
        Length of a period in days.
    """

    def __init__(
        self,
        neighbourhood: Neighbourhood,
        topics: Sequence[int | None],
        others: Sequence[int],
        topic_count: int,
        period_d: float,
    ) -> None:
        self._neighbourhood = neighbourhood
        self._topics, self._others = tuple(topics), tuple(others)
        self._keep = np.array([1.0, *(0.5 ** (period_d / h) for h in HALF_LIVES_D)])
        cells = len(neighbourhood.area_shares)
        # The column after the topics' own holds all topics together.
        self._counts = np.zeros((len(self._keep), cells, topic_count + 1))
        self._columns = [topic_count if topic is None else topic for topic in topics]
        self._smoothed: dict[int, Floats] = {}
        self._wide: dict[int, tuple[Floats, Floats]] = {}

    def move_on(self, counts: npt.NDArray[np.integer]) -> None:
        """Take in the period that has just ended: counts (cells, topics)."""
        self._counts[:, :, :-1] += counts
        self._counts[:, :, -1] += counts.sum(axis=1)
        self._counts *= self._keep[:, None, None]
        self._smoothed = {}

    def _smooth(self) -> None:
        near, middle, far = self._neighbourhood.kernels
        columns = sorted({*self._columns, *self._others, self._counts.shape[2] - 1})
        self._smoothed = dict(zip(columns, (near @ self._counts[0][:, columns]).T, strict=True))
        own = self._columns
        of_year, of_all = middle @ self._counts[2][:, own], far @ self._counts[0][:, own]
        self._wide = {c: (of_year[:, i], of_all[:, i]) for i, c in enumerate(own)}

    def names(self, topic: int | None) -> tuple[str, ...]:
        """Names of the rows of `maps`; another topic's are “topic 3” and “topic 3 near”."""
        shared = () if topic is None else SHARED
        others = (f"topic {k}{end}" for k in self._helpers(topic) for end in ("", " near"))
        return (*OWN, *NEAR, *shared, *others, FLOOR)

    def maps(self, topic: int | None) -> Floats:
        """Maps of a topic (maps, cells), each with sum 1; one without any case is the floor."""
        if not self._smoothed:
            self._smooth()
        every = self._counts.shape[2] - 1
        own = every if topic is None else topic
        rows = [*self._counts[:, :, own], self._smoothed[own], *self._wide[own]]
        if topic is not None:
            rows += [self._counts[0, :, every], self._counts[2, :, every], self._smoothed[every]]
        for other in self._helpers(topic):
            rows += [self._counts[0, :, other], self._smoothed[other]]
        floor = self._neighbourhood.area_shares
        found = np.array([*rows, floor])
        totals = found.sum(axis=1, keepdims=True)
        return np.where(totals > 0, found / np.where(totals > 0, totals, 1), floor)

    def _helpers(self, topic: int | None) -> list[int]:
        return [other for other in self._others if other != topic][:OTHER_TOPICS]
