"""Villages on the ground: a few lanes of houses per cell and the fields around them."""

from dataclasses import dataclass

import numpy as np
import shapely

from geodata.demo_city.buildings import PlannedBuilding
from geodata.demo_city.countryside import RuralCell, box_at, village_centre
from geodata.demo_city.divisions import short_name_en
from geodata.demo_city.footprints import rows_of_slabs
from geodata.demo_city.patches import Patch, Points

HOUSE_M = 17.0
YARD_M = 34.0


@dataclass(frozen=True)
class Hamlet:
    """The houses of one rural cell; `patch` is the ground they stand on."""

    cell: RuralCell
    patch: Patch


def make_hamlets(cells: list[RuralCell], rng: np.random.Generator) -> list[Hamlet]:
    """Put a hamlet into every rural base cell, as near to its village's centre as it fits."""
    return [_hamlet(cell, rng) for cell in cells if cell.kind == "base"]


def _hamlet(cell: RuralCell, rng: np.random.Generator) -> Hamlet:
    columns, rows = int(rng.integers(5, 8)), int(rng.integers(2, 4))
    width, height = columns * 26.0 + 40, rows * YARD_M + 40
    centre = _place(cell, np.hypot(width, height) / 2 + 150)
    turned = box_at(centre, width, height, float(rng.uniform(-4, 24)))
    south_west, south_east, north_east, north_west = _corners(turned)
    return Hamlet(cell, Patch(np.array([north_west, north_east, south_east, south_west])))


def _place(cell: RuralCell, room_m: float) -> Points:
    centre = shapely.Point(village_centre(cell.village))
    inner = cell.polygon.buffer(-room_m)
    if inner.is_empty:
        raise ValueError(f"{cell.code}: no room for a hamlet")
    nearest = shapely.shortest_line(inner, centre)
    return np.asarray(shapely.get_coordinates(nearest)[0])


def _corners(box: shapely.Polygon) -> Points:
    """South-west, south-east, north-east, north-west of a slightly turned box."""
    corners = shapely.get_coordinates(box)[:4]
    centre = corners.mean(axis=0)
    angles = np.arctan2(*(corners - centre).T[::-1])
    return np.asarray(corners[np.argsort(angles)])


def village_houses(hamlets: list[Hamlet], rng: np.random.Generator) -> list[PlannedBuilding]:
    """Return the farmhouses, numbered through the village cell, one household each."""
    houses = []
    for hamlet in hamlets:
        prints = rows_of_slabs(hamlet.patch, 20, YARD_M, HOUSE_M, 9, 10)
        kept = [print_ for print_ in prints if rng.random() > 0.1]
        cell = hamlet.cell
        estate = cell.name
        estate_en = f"{short_name_en(cell.village)} {cell.name_en.split(' ', 2)[2]}"
        houses += [
            PlannedBuilding(
                cell.code, cell.village.code, estate, estate_en, "village", print_.shape,
                (0, print_.row), number=number, units=1, floors=1 + int(rng.random() < 0.2),
                households=1,
            )
            for number, print_ in enumerate(kept, 1)
        ]
    return houses


def make_fields(hamlets: list[Hamlet], rng: np.random.Generator) -> list[shapely.Polygon]:
    """Return the fields around every hamlet: long strips between ditches, metres."""
    fields = []
    for hamlet in hamlets:
        fields += _strips(hamlet, rng)
    return fields


def _strips(hamlet: Hamlet, rng: np.random.Generator) -> list[shapely.Polygon]:
    east = hamlet.patch.east()
    north = np.array([-east[1], east[0]])
    reach = rng.uniform(480, 900, 2)
    strips = []
    for across in np.arange(-reach[0], reach[0], 190.0):
        length = float(reach[1] * np.sqrt(max(0.1, 1 - (across / reach[0]) ** 2)))
        for along in np.arange(-length, length, 260.0):
            middle = hamlet.patch.centre + east * (along + 130) + north * (across + 95)
            if rng.random() > 0.12:
                strips.append(_strip(middle, east, north))
    return strips


def _strip(middle: Points, east: Points, north: Points) -> shapely.Polygon:
    along, across = east * 124, north * 89
    return shapely.Polygon([
        middle - along - across, middle + along - across,
        middle + along + across, middle - along + across,
    ])
