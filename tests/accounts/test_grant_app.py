import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

APP = "gridmap_app"


def allowed(table: str) -> set[str]:
    """What the application's role may do with a table."""
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT right_ FROM unnest(%s) right_ WHERE has_table_privilege(%s, %s, right_)",
            [list(rights), APP, table],
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_the_application_may_use_the_tables_and_not_change_them() -> None:
    call_command("grant_app")
    call_command("grant_app")
    assert allowed("geodata_cell") == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert allowed("django_migrations") == {"SELECT"}


@pytest.mark.django_db
def test_the_application_cannot_drop_what_it_serves() -> None:
    call_command("grant_app")
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP}")
        cursor.execute("SELECT count(*) FROM geodata_cell")
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("DROP TABLE geodata_cell CASCADE")
