"""The statement that looks anew for place and owners of a case of which the place was not known.

Place and rules are found as for a report that comes in now; only the clock keeps running from where it began.
"""

from gridmap.accounts.querysets import exercised
from gridmap.incidents.intake import PARAMETERS, ROUTED


def of_column(sql: str) -> str:
    """`:name` as a column of the waiting cases."""
    for name in PARAMETERS:
        sql = sql.replace(f":{name}:", f"waiting.{name}")
    return sql


REROUTING = f"""
WITH waiting AS (
    SELECT incident.id, incident.unrouted_reason AS before, incident.cell_id AS from_cell_id,
           incident.lead_team_id AS from_team_id, topic.code AS topic, incident.urgency,
           ST_X(incident.geom) AS lon, ST_Y(incident.geom) AS lat, incident.building_id,
           incident.location_accuracy_m AS accuracy_m,
           %(day)s::date AS day, %(touching)s::float8 AS touching
    FROM incidents_incident AS incident JOIN incidents_topic AS topic ON topic.id = incident.topic_id
    WHERE incident.id = %(incident)s AND incident.is_open AND incident.unrouted_reason <> ''
    FOR UPDATE OF incident
),
found AS (
    SELECT waiting.*, route.* FROM waiting CROSS JOIN LATERAL (
        WITH RECURSIVE {of_column(ROUTED)}
        SELECT answer.unrouted_reason, place.cell_id, place.community_id, post.id AS post_id,
               rule.id AS rule_id, rule.lead_team_id, rule.unit_id,
               (SELECT min(user_id) FROM holder) AS holder_id
        FROM answer LEFT JOIN place ON true LEFT JOIN post ON true LEFT JOIN rule ON true
    ) AS route
),
changed AS (
    UPDATE incidents_incident AS incident
    SET unrouted_reason = found.unrouted_reason,
        cell_id = coalesce(found.cell_id, incident.cell_id),
        area_id = coalesce(found.community_id, incident.area_id),
        post_id = coalesce(found.post_id, incident.post_id),
        rule_id = coalesce(found.rule_id, incident.rule_id),
        lead_team_id = coalesce(found.lead_team_id, incident.lead_team_id),
        unit_id = coalesce(found.unit_id, incident.unit_id),
        version = incident.version + 1
    FROM found
    WHERE incident.id = found.id AND found.unrouted_reason <> found.before
    RETURNING incident.id, incident.unrouted_reason, incident.cell_id, incident.lead_team_id, incident.rule_id,
              found.from_cell_id, found.from_team_id, found.holder_id
),
routed AS (
    SELECT * FROM changed WHERE unrouted_reason = ''
),
handed AS (
    INSERT INTO incidents_handover (incident_id, from_cell_id, to_cell_id, from_team_id, to_team_id, to_user_id,
                                    by_id, at, note)
    SELECT id, from_cell_id, cell_id, from_team_id, lead_team_id, holder_id, %(by)s, %(at)s, '' FROM routed
),
assisted AS (
    INSERT INTO incidents_incident_assisting_teams (incident_id, guideteam_id)
    SELECT routed.id, assisting.guideteam_id
    FROM routed
    JOIN incidents_routingrule_assisting_teams AS assisting ON assisting.routingrule_id = routed.rule_id
    ON CONFLICT DO NOTHING
),
told AS (
    INSERT INTO incidents_notice (user_id, incident_id, kind, at)
    SELECT DISTINCT held.user_id, routed.id, 'arrived', %(at)s
    FROM routed
    JOIN LATERAL (
        SELECT routed.holder_id AS user_id
        UNION ALL
        SELECT user_id FROM ({exercised("%(day)s")}) AS team WHERE guide_team_id = routed.lead_team_id
    ) AS held ON held.user_id IS DISTINCT FROM %(by)s
)
SELECT FROM routed
"""  # noqa: S608 - constants of this package
