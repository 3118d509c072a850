"""7,701 villages in three levels: another place on the same program, with its own database."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import geopandas as gpd
import numpy as np
import psycopg2
import pytest
import shapely
from django.conf import settings

from geodata.reading import read_features

ROOT = Path(__file__).parents[3]
PROFILE = Path(__file__).parent / "taiwan.toml"
DATA = Path(os.environ["GRIDMAP_REAL_DATA"]).resolve() / "taiwan"
VILLAGES = DATA / "villages-10t.json"
COUNTS = {"county": 22, "town": 368, "village": 7701}


def url_of(database: str) -> str:
    return urlunsplit(urlsplit(settings.OWNER_DATABASE_URL)._replace(path=f"/{database}"))


@pytest.fixture(scope="module")
def taiwan():
    """The environment of a program whose city is Taiwan; its database is gone afterwards."""
    name = f"test_taiwan_{os.getpid()}"
    connection = psycopg2.connect(url_of("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template_gridmap")
        environment = {
            **os.environ,
            "GRIDMAP_CITY": str(PROFILE),
            "DATABASE_URL": url_of(name),
            "OWNER_DATABASE_URL": url_of(name),
            "GRIDMAP_DB_ROLE": "owner",
        }
        try:
            manage(environment, "migrate", "-v0")
            yield environment
        finally:
            # Not WITH (FORCE), which may not end an autovacuum; the plain one asks it to leave.
            cursor.execute(f"DROP DATABASE {name}")
    connection.close()


def manage(environment, *arguments, fails=False):
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode != 0) == fails, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def level(frame, kind, code, name, parent):
    """One level of the tree: villages dissolved by the code of the level."""
    dissolved = frame.dissolve(by=code, as_index=False, method="coverage")
    return gpd.GeoDataFrame(
        {
            "kind": kind,
            "code": dissolved[code],
            "name": dissolved[name],
            "parent_code": dissolved[parent] if parent else "",
        },
        geometry=dissolved.geometry,
        crs=4326,
    )


@pytest.fixture(scope="module")
def mended():
    """The villages as a planner mends them: rings that cross are made whole, edges are joined."""
    features = read_features(VILLAGES, crs="wgs84")
    shapes = features.geometries.copy()
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    shapes = np.array(shapely.coverage_clean(shapes), dtype=object)
    frame = gpd.GeoDataFrame(features.table, geometry=shapes, crs=4326)
    return frame.assign(name=frame.VILLNAME.fillna("").replace("", "未编"))


def test_the_raw_villages_are_refused_with_their_rows(taiwan, tmp_path):
    report = tmp_path / "report.json"
    columns = ["code=VILLCODE", "name=VILLNAME", "parent_code=TOWNCODE"]
    manage(
        taiwan, "import_areas", VILLAGES, "--kind", "village", "--crs", "wgs84",
        "--report", report, "--map", *columns, fails=True,
    )  # fmt: skip
    refused = json.loads(report.read_text())["refused"]
    crossing = [fault for fault in refused if fault["field"] == "geometry"]
    assert len(crossing) == 7
    assert all(fault["lon"] and fault["lat"] for fault in crossing)


def test_three_levels_are_loaded_nested_and_exported(taiwan, mended, tmp_path):
    levels = {
        "county": level(mended, "county", "COUNTYCODE", "COUNTYNAME", None),
        "town": level(mended, "town", "TOWNCODE", "TOWNNAME", "COUNTYCODE"),
        "village": level(mended, "village", "VILLCODE", "name", "TOWNCODE"),
    }
    for kind, frame in levels.items():
        path = tmp_path / f"{kind}.gpkg"
        frame.to_file(path, engine="pyogrio")
        assert f"{COUNTS[kind]} 行" in manage(taiwan, "import_areas", path)
    out = tmp_path / "taiwan.parquet"
    manage(taiwan, "export_areas", out)
    exported = gpd.read_parquet(out)
    assert exported.kind.value_counts().to_dict() == COUNTS
    parents = dict(zip(exported.code, exported.parent_code, strict=True))
    villages = exported[exported.kind == "village"].code
    assert all(parents[parents[village]] in parents for village in villages)
    shapes = dict(zip(exported.code, exported.geometry, strict=True))
    for frame in levels.values():
        sample = frame.iloc[:: max(1, len(frame) // 50)]
        for code, shape in zip(sample.code, sample.geometry, strict=True):
            assert shapely.equals(shapes[code], shape)
