"""An import into a bare table, in four ways: ours, COPY with a join in SQL, Django row by row, the floor.

The table has no index, no constraint and no trigger, so that nothing but reading, assigning and writing is
measured. What the product's own tables cost beside it is measured apart.
"""

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.db import connection

from geodata.crs import to_mercator
from geodata.models import Building, CellVersion
from geodata.row_files import open_rows
from gridmap.incidents.bulk import binary
from gridmap.incidents.bulk.columns import numbers
from gridmap.incidents.bulk.fields import CHOICES, Request
from gridmap.incidents.bulk.judging import Judge, Surroundings
from gridmap.incidents.bulk.places import NONE, Registry
from gridmap.incidents.intake import BESIDE_M
from gridmap.incidents.models import Topic
from gridmap.incidents.services.importing import ROWS_AT_ONCE, words_for

CITY = ("Jiayuguan", (97.0, 39.0, 99.5, 40.5), "Asia/Shanghai")
TABLES = """
DROP TABLE IF EXISTS bench_staging, bench_row, bench_oracle;
CREATE UNLOGGED TABLE bench_staging (id bigint, occurred_at timestamp, topic text, lon float8, lat float8);
CREATE TABLE bench_row (id bigint NOT NULL, occurred_at timestamptz NOT NULL, topic_id bigint NOT NULL,
    cell_id bigint, building_id bigint, geom geometry(Point, 4490) NOT NULL);
CREATE TABLE bench_oracle (LIKE bench_row INCLUDING ALL)
"""
JOIN = """
INSERT INTO {table} (id, occurred_at, topic_id, cell_id, building_id, geom)
SELECT row.id, row.occurred_at AT TIME ZONE 'Asia/Shanghai', topic.id, place.cell_id, building.id, spot.geom
FROM bench_staging AS row
JOIN incidents_topic AS topic ON topic.code = row.topic
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(row.lon, row.lat), 4490) AS geom OFFSET 0) AS spot
LEFT JOIN LATERAL ({place}) AS place ON true
CROSS JOIN LATERAL (SELECT ST_Transform(spot.geom, 3857) AS geom OFFSET 0) AS drawn
LEFT JOIN LATERAL (
    SELECT building.id FROM geodata_building AS building
    WHERE ST_DWithin(building.geom_3857, drawn.geom, {beside} / cos(radians(row.lat)))
    ORDER BY building.geom_3857 <-> drawn.geom, building.id LIMIT 1
) AS building ON true
"""
# What somebody who knows PostGIS writes first; on a border it takes any.
COVERS = """
SELECT version.cell_id FROM geodata_cellversion AS version
WHERE ST_Covers(version.geom, spot.geom) AND version.valid_to IS NULL LIMIT 1
"""
# The registry's rule.
RULE = """
SELECT version.cell_id FROM geodata_cellversion AS version JOIN geodata_cell AS cell ON cell.id = version.cell_id
WHERE ST_DWithin(version.geom, spot.geom, 1e-8) AND version.valid_to IS NULL
ORDER BY cell.kind = 'base', cell.code LIMIT 1
"""
DIFFERENT = """
SELECT count(*) FROM bench_row AS ours FULL JOIN bench_oracle AS oracle USING (id)
WHERE (ours.occurred_at, ours.topic_id, ours.cell_id, ours.building_id, ours.geom::bytea)
   IS DISTINCT FROM (oracle.occurred_at, oracle.topic_id, oracle.cell_id, oracle.building_id, oracle.geom::bytea)
"""


class Row(models.Model):
    """The bare table as Django sees it."""

    id = models.BigIntegerField(primary_key=True)
    occurred_at = models.DateTimeField()
    topic_id = models.BigIntegerField()
    cell_id = models.BigIntegerField(null=True)
    building_id = models.BigIntegerField(null=True)
    geom = models.PointField(srid=4490)

    class Meta:
        managed = False
        app_label = "incidents"
        db_table = "bench_row"


def make_file(path: Path, rows: int) -> None:
    """Reports as they lie in a city: most at buildings, and most of these at few; the rest around and anywhere."""
    chance = np.random.default_rng(2026)
    lon, lat = _places(rows, chance)
    times = np.datetime64("2021-01-01", "s") + chance.integers(0, 5 * 365 * 86_400, rows)
    topics = np.array(list(Topic.objects.values_list("code", flat=True)))
    pd.DataFrame(
        {
            "id": np.arange(rows),
            "occurred_at": np.char.replace(times.astype(str), "T", " "),
            "topic": topics[chance.integers(0, len(topics), rows)],
            "lon": lon.round(7),
            "lat": lat.round(7),
        }
    ).to_csv(path, index=False)


