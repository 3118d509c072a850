"""What is counted, and what comes back."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]
# Whoever may not see cases is told no count between nobody and so many; and what stands for one that is not told.
LEAST, UNTOLD = 5, -1


@dataclass(frozen=True)
class Window:
    """Days in Beijing from `since` on and before `until`, by when a case occurred.

    Raises
    ------
    ValueError
        An empty window.
    """

    since: date
    until: date

    def __post_init__(self) -> None:
        if not self.since < self.until:
            raise ValueError("since: must be before until")


@dataclass(frozen=True)
class Chosen:
    """Which cases; all where nothing is named. Topics by their ids, the rest by their codes."""

    topics: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()

    @property
    def is_by_topic_only(self) -> bool:
        return not (self.sources or self.states or self.urgencies)


@dataclass(frozen=True)
class CellCounts:
    """Ids of cells in rising order, and the cases of each."""

    cells: Ids
    counts: Counts


@dataclass(frozen=True)
class AreaCounts:
    """Groups of communities (ids), and the cases of each group in whole quarters; `UNTOLD` where they may not be told."""

    groups: tuple[tuple[int, ...], ...]
    counts: Counts
    window: Window
