"""Which places hold a point, by the rules of the intake, within a scope."""

from dataclasses import dataclass
from math import cos, radians

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.utils import timezone

from geodata.models import DRAWN, STORED, Building, Cell, CellVersion, LeaderPost
from gridmap.accounts.scope import Scope
from gridmap.incidents.intake import BESIDE_M


@dataclass(frozen=True)
class Here:
    """The cell of a point with its community, the building at or beside it, the post over it."""

    cell: Cell
    building: Building | None
    post: LeaderPost | None


def places_at(lon: float, lat: float, scope: Scope) -> Here | None:
    """What holds a point in degrees; None where its cell is not in scope."""
    (version,) = CellVersion.objects.locate([lon], [lat], on=timezone.now())
    cell = scope.cells().filter(versions=version).select_related("community").first()
    if cell is None:
        return None
    point = Point(lon, lat, srid=STORED)
    building = _beside(point, scope)
    posts = scope.posts().filter(cell=cell)
    post = posts.filter(geom__covers=point).order_by("pk").first()
    if post is None and building is not None:
        post = posts.filter(buildings=building).order_by("pk").first()
    return Here(cell, building, post)


def _beside(point: Point, scope: Scope) -> Building | None:
    drawn = point.transform(DRAWN, clone=True)
    reach = BESIDE_M / cos(radians(point.y))
    near = scope.buildings().filter(geom_3857__dwithin=(drawn, reach))
    return near.order_by(Distance("geom_3857", drawn)).first()
