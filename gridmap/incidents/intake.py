"""The statements of an intake: where it is, who answers, by when, and the rows that say so.

Each is prepared once for a connection. `INTAKE` makes a case of a report, `JOINING` adds a report to a case
that is there, `SEPARATION` makes a case of a report that stands in another. The first two write nothing
where the key is known already, so that a retry is free and burns no number; two that race meet in
the unique key. `ROUTED`, which finds place and owners, also serves cases that wait for theirs.
"""

from gridmap.accounts.querysets import exercised
from gridmap.incidents.routing import chosen_rule
from gridmap.incidents.topics import ACCURATE_M

# Metres on the ground within which a point that lies in no building belongs to the nearest one.
BESIDE_M = 30

PARAMETERS = {
    "key": "uuid",
    "digest": "bytea",
    "source": "text",
    "channel_reference": "text",
    "words": "text",
    "title": "text",
    "topic": "text",
    "lon": "float8",
    "lat": "float8",
    "datum": "text",
    "accuracy_m": "float8",
    "address": "text",
    "building_id": "bigint",
    "unit_no": "text",
    "floor_no": "text",
    "room_no": "text",
    "scale": "text",
    "risk_level": "text",
    "urgency": "text",
    "people_involved": "integer",
    "amount_cny": "numeric",
    "organisations_involved": "text",
    "occurred_at": "timestamptz",
    "at": "timestamptz",
    "by": "bigint",
    "day": "date",
    "prefix": "text",
    "touching": "float8",
    "incident": "bigint",
}
TYPES = ", ".join(PARAMETERS.values())
VALUES = ", ".join(f"%({name})s" for name in PARAMETERS)


def numbered(sql: str) -> str:
    """`:name` as the number that a prepared statement knows it by; longer names first."""
    for number, name in sorted(enumerate(PARAMETERS, 1), key=lambda pair: -len(pair[1])):
        sql = sql.replace(f":{name}:", f"${number}")
    return sql


SPOT = """
spot AS (
    SELECT geom, ST_Transform(geom, 3857) AS drawn FROM (
        SELECT CASE
            WHEN point && city_envelope() AND ST_IsValid(point) THEN point
            WHEN :lon: IS NULL THEN (SELECT ST_PointOnSurface(geom) FROM geodata_building WHERE id = :building_id:)
        END AS geom
        FROM (SELECT ST_SetSRID(ST_MakePoint(:lon:, :lat:), 4490) AS point) AS given
    ) AS inside
)"""
RULE = chosen_rule(
    topic="(SELECT id FROM topic)",
    urgency=":urgency:",
    day=":day:",
    above="above.id = rule.area_id",
)
# A recursive list: topic, spot, place, building, post, rule, holder, and in `answer` why nobody answers.
ROUTED = f"""
topic AS (
    SELECT id, is_dispute FROM incidents_topic WHERE code = :topic:
),
{SPOT},
place AS (
    SELECT version.id AS version_id, cell.id AS cell_id, cell.community_id
    FROM spot
    JOIN geodata_cellversion AS version ON ST_DWithin(version.geom, spot.geom, :touching:)
    JOIN geodata_cell AS cell ON cell.id = version.cell_id
    WHERE version.valid_to IS NULL
    ORDER BY cell.kind = 'base', cell.code
    LIMIT 1
),
building AS (
    SELECT coalesce(:building_id:, (
        SELECT building.id FROM geodata_building AS building
        WHERE ST_DWithin(building.geom_3857, spot.drawn, {BESIDE_M} / cos(radians(ST_Y(spot.geom))))
        ORDER BY building.geom_3857 <-> spot.drawn, building.id
        LIMIT 1)) AS id
    FROM spot
),
post AS (
    SELECT coalesce(
        (SELECT post.id FROM geodata_leaderpost AS post
         WHERE post.cell_id = place.cell_id AND ST_Covers(post.geom, spot.geom) ORDER BY post.id LIMIT 1),
        (SELECT post.id FROM geodata_leaderpost AS post
         JOIN geodata_leaderpost_buildings AS link ON link.leaderpost_id = post.id
         WHERE post.cell_id = place.cell_id AND link.building_id = building.id ORDER BY post.id LIMIT 1)) AS id
    FROM spot, place, building
),
above AS (
    SELECT community_id AS id, 0 AS height FROM place
    UNION ALL
    SELECT area.parent_id, above.height + 1 FROM above JOIN geodata_area AS area ON area.id = above.id
    WHERE area.parent_id IS NOT NULL
),
rule AS ({RULE}
),
holder AS (
    SELECT held.user_id FROM place JOIN ({exercised(":day:")}) AS held ON held.cell_id = place.cell_id
    WHERE held.role = 'grid_member'
),
answer AS (
    SELECT CASE
        WHEN :lon: IS NULL AND :building_id: IS NULL THEN 'no_place'
        WHEN place.cell_id IS NULL THEN 'outside'
        WHEN :accuracy_m: > {ACCURATE_M} THEN 'inaccurate'
        WHEN NOT EXISTS (SELECT FROM holder) THEN 'no_member'
        WHEN rule.id IS NULL THEN 'no_rule'
        ELSE ''
    END AS unrouted_reason
    FROM spot LEFT JOIN place ON true LEFT JOIN rule ON true
)"""  # noqa: S608 - constants of this module


