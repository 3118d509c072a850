"""Real files, collected only where GRIDMAP_REAL_DATA names their folder; each city in a database of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import geopandas as gpd
import psycopg2
import pytest
import shapely
from django.conf import settings

from geodata.city import load_city
from tests.conftest import fresh_database

collect_ignore_glob = [] if os.environ.get("GRIDMAP_REAL_DATA") else ["test_*.py"]

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@dataclass(frozen=True)
class City:
    """A program whose city is this one, with an empty folder for files."""

    environment: dict[str, str]
    folder: Path

    def manage(self, *arguments: object) -> str:
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def report(self, *arguments: object) -> dict[str, Any]:
        path = self.folder / "report.json"
        self.manage("import_incidents", *arguments, "--report", path)
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.environment["DATABASE_URL"])
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()
        finally:
            connection.close()


class StartCity(Protocol):
    def __call__(
        self, name: str, cells: gpd.GeoDataFrame, envelope: list[float], metric_srid: int
    ) -> City: ...


@pytest.fixture(scope="module")
def start_city(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartCity]:
    """Make a city with these cells; its database is gone afterwards."""
    databases = ExitStack()

    def start(name: str, cells: gpd.GeoDataFrame, envelope: list[float], metric_srid: int) -> City:
        folder = tmp_path_factory.mktemp(name)
        values = {"name": name, "envelope": envelope, "metric_srid": metric_srid}
        profile = folder / "city.toml"
        profile.write_text((HERE / "city.toml").read_text("utf-8").format(**values), "utf-8")
        url = databases.enter_context(_database(f"test_{name}_{os.getpid()}"))
        environment = {
            **os.environ,
            "GRIDMAP_CITY": str(profile),
            "DATABASE_URL": url,
            "OWNER_DATABASE_URL": url,
            "GRIDMAP_DB_ROLE": "owner",
        }
        city = City(environment, folder)
        _move(url, profile)
        path = city.folder / "cells.gpkg"
        _boundaries(cells).to_file(path, engine="pyogrio")
        city.manage("import_areas", path)
        return city

    with databases:
        yield start


def _boundaries(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The cells under one city that they tile."""
    outline = shapely.coverage_union_all(cells.geometry.values)
    kinds = ["city", *["base"] * len(cells)]
    return gpd.GeoDataFrame(
        {
            "kind": kinds,
            "code": ["1000", *[""] * len(cells)],
            "name": ["city", *cells.name],
            "parent_code": ["", *["1000"] * len(cells)],
        },
        geometry=[outline, *cells.geometry],
        crs=cells.crs,
    )


def _move(url: str, profile: Path) -> None:
    """Let a migrated database be another city's: the envelope is all that the tables know of their city."""
    naming = import_module("geodata.migrations.0003_city_envelope_named_in_full")
    envelope = load_city(str(profile)).envelope_ewkt
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(naming.SCHEMA)
        ((schema,),) = cursor.fetchall()
        cursor.execute(naming.CREATE.format(schema=schema, envelope=envelope))
    connection.close()


@contextmanager
def _database(name: str) -> Iterator[str]:
    connection = psycopg2.connect(_url("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE {name} TEMPLATE "{fresh_database()}"')
        try:
            yield _url(name)
        finally:
            # Nobody is in it any more. Not WITH (FORCE), which may not end an autovacuum; the plain one asks it to leave.
            cursor.execute(f"DROP DATABASE {name}")
    connection.close()


def _url(database: str) -> str:
    return urlunsplit(urlsplit(settings.OWNER_DATABASE_URL)._replace(path=f"/{database}"))
