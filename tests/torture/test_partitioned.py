"""A worker of a cluster is killed while it counts: the list stays the same to the last bit."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest

from layers.hotspots.case_files import write_cases
from layers.hotspots.conflicts import Found
from layers.hotspots.partitioned import PartitionedCases
from tests.layers.hotspots.clusters import cluster_of
from tests.layers.hotspots.dated import Dated, dated, differences

PARTITIONS = (1, 2, 7, 60)
WORKERS = (3, 2, 1)
# Seconds from the question to the kill.
DELAYS = (0.05, 0.2, 0.4, 0.8)


@pytest.fixture(scope="module")
def town() -> Dated:
    return dated(7, 20_000, 300_000, 5)


@pytest.fixture(scope="module")
def folders(town: Dated, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    made = {count: tmp_path_factory.mktemp(f"in-{count}") for count in PARTITIONS}
    for count, folder in made.items():
        write_cases(folder, town.cases, town.x, town.y, crs="EPSG:4547", partitions=count)
    return made


@pytest.fixture(scope="module")
def in_memory(town: Dated) -> Found:
    return town.found()


@pytest.mark.parametrize("workers", WORKERS)
def test_any_files_and_workers_give_the_same_list(
    town: Dated, folders: dict[int, Path], in_memory: Found, workers: int
) -> None:
    with cluster_of(workers) as client:
        for folder in folders.values():
            found = town.found(PartitionedCases(folder, client, least=0))
            assert differences(found, in_memory) == []


@pytest.mark.parametrize("after", DELAYS)
def test_a_killed_worker_changes_nothing(
    town: Dated, folders: dict[int, Path], in_memory: Found, after: float
) -> None:
    with cluster_of(max(WORKERS)) as client, ThreadPoolExecutor() as beside:
        cases = PartitionedCases(folders[60], client, least=0)
        pids = sorted(client.run(os.getpid).values())
        asked = beside.submit(town.found, cases)
        sleep(after)
        assert not asked.done()
        os.kill(pids[0], signal.SIGKILL)
        assert differences(asked.result(120), in_memory) == []
