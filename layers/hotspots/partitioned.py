"""Cases in many files, judged by one process or by the workers of a Dask cluster, with the same answer.

Every file is asked the same two questions, and the answers, which are integers and rows with numbers, are added
up: no order and no number of files or workers changes a bit. What is fitted and simulated then runs in one
process on the sums.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from geodata.assigning import PolygonIndex
from layers.hotspots.case_files import NUMBER, files_of, read_around, read_columns
from layers.hotspots.cases import Cases, Gathered, Period, count_cases
from layers.hotspots.cube import Periods, bin_cube

if TYPE_CHECKING:
    from distributed import Client

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Cube = npt.NDArray[np.int32]
Part = TypeVar("Part")

# Up to so many cases one process was faster than two workers on the same two cores (docs/decisions/0018): it reads
# and unpacks a file with both, and what comes after the counting is done once either way.
WORTH_A_CLUSTER = 20_000_000
# So many answers are added up by one task.
_AT_ONCE = 8


@dataclass(frozen=True)
class PartitionedCases:
    """Cases in the GeoParquet files of a folder, as `write_cases` makes them; a `Source` for the pipeline.

    Attributes
    ----------
    folder : Path
        Which every worker sees under the same name.
    client : distributed.Client, optional
        Of a cluster whose workers have this package; without one, this process does all.
    least : int
        With fewer cases than this the cluster is left alone.
    """

    folder: Path
    client: "Client | None" = None
    least: int = WORTH_A_CLUSTER

    def __len__(self) -> int:
        return sum(pq.read_metadata(file).num_rows for file in self._files())

    def counted(self, period: Period, leaves: int, topics: int) -> Ints:
        """As `Cases.counted`."""
        return self._summed(_count, period, leaves, topics)

    def gathered(self, period: Period, shown: Flags, wanted: Flags) -> Gathered:
        """As `Cases.gathered`; `number` is what each case has in its file."""
        return self._summed(_gather, period, shown, wanted)

    def cube(self, cells: PolygonIndex, periods: Periods, topics: int) -> Cube:
        """Cases by cell, period and topic, as `bin_cube` counts them.

        Parameters
        ----------
        cells : PolygonIndex
            In the coordinates of the files.
        """
        return self._summed(_bin, cells, periods, topics)

    def _files(self) -> list[Path]:
        if not (files := files_of(self.folder)):
            raise ValueError(f"folder: {self.folder} has no GeoParquet files")
        return files

    def _summed(self, ask: Callable[..., Part], *about: Any) -> Part:
        files = self._files()
        if self.client is None or len(self) < self.least:
            return reduce(add, (ask(file, *about) for file in files))
        # A task, because what is scattered is lost with the workers that hold it.
        shared = self.client.submit(_same, about, pure=False)
        parts = self.client.map(_asked, files, ask=ask, about=shared, pure=False)
        while len(parts) > 1:
            groups = [parts[at : at + _AT_ONCE] for at in range(0, len(parts), _AT_ONCE)]
            parts = self.client.map(_sum, groups, pure=False)
        answer: Part = parts[0].result()
        return answer


def _same(about: Sequence[Any]) -> Sequence[Any]:
    return about


def _asked(file: Path, ask: Callable[..., Part], about: Sequence[Any]) -> Part:
    return ask(file, *about)


def _sum(parts: Sequence[Part]) -> Part:
    return reduce(add, parts)


def _count(file: Path, period: Period, leaves: int, topics: int) -> Ints:
    columns = read_columns(file, ["leaf", "topic", "opened"])
    return count_cases(**columns, period=period, leaves=leaves, topics=topics)


def _gather(file: Path, period: Period, shown: Flags, wanted: Flags) -> Gathered:
    columns = read_columns(file, [NUMBER, *(field.name for field in fields(Cases))])
    number = columns.pop(NUMBER)
    found = Cases(**columns).gathered(period, shown, wanted)
    return found.numbered(number[found.number])


def _bin(file: Path, cells: PolygonIndex, periods: Periods, topics: int) -> Cube:
    x, y, columns = read_around(file, ["opened", "topic"], cells.bounds)
    shape = (len(cells), len(periods), topics)
    return bin_cube(cells.find(x, y), periods.of(columns["opened"]), columns["topic"], shape)
