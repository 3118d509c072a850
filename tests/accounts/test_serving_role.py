"""A production server does not serve in a role that row-level security and the log do not bind."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection, transaction
from pytest_django import DjangoDbBlocker

from tests.conftest import connected_as

# Each as a superuser would make it; undone with the test.
ROLES = {
    "superuser": "SELECT 1",
    "owner": "SET LOCAL ROLE gridmap_owner",
    "member of the owner": "CREATE ROLE spare; GRANT gridmap_owner TO spare; SET LOCAL ROLE spare",
    "not bound": "CREATE ROLE spare BYPASSRLS; GRANT SELECT ON ALL TABLES IN SCHEMA public TO spare;"
    " SET LOCAL ROLE spare",
    "application": "SET LOCAL ROLE gridmap_app",
}


@pytest.fixture(autouse=True)
def serving(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, settings: Any
) -> Iterator[None]:
    """A production server, with the rights of the application in order."""
    settings.PRODUCTION, settings.DATABASE_ROLE = True, "app"
    with django_db_blocker.unblock():
        call_command("grant_app")
        with connected_as("postgres"), transaction.atomic():
            yield
            transaction.set_rollback(True)


def act_in(kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ROLES[kind])


def faults() -> list[str]:
    return [message.id for message in run_checks() if str(message.id).startswith("accounts.")]


@pytest.mark.parametrize("kind", sorted({*ROLES} - {"application"}))
def test_an_unbound_role_does_not_serve(kind: str, settings: Any) -> None:
    act_in(kind)
    assert faults() == ["accounts.E003"]
    with pytest.raises(ImproperlyConfigured, match=r"accounts\.E003.*OWNER_DATABASE_URL"):
        get_wsgi_application()


def test_the_application_serves() -> None:
    act_in("application")
    assert faults() == []
    get_wsgi_application()


def test_the_owner_migrates(settings: Any) -> None:
    settings.DATABASE_ROLE = "owner"
    act_in("owner")
    assert faults() == []


def test_outside_production_one_role_does_for_both(settings: Any) -> None:
    settings.PRODUCTION = False
    act_in("owner")
    assert faults() == []


def test_a_database_that_does_not_answer_is_told_once() -> None:
    def away(*_: Any) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(away):
        assert faults() == ["accounts.E002"]
