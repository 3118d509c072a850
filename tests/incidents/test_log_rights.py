"""The application's role can neither silence nor forge nor read the log, nor change what was done."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, transaction

from gridmap.incidents.models import (
    ClockEvent,
    HandOver,
    LogEntry,
    MoveRecord,
    PartyLook,
    Photo,
    StepRecord,
    Unit,
    Visit,
)
from tests.incidents.log_history import execute, seal
from tests.incidents.makers import make_incident
from tests.makers import make_small_city, make_user

pytestmark = pytest.mark.django_db
# Each table of the log with a column of it.
LOG = {
    "incidents_logentry": "digest",
    "incidents_logseal": "hash",
    "incidents_loghead": "hash",
}
DONE = [
    model._meta.db_table
    for model in (MoveRecord, StepRecord, Visit, HandOver, PartyLook, ClockEvent, Photo)
]


@pytest.fixture
def as_application() -> Iterator[None]:
    """The rest of the test acts with the application's rights."""
    call_command("grant_app")
    make_small_city()
    make_incident(make_user("ma"))
    seal()
    execute("SET LOCAL ROLE gridmap_app")
    yield
    execute("RESET ROLE")


def refused(statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
    ):
        execute(statement)


@pytest.mark.parametrize("table", sorted(LOG))
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 FROM {table} LIMIT 1",
        "INSERT INTO {table} DEFAULT VALUES",
        "UPDATE {table} SET {column} = NULL",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "DROP TABLE {table}",
        "COPY {table} TO STDOUT",
        "LOCK TABLE {table} IN ACCESS SHARE MODE",
        "CREATE TRIGGER spare BEFORE INSERT ON {table} FOR EACH ROW"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ],
)
def test_the_log_is_out_of_reach(as_application: None, table: str, statement: str) -> None:
    refused(statement.format(table=table, column=LOG[table]))


@pytest.mark.parametrize("table", DONE)
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET id = id", "DELETE FROM {table}", "TRUNCATE {table}"]
)
def test_what_was_done_stays(as_application: None, table: str, statement: str) -> None:
    execute(f"SELECT count(*) FROM {table}")
    refused(statement.format(table=table))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO incidents_transition (from_state, to_state) VALUES ('registered', 'closed')",
        "UPDATE incidents_transition SET to_state = 'closed'",
        "DELETE FROM incidents_transition",
        "DELETE FROM incidents_incident",
        "DELETE FROM incidents_report",
        "DELETE FROM incidents_party",
    ],
)
def test_the_rules_stay_and_no_case_is_deleted(as_application: None, statement: str) -> None:
    refused(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SET LOCAL session_replication_role = replica",
        "ALTER TABLE incidents_incident DISABLE TRIGGER log_update",
        "ALTER TABLE incidents_logentry DISABLE TRIGGER seal_at_commit",
        "DROP TRIGGER log_update ON incidents_incident",
        "DROP FUNCTION incidents_log() CASCADE",
        "ALTER FUNCTION incidents_log() RESET ALL",
        "CREATE OR REPLACE FUNCTION incidents_log() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'",
        "ALTER TABLE incidents_party DISABLE ROW LEVEL SECURITY",
        "DROP POLICY party_read ON incidents_party",
        "SET LOCAL ROLE gridmap_owner; RESET ROLE; SET SESSION AUTHORIZATION postgres",
        "SELECT incidents_log_take('incidents_unit')",
        "SELECT setval('incidents_logentry_id_seq', 1)",
    ],
)
def test_the_log_cannot_be_silenced(as_application: None, statement: str) -> None:
    refused(statement)


@pytest.mark.parametrize(
    "function",
    [
        "incidents_log",
        "incidents_log_incident",
        "incidents_log_report",
        "incidents_log_day",
        "incidents_seal",
    ],
)
def test_no_entry_can_be_forged_through_a_table_of_ones_own(
    as_application: None, function: str
) -> None:
    """The name of the table would be that of ours, and the function writes as its owner."""
    execute("CREATE TEMPORARY TABLE incidents_unit (id bigint)")
    refused(
        "CREATE TRIGGER forged AFTER INSERT ON pg_temp.incidents_unit REFERENCING NEW TABLE AS changed"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def test_a_table_of_the_same_name_does_not_catch_the_entries(as_application: None) -> None:
    execute("CREATE TEMPORARY TABLE incidents_logentry (LIKE public.incidents_unit)")
    execute("CREATE TEMPORARY TABLE incidents_loghead (position bigint, hash bytea)")
    execute("SET LOCAL search_path = pg_temp, public")
    Unit.objects.create(name="a")
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("RESET ROLE")
    execute("SET LOCAL search_path = public, pg_temp")
    assert LogEntry.objects.latest("pk").rows[0]["name"] == "a"


def test_the_control_is_that_the_application_writes_at_all(as_application: None) -> None:
    Unit.objects.create(name="a")
    execute("RESET ROLE")
    assert LogEntry.objects.latest("pk").table == "incidents_unit"
