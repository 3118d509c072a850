"""An import into the product's own tables, with their indexes, checks, foreign keys and log, and two rivals."""

from pathlib import Path
from uuid import uuid4

import numpy as np
import pandas as pd
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils import timezone

from geodata.crs import to_mercator
from geodata.models import Building, CellVersion
from gridmap.incidents.bulk.fields import Request
from gridmap.incidents.intake import BESIDE_M
from gridmap.incidents.models import Incident, MoveRecord, Report, Topic
from gridmap.incidents.services.importing import import_incidents
from tests.bench import bare_import
from tests.bench.bare_import import JOIN, RULE, empty_tables, staged

# The same three rows for each row of the file, an open case as ours is, assigned by the join; codes are numbers without
# a day.
INTO_TABLES = """
CREATE TEMPORARY TABLE bench_case ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('incidents_incident', 'id')) AS case_id, bench_row.*, topic.name, topic.is_dispute,
       coalesce(cell.community_id, (SELECT id FROM geodata_area WHERE parent_id IS NULL LIMIT 1)) AS area_id
FROM bench_row JOIN incidents_topic AS topic ON topic.id = topic_id LEFT JOIN geodata_cell AS cell ON cell.id = cell_id;
INSERT INTO incidents_incident (id, code, title, summary, source, topic_id, is_dispute, scale, risk_level, urgency,
    organisations_involved, geom, location_datum, address, area_id, cell_id, building_id, unit_no, floor_no, room_no,
    unrouted_reason, state, state_since, state_reason, step, round, hearts, outcome, resolution_text, is_visited,
    no_visit_reason, is_unhappy, explanation, occurred_at, registered_at, contact_due_at, due_at, version, is_imported)
SELECT case_id, 'SQL-' || case_id, name, '', 'superior', topic_id, is_dispute, '01', 'blue', 'normal', '', geom,
    'cgcs2000', '', area_id, cell_id, building_id, '', '', '', 'no_rule', 'registered', occurred_at, '', '', 1, '{}',
    '', '', false, '', false, '', occurred_at, occurred_at, occurred_at, occurred_at, 1, true FROM bench_case;
INSERT INTO incidents_report (key, digest, incident_id, registered_as, source, channel_reference, words, reported_at,
    received_at, geom, address)
SELECT gen_random_uuid(), sha256(id::text::bytea), case_id, 'SQL-' || case_id, 'superior', '', '', occurred_at,
    occurred_at, geom, '' FROM bench_case;
INSERT INTO incidents_moverecord (incident_id, name, from_state, to_state, at, note)
SELECT case_id, 'import', '', 'registered', now(), '' FROM bench_case;
"""

# What the import recorded of a case ends with its row, counted from one.
DIFFERENT = """
WITH ours AS (
    SELECT split_part(note, ':', 2)::bigint - 1 AS id, incident.occurred_at, topic_id, cell_id, building_id, incident.geom
    FROM incidents_moverecord AS move JOIN incidents_incident AS incident ON incident.id = move.incident_id
    WHERE move.name = 'import' AND note LIKE %s
)
SELECT count(*) FROM ours FULL JOIN bench_oracle AS oracle USING (id)
WHERE (ours.occurred_at, ours.topic_id, ours.cell_id, ours.building_id, ours.geom::bytea)
   IS DISTINCT FROM (oracle.occurred_at, oracle.topic_id, oracle.cell_id, oracle.building_id, oracle.geom::bytea)
"""


def ours(path: Path) -> None:
    report = import_incidents(request=Request(path, crs="cgcs2000"), at=timezone.now())
    assert (report.imported, report.already_there) == (report.read, 0)


def joined(path: Path) -> None:
    """COPY, the join, and one INSERT a table; without deadlines, numbers of the day and leader posts."""
    staged(path)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(JOIN.format(table="bench_row", place=RULE, beside=BESIDE_M))
        cursor.execute(INTO_TABLES)


def different_rows(path: Path) -> int:
    """Cases of our import whose answers differ from what the join finds, or that one of the two lacks."""
    empty_tables()
    bare_import.joined(path, RULE, "bench_oracle")
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT, [f"{path.name}:%"])
        return int(cursor.fetchone()[0])


def saved(path: Path, rows: int) -> None:
    """Asked for and saved row by row."""
    topics = {topic.code: topic for topic in Topic.objects.all()}
    frame = pd.read_csv(path, nrows=rows, parse_dates=["occurred_at"])
    for row in frame.itertuples(index=False):
        with transaction.atomic():
            _save(row, topics[row.topic])


def _save(row: object, topic: Topic) -> None:
    lon, lat = float(row.lon), float(row.lat)  # type: ignore[attr-defined]
    point = Point(lon, lat, srid=4490)
    drawn = Point(*map(float, to_mercator(lon, lat)), srid=3857)
    version = (
        CellVersion.objects.select_related("cell").filter(geom__covers=point, valid_to=None).first()
    )
    building = (
        Building.objects.filter(
            geom_3857__dwithin=(drawn, float(BESIDE_M / np.cos(np.radians(lat))))
        )
        .annotate(distance=Distance("geom_3857", drawn))
        .order_by("distance")
        .first()
    )
    at = row.occurred_at.tz_localize("Asia/Shanghai")  # type: ignore[attr-defined]
    key = uuid4()
    cell = version.cell if version else None
    case = Incident.objects.create(
        code=str(key)[:20], title=topic.name, source="superior", topic=topic, is_dispute=topic.is_dispute, geom=point,
        area_id=cell.community_id if cell else 1, cell=cell, cell_as_reported=version, building=building,
        unrouted_reason="no_rule", is_imported=True, state_since=at, occurred_at=at, registered_at=at,
        contact_due_at=at, due_at=at,
    )  # fmt: skip
    Report.objects.create(
        key=key, digest=key.bytes, incident=case, registered_as=case.code, source="superior", reported_at=at,
        received_at=at, geom=point,
    )  # fmt: skip
    MoveRecord.objects.create(incident=case, name="import", to_state="registered", at=at)
