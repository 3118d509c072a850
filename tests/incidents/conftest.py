"""Databases of their own for what must be committed."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from tests.conftest import connected_as, connected_to, fresh_database, run_beside
from tests.incidents.log_history import SUPERUSER, make_history


@pytest.fixture(scope="session")
def history_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database that holds a city with a past, and its log."""
    empty = str(connection.settings_dict["NAME"])
    name = f"{empty}_log"
    with django_db_blocker.unblock():
        run_beside(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        run_beside(f'CREATE DATABASE "{name}" TEMPLATE "{fresh_database()}"')
        with connected_to(name):
            make_history()
        yield name
        run_beside(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def history(history_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The city with a past, in the hands of a superuser; what the test does is undone."""
    with (
        django_db_blocker.unblock(),
        connected_to(history_database),
        connected_as(SUPERUSER),
        transaction.atomic(),
    ):
        yield
        transaction.set_rollback(True)


@pytest.fixture
def history_of_its_own(history_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A copy of the city with a past, as the owner, where the test may commit."""
    name = f"{history_database}_own"
    with django_db_blocker.unblock():
        run_beside(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        run_beside(f'CREATE DATABASE "{name}" TEMPLATE "{history_database}"')
        with connected_to(name):
            yield
        run_beside(f'DROP DATABASE "{name}" WITH (FORCE)')
