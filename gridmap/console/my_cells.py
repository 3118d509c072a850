"""The cells of one person and what is due there: one statement for the page, one for its ground."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridmap.accounts.scope import Scope
from gridmap.console.cases import due
from gridmap.console.paper import PAPER, TABLES, path, point
from gridmap.console.queries import name_language, one_row, shown_name


@dataclass(frozen=True)
class MyCells:
    """What the page lists (cells with their buildings and posts), and what its map draws."""

    community: dict[str, Any]
    cells: list[dict[str, Any]]
    picture: dict[str, Any]
    todo: due.DueCases

    @property
    def buildings(self) -> int:
        return sum(len(cell["buildings"]) for cell in self.cells)

    @property
    def posts(self) -> int:
        return sum(len(cell["posts"]) for cell in self.cells)


def read_my_cells(scope: Scope, now: datetime, *, english: bool) -> MyCells | None:
    """The cells, buildings, posts and leaders entrusted to a person; None where there are none."""
    own = _entrusted_by_name(scope)
    if own is None:
        return None
    scoped = {
        "cells": own.cells(),
        "buildings": own.buildings(),
        "posts": own.posts(),
        "appointments": own.appointments(),
        **due.in_scope(scope),
    }
    row = one_row(PAGE, scoped, english=english, day=own.day, sees_people=own.sees_people)
    if row is None or row[0] is None:
        return None
    cells, buildings, posts, picture = (json.loads(column) for column in row[:COLUMNS])
    for cell in cells:
        cell["buildings"] = [building for building in buildings if building["cell"] == cell["id"]]
        cell["posts"] = [post for post in posts if post["cell"] == cell["id"]]
    leaders = {post["id"]: post["leaders"] for post in posts}
    for building in buildings:
        building["leaders"] = [leader for post in building["posts"] for leader in leaders[post]]
    return MyCells(cells[0]["community"], cells, picture, due.due_cases(row[COLUMNS:], now))


def read_ground(scope: Scope, *, english: bool) -> str | None:
    """The paper around a person's cells as JSON: ground, streets, footprints, lines."""
    own = _entrusted_by_name(scope)
    row = one_row(GROUND, {"cells": own.cells()}, english=english) if own else None
    return None if row is None else row[0]


def _entrusted_by_name(scope: Scope) -> Scope | None:
    """Cells and posts that the person holds; a whole area has a page of its own."""
    if not scope.cell_ids and not scope.post_ids:
        return None
    return scope.by_name


# 1,300 web-Mercator metres are about one kilometre on the ground in this latitude.
MINE = """
WITH mine AS (
    SELECT cell.*, version.geom_3857
    FROM geodata_cell AS cell
    JOIN geodata_cellversion AS version ON version.cell_id = cell.id AND version.valid_to IS NULL
    WHERE cell.id IN ({cells})
),
frame AS (
    SELECT floor(ST_XMin(box)) AS x, ceil(ST_YMax(box)) AS y, ST_SetSRID(box::geometry, 3857) AS box
    FROM (SELECT ST_Expand(ST_Extent(geom_3857), 1300) AS box FROM mine) AS around
    WHERE box IS NOT NULL
)
"""

MY_CELLS = f"""
{MINE},
answer AS (
    SELECT appointment.post_id, person.name, person.phone
    FROM accounts_appointment AS appointment
    JOIN accounts_user AS person ON person.id = CASE
        WHEN appointment.stand_in_from <= %(day)s AND appointment.stand_in_to > %(day)s
        THEN appointment.stand_in_id ELSE appointment.user_id END
    WHERE %(sees_people)s AND appointment.post_id IS NOT NULL AND appointment.id IN ({{appointments}})
),
building AS (
    SELECT building.*, mine.id AS cell_id,
           (SELECT coalesce(json_agg(link.leaderpost_id ORDER BY link.leaderpost_id), '[]')
            FROM geodata_leaderpost_buildings AS link
            WHERE link.building_id = building.id AND link.leaderpost_id IN ({{posts}})) AS posts
    FROM geodata_building AS building
    JOIN mine ON ST_Intersects(mine.geom_3857, ST_PointOnSurface(building.geom_3857))
    WHERE building.id IN ({{buildings}})
),
post AS (
    SELECT post.*,
           (SELECT coalesce(json_agg(json_build_object('name', name, 'phone', phone) ORDER BY name), '[]')
            FROM answer WHERE answer.post_id = post.id) AS leaders,
           (SELECT json_build_object('count', count(*), 'households', coalesce(sum(building.households), 0))
            FROM geodata_leaderpost_buildings AS link
            JOIN geodata_building AS building ON building.id = link.building_id
            WHERE link.leaderpost_id = post.id) AS buildings
    FROM geodata_leaderpost AS post
    WHERE post.id IN ({{posts}})
)
SELECT
    (SELECT json_agg(json_build_object(
        'id', mine.id, 'code', mine.code, 'number', right(mine.code, 3), 'kind', mine.kind,
        'name', {shown_name("mine")}, 'lang', {name_language("mine")},
        'households', (SELECT coalesce(sum(households), 0) FROM building WHERE cell_id = mine.id),
        'community', json_build_object('name', {shown_name("area")}, 'lang', {name_language("area")})
     ) ORDER BY mine.code)
     FROM mine JOIN geodata_area AS area ON area.id = mine.community_id)::text,
    (SELECT coalesce(json_agg(json_build_object(
        'id', building.id, 'cell', cell_id, 'number', number, 'households', households, 'posts', posts,
        'name', {shown_name("building")}, 'lang', {name_language("building")}
     ) ORDER BY estate, substring(number FROM '^[0-9]+')::int, number, building.code), '[]') FROM building)::text,
    (SELECT coalesce(json_agg(json_build_object(
        'id', post.id, 'cell', post.cell_id, 'kind', post.kind, 'leaders', leaders,
        'name', {shown_name("post")}, 'lang', {name_language("post")}, 'buildings', buildings
     ) ORDER BY post.id), '[]') FROM post)::text,
    (SELECT json_build_object(
        'origin', json_build_array(frame.x, frame.y),
        'size', json_build_array(
            round((ST_XMax(box) - frame.x) * 10), round((frame.y - ST_YMin(box)) * 10)),
        'cells', (SELECT json_agg(json_build_object(
            'id', mine.id, 'number', right(mine.code, 3), 'name', {shown_name("mine")},
            'path', {path("geom_3857")}, 'at', {point("geom_3857")}) ORDER BY mine.code) FROM mine),
        'buildings', (SELECT coalesce(json_agg(json_build_object(
            'id', building.id, 'number', number, 'posts', posts,
            'path', {path("geom_3857")}, 'at', {point("geom_3857")})), '[]') FROM building),
        'posts', (SELECT coalesce(json_agg(json_build_object(
            'id', post.id, 'path', {path("geom_3857")}, 'at', {point("geom_3857")})), '[]') FROM post)
     ) FROM frame)::text
"""  # noqa: S608 - constants of this module

COLUMNS = 4  # of MY_CELLS
PAGE = f"SELECT * FROM ({MY_CELLS}) AS cells CROSS JOIN ({due.DUE}) AS todo"  # noqa: S608 - constants

GROUND = f"""
{MINE},
{TABLES}
SELECT ({PAPER})::text FROM frame
"""  # noqa: S608 - constants of this module
