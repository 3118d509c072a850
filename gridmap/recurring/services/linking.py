"""A case belongs to the conflicts of its ground and topic from the moment when it is taken in."""

from collections.abc import Sequence

from django.db import connection

# A conflict of a building is that of the building's cases, however near the others lie.
LINK = """
INSERT INTO recurring_recurringconflict_cases (recurringconflict_id, incident_id)
SELECT conflict.id, incident.id
FROM incidents_incident AS incident
JOIN recurring_recurringconflict AS conflict
  ON conflict.topic_id = incident.topic_id
 AND (conflict.confirmed_at IS NOT NULL OR conflict.state = 'candidate')
 AND CASE WHEN conflict.building_id IS NULL
          THEN conflict.geom && incident.geom AND ST_Covers(conflict.geom, incident.geom)
          ELSE conflict.building_id = incident.building_id END
WHERE incident.id = ANY(%s)
ON CONFLICT DO NOTHING
"""


def link_cases(ids: Sequence[int]) -> None:
    """Link these cases to what they belong to; one statement, inside the transaction of the intake."""
    with connection.cursor() as cursor:
        cursor.execute(LINK, [list(ids)])
