"""Places by what people call them: the cell of a name, and what an address can mean."""

import json
import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from geodata.models import Cell
from gridmap.accounts.scope import Scope
from gridmap.console.queries import literal, name_language, one_row, shown_name

CODE = re.compile(r"\d{15}")
NAME_AND_NUMBER = re.compile(r"(?P<name>.*?)\s*(?P<number>\d{1,3})")
CHOSEN = re.compile(r"(?P<kind>building|landmark|street)-(?P<id>\d{1,18})")
MOST_PLACES = 12
SHORTEST = 2


def find_cell(text: str, scope: Scope) -> Cell:
    """The one cell in scope of this code, or of this community and number.

    Raises
    ------
    ValidationError
        No cell or several, or it cannot be understood.
    """
    text = text.strip()
    cells = scope.cells().select_related("community")
    named = NAME_AND_NUMBER.fullmatch(text)
    if CODE.fullmatch(text):
        found = cells.filter(code=text)
    elif named and named["name"]:
        number = f"{int(named['number']):03d}"
        found = cells.filter(community__name__startswith=named["name"], code__endswith=number)
    else:
        raise ValidationError(_("写 15 位代码，或社区和三位编号，如“紫轩社区 003”。"))
    several = list(found.order_by("code")[:2])
    if not several:
        raise ValidationError(_("你负责的范围里没有这个网格。"))
    if len(several) > 1:
        raise ValidationError(_("有几个网格都叫这个名字，把社区写全。"))
    return several[0]


@dataclass(frozen=True)
class Place:
    """A building, landmark or street; `accuracy_m` is how far from its point the matter may be."""

    key: str
    kind: str
    id: int
    name: str
    lang: str
    inside: str
    lon: float
    lat: float
    accuracy_m: float | None


def find_places(scope: Scope, words: str, *, english: bool) -> list[Place]:
    """What a spoken address can mean: buildings in scope, landmarks, streets; one statement."""
    spoken = "".join(words.split())
    if len(spoken) < SHORTEST:
        return []
    return _read(scope, f"%{literal(spoken)}%", spoken, english=english)


def chosen_place(scope: Scope, key: str, *, english: bool) -> Place | None:
    """The place of a key as `find_places` gave it, if it is there for this person."""
    chosen = CHOSEN.fullmatch(key)
    if chosen is None:
        return None
    found = _read(scope, "", "", english=english, kind=chosen["kind"], number=int(chosen["id"]))
    return found[0] if found else None


def _read(
    scope: Scope, like: str, spoken: str, *, english: bool, kind: str = "", number: int = 0
) -> list[Place]:
    row = one_row(
        PLACES,
        {"buildings": scope.buildings()},
        like=like,
        spoken=spoken,
        english=english,
        kind=kind,
        number=number,
        most=MOST_PLACES,
    )
    found: list[dict[str, Any]] = json.loads(row[0]) if row else []
    return [Place(key=f"{place['kind']}-{place['id']}", **place) for place in found]


# Spaces are written and left out at will. “镜铁西路 118 号” names a street and a number that nobody has mapped:
# there the middle of the street stands for all of it.
PLACES = f"""
WITH found AS (
    SELECT 1 AS rank, 'building' AS kind, building.id, {shown_name("building")} AS name,
           {name_language("building")} AS lang, {shown_name("area")} AS inside,
           ST_PointOnSurface(building.geom) AS spot, NULL::float8 AS accuracy_m
    FROM geodata_building AS building JOIN geodata_area AS area ON area.id = building.community_id
    WHERE building.id IN ({{buildings}})
      AND CASE WHEN %(kind)s = '' THEN replace(building.name, ' ', '') ILIKE %(like)s
                                       OR replace(building.name_en, ' ', '') ILIKE %(like)s
               ELSE %(kind)s = 'building' AND building.id = %(number)s END
    UNION ALL
    SELECT 2, 'landmark', landmark.id, {shown_name("landmark")}, {name_language("landmark")}, '',
           landmark.geom, NULL
    FROM geodata_landmark AS landmark
    WHERE CASE WHEN %(kind)s = '' THEN replace(landmark.name, ' ', '') ILIKE %(like)s
                                       OR replace(landmark.name_en, ' ', '') ILIKE %(like)s
               ELSE %(kind)s = 'landmark' AND landmark.id = %(number)s END
    UNION ALL
    SELECT 3, 'street', min(street.id), {shown_name("street")}, {name_language("street")}, '',
           ST_ClosestPoint(ST_Collect(street.geom), ST_Centroid(ST_Collect(street.geom))),
           round(ST_Length(ST_BoundingDiagonal(ST_Collect(street.geom))::geography) / 2)
    FROM geodata_street AS street
    WHERE street.name <> ''
    GROUP BY street.name, street.name_en
    HAVING CASE WHEN %(kind)s = '' THEN street.name ILIKE %(like)s OR strpos(%(spoken)s, street.name) > 0
                                        OR replace(street.name_en, ' ', '') ILIKE %(like)s
                ELSE %(kind)s = 'street' AND bool_or(street.id = %(number)s) END
)
SELECT coalesce(json_agg(json_build_object(
    'kind', kind, 'id', id, 'name', name, 'lang', coalesce(lang, ''), 'inside', inside,
    'lon', round(ST_X(spot)::numeric, 6), 'lat', round(ST_Y(spot)::numeric, 6),
    'accuracy_m', accuracy_m) ORDER BY rank, length(name), name), '[]')::text
FROM (SELECT * FROM found ORDER BY rank, length(name), name, id LIMIT %(most)s) AS listed
"""  # noqa: S608 - constants of this module
