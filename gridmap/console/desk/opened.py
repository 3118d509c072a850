"""All that an opened row tells of one case besides its own columns: one statement."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from gridmap.accounts.scope import Scope
from gridmap.console.queries import name_language, one_row, shown_name
from gridmap.incidents.models import Incident
from gridmap.incidents.parts import OF_AN_AREA, Standing
from gridmap.incidents.querysets import NEAR_M, SHORTLY
from gridmap.incidents.standing import standing_of

YEAR = timedelta(days=365)
MOST_NEAR = 3


@dataclass(frozen=True)
class Opened:
    """A case with its people, its teams, its cell and what lies near it.

    `people` answer for it at its level; `near` are open cases that may be the same one; `cells` are
    the nearest cells, with their distance in metres.
    """

    incident: Incident
    day: date
    people: list[dict[str, Any]]
    leaders: dict[str, int]
    open_here: int
    year_here: int
    team_open: int
    unit_done: dict[str, Any]
    assisting: list[dict[str, Any]]
    outline: dict[str, Any] | None
    reports: list[dict[str, Any]]
    report_count: int
    near: list[dict[str, Any]]
    cells: list[dict[str, Any]]

    @cached_property
    def standing(self) -> Standing:
        """What decides who may do what; only an escalated case asks the database once more."""
        return standing_of(self.incident, self.day, [team["id"] for team in self.assisting])


def read_opened(incident: Incident, scope: Scope, now: datetime, *, english: bool) -> Opened:
    seen = Incident.objects.visible_to(scope)
    scoped = {
        "open": seen.open(),
        "recent": seen.filter(registered_at__gt=now - YEAR),
        "solved": seen.filter(resolved_at__gt=now - YEAR),
        "cells": scope.cells(),
    }
    row = one_row(
        OPENED,
        scoped,
        id=incident.pk,
        day=scope.day,
        now=now,
        english=english,
        area_roles=sorted(OF_AN_AREA),
        same_m=NEAR_M,
        same_days=SHORTLY,
        most=MOST_NEAR,
    )
    found: dict[str, Any] = json.loads(row[0]) if row else {}
    return Opened(incident=incident, day=scope.day, **found)


OPENED = f"""
WITH opened AS (
    SELECT *, cos(radians(ST_Y(geom))) AS shrink FROM incidents_incident WHERE id = %(id)s
),
held AS (
    SELECT appointment.*, person.name, person.phone, person.id <> appointment.user_id AS is_stand_in
    FROM accounts_appointment AS appointment
    JOIN accounts_user AS person ON person.is_active AND person.id = CASE
        WHEN stand_in_from <= %(day)s AND stand_in_to > %(day)s THEN stand_in_id ELSE user_id END
    WHERE begins_on <= %(day)s AND (ends_on > %(day)s OR ends_on IS NULL)
),
post AS (
    SELECT post.id, EXISTS (SELECT FROM held WHERE held.post_id = post.id) AS is_led
    FROM geodata_leaderpost AS post JOIN opened ON opened.cell_id = post.cell_id
),
done AS (
    SELECT extract(epoch FROM avg(other.resolved_at - other.registered_at)) AS seconds, count(*) AS n
    FROM opened JOIN incidents_incident AS other ON other.unit_id = opened.unit_id
    WHERE other.id IN ({{solved}})
),
near AS (
    SELECT other.id, other.code, other.title, other.registered_at,
           round(ST_Distance(other.geom_3857, opened.geom_3857) * shrink) AS metres
    FROM opened JOIN incidents_incident AS other
      ON ST_DWithin(other.geom_3857, opened.geom_3857, %(same_m)s / shrink)
    WHERE other.id <> opened.id AND other.topic_id = opened.topic_id
      AND other.occurred_at BETWEEN opened.occurred_at - %(same_days)s AND opened.occurred_at + %(same_days)s
      AND other.id IN ({{open}})
    ORDER BY metres, other.id LIMIT %(most)s
),
neighbour AS (
    SELECT cell.code, right(cell.code, 3) AS number, {shown_name("community")} AS name,
           {name_language("community")} AS lang,
           round(ST_Distance(version.geom_3857, opened.geom_3857) * shrink) AS metres
    FROM opened
    JOIN geodata_cellversion AS version ON version.valid_to IS NULL
    JOIN geodata_cell AS cell ON cell.id = version.cell_id
    JOIN geodata_area AS community ON community.id = cell.community_id
    WHERE cell.id IN ({{cells}}) AND opened.geom IS NOT NULL
    ORDER BY version.geom_3857 <-> opened.geom_3857, cell.code LIMIT 4
)
SELECT json_build_object(
    'people', (SELECT coalesce(json_agg(json_build_object(
        'name', name, 'phone', phone, 'role', role, 'is_stand_in', is_stand_in) ORDER BY role, name), '[]')
        FROM held JOIN opened ON CASE WHEN opened.raised_to_id IS NULL
            THEN held.cell_id = opened.cell_id AND held.role = 'grid_member'
            ELSE held.area_id = opened.raised_to_id AND held.role = ANY (%(area_roles)s) END),
    'leaders', (SELECT json_build_object('led', count(*) FILTER (WHERE is_led), 'posts', count(*)) FROM post),
    'open_here', (SELECT count(*) FROM opened JOIN incidents_incident AS other
                  ON other.cell_id = opened.cell_id WHERE other.id IN ({{open}})),
    'year_here', (SELECT count(*) FROM opened JOIN incidents_incident AS other
                  ON other.cell_id = opened.cell_id AND other.topic_id = opened.topic_id
                  WHERE other.id IN ({{recent}})),
    'team_open', (SELECT count(*) FROM opened JOIN incidents_incident AS other
                  ON other.lead_team_id = opened.lead_team_id WHERE other.id IN ({{open}})),
    'unit_done', (SELECT json_build_object('n', n, 'seconds', seconds) FROM done),
    'assisting', (SELECT coalesce(json_agg(json_build_object(
        'id', team.id, 'name', {shown_name("team")}, 'lang', {name_language("team")}) ORDER BY team.id), '[]')
        FROM incidents_incident_assisting_teams AS link
        JOIN accounts_guideteam AS team ON team.id = link.guideteam_id
        WHERE link.incident_id = %(id)s),
    'outline', (SELECT ST_AsGeoJSON(version.geom, 6, 0)::json FROM opened
                JOIN geodata_cellversion AS version
                  ON version.cell_id = opened.cell_id AND version.valid_to IS NULL),
    'reports', (SELECT coalesce(json_agg(json_build_object(
        'source', source, 'at', extract(epoch FROM reported_at), 'words', words) ORDER BY reported_at, id), '[]')
        FROM (SELECT * FROM incidents_report WHERE incident_id = %(id)s
              ORDER BY reported_at, id LIMIT 3) AS told),
    'report_count', (SELECT count(*) FROM incidents_report WHERE incident_id = %(id)s),
    'near', (SELECT coalesce(json_agg(json_build_object(
        'code', code, 'title', title, 'registered_at', registered_at, 'metres', metres) ORDER BY metres, code), '[]') FROM near),
    'cells', (SELECT coalesce(json_agg(json_build_object(
        'code', code, 'number', number, 'name', name, 'lang', lang, 'metres', metres) ORDER BY metres, code), '[]')
        FROM neighbour)
)::text FROM opened
"""  # noqa: S608 - constants of this module
