"""Databases of their own for what must be committed."""

from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from geodata.versions import bump_data_version
from tests.conftest import (
    connected_as,
    connected_to,
    copy_database,
    drop_database,
    fresh_database,
    run_beside,
)
from tests.incidents.log_history import SUPERUSER, make_history
from tests.incidents.makers import NOW
from tests.incidents.random_offices import RandomOffices


@pytest.fixture(scope="session")
def history_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database that holds a city with a past, and its log."""
    empty = str(connection.settings_dict["NAME"])
    name = f"{empty}_log"
    with django_db_blocker.unblock():
        drop_database(name)
        run_beside(f'CREATE DATABASE "{name}" TEMPLATE "{fresh_database()}"')
        with connected_to(name):
            make_history()
        yield name
        drop_database(name)


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
        drop_database(name)
        run_beside(f'CREATE DATABASE "{name}" TEMPLATE "{history_database}"')
        with connected_to(name):
            yield
        drop_database(name)


@pytest.fixture(scope="module")
def made_offices(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RandomOffices]:
    """The city with 500 random appointments, made once for all tests of a module in a database of its own."""
    with django_db_blocker.unblock():
        name = f"{connection.settings_dict['NAME']}_offices"
        copy_database(fresh_database(), name)
        with connected_to(name):
            yield from _made_offices(tmp_path_factory)
        drop_database(name)


def _made_offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RandomOffices]:
    with (
        override_settings(PHOTO_DIR=tmp_path_factory.mktemp("photos")),
        time_machine.travel(NOW, tick=False),
        transaction.atomic(),
    ):
        offices = RandomOffices(NOW)
        offices.photograph()
        with connection.cursor() as cursor:
            # As in service: without it the planner takes every table for empty.
            cursor.execute("ANALYZE")
        yield offices
        transaction.set_rollback(True)


@pytest.fixture
def offices(made_offices: RandomOffices) -> Iterator[RandomOffices]:
    # Another test may have drawn other tiles.
    bump_data_version()
    with transaction.atomic():
        yield made_offices
        transaction.set_rollback(True)
