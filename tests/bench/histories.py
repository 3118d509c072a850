"""Two cities side by side that differ in the length of their past, each with a connection of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.conftest import connected_as, connected_to, copy_database, run_beside
from tests.incidents.log_history import APP, SUPERUSER

# Open cases do not grow with history: a city works off what comes in.
OPEN = 2_000

SPOTS = """
CREATE TABLE bench_spot AS
SELECT row_number() OVER (ORDER BY building.id) - 1 AS n, building.id AS building_id, version.id AS version_id,
       version.cell_id, cell.community_id, spot.geom
FROM geodata_building AS building
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(building.geom) AS geom) AS spot
JOIN geodata_cellversion AS version ON version.valid_to IS NULL AND ST_Covers(version.geom, spot.geom)
JOIN geodata_cell AS cell ON cell.id = version.cell_id;
GRANT SELECT ON bench_spot TO PUBLIC
"""
# Closed before today's, spread evenly over five years and the city; titles as long as real ones. Written place by place,
# so that five millions take minutes; the open ones lie all over the city, the same in both.
CASES = """
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
    FROM generate_series(1, %(cases)s) AS n
) AS history
CROSS JOIN (SELECT count(*) AS spots FROM bench_spot) AS city
JOIN bench_spot AS spot ON spot.n = CASE WHEN is_open THEN history.n * 7919::bigint %% spots
                                         ELSE (history.n - 1) * spots / %(cases)s END
JOIN incidents_topic AS topic ON topic.position = history.n %% 12
"""
REPORTS = """
INSERT INTO incidents_report (key, digest, incident_id, registered_as, source, channel_reference, words,
                              reported_at, received_at, received_by_id, geom, address)
SELECT md5(code)::uuid, sha256(code::bytea), past.id, code, source, code, title || '。楼上楼下说不到一起', occurred_at,
       registered_at, member.user_id, geom, ''
FROM incidents_incident AS past LEFT JOIN bench_member AS member USING (cell_id) WHERE code LIKE 'BENCH-%'
"""
MEMBERS = """
CREATE TABLE bench_member AS
SELECT DISTINCT ON (cell_id) cell_id, user_id FROM accounts_appointment WHERE role = 'grid_member' ORDER BY cell_id, id
"""
MOVES = """
INSERT INTO incidents_moverecord (incident_id, name, from_state, to_state, by_id, at, note)
SELECT past.id, move.name, move.from_state, move.to_state, member.user_id, registered_at + move.n * interval '1 hour', ''
FROM incidents_incident AS past LEFT JOIN bench_member AS member USING (cell_id)
JOIN (VALUES (1, 'register', '', 'registered'), (2, 'accept', 'registered', 'accepted'),
             (3, 'start', 'dispatched', 'in_progress'), (4, 'close', 'visited', 'closed')
     ) AS move (n, name, from_state, to_state) ON move.n < 4 OR NOT is_open
WHERE code LIKE 'BENCH-%'
"""
NOTICES = """
INSERT INTO incidents_notice (user_id, incident_id, kind, at, read_at)
SELECT member.user_id, past.id, 'arrived', registered_at, registered_at + interval '1 hour'
FROM incidents_incident AS past JOIN bench_member AS member USING (cell_id) WHERE code LIKE 'BENCH-%'
"""
# One entry and one seal a case, of transactions before all that come; nobody verifies this chain.
ENTRIES = """
INSERT INTO incidents_logentry (xact, "table", action, at, role, count, width, keys, marks, digest)
SELECT id - (SELECT max(id) FROM incidents_incident) - 1, 'incidents_incident', 'INSERT', registered_at, 'gridmap_app', 1,
       53, ARRAY[id::text], ARRAY[sha256(code::bytea)], sha256(code::bytea)
FROM incidents_incident WHERE code LIKE 'BENCH-%'
"""
SEALS = """
INSERT INTO incidents_logseal (position, xact, first_entry, last_entry, hash)
SELECT (SELECT position FROM incidents_loghead) + row_number() OVER (ORDER BY id), xact, id, id, digest
FROM incidents_logentry WHERE xact < 0
"""
HEAD = "UPDATE incidents_loghead SET position = (SELECT max(position) FROM incidents_logseal)"
PAST = (SPOTS, MEMBERS, CASES, REPORTS, MOVES, NOTICES, ENTRIES, SEALS, HEAD)


@contextmanager
def past_of(cases: int, template: str) -> Iterator[BaseDatabaseWrapper]:
    """The application's connection to a copy of a city with so many past cases and all that they left behind."""
    name = f"{template}_{cases}"
    copy_database(template, name)
    with connected_to(name), connected_as(SUPERUSER):
        _fill(cases)
    served = connection.copy(DEFAULT_DB_ALIAS)
    served.settings_dict |= {"NAME": name, "USER": APP}
    try:
        yield served
    finally:
        served.close()
        run_beside(f'DROP DATABASE "{name}"')


def _fill(cases: int) -> None:
    """Beside triggers and log, as only a superuser may: how the past was written is not what is measured."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in PAST:
            if statement is CASES:
                cursor.execute(statement, {"cases": cases, "open": OPEN})
            else:
                cursor.execute(statement)
        cursor.execute("VACUUM (ANALYZE, FREEZE)")
        cursor.execute("CHECKPOINT")


@contextmanager
def served_by(served: BaseDatabaseWrapper) -> Iterator[None]:
    """Everything inside asks this connection, which stays open."""
    before = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = served
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = before
