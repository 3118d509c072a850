"""What the list of conflicts costs, from arrays and from many files, in one process and on a cluster."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from distributed import Client

from layers.hotspots.case_files import NUMBER, files_of, write_cases
from layers.hotspots.partitioned import WORTH_A_CLUSTER, PartitionedCases
from tests.bench.report import table
from tests.layers.hotspots.clusters import cluster_of
from tests.layers.hotspots.dated import PLANTS, Dated, dated, differences
from tests.layers.hotspots.worlds import CASES, TOPICS

ROUNDS = 7
MILLION, ADDRESSES = 1_000_000, 100_000
# What planting and the desk add to the drawn cases.
ADDED = sum(plant.cases for plant in PLANTS)
# A few more are drawn than are demanded, because a draw may give fewer.
# Addresses, cases, how many times the plants, and the most seconds it may take.
SIZES = ((7_350, CASES + 300 - ADDED, 1, 0.2), (ADDRESSES, MILLION + 3_000 - 10 * ADDED, 10, 3.0))
WORKERS, TURNS = 2, 3
FILES = (1, 10)
HEADS = ["cases", "findings", "published", "CPU, s", "demanded", "", "times one pass"]
CLUSTER_HEADS = ["cases", "files", "one process, s", f"{WORKERS} workers, s"]
TEXT = """## From cases to the list of conflicts

CPU seconds of all threads, least of {rounds} rounds, from the arrays of cases to the ranked, named list. No open peer does this: beside
it stands one pass of numpy over the same cases, `bincount` by address and topic.

{rows}"""
CLUSTER_TEXT = """## Conflicts from many files

Wall seconds, least of {turns} turns, from GeoParquet files of a million cases to the same list on two cores: in one process, which reads
a file with both of them, and on a Dask cluster of {workers} worker processes. Both lists are equal to the last bit. Counting is the part that
is spread; the statistics of the sums run in one process either way. With fewer than {worth:,} cases a cluster is left alone.

{rows}"""


@dataclass(frozen=True)
class Line:
    cases: int
    findings: int
    published: int
    seconds: float
    most: float
    one_pass: float

    @property
    def is_met(self) -> bool:
        return self.seconds <= self.most

    def cells(self) -> list[str]:
        return [
            f"{self.cases:,}",
            str(self.findings),
            str(self.published),
            f"{self.seconds:.3f}",
            f"≤ {self.most}",
            "met" if self.is_met else "MISSED",
            f"{self.seconds / self.one_pass:,.0f}",
        ]


def test_from_cases_to_the_list(measured: list[str]) -> None:
    lines = [line_of(*size) for size in SIZES]
    rows = table(HEADS, [line.cells() for line in lines])
    measured.append(TEXT.format(rounds=ROUNDS, rows=rows))
    assert all(line.is_met for line in lines), lines


def line_of(addresses: int, cases: int, times: int, most: float) -> Line:
    town = dated(1, addresses, cases, times)
    found = town.found()
    assert found.published
    assert len(town.cases) >= (CASES if times == 1 else MILLION), len(town.cases)
    return Line(
        cases=len(town.cases),
        findings=len(found.conflicts),
        published=len(found.published),
        seconds=least(town.found, process_time, ROUNDS),
        most=most,
        one_pass=least(lambda: one_pass(town), process_time, ROUNDS),
    )


def one_pass(town: Dated) -> None:
    np.bincount((town.cases.leaf + 1) * TOPICS + town.cases.topic)


def least(run: Callable[[], object], clock: Callable[[], float], rounds: int) -> float:
    def cost() -> float:
        began = clock()
        run()
        return clock() - began

    return min(cost() for _ in range(rounds))


def test_the_list_from_many_files(measured: list[str], tmp_path: Path) -> None:
    town = dated(1, ADDRESSES, MILLION + 3_000 - 10 * ADDED, 10)
    with cluster_of(WORKERS) as client:
        rows = [row_of(town, tmp_path, count, client) for count in FILES]
    text = CLUSTER_TEXT.format(
        turns=TURNS, workers=WORKERS, worth=WORTH_A_CLUSTER, rows=table(CLUSTER_HEADS, rows)
    )
    measured.append(text)


def row_of(town: Dated, folder: Path, count: int, client: Client) -> list[str]:
    fill(folder, town, count)
    alone, together = PartitionedCases(folder), PartitionedCases(folder, client, least=0)
    assert differences(town.found(alone), town.found(together)) == []
    costs = np.array(
        [[least(lambda s=source: town.found(s), perf_counter, 1) for source in (alone, together)]
         for _ in range(TURNS)]
    )  # fmt: skip
    return [f"{len(alone):,}", str(count), *(f"{cost:.2f}" for cost in costs.min(axis=0))]


def fill(folder: Path, town: Dated, count: int) -> None:
    """The same million cases again and again, under other numbers."""
    if not files_of(folder):
        write_cases(folder, town.cases, town.x, town.y, crs="EPSG:4547", partitions=1)
    first = pq.read_table(files_of(folder)[0])
    column, numbers = first.column_names.index(NUMBER), first[NUMBER].to_numpy()
    for part in range(len(files_of(folder)), count):
        moved = pa.array(numbers + part * len(numbers))
        file = folder / f"part-{part:05}.parquet"
        pq.write_table(first.set_column(column, NUMBER, moved), file, row_group_size=65_536)
