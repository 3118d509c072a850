"""In which cell, building and post each case lies, for all at once and by the registry's own rules."""

from datetime import datetime

import numpy as np
from django.db import connection

from geodata.models import CellVersion
from gridmap.incidents.demo_cases.clock import Ints
from gridmap.incidents.demo_cases.siting import Sited
from gridmap.incidents.demo_cases.town import Located, Town
from gridmap.incidents.intake import BESIDE_M

# As in the intake of a report: the building that is named, else the nearest within reach.
NEAREST = f"""
SELECT coalesce(near.id, -1)
FROM unnest(%(lon)s::float8[], %(lat)s::float8[]) WITH ORDINALITY AS point (lon, lat, n)
CROSS JOIN LATERAL (SELECT ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4490), 3857) AS drawn) AS spot
LEFT JOIN LATERAL (
    SELECT building.id FROM geodata_building AS building
    WHERE ST_DWithin(building.geom_3857, spot.drawn, {BESIDE_M} / cos(radians(point.lat)))
    ORDER BY building.geom_3857 <-> spot.drawn
    LIMIT 1
) AS near ON true
ORDER BY point.n
"""  # noqa: S608 - a constant of a module
# The post whose ground holds the point, else one that answers for the building; both inside the cell.
POSTS = """
SELECT coalesce(
    (SELECT post.id FROM geodata_leaderpost AS post
     WHERE post.cell_id = place.cell AND post.geom && spot.geom AND ST_Covers(post.geom, spot.geom)
     ORDER BY post.id LIMIT 1),
    (SELECT post.id FROM geodata_leaderpost AS post
     JOIN geodata_leaderpost_buildings AS link ON link.leaderpost_id = post.id
     WHERE post.cell_id = place.cell AND link.building_id = place.building ORDER BY post.id LIMIT 1),
    -1)
FROM unnest(%(lon)s::float8[], %(lat)s::float8[], %(cell)s::bigint[], %(building)s::bigint[])
     WITH ORDINALITY AS place (lon, lat, cell, building, n)
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(lon, lat), 4490) AS geom) AS spot
ORDER BY place.n
"""


def locate_cases(sited: Sited, town: Town, at: datetime) -> Located:
    """Cells by `locate`, then buildings and posts; a place that occurs often is looked up once."""
    building = np.where(sited.building >= 0, town.buildings.ids[sited.building], -1)
    known = ~np.isnan(sited.lon)
    places = np.stack([sited.lon, sited.lat, building], axis=1)[known]
    unique, back = np.unique(places, axis=0, return_inverse=True)
    lon, lat, named = unique.T
    version = _versions(lon, lat, at)
    cells = dict(CellVersion.objects.valid_on(at).values_list("pk", "cell_id"))
    cell_id = np.array([cells.get(int(pk), -1) for pk in version])
    inside = named.astype(np.int64)
    # Beyond the border nobody has a building either.
    open_ground = np.flatnonzero((inside < 0) & (version >= 0))
    inside[open_ground] = _ids(NEAREST, lon=lon[open_ground], lat=lat[open_ground])
    post = _ids(POSTS, lon=lon, lat=lat, cell=cell_id, building=inside)
    place = {int(pk): n for n, pk in enumerate(town.cells.ids)}
    cell = np.array([place.get(int(pk), -1) for pk in cell_id])
    return _spread(known, back.ravel(), [version, cell, inside, post], town)


def _spread(known: np.ndarray, back: Ints, columns: list[Ints], town: Town) -> Located:
    full = []
    for column in columns:
        whole = np.full(len(known), -1)
        whole[known] = column[back]
        full.append(whole)
    version, cell, building, post = full
    community = np.where(cell >= 0, town.cells.community[cell], -1)
    return Located(version, cell, community, building, post)


def _versions(lon: np.ndarray, lat: np.ndarray, at: datetime) -> Ints:
    return CellVersion.objects.locate(lon, lat, on=at)


def _ids(sql: str, **columns: np.ndarray) -> Ints:
    with connection.cursor() as cursor:
        cursor.execute(sql, {name: column.tolist() for name, column in columns.items()})
        return np.array([row[0] for row in cursor.fetchall()], np.int64)
