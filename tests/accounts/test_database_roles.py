"""The application serves with a role that may change rows and nothing else."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from gridmap.accounts.models import User
from tests.makers import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_application() -> Iterator[None]:
    """The rest of the test acts with the application's rights."""
    call_command("grant_app")
    make_user("zhou")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE gridmap_app")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_the_application_reads_and_writes_rows(as_application: None) -> None:
    User.objects.filter(username="zhou").update(theme="dark")
    assert User.objects.get(username="zhou").theme == "dark"
    make_user("li").delete()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE spare (id int)",
        "CREATE TEMPORARY TABLE spare_2 AS SELECT 1; ALTER TABLE accounts_user ADD spare int",
        "DROP TABLE accounts_session",
        "TRUNCATE accounts_session",
        "ALTER TABLE accounts_appointment DISABLE TRIGGER ALL",
        "ALTER TABLE accounts_appointment DROP CONSTRAINT appointment_one_place",
        "DELETE FROM django_migrations",
        "CREATE FUNCTION spare() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE ROLE spare",
        "SET LOCAL session_replication_role = replica",
    ],
)
def test_the_application_cannot_change_the_house(as_application: None, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_application_has_no_right_beyond_its_tables(as_application: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
            " FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchall() == [(False,) * 5]
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole::oid"
            " OR (relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(oid, 'SELECT WITH GRANT OPTION'))"
        )
        assert cursor.fetchone() == (0,)
