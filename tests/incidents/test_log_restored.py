"""A city comes back from its dump, whole, and its log verifies as before."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from gridmap.host.machine import postgres_programs
from gridmap.incidents.log import head, verify
from gridmap.incidents.models import Unit
from tests.conftest import connected_as, connected_to, drop_database
from tests.incidents.log_history import APP, SUPERUSER, execute


def run_program(name: str, *words: str) -> None:
    """One of PostgreSQL's own programs, as the superuser of the cluster."""
    programs = postgres_programs()
    assert programs is not None
    server = connection.settings_dict
    address = {"PGHOST": server["HOST"], "PGPORT": str(server["PORT"] or 5432), "PGUSER": SUPERUSER}
    command = [str(programs / name), *words]
    done = subprocess.run(command, env={**os.environ, **address}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def restored(
    history_database: str, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> Iterator[str]:
    """The head of the log when it was dumped; the connection is to what was restored."""
    name = f"{history_database}_restored"
    with django_db_blocker.unblock():
        with connected_to(history_database):
            noted = head()
        connection.close()
        run_program("pg_dump", "-Fc", "-f", str(tmp_path / "dump"), history_database)
        run_program("createdb", "-T", "template0", "-O", "gridmap_owner", name)
        try:
            run_program("pg_restore", "--exit-on-error", "-d", name, str(tmp_path / "dump"))
            with connected_to(name):
                yield str(noted)
        finally:
            drop_database(name)


def test_the_log_of_a_restored_city_is_whole_and_goes_on(restored: str) -> None:
    assert str(head()) == restored
    verdict = verify(head())
    assert (verdict.faults, verdict.entries > 150) == ([], True)
    with connected_as(APP):
        Unit.objects.create(name="恢复以后的单位")
    assert verify(verdict.head).ok
    assert execute("SELECT count(*) FROM incidents_logentry") == [(verdict.entries + 1,)]
