"""What is here: one point tells every place over it and who answers, within scope."""

from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import F

from layers.sources import Hits, MapSource, load_sources

STORED = 4490


class NothingHere(LookupError):
    """No place in this person's scope holds the point."""


def identify(user: Any, lon: float, lat: float) -> dict[str, Hits]:
    """The described places at a point in degrees, by source.

    Raises
    ------
    NothingHere
        The point lies outside what the person may see.
    """
    point = Point(lon, lat, srid=STORED)
    found = {
        source.name: _hits(source, user, point)
        for source in load_sources().values()
        if source.describe is not None
    }
    if not any(found.values()):
        raise NothingHere
    return found


def _hits(source: MapSource, user: Any, point: Point) -> Hits:
    if not source.scope_key(user) or source.describe is None:
        return []
    columns = [F(path) for path in source.fields.values()]
    rows = source.locate(source.visible_to(user), point).values_list(*columns)
    hits = [dict(zip(source.fields, row, strict=True)) for row in rows]
    return source.describe(user, hits) if hits else []
