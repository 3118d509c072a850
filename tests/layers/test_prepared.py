import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from layers import prepared
from layers.prepared import fetch_value

pytestmark = pytest.mark.django_db


def known_to_the_server() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'layers_%%'", []
        )
        (count,) = cursor.fetchone()
    return int(count)


def test_a_statement_is_prepared_once_and_executed_with_other_values(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(2):
        assert fetch_value("int, int", "SELECT $1 * 10 + $2", "4, 2") == 42
    with django_assert_num_queries(1):
        assert fetch_value("int, int", "SELECT $1 * 10 + $2", "1, 1 + 1") == 12


def test_a_connection_keeps_a_bounded_number(monkeypatch: pytest.MonkeyPatch) -> None:
    before = known_to_the_server()
    monkeypatch.setattr(prepared, "KEPT", before + 3)
    for number in range(before + 10):
        assert fetch_value("int", f"SELECT $1 + {number}", "1") == number + 1
    assert known_to_the_server() <= before + 3
    assert fetch_value("int", "SELECT $1 + 0", "1") == 1


def test_a_new_connection_knows_nothing_yet() -> None:
    connection.ensure_connection()
    raw = connection.connection
    assert fetch_value("int", "SELECT $1", "7") == 7
    with connection._nodb_cursor() as cursor:
        assert cursor.db.connection is not raw
        assert cursor.db.connection not in prepared._known
    assert raw in prepared._known
