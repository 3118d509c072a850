"""What this project puts on the map: the paper of the city, and the registry within scope."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db.models import F, FloatField, Func, Model, Q, QuerySet
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from geodata.models import (
    Area,
    AreaVersion,
    Building,
    Cell,
    CellVersion,
    Ground,
    Landmark,
    LeaderPost,
    Street,
)
from gridmap.accounts.scope import scope
from layers.sources import Hits, MapSource, Rows, Shape

# A map tile of 256 pixels shows data of one zoom below: 13 here is 14 on the screen.
CITY, TOWN, BLOCK = 0, 11, 13


def paper(
    name: str,
    rows: Callable[[], Rows],
    fields: dict[str, str],
    zooms: tuple[tuple[int, Q], ...],
    shape: Shape = Shape.AS_IS,
) -> MapSource:
    """Shown to everybody to whom anything is entrusted, and the same to all of them."""
    return MapSource(
        name=name,
        model=rows().model,
        fields=fields,
        visible_to=lambda user: rows().none() if scope(user).is_empty else rows(),
        scope_key=lambda user: "" if scope(user).is_empty else "paper",
        shape=shape,
        zooms=zooms,
    )


def _communities() -> Rows:
    return AreaVersion.objects.current().filter(area__kind__in=settings.CITY.cell_parents)


def _districts() -> Rows:
    return AreaVersion.objects.current().exclude(area__kind__in=settings.CITY.cell_parents)


def _lowest_districts() -> Rows:
    """Those next above the communities: what lies over them would be a second name."""
    communities = Area.objects.filter(kind__in=settings.CITY.cell_parents)
    return _districts().filter(area__in=communities.values("parent"))


NAMES = {"name": "name", "name_en": "name_en"}
AREA_NAMES = {"kind": "area__kind", "name": "area__name", "name_en": "area__name_en"}
FAR = ["motorway", "railway"]
# From afar a pond is a speck: square metres of web Mercator.
LARGE = GreaterThan(Func(F("geom_3857"), function="ST_Area", output_field=FloatField()), 500_000)

ground = paper(
    "ground",
    Ground.objects.all,
    {"kind": "kind"},
    ((CITY, Q(kind__in=["bed", "water"]) & Q(LARGE)), (TOWN, Q())),
)
footprints = paper("footprints", Building.objects.all, {}, ((BLOCK, Q()),))
streets = paper(
    "streets",
    Street.objects.all,
    {"grade": "grade", **NAMES},
    (
        (CITY, Q(grade__in=FAR)),
        (TOWN, Q(grade__in=[*FAR, "main", "arterial"])),
        (BLOCK, Q()),
    ),
)
landmarks = paper("landmarks", Landmark.objects.all, {"kind": "kind", **NAMES}, ((TOWN, Q()),))
cell_lines = paper("cell_lines", CellVersion.objects.current, {}, ((BLOCK, Q()),), Shape.BORDERS)
community_lines = paper("community_lines", _communities, {}, ((TOWN, Q()),), Shape.BORDERS)
district_lines = paper("district_lines", _districts, {}, ((CITY, Q()),), Shape.BORDERS)
community_names = paper("community_names", _communities, AREA_NAMES, ((TOWN, Q()),), Shape.LABELS)
district_names = paper(
    "district_names", _lowest_districts, AREA_NAMES, ((CITY, Q()),), Shape.LABELS
)


def people_of(user: Any, place: str, ids: Iterable[int]) -> dict[int, Hits]:
    """Who answers today for cells or posts, stand-ins in the place of whom they stand in for."""
    asked = scope(user)
    people: dict[int, Hits] = {pk: [] for pk in ids}
    if not asked.sees_people:
        return people
    held = asked.appointments().filter(**{f"{place}__in": people.keys()})
    for appointment in held.select_related("user", "stand_in").order_by("pk"):
        person = appointment.holder_on(asked.day)
        people[getattr(appointment, f"{place}_id")].append(
            {"name": person.name, "phone": person.phone, "role": appointment.get_role_display()}
        )
    return people


def describe_cells(user: Any, hits: Hits) -> Hits:
    """The areas above each cell, nearest first, and who answers for it."""
    people = people_of(user, "cell", [hit["id"] for hit in hits])
    communities = {cell.pk: cell.community for cell in _with_community(people)}
    return [
        {**hit, "areas": _chain(communities[hit["id"]]), "people": people[hit["id"]]}
        for hit in hits
    ]


def _with_community(ids: Iterable[int]) -> QuerySet[Cell]:
    return Cell.objects.filter(pk__in=ids).select_related("community")


def _chain(community: Area) -> Hits:
    return [
        {"kind": area.kind, "code": area.code, "name": area.name, "name_en": area.name_en}
        for area in (community, *Area.objects.above(community))
    ]


def describe_posts(user: Any, hits: Hits) -> Hits:
    people = people_of(user, "post", [hit["id"] for hit in hits])
    return [{**hit, "people": people[hit["id"]]} for hit in hits]


def describe_buildings(user: Any, hits: Hits) -> Hits:
    """The posts over each building and who answers for them."""
    buildings = [hit["id"] for hit in hits]
    rows = scope(user).posts().filter(buildings__in=buildings)
    posts = rows.values("id", "kind", "name", "name_en", building=F("buildings"))
    described = describe_posts(user, [dict(post) for post in posts])
    return [
        {**hit, "posts": [post for post in described if post["building"] == hit["id"]]}
        for hit in hits
    ]


def cell_at(rows: Rows, point: Point) -> Rows:
    """The one cell that the registry's own rule gives."""
    (version,) = CellVersion.objects.locate([point.x], [point.y], on=timezone.now())
    return rows.filter(pk=version)


def registry(
    name: str,
    model: type[Model],
    fields: dict[str, str],
    visible_to: Callable[[Any], Rows],
    **options: Any,
) -> MapSource:
    """Shown within scope."""
    return MapSource(
        name=name,
        model=model,
        fields=fields,
        visible_to=visible_to,
        scope_key=lambda user: "" if scope(user).is_empty else scope(user).digest,
        **options,
    )


areas = registry(
    "areas",
    AreaVersion,
    {"id": "area_id", "code": "area__code", **AREA_NAMES},
    lambda user: AreaVersion.objects.current().filter(area__in=scope(user).areas()),
)
cells = registry(
    "cells",
    CellVersion,
    {
        "id": "cell_id",
        "code": "cell__code",
        "kind": "cell__kind",
        "name": "cell__name",
        "name_en": "cell__name_en",
    },
    lambda user: CellVersion.objects.current().filter(cell__in=scope(user).cells()),
    locate=cell_at,
    describe=describe_cells,
)
buildings = registry(
    "buildings",
    Building,
    {
        "id": "id",
        "code": "code",
        "estate": "estate",
        "number": "number",
        "households": "households",
        **NAMES,
    },
    lambda user: scope(user).buildings(),
    zooms=((TOWN, Q()),),
    describe=describe_buildings,
)
posts = registry(
    "posts",
    LeaderPost,
    {"id": "id", "kind": "kind", "cell": "cell_id", **NAMES},
    lambda user: scope(user).posts(),
    zooms=((TOWN, Q()),),
    describe=describe_posts,
)
