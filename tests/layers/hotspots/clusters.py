"""A cluster of processes on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager

from distributed import Client, LocalCluster


@contextmanager
def cluster_of(workers: int) -> Iterator[tuple[LocalCluster, Client]]:
    """So many processes of one thread, on ports that are free."""
    with (
        LocalCluster(
            workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", memory_limit=0
        ) as cluster,
        Client(cluster) as client,
    ):
        yield cluster, client


def scale(cluster: LocalCluster, client: Client, workers: int) -> None:
    """Have so many workers, and wait until it is so."""
    cluster.scale(workers)
    while len(client.scheduler_info(n_workers=-1)["workers"]) != workers:
        client.wait_for_workers(1)
