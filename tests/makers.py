"""Small builders of rows for tests. A cell is a square of a chessboard in the middle of the city."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Point, Polygon

from geodata.models import (
    STORED,
    Area,
    AreaVersion,
    BoundaryChange,
    Building,
    Cell,
    CellVersion,
    Landmark,
    LeaderPost,
    Street,
)
from gridmap.accounts.models import Appointment, GuideTeam, Role, User

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FIRST_DAY = date(2020, 1, 1)
PASSWORD = "fengchao-2026"

# Degrees; about 440 m north-south and 340 m east-west.
SIDE = 0.004
WEST, SOUTH = 98.2, 39.7


def square(column: float, row: float, *, width: float = 1, height: float = 1) -> MultiPolygon:
    """A rectangle of the chessboard; neighbours share their edge exactly."""
    west, east = (WEST + SIDE * x for x in (column, column + width))
    south, north = (SOUTH + SIDE * y for y in (row, row + height))
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return MultiPolygon(Polygon(ring), srid=STORED)


def point(column: float, row: float) -> Point:
    return Point(WEST + SIDE * column, SOUTH + SIDE * row, srid=STORED)


def make_change(**fields: Any) -> BoundaryChange:
    return BoundaryChange.objects.create(
        **{"action": "load", "made_at": LONG_AGO, "made_by": "maker", **fields}
    )


def make_area(
    kind: str = "community",
    code: str = "620201001001",
    *,
    parent: Area | None = None,
    geom: MultiPolygon | None = None,
    **fields: Any,
) -> Area:
    """An area; with a boundary from 2020 on where `geom` is given."""
    area = Area.objects.create(
        kind=kind, code=code, parent=parent, **{"name": f"{kind} {code}", **fields}
    )
    if geom is not None:
        AreaVersion.objects.create(
            area=area, geom=geom, valid_from=LONG_AGO, opened_by=make_change()
        )
    return area


def make_cell(
    community: Area, code: str, geom: MultiPolygon, *, kind: str = "base", **fields: Any
) -> Cell:
    """A cell with its boundary from 2020 on."""
    cell = Cell.objects.create(community=community, code=code, kind=kind, **fields)
    CellVersion.objects.create(cell=cell, geom=geom, valid_from=LONG_AGO, opened_by=make_change())
    return cell


def make_building(community: Area, code: str, geom: MultiPolygon, **fields: Any) -> Building:
    return Building.objects.create(
        community=community, code=code, geom=geom, **{"name": f"building {code}", **fields}
    )


def make_post(
    cell: Cell,
    geom: MultiPolygon,
    *buildings: Building,
    kind: str = "building_leader",
    **fields: Any,
) -> LeaderPost:
    """A leader post over some buildings; `geom` must lie inside the cell."""
    post = LeaderPost.objects.create(
        cell=cell, geom=geom, kind=kind, **{"name": f"post {cell.code}", **fields}
    )
    post.buildings.set(buildings)
    return post


def make_street(
    name: str = "jingtie west road", *, grade: str = "street", row: float = 0
) -> Street:
    line = LineString(point(0, row), point(8, row), srid=STORED)
    return Street.objects.create(grade=grade, name=name, geom=MultiLineString(line, srid=STORED))


def make_landmark(name: str = "toll station", *, column: float = 1, row: float = 1) -> Landmark:
    return Landmark.objects.create(kind="toll_station", name=name, geom=point(column, row))


def make_user(username: str = "zhou", *, password: str | None = PASSWORD, **fields: Any) -> User:
    user = User(username=username, **{"name": username, **fields})
    user.set_password(password)
    user.save()
    return user


def make_team(name: str = "party building", **fields: Any) -> GuideTeam:
    return GuideTeam.objects.create(name=name, **fields)


def appoint(
    user: User, role: Role | str, place: Area | Cell | LeaderPost | GuideTeam, **fields: Any
) -> Appointment:
    """An appointment from 2020 on; `begins_on`, `ends_on`, `stand_in…` may be given."""
    column = {Area: "area", Cell: "cell", LeaderPost: "post", GuideTeam: "guide_team"}[type(place)]
    return Appointment.objects.create(
        user=user, role=role, **{column: place, "begins_on": FIRST_DAY, **fields}
    )


@dataclass(frozen=True)
class SmallCity:
    """City › two sub-districts › three communities › four cells › five posts, one building each.

    Cells a, b lie in community p, c in q (both under sub-district x), d in r (under y). Cell a has
    the posts a1 and a2, the others one post each.
    """

    areas: dict[str, Area]
    cells: dict[str, Cell]
    buildings: dict[str, Building]
    posts: dict[str, LeaderPost]


AREAS = {
    # key: kind, code, parent, column, width
    "city": ("city", "620201000000", None, 0, 8),
    "x": ("subdistrict", "620201001000", "city", 0, 6),
    "y": ("subdistrict", "620201002000", "city", 6, 2),
    "p": ("community", "620201001001", "x", 0, 4),
    "q": ("community", "620201001002", "x", 4, 2),
    "r": ("community", "620201002001", "y", 6, 2),
}
CELLS = {
    # key: community, code, column, posts
    "a": ("p", "620201001001001", 0, ("a1", "a2")),
    "b": ("p", "620201001001002", 2, ("b1",)),
    "c": ("q", "620201001002001", 4, ("c1",)),
    "d": ("r", "620201002001001", 6, ("d1",)),
}


def make_small_city() -> SmallCity:
    """Eight squares by two, cut into four cells that tile it."""
    city = SmallCity({}, {}, {}, {})
    for key, (kind, code, parent, column, width) in AREAS.items():
        city.areas[key] = make_area(
            kind,
            code,
            parent=city.areas.get(parent or ""),
            geom=square(column, 0, width=width, height=2),
            name=f"area-{key}",
        )
    for key, (community, code, column, posts) in CELLS.items():
        geom = square(column, 0, width=2, height=2)
        cell = make_cell(city.areas[community], code, geom, name=f"cell-{key}")
        city.cells[key] = cell
        for row, post in enumerate(posts):
            _add_post(city, cell, post, column, row)
    return city


def _add_post(city: SmallCity, cell: Cell, key: str, column: int, row: int) -> None:
    code = f"{cell.community.code}{1 + len(city.buildings):05d}"
    building = make_building(
        cell.community,
        code,
        square(column + 0.3, row + 0.3, width=0.4, height=0.2),
        name=f"building-{key}",
    )
    city.buildings[key] = building
    patch = square(column + 0.2, row + 0.2, width=0.6, height=0.6)
    city.posts[key] = make_post(cell, patch, building, name=f"post-{key}")
