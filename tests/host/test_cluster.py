"""One real cluster: made, killed outright, made whole again."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from gridmap.host import databases
from gridmap.host.children import children_of
from gridmap.host.cluster import Cluster, find_cluster, is_server, read_pid, running
from gridmap.host.project import ROOT, Project

READER_SETTINGS = f"SELECT rolconfig FROM pg_roles WHERE rolname = '{databases.READER}'"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    # Below var/: the server's account cannot enter pytest's own folders.
    var = Path(os.environ["GRIDMAP_VAR"]) / "host"
    shutil.rmtree(var, ignore_errors=True)
    var.mkdir(parents=True)
    made = find_cluster(Project(ROOT, var))
    yield made
    shutil.rmtree(made.home, ignore_errors=True)
    shutil.rmtree(made.sockets, ignore_errors=True)
    shutil.rmtree(var, ignore_errors=True)


def test_a_killed_cluster_starts_again_with_everything_in_it(cluster: Cluster) -> None:
    cluster.home.mkdir(exist_ok=True)
    (cluster.home / "data.draft").mkdir()
    (cluster.home / "data.draft" / "half").touch()
    with running(cluster) as server:
        assert not (cluster.home / "data.draft").exists()
        cluster.psql(databases.MAIN, "CREATE TABLE kept AS SELECT 1 AS one")
        for pid in [server.process.pid, *children_of(server.process.pid)]:
            # What the server had only for a moment may have ended by itself.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        server.process.wait()
    _leave_half_made_template(cluster)
    with running(cluster):
        assert cluster.psql(databases.MAIN, "SELECT one FROM kept") == "1"
        assert "default_transaction_read_only=on" in cluster.psql("postgres", READER_SETTINGS)
        names = cluster.psql("postgres", "SELECT datname FROM pg_database ORDER BY 1").split()
        assert names == ["gridmap", "postgres", "template0", "template1", "template_gridmap"]
    assert read_pid(cluster.data / "postmaster.pid") is None


def _leave_half_made_template(cluster: Cluster) -> None:
    """As a start leaves it that was killed while it made the template, pid file included; without a reader."""
    with running(cluster):
        cluster.psql("postgres", f"DROP ROLE {databases.READER}")
        cluster.psql("postgres", f"ALTER DATABASE {databases.TEMPLATE} IS_TEMPLATE false")
        cluster.psql("postgres", f"ALTER DATABASE {databases.TEMPLATE} RENAME TO {databases.DRAFT}")
    # A number that another program has by now.
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n")


def test_only_a_server_of_these_data_counts_as_one(cluster: Cluster) -> None:
    assert not is_server(os.getpid(), cluster.data)
    assert not is_server(0, cluster.data)


def test_the_address_of_a_database_names_role_and_socket(cluster: Cluster) -> None:
    parts = urlsplit(cluster.url("gridmap_app"))
    assert parts.username == "gridmap_app"
    assert unquote(parts.hostname or "") == str(cluster.sockets).lower()
    assert parts.path == "/gridmap"
