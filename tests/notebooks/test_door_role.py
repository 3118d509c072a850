"""The role of the planners' door: the frames can be read with it, and nothing else, and nothing can be written."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from gridmap import notebook
from gridmap.accounts.management.commands.grant_app import OWN_TABLES
from gridmap.recurring.models import Run
from tests.conftest import (
    connected_as,
    connected_to,
    copy_database,
    drop_database,
    fresh_database,
)
from tests.incidents.log_history import execute
from tests.notebooks.doors import READER, PlannedCity, reader_url

PLACES = {
    f"geodata_{name}"
    for name in (
        *("area", "areaversion", "cell", "cellversion", "building", "leaderpost", "street"),
        "landmark",
    )
}
# Every column that the door may read of what is not a place.
READABLE = {
    "accounts_user": {"id", "username", "is_active"},
    "accounts_appointment": {
        *("id", "user_id", "role", "area_id", "cell_id", "post_id", "guide_team_id", "begins_on"),
        *("ends_on", "stand_in_id", "stand_in_from", "stand_in_to"),
    },
    "incidents_topic": {"id", "code", "name", "name_en", "category", "is_dispute", "position"},
    "incidents_incident": {
        *("id", "topic_id", "source", "urgency", "state", "is_open", "round", "geom", "area_id"),
        *("cell_id", "building_id", "occurred_at", "resolved_at"),
    },
    "recurring_run": {
        *("id", "at", "since", "until", "topics", "seed", "digest", "tested", "visible"),
    },
    "recurring_recurringconflict": {
        *("id", "code", "topic_id", "level", "name", "name_en", "geom", "area_id"),
        "state",
    },
    "recurring_measure": {"id", "conflict_id", "taken_on"},
    "recurring_evidence": {"run_id", "conflict_id", "rank", "avoidable", "q", "claims"},
}
PERSONAL = [
    ("accounts_user", "name"),
    ("accounts_user", "phone"),
    ("accounts_user", "password"),
    ("accounts_session", "session_data"),
    ("accounts_apitoken", "digest"),
    ("incidents_party", "name"),
    ("incidents_party", "phone"),
    ("incidents_party", "incident_id"),
    ("incidents_report", "words"),
    ("incidents_report", "incident_id"),
    ("incidents_incident", "code"),
    ("incidents_incident", "title"),
    ("incidents_incident", "summary"),
    ("incidents_incident", "address"),
    ("incidents_incident", "room_no"),
    ("incidents_incident", "resolution_text"),
    ("incidents_incident", "registered_by_id"),
    ("incidents_steprecord", "note"),
    ("incidents_photo", "digest"),
    ("incidents_logentry", "rows"),
]


@pytest.fixture
def _door(settings: Any) -> None:
    settings.READER_DATABASE_URL, settings.PLANNER = reader_url(), "whole"


def make_planned_city() -> None:
    """Cases and a run; with the rights as `grant_app` gives them."""
    call_command("grant_app")
    PlannedCity()
    now = timezone.now()
    Run.objects.create(
        at=now, since=now, until=now, seed=1, digest="", cases=8, placed=8, tested=1, listed=0
    )


@pytest.fixture(scope="module")
def planned_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database for all who change nothing in it."""
    with django_db_blocker.unblock():
        name = f"{connection.settings_dict['NAME']}_door"
        copy_database(fresh_database(), name)
        with connected_to(name), override_settings(READER_DATABASE_URL=reader_url()):
            make_planned_city()
        yield name
        drop_database(name)


@pytest.fixture
def city(planned_database: str, _door: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), connected_to(planned_database):
        yield


@pytest.fixture
def own_city(own_database: str, _door: None) -> None:
    """One in which rights may be changed."""
    make_planned_city()


def own_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(OWN_TABLES)
        return [name for name, is_sequence in cursor.fetchall() if not is_sequence]


