"""The places of the demonstration city as the generator needs them: a few statements, then arrays."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
import shapely
from django.db import connection

from geodata.models import Area, Cell, CellVersion, Landmark, Street
from geodata.plane import Plane
from gridmap.accounts.models import Appointment, Role
from gridmap.incidents.demo_cases.clock import Ints, Numbers
from gridmap.incidents.demo_cases.town import (
    Buildings,
    Cells,
    Communities,
    Flags,
    NoSuchPlace,
    Spots,
    Texts,
    Town,
)

KIND_OF_USE = {
    "residential": "home",
    "village": "village",
    "commercial": "trade",
    "market": "trade",
    "enterprise": "works",
    "school": "school",
    "hospital": "hospital",
}
GRADES = ("main", "arterial", "street")
LOUD_GRADES = ("main", "arterial", "motorway", "railway")
# Metres: between two house numbers, from the middle of the street, to the next house, around, to the noise.
EVERY_M, ASIDE_M, NEXT_HOUSE_M, AROUND_M, LOUD_M = 44.0, 14.0, 80.0, 150.0, 70.0
BUILDINGS = """
SELECT building.id, building.estate, building.number, coalesce(building.floors, 1),
       coalesce(building.units, 1), building.households, building.name, building.use,
       round(ST_X(point.geom)::numeric, 7)::float8, round(ST_Y(point.geom)::numeric, 7)::float8
