"""What every test may rely on."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from tests.statements import AssertStatements, assert_number


@pytest.fixture(scope="session", autouse=True)
def english() -> None:
    """The English words of this tree, not those that an earlier run compiled."""
    call_command("compilemessages", verbosity=0)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Make the database of the tests, also where no chosen test asks for it by `db`.

    pytest-django leaves it out then, and a story in the browser would run on the real one.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def demo_city_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database, beside the empty one, that holds the demonstration city.

    Made once for all tests that want it; the application's role may use it like in service.
    """
    empty = str(connection.settings_dict["NAME"])
    name = f"{empty}_demo"
    with django_db_blocker.unblock():
        _run_beside(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        _run_beside(f'CREATE DATABASE "{name}" TEMPLATE "{empty}"')
        with connected_to(name):
            call_command("load_demo_city", verbosity=0)
            call_command("grant_app")
        yield name
        _run_beside(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def demo_city(demo_city_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demonstration city; what the test changes is undone. Takes the place of `db`."""
    with django_db_blocker.unblock(), connected_to(demo_city_database), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def assert_statements() -> AssertStatements:
    """As `django_assert_num_queries`, for requests, which have a transaction each."""
    return assert_number


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


def _run_beside(sql: str) -> None:
    """Run a statement on databases from outside of both."""
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql)
