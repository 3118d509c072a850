"""A killed import goes on where it was: nothing is lost, nothing comes twice, no number is left out."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.conftest import ROOT, connected_to, drop_database, fresh_database, run_beside
from tests.incidents.files import row, write_csv
from tests.incidents.killed_import import ROWS_AT_ONCE
from tests.makers import make_small_city

ROWS = 4 * ROWS_AT_ONCE


@pytest.fixture(scope="module")
def url(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The address of a database with the small city, which other programs see."""
    empty = str(connection.settings_dict["NAME"])
    name = f"{empty}_killed"
    with django_db_blocker.unblock():
        drop_database(name)
        run_beside(f'CREATE DATABASE "{name}" TEMPLATE "{fresh_database()}"')
        with connected_to(name):
            make_small_city()
        yield urlunsplit(urlsplit(settings.OWNER_DATABASE_URL)._replace(path=f"/{name}"))
        drop_database(name)


def environment(url: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": url, "OWNER_DATABASE_URL": url}


def run(url: str, path: Path, piece: int, where: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.incidents.killed_import", path, str(piece), where],
        cwd=ROOT,
        env=environment(url),
        capture_output=True,
        text=True,
        check=False,
    )


def counted(url: str) -> tuple[int, ...]:
    """Cases, their different codes, reports, moves, and the last number of the day."""
    database = psycopg2.connect(url)
    try:
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), count(DISTINCT code), (SELECT count(*) FROM incidents_report),"
                " (SELECT count(*) FROM incidents_moverecord),"
                " coalesce((SELECT last FROM incidents_casenumber), 0) FROM incidents_incident"
            )
            return tuple(cursor.fetchone() or ())
    finally:
        database.close()


def test_killed_inside_and_after_a_piece_it_ends_whole(url: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "cases.csv", (row(n=n) for n in range(ROWS)))
    done = []
    for piece, where in ((1, "inside"), (2, "after"), (1, "inside")):
        assert run(url, path, piece, where).returncode == -signal.SIGKILL
        done.append(counted(url))
    half = 2 * ROWS_AT_ONCE
    # What was being written is gone with its numbers; what was committed before stays.
    assert done == [(0,) * 5, (half,) * 5, (half,) * 5]
    ended = run(url, path, 0, "never")
    assert (ended.returncode, ended.stdout.split()) == (0, [str(half), str(half)]), ended.stderr
    assert counted(url) == (ROWS,) * 5
    again = run(url, path, 0, "never")
    assert again.stdout.split() == ["0", str(ROWS)]
    assert counted(url) == (ROWS,) * 5