FROM geodata_building AS building
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(building.geom) AS geom) AS point
ORDER BY building.code
"""


def read_town(at: datetime) -> Town:
    """Places as they are now, in an order that depends on their codes only.

    Raises
    ------
    NoSuchPlace
        There is no building, no named street or no landmark.
    """
    communities = _communities()
    cells = _cells(communities)
    with connection.cursor() as cursor:
        cursor.execute(BUILDINGS)
        rows = cursor.fetchall()
    if not rows:
        raise NoSuchPlace("geodata_building")
    ids, estate, number, floors, units, households, name, use, lon, lat = zip(*rows, strict=True)
    buildings = Buildings(
        np.array(ids),
        texts(estate),
        texts(number),
        np.array(floors),
        np.array(units),
        np.array(households),
    )
    homes = _homes(buildings, name, use, np.array(lon), np.array(lat), cells, at)
    spots = _joined([homes, _house_numbers(homes), _landmarks()])
    (city,) = Area.objects.filter(parent=None).values_list("pk", flat=True)
    return Town(communities, cells, buildings, spots, int(city))


def texts(values: Iterable[str]) -> Texts:
    return np.array(list(values), dtype=object)


def _communities() -> Communities:
    rows = list(
        Area.objects.filter(cells__isnull=False)
        .distinct()
        .order_by("code")
        .values_list("pk", "code", "name", "parent__code", "parent__kind", "parent__parent__code")
    )
    # Who commands: the sub-district; over a town the suburb.
    above = [higher if kind == "town" else near for *_, near, kind, higher in rows]
    ids = dict(Area.objects.values_list("code", "pk"))
    return Communities(
        np.array([row[0] for row in rows]),
        texts(row[1] for row in rows),
        texts(row[2] for row in rows),
        texts(above),
        np.array([ids[code] for code in above]),
    )


def _cells(communities: Communities) -> Cells:
    place = {int(pk): n for n, pk in enumerate(communities.ids)}
    rows = list(
        Cell.objects.order_by("code").values_list("pk", "code", "name", "kind", "community_id")
    )
    members = Appointment.objects.filter(role=Role.GRID_MEMBER)
    held = set(members.values_list("cell_id", flat=True))
    return Cells(
        np.array([row[0] for row in rows]),
        texts(row[1] for row in rows),
        texts(row[2] for row in rows),
        np.array([row[3] == Cell.Kind.BASE for row in rows]),
        np.array([place[row[4]] for row in rows]),
        np.array([row[0] not in held for row in rows]),
    )


def _homes(
    buildings: Buildings,
    name: Sequence[str],
    use: Sequence[str],
    lon: Numbers,
    lat: Numbers,
    cells: Cells,
    at: datetime,
) -> Spots:
    return Spots(
        lon=lon,
        lat=lat,
        address=texts(name),
        name=buildings.estate,
        kind=texts(KIND_OF_USE.get(one, "public") for one in use),
        cell=_cells_at(cells, lon, lat, at),
        building=np.arange(len(lon)),
        near=np.maximum(buildings.households, 1).astype(float),
        is_roadside=_is_roadside(lon, lat),
    )


def _cells_at(cells: Cells, lon: Numbers, lat: Numbers, at: datetime) -> Ints:
    """The cell of each point as its place in `cells`; -1 outside."""
    place = {int(pk): n for n, pk in enumerate(cells.ids)}
    versions = CellVersion.objects.valid_on(at)
    number = {pk: place[cell] for pk, cell in versions.values_list("pk", "cell_id")}
    found = versions.locate(lon, lat, on=at)
    return np.array([number.get(int(version), -1) for version in found])


def _lines(grades: Sequence[str]) -> list[tuple[str, shapely.LineString]]:
    rows = (
        Street.objects.filter(grade__in=grades).order_by("name", "pk").values_list("name", "geom")
    )
    return [
        (name, part)
        for name, line in rows
        for part in shapely.get_parts(shapely.from_wkb(bytes(line.wkb)))
    ]


def _is_roadside(lon: Numbers, lat: Numbers) -> Flags:
    """Whether a loud line passes near."""
    points = shapely.points(lon, lat)
    plane = Plane.around(points)
    loud = plane.to_metres(np.array([line for _, line in _lines(LOUD_GRADES)], dtype=object))
    point, _ = shapely.STRtree(loud).query(
        plane.to_metres(points), predicate="dwithin", distance=LOUD_M
    )
    found = np.zeros(len(lon), bool)
    found[point] = True
    return found


def _house_numbers(homes: Spots) -> Spots:
    """Numbers along the named streets of the town, on both sides in turn."""
    points = shapely.points(homes.lon, homes.lat)
    plane = Plane.around(points)
    tree = shapely.STRtree(plane.to_metres(points))
    names, places = [], []
    for name, line in _lines(GRADES):
        if name:
            along = _along(plane.to_metres(line))
            places.append(along)
            names += [name] * len(along)
    if not places:
        raise NoSuchPlace("geodata_street")
    found = np.concatenate(places)
    beside, _ = tree.query(shapely.points(found), predicate="dwithin", distance=NEXT_HOUSE_M)
    kept = np.unique(beside)
    spot, home = tree.query(shapely.points(found[kept]), predicate="dwithin", distance=AROUND_M)
    near = np.bincount(spot, weights=homes.near[home], minlength=len(kept)).astype(float)
    degrees = shapely.get_coordinates(plane.to_degrees(shapely.points(found[kept])))
    street = texts(names)[kept]
    counted: dict[str, int] = {}
    addresses = [f"{name} {_next_number(counted, name)} 号" for name in street]
    return _elsewhere(street, texts(addresses), degrees, near, "street")


def _next_number(counted: dict[str, int], street: str) -> int:
    """Two numbers further each time; odd on one side and even on the other."""
    counted[street] = counted.get(street, -1) + 1
    return 2 * counted[street] + 1 + counted[street] % 2


def _along(line: shapely.LineString) -> Numbers:
    """Points beside a line in metres, left and right in turn."""
    at = np.arange(EVERY_M / 2, line.length, EVERY_M)
    ahead, here = (
        shapely.get_coordinates(shapely.line_interpolate_point(line, at + step))
        for step in (1.0, 0.0)
    )
    way = ahead - here
    side = np.where(np.arange(len(at)) % 2, 1.0, -1.0) * ASIDE_M
    length = np.maximum(np.hypot(*way.T), 1e-9)
    return np.asarray(here + np.stack([-way[:, 1], way[:, 0]], axis=1) * (side / length)[:, None])


def _landmarks() -> Spots:
    rows = list(Landmark.objects.order_by("name").values_list("name", "geom"))
    if not rows:
        raise NoSuchPlace("geodata_landmark")
    degrees = np.array([[point.x, point.y] for _, point in rows])
    names = texts(name for name, _ in rows)
    return _elsewhere(names, names, degrees, np.ones(len(rows)), "landmark")


def _elsewhere(name: Texts, address: Texts, degrees: Numbers, near: Numbers, kind: str) -> Spots:
    """Places that are no buildings."""
    none = np.full(len(name), -1)
    return Spots(
        lon=np.round(degrees[:, 0], 7),
        lat=np.round(degrees[:, 1], 7),
        address=address,
        name=name,
        kind=np.full(len(name), kind, dtype=object),
        cell=none,
        building=none,
        near=near,
        is_roadside=np.zeros(len(name), bool),
    )


def _joined(parts: Sequence[Spots]) -> Spots:
    return Spots(
        **{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])}
    )
