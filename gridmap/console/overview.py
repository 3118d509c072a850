"""The area tree in a person's scope, one level at a time, with what is missing in each part."""

import json
from dataclasses import dataclass
from typing import Any

from gridmap.accounts.scope import Scope
from gridmap.console.queries import literal, name_language, one_row, shown_name

MOST_FOUND = 50


class NoSuchArea(LookupError):
    """No area of this code is in scope."""


@dataclass(frozen=True)
class Overview:
    """One area, the way down to it, and its parts: two levels of areas, or a community's cells."""

    here: dict[str, Any] | None
    path: list[dict[str, Any]]
    areas: list[dict[str, Any]]
    cells: list[dict[str, Any]]
    bounds: list[float] | None
    outline: dict[str, Any] | None
    total: dict[str, int]


@dataclass(frozen=True)
class Found:
    """Places whose name or code holds the words; `count` of them, the first `MOST_FOUND` listed."""

    count: int
    places: list[dict[str, Any]]


COUNTED = ("cells", "unmanned", "buildings", "posts", "leaderless")


def read_overview(scope: Scope, code: str, *, english: bool) -> Overview:
    """The area of this code, or all that is in scope; one statement.

    Raises
    ------
    NoSuchArea
        No area of this code is in scope.
    """
    scoped = {"areas": scope.areas(), "appointments": scope.appointments()}
    row = one_row(
        OVERVIEW,
        scoped,
        code=code,
        english=english,
        day=scope.day,
        roots=sorted(scope.area_ids),
        sees_people=scope.sees_people,
    )
    path, areas, cells, outline = (json.loads(column) for column in row or ())
    if code and not path:
        raise NoSuchArea(code)
    direct = [area for area in areas if area["depth"] == 1]
    total = {name: sum(part[name] for part in direct or cells) for name in COUNTED}
    here = path[-1] if path else None
    return Overview(here, path, areas, cells, _bounds(here, direct), outline, total)


def _bounds(here: dict[str, Any] | None, areas: list[dict[str, Any]]) -> list[float] | None:
    """What the map shows first: the parts that hold at least a quarter of the cells, else all.

    A city is mostly desert, and its people are in the town.
    """
    cells = sum(area["cells"] for area in areas)
    many = [area for area in areas if area["cells"] * 4 >= cells]
    parts = many or areas or ([here] if here else [])
    boxes = [part["box"] for part in parts if part["box"]]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return [min(west), min(south), max(east), max(north)]


def search(scope: Scope, words: str, *, english: bool) -> Found:
    """Areas, cells and buildings in scope whose name or code holds the words; one statement."""
    scoped = {"areas": scope.areas(), "cells": scope.cells(), "buildings": scope.buildings()}
    row = one_row(SEARCH, scoped, words=f"%{literal(words)}%", english=english, most=MOST_FOUND)
    count, places = row or (0, "[]")
    return Found(count, json.loads(places))


