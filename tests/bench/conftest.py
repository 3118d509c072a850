from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from pytest_django import DjangoDbBlocker

from gridmap.accounts.models import User
from gridmap.accounts.sessions import SessionStore
from tests.bench.report import Report, facts
from tests.conftest import connected_to

ROUNDS = 7


@pytest.fixture(scope="session")
def bench_city(demo_city_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database with the demonstration city; the connection of this process goes there."""
    with django_db_blocker.unblock(), connected_to(demo_city_database):
        yield demo_city_database


@pytest.fixture(scope="session")
def report(bench_city: str) -> Iterator[Report]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), postgis_lib_version()")
        postgres, postgis = cursor.fetchone()
    found = Report(facts(postgres, postgis, ROUNDS))
    yield found
    found.write()


@pytest.fixture(scope="session")
def city_session(bench_city: str) -> str:
    """The session key of somebody who sees the whole city."""
    user = User.objects.get(username="city-admin")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


@pytest.fixture(scope="session")
def epoch_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var") / "epoch"
