"""Reports of four real cities: loaded whole, every refused row explained."""

import csv
import gzip
import json
import os
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.incidents.real.conftest import City, StartCity

DATA = Path(os.environ["GRIDMAP_REAL_DATA"]).resolve()
ZURICH = DATA / "zurich" / "reports.csv"
HOUSTON = DATA / "houston" / "crime_2010.csv.gz"
CHARLOTTESVILLE = DATA / "charlottesville" / "events.csv.gz"
THEFTS = DATA / "nyc_thefts" / "thefts_2014_2017.csv.gz"
MOVED_BY_BENDING = 2
FAR_FROM_CHARLOTTESVILLE = 7
TOPICS = {
    "Abfall/Sammelstelle": "property_mgmt",
    "Signalisation/Lichtsignal": "parking",
    "Strasse/Trottoir/Platz": "repair",
    "Grünflächen/Spielplätze": "repair",
    "Beleuchtung/Uhren": "repair",
    "Allgemein": "other",
    "Graffiti": "other",
    "VBZ/ÖV": "other",
    "Brunnen/Hydranten": "water_supply",
    "Schädlinge": "property_mgmt",
}


@pytest.fixture(scope="module")
def zurich(start_city: StartCity) -> City:
    districts = gpd.read_file(DATA / "zurich" / "districts.gpkg")
    city = start_city("zurich", districts[["name", "geometry"]], [8.4, 47.3, 8.7, 47.45], 2056)
    (city.folder / "topics.json").write_text(json.dumps(TOPICS, ensure_ascii=False))
    return city


def zurich_options(city: City) -> list[object]:
    columns = ["occurred_at=date", "topic=service_code", "x=e", "y=n"]
    return [
        ZURICH,
        "--crs",
        "EPSG:2056",
        "--topic-map",
        city.folder / "topics.json",
        "--map",
        *columns,
    ]


def squares(envelope: list[float], side: int = 8) -> gpd.GeoDataFrame:
    """Cells for a city that has none here: squares over the inner part of its envelope."""
    west, south, east, north = envelope
    x = np.linspace(west + 0.1, east - 0.1, side + 1)
    y = np.linspace(south + 0.1, north - 0.1, side + 1)
    shapes = [shapely.box(x[i], y[j], x[i + 1], y[j + 1]) for i in range(side) for j in range(side)]
    names = [f"square {n}" for n in range(len(shapes))]
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=4326)


def start_squares(start_city: StartCity, name: str, envelope: list[float], srid: int) -> City:
    city = start_city(name, squares(envelope), envelope, srid)
    (city.folder / "anything.csv").write_text("*,other\n")
    return city


def test_zurich_loads_whole_into_its_districts(zurich: City) -> None:
    report = zurich.report(*zurich_options(zurich))
    rows = pd.read_csv(ZURICH)
    assert (report["read"], report["imported"], report["rejected"]) == (62_245, 62_245, {})
    assert (report["unrouted"], report["unrouted_reasons"]) == (62_245, {"no_member": 62_245})
    ((without_cell,),) = zurich.ask("SELECT count(*) FROM incidents_incident WHERE cell_id IS NULL")
    assert without_cell == 0
    # The same districts, asked of the original files in their own system: lines that are straight there
    # bend by some centimetres in degrees.
    districts = gpd.read_file(DATA / "zurich" / "districts.gpkg")
    points = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(rows.e, rows.n), crs=2056)
    joined = points.sjoin(districts[["name", "geometry"]]).name.value_counts().to_dict()
    counted = zurich.ask(
        "SELECT cell.name, count(*) FROM incidents_incident AS incident"
        " JOIN geodata_cell AS cell ON cell.id = incident.cell_id GROUP BY 1"
    )
    assert sum(abs(joined[name] - count) for name, count in counted) <= MOVED_BY_BENDING
    by_topic = zurich.ask(
        "SELECT topic.code, count(*) FROM incidents_incident JOIN incidents_topic AS topic ON topic.id = topic_id"
        " GROUP BY 1"
    )
    assert dict(by_topic) == rows.service_code.map(TOPICS).value_counts().to_dict()


def test_zurich_a_second_time_adds_nothing(zurich: City) -> None:
    report = zurich.report(*zurich_options(zurich))
    assert (report["read"], report["imported"], report["already_there"]) == (62_245, 0, 62_245)
    assert zurich.ask("SELECT count(*) FROM incidents_incident") == [(62_245,)]


