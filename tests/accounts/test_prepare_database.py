from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import DjangoDbBlocker

BARE = "gridmap_bare"


@pytest.fixture
def bare_database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database of the plain owner without any extension, as an existing server gives it."""
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        _run_beside(f"DROP DATABASE IF EXISTS {BARE}")
        _run_beside(f"CREATE DATABASE {BARE} TEMPLATE template0")
        connection.close()
        connection.settings_dict["NAME"] = BARE
        yield
        connection.close()
        connection.settings_dict["NAME"] = before
        _run_beside(f"DROP DATABASE {BARE}")


def _run_beside(sql: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
def test_a_complete_database_is_left_alone() -> None:
    call_command("prepare_database")


@pytest.mark.usefixtures("bare_database")
def test_the_administrator_is_told_word_for_word_what_to_run() -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("prepare_database")
    assert f"psql -d {BARE} -c 'CREATE EXTENSION IF NOT EXISTS postgis;'" in str(refusal.value)
    assert "gridmap_owner" in str(refusal.value)


@pytest.mark.usefixtures("bare_database")
def test_a_database_that_does_not_answer_is_named() -> None:
    connection.settings_dict["NAME"] = "no_such_database"
    with pytest.raises(CommandError, match="no_such_database"):
        call_command("prepare_database")
    connection.settings_dict["NAME"] = BARE