def new_case(condition: str) -> str:
    """The row of a case and its assisting teams, where the condition holds."""
    return f"""
span AS (
    SELECT deadline.* FROM topic CROSS JOIN case_deadlines(topic.id, :urgency:, :at:) AS deadline
),
number AS (
    INSERT INTO incidents_casenumber AS counted (day, last)
    SELECT :day:, 1 FROM topic WHERE {condition}
    ON CONFLICT (day) DO UPDATE SET last = counted.last + 1
    RETURNING last
),
incident AS (
    INSERT INTO incidents_incident (
        code, title, summary, source, topic_id, is_dispute, scale, risk_level, urgency,
        people_involved, amount_cny, organisations_involved,
        geom, location_datum, location_accuracy_m, address, area_id, cell_id, cell_as_reported_id,
        building_id, post_id, unit_no, floor_no, room_no,
        registered_by_id, lead_team_id, unit_id, rule_id, unrouted_reason,
        state, state_since, state_reason, step, round, hearts, outcome, resolution_text, is_visited,
        no_visit_reason, is_unhappy, explanation, occurred_at, registered_at, contact_due_at, due_at,
        version, is_imported)
    SELECT
        :prefix: || '-' || to_char(:day:, 'YYYYMMDD') || '-'
            || lpad(number.last::text, greatest(5, length(number.last::text)), '0'),
        :title:, :words:, :source:, topic.id, topic.is_dispute, :scale:, :risk_level:, :urgency:,
        :people_involved:, :amount_cny:, :organisations_involved:,
        spot.geom, :datum:, :accuracy_m:, :address:,
        coalesce(place.community_id, (SELECT id FROM geodata_area WHERE parent_id IS NULL ORDER BY id LIMIT 1)),
        place.cell_id, place.version_id, building.id, post.id, :unit_no:, :floor_no:, :room_no:,
        :by:, rule.lead_team_id, rule.unit_id, rule.id, answer.unrouted_reason,
        'registered', :at:, '', '', 1, '{{}}', '', '', false,
        '', false, '', :occurred_at:, :at:, span.contact_due_at, span.due_at,
        1, false
    FROM number CROSS JOIN topic CROSS JOIN spot CROSS JOIN building CROSS JOIN answer
    LEFT JOIN span ON true
    LEFT JOIN place ON true LEFT JOIN post ON true LEFT JOIN rule ON true
    RETURNING id, code, lead_team_id, unrouted_reason
),
assisted AS (
    INSERT INTO incidents_incident_assisting_teams (incident_id, guideteam_id)
    SELECT incident.id, assisting.guideteam_id
    FROM incident CROSS JOIN rule
    JOIN incidents_routingrule_assisting_teams AS assisting ON assisting.routingrule_id = rule.id
)"""  # noqa: S608 - constants of this module


