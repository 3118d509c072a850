"""Buildings and leader posts enter the registry, all of a file or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from geodata.boundaries.checks import BoundaryRefused
from geodata.boundaries.loading import at_row
from geodata.boundaries.services import take_lock
from geodata.boundaries.writing import as_multipolygon
from geodata.codes import building_code
from geodata.models import Area, Building, LeaderPost
from geodata.versions import bump_data_version


@dataclass(frozen=True)
class Registered:
    """How many rows a file added and how many it replaced."""

    added: int
    replaced: int


CELL_BY_PLACE = """
SELECT place.n, cell.id, cell.community_id
FROM unnest(%(wkb)s::bytea[]) WITH ORDINALITY AS place (wkb, n)
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_GeomFromWKB(place.wkb), 4490) AS geom) AS shape
JOIN geodata_cellversion AS version
  ON version.valid_to IS NULL AND version.geom && shape.geom AND {relation}
JOIN geodata_cell AS cell ON cell.id = version.cell_id
ORDER BY place.n, cell.kind = 'base' DESC, cell.code DESC
"""
HOLDS_CENTRE = "ST_Covers(version.geom, ST_PointOnSurface(shape.geom))"
HOLDS_ALL = "ST_CoveredBy(shape.geom, ST_Buffer(version.geom, 1e-8))"

LINK_BUILDINGS = """
INSERT INTO geodata_leaderpost_buildings (leaderpost_id, building_id)
SELECT post.id, building.id
FROM geodata_leaderpost AS post
JOIN geodata_building AS building
  ON ST_Intersects(post.geom, building.geom) AND NOT ST_Touches(post.geom, building.geom)
WHERE post.id = ANY(%s)
"""


@transaction.atomic
def register_buildings(frame: gpd.GeoDataFrame, *, replace: bool = False) -> Registered:
    """Add buildings; with `replace`, rows whose code is known replace what is stored.

    Parameters
    ----------
    frame
        EPSG:4490; columns `code` (empty: the next of the community), `name`, `name_en`,
        `estate`, `number`, `use`, `floors`, `units`, `households`, `geometry`; index = row.

    Raises
    ------
    BoundaryRefused
        A building lies in no cell, or its code is known and `replace` is not set.
    """
    take_lock()
    cells = _cells_of(frame, HOLDS_CENTRE, _("{count} 栋楼不在任何网格里"))
    communities = [community for _cell, community in cells]
    frame = frame.assign(code=_building_codes(list(frame.code), communities))
    known = set(Building.objects.filter(code__in=list(frame.code)).values_list("code", flat=True))
    _refuse_known(frame, known, replace=replace)
    Building.objects.bulk_create(
        [
            _building(row, community)
            for row, community in zip(frame.itertuples(index=False), communities, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[*BUILDING_FIELDS, "community", "geom"],
        batch_size=1000,
    )
    transaction.on_commit(bump_data_version)
    return Registered(added=len(frame) - len(known), replaced=len(known))


@transaction.atomic
def register_posts(frame: gpd.GeoDataFrame, *, replace: bool = False) -> list[LeaderPost]:
    """Add leader posts, each inside one cell, over the buildings that it lies on.

    With `replace`, the posts of every touched cell are first removed.

    Parameters
    ----------
    frame
        EPSG:4490; columns `kind`, `name`, `name_en`, `geometry`; index = row in the file.

    Raises
    ------
    BoundaryRefused
        A post is not inside one cell, or (with `replace`) somebody is appointed to an old one.
    """
    take_lock()
    cells = [
        cell
        for cell, _community in _cells_of(frame, HOLDS_ALL, _("{count} 个责任区不在一个网格之内"))
    ]
    if replace:
        LeaderPost.objects.filter(cell_id__in=set(cells)).delete()
    posts = LeaderPost.objects.bulk_create(
        [
            LeaderPost(
                kind=row.kind,
                name=row.name_,
                name_en=row.name_en,
                cell_id=cell,
                geom=as_multipolygon(row.geometry),
            )
            for row, cell in zip(
                frame.rename(columns={"name": "name_"}).itertuples(index=False), cells, strict=True
            )
        ],
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute(LINK_BUILDINGS, [[post.pk for post in posts]])
    transaction.on_commit(bump_data_version)
    return posts


BUILDING_FIELDS = ("name", "name_en", "estate", "number", "use", "floors", "units", "households")


def _building(row: Any, community: int) -> Building:
    values = row._asdict()
    return Building(
        code=values["code"],
        community_id=community,
        geom=as_multipolygon(values["geometry"]),
        **{field: values[field] for field in BUILDING_FIELDS},
    )


def _cells_of(frame: gpd.GeoDataFrame, relation: str, refusal: str) -> list[tuple[int, int]]:
    wkb = [bytes(shape) for shape in shapely.to_wkb(frame.geometry.values)]
    with connection.cursor() as cursor:
        cursor.execute(CELL_BY_PLACE.format(relation=relation), {"wkb": wkb})
        found = {n: (cell, community) for n, cell, community in cursor.fetchall()}
    missing = [n for n in range(1, len(frame) + 1) if n not in found]
    if missing:
        rows, shapes = frame.index, frame.geometry.values
        raise BoundaryRefused(
            refusal.format(count=len(missing)),
            [
                at_row(rows[n - 1], shapes[n - 1], "outside", str(frame.name.iloc[n - 1]))
                for n in missing
            ],
        )
    return [found[n] for n in range(1, len(frame) + 1)]


def _building_codes(codes: Sequence[str], communities: Sequence[int]) -> list[str]:
    """Given codes, or the next ones of each community by order of entry."""
    community_codes = dict(Area.objects.filter(pk__in=set(communities)).values_list("pk", "code"))
    last = Building.objects.filter(community_id__in=set(communities)).values("community_id")
    used = {row["community_id"]: int(row["last"][-5:]) for row in last.annotate(last=Max("code"))}
    complete = []
    for code, community in zip(codes, communities, strict=True):
        if not code:
            used[community] = used.get(community, 0) + 1
            code = building_code(community_codes[community], used[community])
        complete.append(code)
    return complete


def _refuse_known(frame: gpd.GeoDataFrame, known: set[str], *, replace: bool) -> None:
    if replace or not known:
        return
    here = np.flatnonzero(frame.code.isin(known))
    raise BoundaryRefused(
        _("{count} 行已经在库里；要换成文件里的内容，请加 --replace").format(count=len(here)),
        [
            at_row(frame.index[n], frame.geometry.iloc[n], "present", frame.code.iloc[n])
            for n in here
        ],
    )
