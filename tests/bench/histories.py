"""A database with the demonstration city and a history of so many closed cases."""

from django.db import connection

# Open cases do not grow with history: a city works off what comes in.
OPEN = 2_000

SPOTS = """
CREATE TABLE bench_spot AS
SELECT row_number() OVER (ORDER BY building.id) - 1 AS n, building.id AS building_id, version.id AS version_id,
       version.cell_id, cell.community_id, spot.geom
FROM geodata_building AS building
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(building.geom) AS geom) AS spot
JOIN geodata_cellversion AS version ON version.valid_to IS NULL AND ST_Covers(version.geom, spot.geom)
JOIN geodata_cell AS cell ON cell.id = version.cell_id
"""
# Closed before today's, spread evenly over five years and the city; titles as long as real ones.
FILL = """
INSERT INTO incidents_incident (
    code, title, summary, source, topic_id, is_dispute, scale, risk_level, urgency, organisations_involved,
    geom, location_datum, location_accuracy_m, address, area_id, cell_id, cell_as_reported_id, building_id,
    unit_no, floor_no, room_no, unrouted_reason, state, state_since, state_reason, step, round, hearts, outcome,
    resolution_text, is_visited, no_visit_reason, is_unhappy, explanation, occurred_at, registered_at,
    resolved_at, closed_at, contact_due_at, due_at, version, is_imported)
SELECT 'BENCH-' || history.n, '楼上漏水，赔偿谈不拢', '', 'hotline_12345', topic.id, true, '01', 'blue', 'normal', '',
       spot.geom, 'cgcs2000', 8, '', spot.community_id, spot.cell_id, spot.version_id, spot.building_id,
       '', '', '', '', CASE WHEN is_open THEN 'in_progress' ELSE 'closed' END, at, '', 'settle', 1, '{}',
       CASE WHEN is_open THEN '' ELSE 'agreement_oral' END, '', NOT is_open, '', false, '', at, at,
       CASE WHEN is_open THEN NULL ELSE at END, CASE WHEN is_open THEN NULL ELSE at END, at, at, 1, true
FROM (
    SELECT n, n <= %(open)s AS is_open, now() - n %% 1800 * interval '1 day' - n %% 86000 * interval '1 second' AS at
    FROM generate_series(%(first)s, %(last)s) AS n
) AS history
JOIN bench_spot AS spot ON spot.n = history.n * 7919::bigint %% (SELECT count(*) FROM bench_spot)
JOIN incidents_topic AS topic ON topic.position = history.n %% 12
"""
# What was reported in between would be more to show, and not a longer history.
CLOSE = """
UPDATE incidents_incident
SET state = 'closed', step = 'settle', outcome = 'agreement_oral', is_visited = true,
    resolved_at = registered_at, closed_at = registered_at
WHERE state = 'registered'
"""


def make_spots() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SPOTS)


def grow(first: int, last: int) -> None:
    """Cases from number `first` to `last`, the same ones open as before, beside the log: their history is not what is measured."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE incidents_incident DISABLE TRIGGER USER")
        cursor.execute(CLOSE)
        cursor.execute(FILL, {"first": first, "last": last, "open": OPEN})
        cursor.execute("ALTER TABLE incidents_incident ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE incidents_incident")