def test_every_frame_can_be_read_with_it(city: None) -> None:
    with connected_as(READER):
        assert execute("SELECT session_user, current_user") == [(READER, READER)]
        assert len(notebook.cases()) == 5
        assert notebook.cube().counts.sum() == 5
        assert len(notebook.conflicts()) == 0
        assert len(notebook.material().cases.leaf) == 8
        assert (notebook.material().cases.caller >= 0).all()
        for places in (notebook.areas, notebook.cells, notebook.buildings, notebook.posts):
            assert len(places())
        notebook.streets()


def test_it_reads_these_columns_and_no_others(city: None) -> None:
    asked = (
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND has_column_privilege(%s, attrelid, attnum, 'SELECT')"
    )
    found = {
        table: {column for (column,) in execute(asked, [f'"{table}"', READER])}
        for table in own_tables()
        if table not in PLACES
    }
    assert {table: columns for table, columns in found.items() if columns} == READABLE


@pytest.mark.parametrize(("table", "column"), PERSONAL)
def test_the_database_refuses_what_is_personal(city: None, table: str, column: str) -> None:
    statement = f'SELECT "{column}" FROM "{table}"'
    with (
        connected_as(READER),
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        execute(statement)
    # The control: the column is there, and who may read it can.
    execute(statement)


def test_the_application_reads_what_the_door_may_not(own_city: None) -> None:
    """The control of the refusals: another role of the same database is not refused."""
    with connected_as("gridmap_app"):
        assert len(execute("SELECT title, address, code FROM incidents_incident")) == 8
        assert execute("SELECT name, phone FROM accounts_user WHERE username = 'ma'") == [
            ("ma", "")
        ]
        execute("UPDATE incidents_incident SET room_no = '5'")


@pytest.mark.parametrize("is_read_only", [True, False])
def test_the_database_refuses_every_write(city: None, is_read_only: bool) -> None:
    tables = own_tables()
    assert {*READABLE, *PLACES} < {*tables}
    error: type[Exception] = InternalError if is_read_only else ProgrammingError
    words = "read-only transaction" if is_read_only else "permission denied"
    with connected_as(READER):
        # Whoever turns the switch off meets the missing rights.
        execute("SET default_transaction_read_only = %s", [is_read_only])
        for table in tables:
            column = apps_column(table)
            for statement in (
                f'INSERT INTO "{table}" DEFAULT VALUES',
                f'UPDATE "{table}" SET "{column}" = NULL',
                f'DELETE FROM "{table}"',
                f'TRUNCATE "{table}" CASCADE',
            ):
                refused = (InternalError, ProgrammingError) if is_read_only else error
                with pytest.raises(refused, match=f"{words}|permission denied"):
                    execute(statement)
        with pytest.raises(ProgrammingError if not is_read_only else InternalError):
            execute("CREATE TABLE mine (n integer)")


def apps_column(table: str) -> str:
    models = {one._meta.db_table: one for one in apps.get_models(include_auto_created=True)}
    return str(models[table]._meta.pk.column) if table in models else "id"


def test_it_is_read_only_and_patient_for_two_minutes_by_itself(city: None) -> None:
    with closing(psycopg2.connect(reader_url())) as opened, opened.cursor() as cursor:
        cursor.execute("SHOW default_transaction_read_only")
        assert cursor.fetchone() == ("on",)
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("2min",)


def test_a_right_that_was_given_by_hand_is_taken_back(own_city: None) -> None:
    execute(f"GRANT SELECT (title), UPDATE ON incidents_incident TO {READER}")
    call_command("grant_app")
    with (
        connected_as(READER),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        execute("SELECT title FROM incidents_incident")


def test_the_reader_must_be_a_role_of_its_own(own_city: None, settings: Any) -> None:
    settings.READER_DATABASE_URL = settings.DATABASE_URL
    with pytest.raises(CommandError, match="READER_DATABASE_URL"):
        call_command("grant_app")
