"""Any number of files and of worker processes gives the same answer to the last bit."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geodata.assigning import PolygonIndex
from layers.hotspots.case_files import files_of, write_cases
from layers.hotspots.conflicts import Found
from layers.hotspots.cube import Periods, bin_cube
from layers.hotspots.partitioned import PartitionedCases
from tests.layers.hotspots.clusters import cluster_of
from tests.layers.hotspots.dated import SINCE, UNTIL, Dated, dated, differences
from tests.layers.hotspots.worlds import TOPICS

PARTITIONS = (1, 2, 7)
WORKERS = (3, 1)
CRS = "EPSG:4547"


@pytest.fixture(scope="module")
def town() -> Dated:
    return dated(3, 2_000, 9_000)


@pytest.fixture(scope="module")
def folders(town: Dated, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The same cases in one file, in two, and in seven."""
    made = {count: tmp_path_factory.mktemp(f"in-{count}") for count in PARTITIONS}
    for count, folder in made.items():
        write_cases(folder, town.cases, town.x, town.y, crs=CRS, partitions=count)
    return made


@pytest.fixture(scope="module")
def in_memory(town: Dated) -> Found:
    found = town.found()
    assert len(found.conflicts) > 5
    assert found.desks.size
    return found


@pytest.mark.parametrize("partitions", PARTITIONS)
def test_in_one_process_files_give_what_the_arrays_do(
    town: Dated, folders: dict[int, Path], in_memory: Found, partitions: int
) -> None:
    assert len(files_of(folders[partitions])) == partitions
    found = town.found(PartitionedCases(folders[partitions]))
    assert differences(found, in_memory) == []


@pytest.mark.parametrize("workers", WORKERS)
def test_on_workers_files_give_what_the_arrays_do(
    town: Dated, folders: dict[int, Path], in_memory: Found, workers: int
) -> None:
    cells, periods = grid(), months()
    with cluster_of(workers) as client:
        assert len(set(client.run(os.getpid).values()) - {os.getpid()}) == workers
        for folder in folders.values():
            cases = PartitionedCases(folder, client, least=0)
            assert differences(town.found(cases), in_memory) == []
            assert np.array_equal(cases.cube(cells, periods, TOPICS), cube(town))


def test_sums_of_fractions_would_depend_on_the_files(town: Dated, folders: dict[int, Path]) -> None:
    """The control: why only whole numbers are added up."""
    days = (town.cases.opened - SINCE) / np.timedelta64(1, "D")
    sums = {
        float(sum(np.cumsum(part)[-1] for part in np.array_split(days, count))) for count in folders
    }
    assert len(sums) > 1


def test_the_cube_of_files_is_that_of_the_arrays(town: Dated, folders: dict[int, Path]) -> None:
    for folder in folders.values():
        found = PartitionedCases(folder).cube(grid(), months(), TOPICS)
        assert found.dtype == np.int32
        assert np.array_equal(found, cube(town))
    assert 0 < cube(town).sum() < len(town.cases)


def grid() -> PolygonIndex:
    """Cells of 200 m over a part of the town."""
    corners = [(200.0 * n, 200.0 * m) for n in range(1, 5) for m in range(1, 6)]
    return PolygonIndex(np.array([shapely.box(x, y, x + 200, y + 200) for x, y in corners]))


def months() -> Periods:
    return Periods("month", SINCE, UNTIL - np.timedelta64(400, "D"))


def cube(town: Dated) -> np.ndarray:
    cells, periods = grid(), months()
    return bin_cube(
        cells.find(town.x, town.y),
        periods.of(town.cases.opened),
        town.cases.topic,
        (len(cells), len(periods), TOPICS),
    )


class Untouchable:
    """A cluster that must not be asked."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name}: the cluster was asked")


def test_few_cases_leave_the_cluster_alone(
    town: Dated, folders: dict[int, Path], in_memory: Found
) -> None:
    """The control: where they are enough, it is asked."""
    few = PartitionedCases(folders[2], Untouchable())
    assert differences(town.found(few), in_memory) == []
    with pytest.raises(AssertionError, match="the cluster was asked"):
        town.found(PartitionedCases(folders[2], Untouchable(), least=len(town.cases)))


def test_a_folder_without_files_is_refused(town: Dated, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no GeoParquet files"):
        town.found(PartitionedCases(tmp_path))
