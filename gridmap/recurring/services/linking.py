"""A case belongs to the conflicts of its ground and topic from the moment when it is taken in."""

from collections.abc import Sequence

from layers.prepared import fetch_value

# A conflict of a building is that of the building's cases, however near the others lie.
LINK = """
WITH linked AS (
    INSERT INTO recurring_recurringconflict_cases (recurringconflict_id, incident_id)
    SELECT conflict.id, incident.id
    FROM incidents_incident AS incident
    JOIN recurring_recurringconflict AS conflict
      ON conflict.topic_id = incident.topic_id
     AND (conflict.confirmed_at IS NOT NULL OR conflict.state = 'candidate')
     AND CASE WHEN conflict.building_id IS NULL
              THEN conflict.geom && incident.geom AND ST_Covers(conflict.geom, incident.geom)
              ELSE conflict.building_id = incident.building_id END
    WHERE incident.id {which}
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT count(*) FROM linked
"""
# Of one case every plan is alike, so that it is made once; of a list each would be planned anew.
ONE, MANY = LINK.format(which="= $1"), LINK.format(which="= ANY ($1)")


def link_cases(ids: Sequence[int]) -> int:
    """Link these cases to what they belong to, in one statement; how many links."""
    if len(ids) == 1:
        return int(fetch_value("bigint", ONE, str(int(ids[0]))))
    listed = ",".join(str(int(number)) for number in ids)
    return int(fetch_value("bigint[]", MANY, f"'{{{listed}}}'"))