def test_zurich_is_assigned_as_the_registry_says(zurich: City) -> None:
    """Each point by the one rule, in SQL: the oracle of every vectorised answer."""
    different = zurich.ask(
        """
        SELECT count(*) FROM incidents_incident AS incident
        LEFT JOIN LATERAL (
            SELECT cell.id FROM geodata_cellversion AS version JOIN geodata_cell AS cell ON cell.id = version.cell_id
            WHERE ST_DWithin(version.geom, incident.geom, 1e-8) AND version.valid_to IS NULL
            ORDER BY cell.kind = 'base', cell.code LIMIT 1
        ) AS claim ON true
        WHERE claim.id IS DISTINCT FROM incident.cell_id
        """
    )
    assert different == [(0,)]


def test_houston_loads_whole_and_says_why_not(start_city: StartCity) -> None:
    city = start_squares(start_city, "houston", [-96.3, 29.2, -94.7, 30.4], 32615)
    report = city.report(
        HOUSTON, "--crs", "wgs84", "--topic-map", city.folder / "anything.csv",
        "--map", "occurred_at=time", "topic=offense", "source==police_110",
    )  # fmt: skip
    assert report["read"] == 86_314
    assert report["rejected"] == {"far_away": 210, "no_place": 5}
    assert report["imported"] == 86_314 - 215
    rows = report["rejected_rows"]
    assert len(rows) == 215
    with gzip.open(HOUSTON, "rt") as file:
        lines = list(csv.DictReader(file))
    for row in rows:
        line = lines[row["row"] - 1]
        assert row["value"] == f"{line['lon']}, {line['lat']}"
        assert (row["code"] == "no_place") == (line["lon"] == "")
    away = [row["km"] for row in rows if row["code"] == "far_away"]
    assert sum(km > 100 for km in away) == 201
    assert 700 < max(away) < 900
    # Half of them share a coordinate; two equal rows are two cases.
    assert city.ask(
        "SELECT count(*), max(n) FROM (SELECT count(*) AS n FROM incidents_incident GROUP BY geom) AS at"
    )[0][1] == max(Counter((line["lon"], line["lat"]) for line in lines if line["lon"]).values())


def test_charlottesville_puts_day_and_hour_together(start_city: StartCity) -> None:
    city = start_squares(start_city, "charlottesville", [-78.8, 37.8, -78.2, 38.3], 32617)
    report = city.report(
        CHARLOTTESVILLE, "--crs", "wgs84", "--topic-map", city.folder / "anything.csv",
        "--map", "occurred_at=DateReported", "occurred_hour=HourReported", "topic=Offense",
        "address=address", "channel_reference=RecordID",
    )  # fmt: skip
    assert report["read"] == 29_475
    assert report["rejected"] == {"no_place": 53, "far_away": FAR_FROM_CHARLOTTESVILLE}
    assert report["imported"] == 29_475 - 53 - FAR_FROM_CHARLOTTESVILLE
    lines = pd.read_csv(CHARLOTTESVILLE, dtype=str)
    expected = (lines.DateReported.str[:10] + " " + lines.HourReported).value_counts().to_dict()
    stored = city.ask(
        "SELECT to_char(occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24MI'), count(*)"
        " FROM incidents_incident GROUP BY 1"
    )
    assert all(count <= expected[time] for time, count in stored)
    assert sum(expected.values()) - sum(count for _time, count in stored) == len(
        report["rejected_rows"]
    )


def test_thefts_have_a_topic_by_what_they_are(start_city: StartCity) -> None:
    city = start_squares(start_city, "new_york", [-74.4, 40.4, -73.6, 41.0], 32618)
    report = city.report(
        THEFTS, "--crs", "wgs84",
        "--map", "occurred_at=date_single", "lon=longitude", "lat=latitude", "topic==parking",
    )  # fmt: skip
    assert (report["read"], report["imported"], report["rejected"]) == (35_746, 35_746, {})
    again = city.report(
        THEFTS, "--crs", "wgs84",
        "--map", "occurred_at=date_start", "lon=longitude", "lat=latitude", "topic==other",
    )  # fmt: skip
    assert (again["imported"], again["already_there"]) == (0, 35_746)
