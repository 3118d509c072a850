"""Rows of the registry as GeoDataFrames, for export, notebooks and folium."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from django.db import connection
from django.db.models import QuerySet

from geodata.models import STORED
from geodata.querysets import moment

AREAS = """
SELECT area.kind, area.code, area.name, area.name_en, coalesce(parent.code, '') AS parent_code,
       version.valid_from, version.valid_to, ST_AsBinary(version.geom)
FROM geodata_areaversion AS version
JOIN geodata_area AS area ON area.id = version.area_id
LEFT JOIN geodata_area AS parent ON parent.id = area.parent_id
WHERE version.valid_from <= %(at)s AND (version.valid_to > %(at)s OR version.valid_to IS NULL)
ORDER BY area.code
"""

CELLS = """
SELECT cell.kind, cell.code, cell.name, cell.name_en, community.code AS parent_code,
       version.valid_from, version.valid_to, ST_AsBinary(version.geom)
FROM geodata_cellversion AS version
JOIN geodata_cell AS cell ON cell.id = version.cell_id
JOIN geodata_area AS community ON community.id = cell.community_id
WHERE version.valid_from <= %(at)s AND (version.valid_to > %(at)s OR version.valid_to IS NULL)
ORDER BY cell.code
"""

BOUNDARY_COLUMNS = ["kind", "code", "name", "name_en", "parent_code", "valid_from", "valid_to"]


def areas(on: date | datetime) -> gpd.GeoDataFrame:
    """The areas in force on a day, from the registry, EPSG:4490."""
    return _boundaries(AREAS, on)


def cells(on: date | datetime) -> gpd.GeoDataFrame:
    """The cells in force on a day, EPSG:4490; `parent_code` is their community."""
    return _boundaries(CELLS, on)


def from_queryset(rows: QuerySet[Any], fields: Sequence[str]) -> gpd.GeoDataFrame:
    """Fields and geometry of a queryset of places, EPSG:4490."""
    values = list(rows.values_list(*fields, "geom"))
    shapes = np.array([bytes(row[-1].wkb) for row in values], object)
    table = pd.DataFrame([row[:-1] for row in values], columns=list(fields))
    return gpd.GeoDataFrame(table, geometry=shapely.from_wkb(shapes), crs=STORED)


def _boundaries(sql: str, on: date | datetime) -> gpd.GeoDataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"at": moment(on)})
        rows = cursor.fetchall()
    shapes = np.array([bytes(row[-1]) for row in rows], object)
    table = pd.DataFrame([row[:-1] for row in rows], columns=BOUNDARY_COLUMNS)
    return gpd.GeoDataFrame(table, geometry=shapely.from_wkb(shapes), crs=STORED)
