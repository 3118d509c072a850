"""What is counted, and what comes back."""

from dataclasses import dataclass
from datetime import date, datetime, time

import numpy as np
import numpy.typing as npt

from geodata.querysets import BEIJING

Ids = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]


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
    """Groups of communities (ids), and the cases of each group.

    `counts` is `FEWER` for a group of which nothing more may be said than that it has fewer than `LEAST`.
    """

    groups: tuple[tuple[int, ...], ...]
    counts: Counts


def midnight(day: date) -> datetime:
    """The moment at which a day begins in Beijing."""
    return datetime.combine(day, time.min, BEIJING)
