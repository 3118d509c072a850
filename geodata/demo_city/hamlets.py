"""Villages on the ground: a few lanes of houses per cell and the fields around them."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.demo_city.buildings import PlannedBuilding
from geodata.demo_city.countryside import HOLES, RuralCell, hole_patch, village_centre
from geodata.demo_city.curves import oval
from geodata.demo_city.divisions import short_name_en
from geodata.demo_city.footprints import oblong, rows_of_slabs
from geodata.demo_city.patches import Patch, Points, turned_patch

HOUSE_M = 17.0
YARD_M = 34.0
# From the middle of a hamlet to what it keeps off: half its diagonal and a little more.
ROOM_M = 160.0
FIELD_M = (250.0, 130.0)


@dataclass(frozen=True)
class Hamlet:
    """The houses of one rural cell; `patch` is the ground they stand on."""

    cell: RuralCell
    patch: Patch


def make_hamlets(
    cells: list[RuralCell], obstacles: BaseGeometry, rng: np.random.Generator
) -> list[Hamlet]:
    """Put a hamlet into every rural base cell, as near to its village's centre as it fits.

    `obstacles` are the town, roads, railways and the river, in metres.
    """
    taken = obstacles.buffer(ROOM_M, quad_segs=2).simplify(10)
    return [_hamlet(cell, taken, rng) for cell in cells if cell.kind == "base"]


def _hamlet(cell: RuralCell, taken: BaseGeometry, rng: np.random.Generator) -> Hamlet:
    columns, rows = int(rng.integers(5, 8)), int(rng.integers(2, 4))
    width, height = columns * 26.0 + 40, rows * YARD_M + 40
    centre = _place(cell, taken)
    return Hamlet(cell, turned_patch(centre, width, height, float(rng.uniform(-4, 24))))


def _place(cell: RuralCell, taken: BaseGeometry) -> Points:
    centre = shapely.Point(village_centre(cell.village))
    free = cell.polygon.buffer(-ROOM_M - 40, quad_segs=2).difference(taken)
    if free.is_empty:
        raise ValueError(f"{cell.code}: no room for a hamlet")
    return np.asarray(shapely.get_coordinates(shapely.shortest_line(free, centre))[0])


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
                cell.code,
                cell.village.code,
                estate,
                estate_en,
                "village",
                print_.shape,
                (0, print_.row),
                number=number,
                units=1,
                floors=1 + int(rng.random() < 0.2),
                households=1,
            )
            for number, print_ in enumerate(kept, 1)
        ]
    return houses


def country_buildings(cells: list[RuralCell]) -> list[PlannedBuilding]:
    """Return what stands on the dedicated cells in the open country: fort, airport, station."""
    buildings = []
    for cell in cells:
        if cell.kind == "dedicated":
            buildings += [
                PlannedBuilding(
                    cell.code,
                    cell.village.code,
                    cell.name,
                    cell.name_en,
                    cell.use,
                    shape,
                    (0, n),
                    number=n,
                    floors=1 + (cell.use == "station"),
                )
                for n, shape in enumerate(_standing(cell), 1)
            ]
    return buildings


def _standing(cell: RuralCell) -> list[BaseGeometry]:
    """A walled court for the fort, else a hall and two wings along the cell."""
    patch = next(hole_patch(hole) for hole in HOLES if hole.name == cell.name)
    if cell.use == "park":
        court = oblong(patch.centre, patch.east(), 250, 210)
        gates = [oblong(patch.at(u, 0.5), patch.east(), 34, 46) for u in (0.25, 0.75)]
        return [court.difference(oblong(patch.centre, patch.east(), 216, 176)), *gates]
    offsets = ((0.0, 170.0, 54.0), (-150.0, 60.0, 32.0), (150.0, 60.0, 32.0))
    return [
        oblong(patch.at(0.5, 0.7) + patch.east() * along, patch.east(), width, depth)
        for along, width, depth in offsets
    ]


def make_fields(hamlets: list[Hamlet], rng: np.random.Generator) -> list[BaseGeometry]:
    """Return the fields around every hamlet: long strips between ditches, metres."""
    fields: list[BaseGeometry] = []
    tilled: BaseGeometry = shapely.Polygon()
    for hamlet in hamlets:
        axes = np.array([hamlet.patch.east(), [-hamlet.patch.east()[1], hamlet.patch.east()[0]]])
        reach = rng.uniform(520, 950, 2)
        around = oval(hamlet.patch.centre, axes * reach[:, np.newaxis], rng)
        strips = np.array(_strips(hamlet.patch.centre, axes, reach, rng), dtype=object)
        fields += list(shapely.intersection(strips, around.difference(tilled)))
        tilled = tilled.union(around.buffer(14))
    return fields


def _strips(
    centre: Points, axes: Points, reach: Points, rng: np.random.Generator
) -> list[shapely.Polygon]:
    """Rows of strips that lie over an oval with half axes `reach`, some left out."""
    strips = []
    for north in np.arange(-1.4 * reach[1], 1.4 * reach[1], FIELD_M[1]):
        shift = rng.uniform(0, FIELD_M[0])
        for east in np.arange(-1.4 * reach[0] - shift, 1.4 * reach[0], FIELD_M[0]):
            middle = centre + np.array([east, north]) @ axes
            if rng.random() > 0.1:
                strips.append(oblong(middle, axes[0], FIELD_M[0] - 14, FIELD_M[1] - 14))
    return strips
