"""What lies around a place: paper for everybody, and in scope the buildings, cells and open cases by name."""

from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Q, QuerySet

from geodata.models import Area, Building, Cell, CellVersion
from gridmap.accounts.scope import Scope
from gridmap.console.paper import PAPER, TABLES, path, point
from gridmap.console.queries import name_language, one_row, shown_name
from gridmap.incidents.models import Incident

# Web-Mercator metres from the place to each side; 1.3 of them are one on the ground here.
REPORT_M, CASE_M = 700, 420


def around_report(scope: Scope, place: Point, *, english: bool) -> str:
    """For the page of a new report: a JSON text with buildings, cells and open cases in scope."""
    cases = Incident.objects.visible_to(scope).open()
    return _around(place, REPORT_M, scope.buildings(), scope.cells(), cases, english=english)


def around_case(scope: Scope, case: Incident, *, english: bool) -> str:
    """For the page of a case: a JSON text with the numbers of the buildings in scope and of its own."""
    if case.geom is None:
        raise ValueError(f"{case.code} has no place")
    buildings = Building.objects.filter(
        Q(pk__in=scope.buildings().values("pk")) | Q(pk=case.building_id)
    )
    cells = Cell.objects.filter(Q(pk__in=scope.cells().values("pk")) | Q(pk=case.cell_id))
    only = Incident.objects.filter(pk=case.pk)
    return _around(case.geom, CASE_M, buildings, cells, only, english=english)


def _around(
    place: Point,
    metres: int,
    buildings: QuerySet[Building],
    cells: QuerySet[Cell],
    cases: QuerySet[Incident],
    *,
    english: bool,
) -> str:
    scoped: dict[str, QuerySet[Any]] = {"buildings": buildings, "cells": cells, "cases": cases}
    row = one_row(AROUND, scoped, lon=place.x, lat=place.y, metres=metres, english=english)
    return str(row[0]) if row else "{}"


@dataclass(frozen=True)
class Start:
    """Where the map of a new report begins, in degrees, and what it is called."""

    lon: float
    lat: float
    community: Area


def start_of(scope: Scope) -> Start | None:
    """In the first of the own cells; None for who has no place."""
    versions = CellVersion.objects.current().filter(cell__in=scope.cells().values("pk"))
    first = versions.select_related("cell__community").order_by("cell__code").first()
    if first is None:
        return None
    middle = first.geom.point_on_surface
    return Start(middle.x, middle.y, first.cell.community)


AROUND = f"""
WITH place AS (
    SELECT ST_Transform(ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4490), 3857) AS geom
),
frame AS (
    SELECT floor(ST_X(geom) - %(metres)s) AS x, ceil(ST_Y(geom) + %(metres)s) AS y,
           ST_Expand(geom, %(metres)s) AS box
    FROM place
),
{TABLES}
SELECT json_build_object(
    'origin', json_build_array(frame.x, frame.y),
    'size', json_build_array(%(metres)s * 20, %(metres)s * 20),
    'ground', {PAPER},
    'own', json_build_object(
        'buildings', (SELECT coalesce(json_agg(json_build_object(
            'id', building.id, 'number', building.number,
            'name', {shown_name("building")}, 'lang', {name_language("building")},
            'path', {path("building.geom_3857")}, 'at', {point("building.geom_3857")})), '[]')
            FROM geodata_building AS building
            WHERE building.geom_3857 && box AND building.id IN ({{buildings}})),
        'cells', (SELECT coalesce(json_agg(json_build_object(
            'id', cell.id, 'number', right(cell.code, 3), 'name', {shown_name("cell")},
            'community', {shown_name("area")}, 'path', {path("version.geom_3857")})), '[]')
            FROM geodata_cellversion AS version
            JOIN geodata_cell AS cell ON cell.id = version.cell_id
            JOIN geodata_area AS area ON area.id = cell.community_id
            WHERE version.geom_3857 && box AND version.valid_to IS NULL AND cell.id IN ({{cells}})),
        'communities', (SELECT coalesce(json_agg(json_build_object(
            'name', {shown_name("area")}, 'lang', {name_language("area")},
            'path', {path("version.geom_3857")})), '[]')
            FROM geodata_areaversion AS version JOIN geodata_area AS area ON area.id = version.area_id
            WHERE version.geom_3857 && box AND version.valid_to IS NULL AND EXISTS (
                SELECT FROM geodata_cell AS cell WHERE cell.community_id = area.id))),
    'cases', (SELECT coalesce(json_agg(json_build_object(
        'code', incident.code, 'title', incident.title, 'topic', topic.code,
        'topic_name', {shown_name("topic")}, 'place', coalesce({shown_name("building")}, incident.address),
        'building', incident.building_id, 'registered_at', incident.registered_at,
        'at', {point("incident.geom_3857")}) ORDER BY incident.due_at), '[]')
        FROM incidents_incident AS incident
        JOIN incidents_topic AS topic ON topic.id = incident.topic_id
        LEFT JOIN geodata_building AS building ON building.id = incident.building_id
        WHERE incident.geom_3857 && box AND incident.id IN ({{cases}}))
)::text
FROM frame
"""  # noqa: S608 - constants of this module