# `part` are the areas to list: the children of the area asked for, else the tops of the scope, each
# followed by its own children.
# Appointments decide what is vacant; only those of people who may be shown carry a name.
OVERVIEW = f"""
WITH RECURSIVE scoped AS (
    SELECT * FROM geodata_area WHERE id IN ({{areas}})
),
top AS (
    SELECT * FROM scoped WHERE parent_id IS NULL OR parent_id <> ALL(%(roots)s)
),
here AS (
    SELECT * FROM scoped WHERE code = %(code)s
    UNION ALL
    SELECT * FROM top WHERE %(code)s = '' AND (SELECT count(*) FROM top) = 1
),
path AS (
    SELECT here.*, 0 AS height FROM here
    UNION ALL
    SELECT scoped.*, height + 1 FROM scoped JOIN path ON path.parent_id = scoped.id
),
direct AS (
    SELECT scoped.* FROM scoped JOIN here ON scoped.parent_id = here.id
    UNION ALL
    SELECT top.* FROM top WHERE %(code)s = '' AND NOT EXISTS (SELECT FROM here)
),
part AS (
    SELECT direct.*, 1 AS depth, direct.code AS branch FROM direct
    UNION ALL
    SELECT scoped.*, 2, direct.code FROM scoped JOIN direct ON scoped.parent_id = direct.id
),
tree AS (
    SELECT id, id AS part_id FROM part
    UNION ALL
    SELECT scoped.id, tree.part_id FROM scoped JOIN tree ON scoped.parent_id = tree.id
),
shape AS (
    SELECT area_id, geom, json_build_array(
        ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)) AS box
    FROM geodata_areaversion
    WHERE valid_to IS NULL AND area_id IN (SELECT id FROM here UNION SELECT id FROM part)
),
held AS (
    SELECT * FROM accounts_appointment
    WHERE begins_on <= %(day)s AND (ends_on > %(day)s OR ends_on IS NULL)
),
post_count AS (
    SELECT post.cell_id, count(*) AS posts, count(*) FILTER (WHERE led.post_id IS NULL) AS leaderless
    FROM geodata_leaderpost AS post
    LEFT JOIN (SELECT DISTINCT post_id FROM held) AS led ON led.post_id = post.id
    GROUP BY post.cell_id
),
cell AS (
    SELECT cell.*, version.geom_3857, tree.part_id, manned.cell_id IS NULL AS is_unmanned,
           coalesce(posts, 0) AS posts, coalesce(leaderless, 0) AS leaderless
    FROM geodata_cell AS cell
    JOIN geodata_cellversion AS version ON version.cell_id = cell.id AND version.valid_to IS NULL
    LEFT JOIN tree ON tree.id = cell.community_id
    LEFT JOIN post_count ON post_count.cell_id = cell.id
    LEFT JOIN (SELECT DISTINCT cell_id FROM held WHERE role = 'grid_member') AS manned
           ON manned.cell_id = cell.id
    WHERE cell.community_id IN (SELECT id FROM tree UNION SELECT id FROM here)
),
building_count AS (
    SELECT tree.part_id, count(*) AS buildings
    FROM geodata_building AS building JOIN tree ON tree.id = building.community_id
    GROUP BY tree.part_id
),
member AS (
    SELECT held.cell_id, person.name, person.phone
    FROM held
    JOIN accounts_user AS person ON person.id = CASE
        WHEN stand_in_from <= %(day)s AND stand_in_to > %(day)s THEN stand_in_id ELSE user_id END
    WHERE %(sees_people)s AND role = 'grid_member' AND held.id IN ({{appointments}})
)
SELECT
    (SELECT coalesce(json_agg(json_build_object(
        'code', code, 'kind', kind, 'name', {shown_name("path")}, 'lang', {name_language("path")},
        'box', (SELECT box FROM shape WHERE shape.area_id = path.id)
     ) ORDER BY height DESC), '[]') FROM path)::text,
    (SELECT coalesce(json_agg(json_build_object(
        'code', code, 'kind', kind, 'depth', depth,
        'name', {shown_name("part")}, 'lang', {name_language("part")},
        'cells', counted.cells, 'unmanned', counted.unmanned, 'posts', counted.posts,
        'leaderless', counted.leaderless,
        'box', (SELECT box FROM shape WHERE shape.area_id = part.id),
        'buildings', coalesce((SELECT buildings FROM building_count WHERE part_id = part.id), 0)
     ) ORDER BY branch, depth, code), '[]')
     FROM part CROSS JOIN LATERAL (
        SELECT count(*) AS cells, count(*) FILTER (WHERE is_unmanned) AS unmanned,
               coalesce(sum(posts), 0) AS posts, coalesce(sum(leaderless), 0) AS leaderless
        FROM cell WHERE cell.part_id = part.id) AS counted)::text,
    (SELECT coalesce(json_agg(json_build_object(
        'code', code, 'number', right(code, 3), 'kind', kind,
        'name', {shown_name("cell")}, 'lang', {name_language("cell")},
        'cells', 1, 'unmanned', is_unmanned::int, 'posts', posts, 'leaderless', leaderless,
        'lon', ST_X(spot), 'lat', ST_Y(spot),
        'buildings', (SELECT count(*) FROM geodata_building AS building
                      WHERE building.geom_3857 && cell.geom_3857
                        AND ST_Intersects(cell.geom_3857, ST_PointOnSurface(building.geom_3857))),
        'members', (SELECT coalesce(json_agg(json_build_object('name', name, 'phone', phone)
                    ORDER BY name), '[]') FROM member WHERE member.cell_id = cell.id)
     ) ORDER BY code), '[]')
     FROM cell
     CROSS JOIN LATERAL ST_Transform(ST_PointOnSurface(geom_3857), 4490) AS spot
     WHERE part_id IS NULL)::text,
    -- The outline of a part of the city; about two metres are not seen at this scale.
    coalesce((SELECT ST_AsGeoJSON(ST_Simplify(geom, 0.00002), 6, 0)
              FROM shape JOIN here ON here.id = shape.area_id WHERE here.parent_id IS NOT NULL), 'null')
"""  # noqa: S608 - constants of this module

SEARCH = f"""
WITH found AS (
    SELECT 1 AS rank, 'area' AS kind, area.code, {shown_name("area")} AS name, {name_language("area")} AS lang,
           parent.name AS inside, area.code AS area, ST_PointOnSurface(version.geom) AS spot
    FROM geodata_area AS area
    JOIN geodata_areaversion AS version ON version.area_id = area.id AND version.valid_to IS NULL
    LEFT JOIN geodata_area AS parent ON parent.id = area.parent_id
    WHERE area.id IN ({{areas}})
      AND (area.name ILIKE %(words)s OR area.name_en ILIKE %(words)s OR area.code LIKE %(words)s)
    UNION ALL
    SELECT 2, 'cell', cell.code, right(cell.code, 3) || ' ' || {shown_name("cell")}, {name_language("cell")},
           area.name, area.code, ST_PointOnSurface(version.geom)
    FROM geodata_cell AS cell
    JOIN geodata_cellversion AS version ON version.cell_id = cell.id AND version.valid_to IS NULL
    JOIN geodata_area AS area ON area.id = cell.community_id
    WHERE cell.id IN ({{cells}})
      AND (cell.name ILIKE %(words)s OR cell.name_en ILIKE %(words)s OR cell.code LIKE %(words)s)
    UNION ALL
    SELECT 3, 'building', building.code, {shown_name("building")}, {name_language("building")},
           area.name, area.code, ST_PointOnSurface(building.geom)
    FROM geodata_building AS building
    JOIN geodata_area AS area ON area.id = building.community_id
    WHERE building.id IN ({{buildings}})
      AND (building.name ILIKE %(words)s OR building.name_en ILIKE %(words)s OR building.code LIKE %(words)s)
)
SELECT (SELECT count(*) FROM found),
       (SELECT coalesce(json_agg(json_build_object(
            'kind', kind, 'code', code, 'name', name, 'lang', lang, 'inside', inside, 'area', area,
            'lon', ST_X(spot), 'lat', ST_Y(spot)) ORDER BY rank, code), '[]')
        FROM (SELECT * FROM found ORDER BY rank, code LIMIT %(most)s) AS listed)::text
"""  # noqa: S608 - constants of this module