REPORT = """
    INSERT INTO incidents_report (key, digest, incident_id, registered_as, source, channel_reference, words,
                                  reported_at, received_at, received_by_id, geom, address)
    SELECT :key:, :digest:, incident.id, incident.code, :source:, :channel_reference:, :words:,
           :occurred_at:, :at:, :by:, spot.geom, :address:"""
IS_KNOWN = "EXISTS (SELECT FROM incidents_report WHERE key = :key:)"
STANDS_HERE = "EXISTS (SELECT FROM incidents_report WHERE key = :key: AND incident_id = :incident:)"
TOLD = f"""
told AS (
    INSERT INTO incidents_notice (user_id, incident_id, kind, at)
    SELECT DISTINCT held.user_id, incident.id,
           CASE WHEN incident.unrouted_reason = '' THEN 'arrived' ELSE 'unrouted' END, :at:
    FROM incident
    JOIN LATERAL (
        SELECT user_id FROM holder WHERE incident.unrouted_reason = ''
        UNION ALL
        SELECT user_id FROM ({exercised(":day:")}) AS others
        WHERE CASE WHEN incident.unrouted_reason = '' THEN guide_team_id = incident.lead_team_id
                   ELSE role = 'dispatcher' END
    ) AS held ON held.user_id IS DISTINCT FROM :by:
)"""  # noqa: S608 - constants of this package
ANSWER = """
SELECT json_build_object('report', report.id, 'incident', incident.id, 'code', incident.code)
FROM (SELECT 1) AS always LEFT JOIN incident ON true LEFT JOIN report ON true
"""

INTAKE = numbered(f"""
WITH RECURSIVE {ROUTED},
{new_case(f"NOT {IS_KNOWN}")},
report AS ({REPORT}
    FROM incident CROSS JOIN spot
    RETURNING id
),
moved AS (
    INSERT INTO incidents_moverecord (incident_id, name, from_state, to_state, by_id, at, note)
    SELECT incident.id, 'register', '', 'registered', :by:, :at:, '' FROM incident
),
{TOLD}
{ANSWER}
""")  # noqa: S608 - constants of this module

JOINING = numbered(f"""
WITH {SPOT},
incident AS (
    SELECT id, code FROM incidents_incident WHERE id = :incident: AND NOT {IS_KNOWN}
),
report AS ({REPORT}
    FROM incident CROSS JOIN spot
    RETURNING id
)
{ANSWER}
""")  # noqa: S608 - constants of this module

# The pictures of the report are shown in both cases; persons stay where they were taken down.
SEPARATION = numbered(f"""
WITH RECURSIVE {ROUTED},
{new_case(STANDS_HERE)},
report AS (
    UPDATE incidents_report SET incident_id = incident.id FROM incident
    WHERE key = :key:
    RETURNING incidents_report.id
),
pictured AS (
    INSERT INTO incidents_photo (incident_id, report_id, digest, width, height, size, added_at, added_by_id)
    SELECT incident.id, photo.report_id, photo.digest, width, height, size, added_at, added_by_id
    FROM incident CROSS JOIN incidents_photo AS photo JOIN incidents_report AS taken ON taken.id = photo.report_id
    WHERE taken.key = :key: AND photo.incident_id = :incident:
),
moved AS (
    INSERT INTO incidents_moverecord (incident_id, name, from_state, to_state, by_id, at, note, other_id)
    SELECT incident.id, 'separate', '', 'registered', :by:, :at:, '', :incident: FROM incident
),
{TOLD}
{ANSWER}
""")  # noqa: S608 - constants of this module