def _places(rows: int, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Centroid(geom) FROM geodata_building) AS b (p)"
        )
        buildings = np.array(cursor.fetchall())
        cursor.execute("SELECT ST_Extent(geom) FROM geodata_cellversion")
        box = cursor.fetchone()[0][4:-1].replace(",", " ").split()
    west, south, east, north = (float(degrees) for degrees in box)
    weights = chance.pareto(1.2, len(buildings)) + 0.01
    at = buildings[chance.choice(len(buildings), rows, p=weights / weights.sum())]
    kind = chance.random(rows)
    # Degrees: at a building, in the street beside it, somewhere in the neighbourhood.
    spread = np.select([kind < 0.7, kind < 0.85], [1e-4, 5e-4], 3e-3)
    lon, lat = (at[:, axis] + chance.normal(0, 1, rows) * spread for axis in (0, 1))
    anywhere = kind > 0.95
    lon[anywhere] = chance.uniform(west, east, int(anywhere.sum()))
    lat[anywhere] = chance.uniform(south, north, int(anywhere.sum()))
    return lon, lat


def ours(path: Path) -> None:
    """Read, judge and assign as the import does; one binary COPY a piece."""
    topics = list(Topic.objects.order_by("position", "pk"))
    words = {topic.code: at for at, topic in enumerate(topics)}
    ids = np.array([topic.pk for topic in topics])
    now = np.datetime64("2026-12-31", "us")
    registry = Registry()
    with open_rows(path) as file, connection.cursor() as cursor:
        columns = Request(path).columns_in(file.columns, has_points=False, labels={})
        around = Surroundings(
            *CITY,
            words,
            {name: words_for(labels) for name, labels in CHOICES.items()},
            now,
            "cgcs2000",
        )
        for piece in file.pieces(ROWS_AT_ONCE):
            judge = Judge(piece, Request(path), columns, around)
            values = judge.values()
            fine = judge.verdicts.fine
            mine = values.where(fine)
            if not len(mine):
                continue
            fields = {
                "id": binary.whole(numbers(piece.columns["id"])[0][fine].astype(np.int64), 8),
                "occurred_at": binary.moment(mine.times["occurred_at"]),
                "topic_id": binary.whole(ids[mine.topic], 8),
                "cell_id": binary.whole(registry.cell_at(mine.lon, mine.lat), 8, NONE),
                "building_id": binary.whole(registry.building_at(mine.lon, mine.lat), 8, NONE),
                "geom": binary.point(mine.lon, mine.lat, 4490),
            }
            data = io.BytesIO(binary.copy_data(fields, len(mine)))
            cursor.copy_expert(
                f"COPY bench_row ({', '.join(fields)}) FROM STDIN BINARY", data, 1 << 20
            )


def staged(path: Path) -> None:
    """COPY of the text into an unlogged table without geometry: the floor of any import in SQL."""
    with path.open("rb") as file, connection.cursor() as cursor:
        cursor.copy_expert("COPY bench_staging FROM STDIN CSV HEADER", file, 1 << 20)


def joined(path: Path, place: str, table: str = "bench_row") -> None:
    """COPY into a staging table, then one statement that assigns."""
    staged(path)
    with connection.cursor() as cursor:
        cursor.execute(JOIN.format(table=table, place=place, beside=BESIDE_M))


def row_by_row(path: Path, rows: int) -> None:
    """What a Django program does that asks for each row and saves it."""
    topics = dict(Topic.objects.values_list("code", "pk"))
    frame = pd.read_csv(path, nrows=rows, parse_dates=["occurred_at"])
    for row in frame.itertuples(index=False):
        point = Point(row.lon, row.lat, srid=4490)
        version = CellVersion.objects.filter(geom__covers=point, valid_to=None).first()
        drawn = Point(*map(float, to_mercator(row.lon, row.lat)), srid=3857)
        building = (
            Building.objects.filter(
                geom_3857__dwithin=(drawn, float(BESIDE_M / np.cos(np.radians(row.lat))))
            )
            .annotate(distance=Distance("geom_3857", drawn))
            .order_by("distance")
            .first()
        )
        Row(
            id=row.id,
            occurred_at=row.occurred_at.tz_localize("Asia/Shanghai"),
            topic_id=topics[row.topic],
            cell_id=version and version.cell_id,
            building_id=building and building.pk,
            geom=point,
        ).save(force_insert=True)


def empty_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)


def different_rows() -> int:
    """Rows whose answers differ between `bench_row` and `bench_oracle`, or that one of them lacks."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT)
        return int(cursor.fetchone()[0])


def head_of(path: Path, rows: int, target: Path) -> Path:
    with path.open() as file:
        lines: Iterator[str] = islice(file, rows + 1)
        target.write_text("".join(lines))
    return target
