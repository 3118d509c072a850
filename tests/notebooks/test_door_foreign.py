"""The door of another city: nothing changes but the profile and the file of cases."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.incidents.real.conftest import ROOT, City, StartCity, start_city
from tests.notebooks.doors import READER

__all__ = ["start_city"]

# Zürich, in its own system.
ENVELOPE, SYSTEM = [8.4, 47.3, 8.7, 47.45], 2056
WEST, SOUTH, SIDE, CELLS = 2_680_000, 1_245_000, 1_000, 5
WORDS = {"Lärm": "noise_road", "Wasser": "water_supply", "Nachbarn": "neighbour"}
NUMBER, PLANTED = 600, 60
# Where the same noise comes back.
SPOT = (2_682_310.0, 1_247_510.0)

# Run as a planner runs it: a program of its own that knows the environment and the door.
SCRIPT = """
import json
from django.db import connection
from gridmap import notebook
from layers.hotspots.conflicts import recurring_conflicts

cases, cube, m = notebook.cases(), notebook.cube(), notebook.material()
found = recurring_conflicts(
    m.cases, m.places, m.topics, since=m.since, until=m.until, seed=m.seed, disputes=m.disputes
)
with connection.cursor() as cursor:
    cursor.execute("SELECT session_user")
    (role,) = cursor.fetchone()
print(json.dumps({
    "role": role,
    "cases": len(cases),
    "topics": cases.topic.value_counts().to_dict(),
    "bounds": cases.total_bounds.tolist(),
    "counted": cube.counts.sum(axis=(0, 1)).tolist(),
    "axes": [list(cube.topics), len(cube.cells), len(cube.periods)],
    "found": [[one.level, m.codes[one.topic], one.intense.observed] for one in found.published],
}))
"""

# The notebook that is read as a file, run where this city's profile is the only thing that differs.
NOTEBOOK = f"""
import json
from pathlib import Path
from tests.notebooks.running import run

names = run(Path({str(ROOT / "notebooks" / "02-what-keeps-coming-back.ipynb")!r})).names
m, found, listed = names["m"], names["found"], names["run"]
same = [m.digest == listed.attrs["digest"], [one.name.zh for one in found.published] == listed.name.tolist()]
print("\\n" + json.dumps({{"same": same, "listed": [one.name.zh for one in found.published]}}))
"""


def reports() -> pd.DataFrame:
    """Cases all over the city and three years, and one spot to which a topic comes back again and again."""
    rng = np.random.default_rng(5)
    days = pd.Timestamp("2023-09-01") + pd.to_timedelta(rng.integers(0, 1000, NUMBER), "D")
    x, y = rng.uniform(0, SIDE * CELLS, (2, NUMBER)) + np.array([[WEST], [SOUTH]])
    topic = rng.choice(list(WORDS), NUMBER)
    x[:PLANTED], y[:PLANTED] = np.array(SPOT)[:, None] + rng.uniform(-4, 4, (2, PLANTED))
    topic[:PLANTED] = "Lärm"
    return pd.DataFrame({"date": days.strftime("%Y-%m-%d"), "service": topic, "e": x, "n": y})


def cells() -> gpd.GeoDataFrame:
    corners = [(WEST + SIDE * i, SOUTH + SIDE * j) for i in range(CELLS) for j in range(CELLS)]
    shapes = [shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners]
    names = [f"Quartier {n}" for n in range(len(shapes))]
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=SYSTEM).to_crs(4326)


@pytest.fixture(scope="module")
def city(start_city: StartCity) -> City:
    made = start_city("door", cells(), ENVELOPE, SYSTEM)
    parts = urlsplit(made.environment["OWNER_DATABASE_URL"])
    reader = parts._replace(netloc=f"{READER}@{parts.netloc.rpartition('@')[2]}")
    made.environment["READER_DATABASE_URL"] = urlunsplit(reader)
    made.manage("grant_app")
    made.manage("people", "add", "huber", "--name", "Huber")
    made.manage("people", "appoint", "huber", "planner", "1000", "--from", "2020-01-01")
    reports().to_csv(made.folder / "cases.csv", index=False)
    (made.folder / "topics.json").write_text(json.dumps(WORDS))
    report = made.report(
        made.folder / "cases.csv", "--crs", f"EPSG:{SYSTEM}", "--topic-map", made.folder / "topics.json",
        "--map", "occurred_at=date", "topic=service", "x=e", "y=n",
    )  # fmt: skip
    assert report["imported"] == NUMBER
    return made


def through_the_door(city: City, script: str, folder: Path) -> str:
    environment = city.environment | {"GRIDMAP_PLANNER": "huber", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_cases_cube_and_material_of_another_city(city: City, tmp_path: Path) -> None:
    found = json.loads(through_the_door(city, SCRIPT, tmp_path))
    assert found["role"] == READER
    assert found["cases"] == NUMBER
    told = reports().service.map(WORDS).value_counts().to_dict()
    assert {topic: count for topic, count in found["topics"].items() if count} == told
    west, south, east, north = found["bounds"]
    assert ENVELOPE[0] < west < east < ENVELOPE[2]
    assert ENVELOPE[1] < south < north < ENVELOPE[3]
    topics, cells_on_axis, _ = found["axes"]
    counted = dict(zip(topics, found["counted"], strict=True))
    assert {topic: count for topic, count in counted.items() if count} == told
    assert cells_on_axis == CELLS**2
    planted = [one for one in found["found"] if one[:2] == ["address", "noise_road"]]
    assert [one[2] >= PLANTED for one in planted] == [True]


def test_the_second_notebook_runs_on_another_city_as_it_is(city: City, tmp_path: Path) -> None:
    city.manage("find_recurring")
    said = json.loads(through_the_door(city, NOTEBOOK, tmp_path).splitlines()[-1])
    assert said["same"] == [True, True]
    assert "交通噪音" in said["listed"][0]
