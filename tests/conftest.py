"""What every test may rely on."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from gridmap.console.command import kept
from layers.caches import LeastRecent
from tests.journeys.cases import make_cases
from tests.statements import AssertStatements, assert_number

pytest_plugins = ["tests.shifted_clock"]
ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_finish() -> None:
    """What has been imported stays to the end: the collector need not look through it a thousand times."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def english() -> None:
    """The English words of this tree, not those that an earlier run compiled."""
    call_command("compilemessages", verbosity=0)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test undoes must not stand in the answers that another one gets within the minute."""
    monkeypatch.setattr(kept, "ANSWERS", LeastRecent(kept.MOST_BYTES, kept.weigh))


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Make the database of the tests, also where no chosen test asks for it by `db`.

    pytest-django leaves it out then, and a story in the browser would run on the real one. A test
    that commits empties every table afterwards, also those that migrations fill: so whoever wants a
    database of its own gets a copy of one that is kept from before.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        copy_database(str(connection.settings_dict["NAME"]), fresh_database())
    yield
    with django_db_blocker.unblock():
        drop_database(fresh_database())
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def demo_city_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database, beside the empty one, that holds the demonstration city.

    Made once for all tests that want it; the application's role may use it like in service.
    """
    empty = str(connection.settings_dict["NAME"])
    name = f"{empty}_demo"
    with django_db_blocker.unblock():
        copy_database(fresh_database(), name)
        with connected_to(name):
            call_command("load_demo_city", verbosity=0)
            call_command("grant_app")
        yield name
        drop_database(name)


@pytest.fixture(scope="session")
def demo_cases_database(
    demo_city_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """The name of a copy of the demonstration city in which there are also cases."""
    name = f"{demo_city_database}_cases"
    with django_db_blocker.unblock():
        drop_database(name)
        run_beside(f'CREATE DATABASE "{name}" TEMPLATE "{demo_city_database}"')
        with connected_to(name):
            forget_cases()
            make_cases(timezone.now())
        yield name
        drop_database(name)


@pytest.fixture
def demo_city(demo_city_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demonstration city; what the test changes is undone. Takes the place of `db`."""
    with django_db_blocker.unblock(), connected_to(demo_city_database), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """For what has to commit."""
    with django_db_blocker.unblock(), a_database_of_its_own("own") as name:
        yield name


@pytest.fixture
def assert_statements() -> AssertStatements:
    """As `django_assert_num_queries`, for requests, which have a transaction each."""
    return assert_number


@contextmanager
def a_database_of_its_own(use: str) -> Iterator[str]:
    """A copy of the empty database: the first tables are in it, unlike after a flush."""
    name = f"{connection.settings_dict['NAME']}_{use}"
    copy_database(fresh_database(), name)
    with connected_to(name):
        call_command("grant_app")
        yield name
    drop_database(name)


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


@contextmanager
def connected_as(role: str) -> Iterator[None]:
    """Really logged in as another role of the database; nothing may be open on the connection."""
    before = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = role
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = before


def forget_cases() -> None:
    """Take the cases and rules of the demonstration city away: a story in the browser tells its own."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE incidents_incident, incidents_unit, incidents_routingrule CASCADE")


def fresh_database() -> str:
    """The name of the copy that no test has touched."""
    return f"{connection.settings_dict['NAME']}_fresh"


def copy_database(source: str, copy: str) -> None:
    drop_database(copy)
    run_beside(f'CREATE DATABASE "{copy}" TEMPLATE "{source}"')


def drop_database(name: str) -> None:
    """With whoever is still in it. Not WITH (FORCE), which may not end an autovacuum; the plain one asks it to leave."""
    run_beside(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{name}' AND backend_type = 'client backend'"
    )
    run_beside(f'DROP DATABASE IF EXISTS "{name}"')


def run_beside(sql: str) -> None:
    """Run a statement on databases from outside of both."""
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql)
