"""Counts by place, period and topic: the cube that the statistics of cells start from.

`geodata.assigning.PolygonIndex` says which cell has each point. Cubes over the same periods add up: the
cube of all cases is the sum of the cubes of their parts.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from layers.hotspots._compiled import compiled

Ints = npt.NDArray[np.int64]
Moments = npt.NDArray[np.datetime64]
Unit = Literal["day", "week", "month"]

NONE = -1
# 1970-01-01 was a Thursday; weeks begin on Monday.
_MONDAY = 3


@dataclass(frozen=True)
class Periods:
    """Days, weeks from Monday or calendar months of local time, from the one of `since` to the one of `until`.

    The first and the last are whole: a month counts from its first day even where `since` is its tenth.

    Parameters
    ----------
    unit : {"day", "week", "month"}
    since, until : datetime64
        Local days, both included.
    """

    unit: Unit
    since: np.datetime64
    until: np.datetime64

    def __post_init__(self) -> None:
        if self.unit not in ("day", "week", "month"):
            raise ValueError("unit: day, week or month")
        if not self.since <= self.until:
            raise ValueError("until: not before since")

    def __len__(self) -> int:
        first, last = self._numbers(np.array([self.since, self.until]))
        return int(last - first + 1)

    def of(self, local: Moments) -> Ints:
        """The position of each local time's period; `NONE` before, after and for `NaT`."""
        first = self._numbers(np.array([self.since]))[0]
        numbers = self._numbers(local) - first
        known = (numbers >= 0) & (numbers < len(self)) & ~np.isnat(local)
        return np.where(known, numbers, NONE)

    def starts(self) -> Moments:
        """The first day of each period."""
        numbers = self._numbers(np.array([self.since]))[0] + np.arange(len(self))
        if self.unit == "month":
            first: Moments = numbers.astype("datetime64[M]")
        else:
            first = (numbers if self.unit == "day" else numbers * 7 - _MONDAY).astype(
                "datetime64[D]"
            )
        return first.astype("datetime64[D]")

    def _numbers(self, local: Moments) -> Ints:
        if self.unit == "month":
            return local.astype("datetime64[M]").astype(np.int64)
        days = local.astype("datetime64[D]").astype(np.int64)
        return days if self.unit == "day" else (days + _MONDAY) // 7


def bin_cube(
    cell: npt.ArrayLike, period: npt.ArrayLike, topic: npt.ArrayLike, shape: tuple[int, int, int]
) -> npt.NDArray[np.int32]:
    """How many cases each cell has in each period of each topic.

    Parameters
    ----------
    cell, period, topic : (n,) arrays of int
        Positions from 0; a case with a negative one (`NOWHERE`, `NONE`) is in none of the counts.
    shape : (cells, periods, topics)

    Returns
    -------
    (cells, periods, topics) array of int32

    Raises
    ------
    ValueError
        Arrays of different lengths, or a position beyond `shape`.
    """
    columns = [np.ascontiguousarray(one, np.int64) for one in (cell, period, topic)]
    if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
        raise ValueError("cell, period, topic: one of each for every case")
    for name, column, size in zip(("cell", "period", "topic"), columns, shape, strict=True):
        if column.size and column.max() >= size:
            raise ValueError(f"{name}: beyond the shape of the cube")
    cube = np.zeros(shape, np.int32)
    _count(columns[0], columns[1], columns[2], cube)
    return cube


@compiled
def _count(cell: Any, period: Any, topic: Any, cube: Any) -> None:
    for i in range(len(cell)):
        if cell[i] >= 0 and period[i] >= 0 and topic[i] >= 0:
            cube[cell[i], period[i], topic[i]] += 1
