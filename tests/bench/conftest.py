"""Servers over one demonstration city, with people signed in."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.gis.db.models.functions import PointOnSurface
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker

from geodata.models import Building
from gridmap.accounts.models import User
from layers.tiles import HALF_WORLD
from tests.bench import report
from tests.bench.servers import Server, serving
from tests.conftest import connected_to
from tests.incidents.conftest import history_database, history_of_its_own

__all__ = ["history_database", "history_of_its_own"]

ZOOMS = range(12, 17)
TILES_A_ZOOM = 40
# The sessions that we have, where Django's own session store looks for them.
PEER_SESSIONS = """
CREATE TABLE django_session (
    session_key varchar(40) PRIMARY KEY, session_data text NOT NULL, expire_date timestamptz NOT NULL
);
INSERT INTO django_session SELECT session_key, session_data, expire_date FROM accounts_session;
GRANT SELECT ON django_session TO PUBLIC;
"""

Square = tuple[int, int, int]
Start = Callable[..., Server]


@dataclass(frozen=True)
class City:
    """A database with the demonstration city, two people signed in, and tiles to draw."""

    env: dict[str, str]
    administrator: str
    member: str
    squares: list[Square]


# For one module: while it is served, the database of the city can be no template for others.
@pytest.fixture(scope="module")
def city(
    demo_city_database: str,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[City]:
    var = tmp_path_factory.mktemp("var")
    for folder in ("static", "browser"):
        (var / folder).mkdir()
    before, settings.EPOCH_FILE = settings.EPOCH_FILE, var / "epoch"
    with django_db_blocker.unblock(), connected_to(demo_city_database):
        administrator, member = _sign_in("city-admin"), _sign_in("grid-member")
        with connection.cursor() as cursor:
            cursor.execute(PEER_SESSIONS)
            cursor.execute("VACUUM ANALYZE")
        url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{demo_city_database}").geturl()
        env = {"GRIDMAP_VAR": str(var), "DATABASE_URL": url, "GRIDMAP_DB_ROLE": "app"}
        yield City(env, administrator, member, _squares())
    settings.EPOCH_FILE = before


@pytest.fixture(scope="session")
def measured(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[str]]:
    """The sections of docs/benchmarks.md, which each test adds to."""
    sections: list[str] = []
    yield sections
    with django_db_blocker.unblock():
        report.publish(sections)


@pytest.fixture(scope="module")
def start(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start an application as in service; it ends with the tests."""
    log = tmp_path_factory.mktemp("log") / "gunicorn"
    with ExitStack() as running:
        yield lambda application, **env: running.enter_context(
            serving(application, {**city.env, **env}, log)
        )


@pytest.fixture(scope="module")
def ours(start: Start) -> Server:
    return start("gridmap.wsgi:application", DJANGO_SETTINGS_MODULE="gridmap.settings")


@pytest.fixture(scope="module")
def peer(start: Start) -> Server:
    application = "django.core.wsgi:get_wsgi_application()"
    return start(application, DJANGO_SETTINGS_MODULE="tests.bench.peer_settings")


def _sign_in(username: str) -> str:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}"


def _squares() -> list[Square]:
    """Tiles that hold buildings, so many of each zoom, the same in every run."""
    points = [
        (point.x, point.y)
        for point in Building.objects.values_list(PointOnSurface("geom_3857"), flat=True)
    ]
    chance = random.Random(2026)
    found = [sorted({_square(zoom, x, y) for x, y in points}) for zoom in ZOOMS]
    return [
        square
        for squares in found
        for square in chance.sample(squares, min(TILES_A_ZOOM, len(squares)))
    ]


def _square(zoom: int, x: float, y: float) -> Square:
    side = 2 * HALF_WORLD / 2**zoom
    return zoom, int((x + HALF_WORLD) / side), int((HALF_WORLD - y) / side)
