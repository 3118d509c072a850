from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, ProgrammingError, connection

from tests.makers import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def production(settings: Any) -> None:
    settings.PRODUCTION = True


def faults() -> list[str]:
    return [message.id for message in run_checks() if str(message.id).startswith("accounts.")]


def test_demonstration_accounts_are_welcome_outside_production() -> None:
    make_user("grid-member", is_demonstration=True)
    assert faults() == []


def test_production_without_demonstration_accounts_passes(production: None) -> None:
    make_user("zhou")
    assert faults() == []


def test_production_with_a_demonstration_account_fails_every_check(production: None) -> None:
    for number in range(6):
        make_user(f"a-{number}", password=None, is_demonstration=True)
    make_user("grid-member", is_demonstration=True)
    assert faults() == ["accounts.E001"]
    for arguments in ([], ["--deploy"]):
        with pytest.raises(SystemCheckError, match="grid-member"):
            call_command("check", *arguments)


def test_a_disabled_demonstration_account_counts_as_well(production: None) -> None:
    make_user("grid-member", is_demonstration=True, is_active=False)
    assert faults() == ["accounts.E001"]


def test_a_production_server_with_a_demonstration_account_does_not_start(production: None) -> None:
    get_wsgi_application()
    make_user("grid-member", is_demonstration=True)
    with pytest.raises(ImproperlyConfigured, match=r"accounts\.E001.*grid-member"):
        get_wsgi_application()


def test_a_database_that_does_not_answer_is_a_fault_of_its_own(production: None) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(away):
        assert faults() == ["accounts.E002"]


def test_before_the_first_migration_there_is_nothing_to_find(production: None) -> None:
    def empty(*_: Any) -> None:
        raise ProgrammingError('relation "accounts_user" does not exist')

    with connection.execute_wrapper(empty):
        assert faults() == []
