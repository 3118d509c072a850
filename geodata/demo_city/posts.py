"""Leader posts: a row of buildings each, part of a large one, or the houses of a lane."""

from dataclasses import dataclass
from itertools import groupby

import shapely
from shapely.geometry.base import BaseGeometry

from geodata.demo_city.buildings import PlannedBuilding
from geodata.demo_city.footprints import oblong
from geodata.demo_city.patches import Points

# A building of so many units has a leader for either half.
LARGE_UNITS = 4
LARGE_HOUSEHOLDS = 60
FEWEST_HOUSES = 3
# A building with its position in the list of all.
Home = tuple[int, PlannedBuilding]


@dataclass(frozen=True)
class PlannedPost:
    """One post; `buildings` are positions in the list of all buildings."""

    kind: str
    cell_code: str
    name: str
    name_en: str
    buildings: tuple[int, ...]
    numbers: tuple[int, ...]
    shape: BaseGeometry


def make_posts(buildings: list[PlannedBuilding]) -> list[PlannedPost]:
    """Return the posts over all homes: a row of houses each; short rows join the next."""
    homes = [
        (place, building)
        for place, building in enumerate(buildings)
        if building.use in {"residential", "village"}
    ]
    posts: list[PlannedPost] = []
    for _block, block in groupby(homes, key=lambda home: (home[1].cell_code, home[1].row[0])):
        for row in _rows(list(block)):
            posts += _posts_of(row)
    return posts


def _rows(block: list[Home]) -> list[list[Home]]:
    """The rows of a block, joined from the north until each has `FEWEST_HOUSES`."""
    rows: list[list[Home]] = []
    for _row, houses in groupby(block, key=lambda home: home[1].row):
        if rows and len(rows[-1]) < FEWEST_HOUSES:
            rows[-1] += houses
        else:
            rows.append(list(houses))
    if len(rows) > 1 and len(rows[-1]) < FEWEST_HOUSES:
        rows[-2:] = [rows[-2] + rows[-1]]
    return rows


def _posts_of(row: list[Home]) -> list[PlannedPost]:
    if all(_is_large(building) for _place, building in row):
        return [part for home in row for part in _halves(*home)]
    return [_row_post(row)]


def _is_large(building: PlannedBuilding) -> bool:
    return building.units >= LARGE_UNITS and building.households >= LARGE_HOUSEHOLDS


def _row_post(row: list[Home]) -> PlannedPost:
    first, last = row[0][1], row[-1][1]
    kind, word, word_en = _words(first)
    span = f"{first.number}–{last.number}" if len(row) > 1 else f"{first.number}"
    return PlannedPost(
        kind,
        first.cell_code,
        f"{first.estate} {span} {word}",
        f"{first.estate_en}, {word_en} {span}",
        tuple(place for place, _building in row),
        tuple(home.number for _place, home in row),
        shapely.union_all([home.shape for _place, home in row]).convex_hull.buffer(
            3.0, join_style="mitre"
        ),
    )


def _words(building: PlannedBuilding) -> tuple[str, str, str]:
    if building.use == "village":
        return "security_household", "号院", "Houses"
    return "building_leader", "号楼", "Buildings"


def _halves(place: int, building: PlannedBuilding) -> list[PlannedPost]:
    """Either half of a large building, by units from the west."""
    middle = building.units // 2
    posts = []
    for first, last in ((1, middle), (middle + 1, building.units)):
        span = f"{first}–{last}" if last > first else f"{first}"
        posts.append(
            PlannedPost(
                "building_leader",
                building.cell_code,
                f"{building.estate} {building.number} 号楼 {span} 单元",
                f"{building.estate_en}, Building {building.number}, Units {span}",
                (place,),
                (building.number,),
                _part(building.shape, (first - 1) / building.units, last / building.units),
            )
        )
    return posts


def _part(shape: BaseGeometry, start: float, end: float) -> shapely.Polygon:
    """Return the part of an oblong between two shares of its length, a hand's breadth smaller."""
    corners: Points = shapely.get_coordinates(shape)[:4]
    along = corners[1] - corners[0]
    length = float((along**2).sum() ** 0.5)
    centre = (corners[0] + corners[2]) / 2 + along * ((start + end) / 2 - 0.5)
    depth = float(((corners[2] - corners[1]) ** 2).sum() ** 0.5)
    return oblong(centre, along / length, length * (end - start) - 0.2, depth - 0.2)
