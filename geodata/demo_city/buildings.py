"""Buildings: what stands on every block, with floors, units and households."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from geodata.demo_city.blocks import Block
from geodata.demo_city.cells import UrbanCell
from geodata.demo_city.divisions import ZIXUAN
from geodata.demo_city.footprints import Footprint, masked, oblong, rows_of_slabs, shaped
from geodata.demo_city.layouts import cuts
from geodata.demo_city.patches import Patch

UNIT_M = 20.0
FLATS_PER_LANDING = 2
ZIXUAN_MASKS: dict[str, tuple[tuple[str, ...], ...]] = {
    ZIXUAN + "002": (("1111", "1111", "1111", "1010", "1111"), ("1111", "1111", "1101", "1111")),
    ZIXUAN + "003": (("1111", "1111", "1111", "1111", "1111"), ("0011", "1111", "1111", "1111")),
}
# 紫轩花苑 7 号楼 is the one large building of its estate.
ZIXUAN_SEVEN = (ZIXUAN + "003", 7, 4, 6)


@dataclass(frozen=True)
class PlannedBuilding:
    """One building; `row` tells apart the rows of houses of a cell, from north to south."""

    cell_code: str
    community: str
    estate: str
    estate_en: str
    use: str
    shape: BaseGeometry
    row: tuple[int, int]
    number: int = 0
    units: int = 0
    floors: int = 1
    households: int = 0


def urban_buildings(blocks: list[Block], rng: np.random.Generator) -> list[PlannedBuilding]:
    """Return the buildings of the built-up city, numbered per cell in reading order."""
    by_cell: dict[str, list[PlannedBuilding]] = {}
    styles: dict[str, str] = {}
    for block in blocks:
        style = styles.setdefault(block.cell.code, _style(block.cell, rng))
        mine = [_planned(block, print_) for print_ in _standing(block, style, rng)]
        by_cell.setdefault(block.cell.code, []).extend(mine)
    kinds = {block.cell.code: block.cell.kind for block in blocks}
    buildings = []
    for code, planned in by_cell.items():
        numbered = [replace(building, number=n) for n, building in enumerate(planned, 1)]
        is_base = kinds[code] == "base"
        buildings += _with_households(numbered, rng) if is_base else _storeys(numbered, rng)
    return buildings


def _style(cell: UrbanCell, rng: np.random.Generator) -> str:
    if cell.code in ZIXUAN_MASKS:
        return "masked"
    return str(rng.choice(["slab", "long", "short", "tower"], p=[0.48, 0.18, 0.2, 0.14]))


def _standing(block: Block, style: str, rng: np.random.Generator) -> list[Footprint]:
    """Footprints wholly on the block's own ground, 2 m from its edge."""
    plan_of: dict[str, Callable[[], list[Footprint]]] = {
        "residential": lambda: _homes(block, style, rng),
        "mixed": lambda: _mixed(block, rng),
        "commercial": lambda: _trade(block, rng),
        "market": lambda: _trade(block, rng),
        "school": lambda: _school(block, rng),
        "kindergarten": lambda: _school(block, rng),
        "hospital": lambda: _hospital(block),
        "enterprise": lambda: _works(block, rng),
        "station": lambda: _station(block),
        "park": list,
    }
    planned = plan_of[block.use]()
    ground = block.ground.buffer(-2.0)
    shapely.prepare(ground)
    return [print_ for print_ in planned if ground.covers(print_.shape)]


def _homes(block: Block, style: str, rng: np.random.Generator) -> list[Footprint]:
    if style == "masked":
        masks = ZIXUAN_MASKS[block.cell.code]
        length = (block.free.width_m - 2 * 16) / 4 - 16
        return masked(block.free, 16, masks[block.number], length, 13.0)
    pitch, length, gap, depth = {
        "slab": (45.0, 58.0, 20.0, 13.0),
        "long": (49.0, 78.0, 22.0, 13.0),
        "short": (43.0, 42.0, 19.0, 12.5),
        "tower": (60.0, 27.0, 36.0, 22.0),
    }[style]
    prints = rows_of_slabs(block.free, 14, pitch, length, gap, depth)
    return [print_ for print_ in prints if rng.random() > 0.04]


def _mixed(block: Block, rng: np.random.Generator) -> list[Footprint]:
    """Trade on the north, homes behind."""
    free = block.free
    homes = rows_of_slabs(free.sub((0.0, 0.45, 1.0, 1.0)), 14, 52, 52, 15, 13)
    trade = _halls(free.sub((0.0, 0.0, 1.0, 0.45)), rng)
    return trade + [home._replace(row=home.row + 10) for home in homes]


def _trade(block: Block, rng: np.random.Generator) -> list[Footprint]:
    return _halls(block.free, rng)


def _halls(free: Patch, rng: np.random.Generator) -> list[Footprint]:
    """Rows of large halls, some around a court, close to the street."""
    columns = max(1, round((free.width_m - 16) / 88))
    rows = max(1, min(2, round((free.height_m - 16) / 80)))
    us, vs = np.array(cuts(columns, rng)), np.array(cuts(rows, rng))
    prints = []
    for row in range(rows):
        for column in range(columns):
            lot = free.sub((us[column], vs[row], us[column + 1], vs[row + 1]))
            length, depth = lot.width_m - 15, (lot.height_m - 15) * rng.uniform(0.72, 1.0)
            if min(length, depth) > 18 and rng.random() > 0.07:
                prints.append(Footprint(_hall(lot, length, float(depth), rng), row, length, 0.0))
    return prints


def _hall(lot: Patch, length: float, depth: float, rng: np.random.Generator) -> shapely.Polygon:
    outline = str(rng.choice(["O", "L", ""], p=[0.25, 0.15, 0.6])) if depth > 48 else ""
    if outline:
        return shaped(lot.centre, lot.east(), length, depth, outline)
    return oblong(lot.centre, lot.east(), length, depth)


def _school(block: Block, rng: np.random.Generator) -> list[Footprint]:
    """Teaching houses on the north; the south is the sports ground."""
    free = block.free
    length, depth = min(90.0, free.width_m * 0.46), min(58.0, free.height_m * 0.34)
    main = shaped(free.at(0.3, 0.27), free.east(), length, depth, str(rng.choice(["U", "L", "H"])))
    side = oblong(free.at(0.78, 0.15), free.east(), min(70.0, free.width_m * 0.32), 12.5)
    other = oblong(free.at(0.78, 0.38), free.east(), min(48.0, free.width_m * 0.26), 12.5)
    return [Footprint(shape, row, length, depth) for row, shape in enumerate([main, side, other])]


def _hospital(block: Block) -> list[Footprint]:
    free = block.free
    main = shaped(
        free.at(0.46, 0.34),
        free.east(),
        min(120.0, free.width_m * 0.66),
        min(74.0, free.height_m * 0.42),
        "H",
    )
    side = oblong(free.at(0.32, 0.8), free.east(), min(80.0, free.width_m * 0.4), 14)
    other = oblong(free.at(0.77, 0.78), free.east(), min(44.0, free.width_m * 0.24), 26)
    return [Footprint(shape, row, 60, 14) for row, shape in enumerate([main, side, other])]


def _works(block: Block, rng: np.random.Generator) -> list[Footprint]:
    """Sheds of varied length in rows, with gaps."""
    length, depth = float(rng.choice([62.0, 84.0, 110.0])), float(rng.choice([30.0, 38.0, 46.0]))
    prints = rows_of_slabs(block.free, 16, depth + 30, length, 24, depth)
    kept = [print_ for print_ in prints if rng.random() > 0.2]
    return [
        print_._replace(shape=affinity.scale(print_.shape, *rng.uniform(0.75, 1.0, 2)))
        for print_ in kept
    ]


def _station(block: Block) -> list[Footprint]:
    free = block.free
    places = ((0.5, 0.46, 46.0), (0.16, 0.16, 26.0), (0.84, 0.16, 26.0))
    return [
        Footprint(oblong(free.at(u, 0.8), free.east(), free.width_m * width, depth), 0, 100, depth)
        for u, width, depth in places
    ]


def _planned(block: Block, footprint: Footprint) -> PlannedBuilding:
    cell = block.cell
    is_home = block.use == "residential" or (block.use == "mixed" and footprint.row >= 10)
    units = max(1, round(footprint.length_m / UNIT_M)) if is_home else 0
    use = "residential" if is_home else ("commercial" if block.use == "mixed" else block.use)
    return PlannedBuilding(
        cell.code,
        cell.community,
        cell.name,
        cell.name_en,
        use,
        footprint.shape,
        (block.number, footprint.row),
        units=units,
    )


def _with_households(
    buildings: list[PlannedBuilding], rng: np.random.Generator
) -> list[PlannedBuilding]:
    """Choose floors so that the cell has 300–500 households."""
    units = np.array([building.units for building in buildings])
    floors = _floors(units, float(rng.uniform(340, 480)))
    housed = [
        _housed(building, int(height)) if building.units else _storeys([building], rng)[0]
        for building, height in zip(buildings, floors, strict=True)
    ]
    return [_zixuan_seven(building) for building in housed]


def _floors(units: NDArray[np.int_], wanted: float) -> NDArray[np.int_]:
    """Return floors per building: alike, one more in the first until `wanted` is all but reached.

    Raises
    ------
    ValueError
        There are no homes, or so many that even one floor each is too much.
    """
    flats = units * FLATS_PER_LANDING
    if not 0 < flats.sum() <= wanted:
        raise ValueError(f"{flats.sum()} flats a floor for {wanted:.0f} households")
    floors = np.full(len(units), int(wanted // flats.sum()))
    left = wanted - float((floors * flats).sum())
    return floors + (np.cumsum(flats) <= left)


def _housed(building: PlannedBuilding, floors: int) -> PlannedBuilding:
    households = building.units * floors * FLATS_PER_LANDING
    return replace(building, floors=floors, households=households)


def _zixuan_seven(building: PlannedBuilding) -> PlannedBuilding:
    code, number, units, floors = ZIXUAN_SEVEN
    if (building.cell_code, building.number) == (code, number):
        return _housed(replace(building, units=units), floors)
    return building


def _storeys(buildings: list[PlannedBuilding], rng: np.random.Generator) -> list[PlannedBuilding]:
    floors = {
        "school": 4,
        "kindergarten": 3,
        "hospital": 9,
        "market": 2,
        "commercial": 4,
        "enterprise": 1,
        "station": 2,
        "residential": 6,
    }
    return [
        replace(building, floors=floors[building.use] + int(rng.integers(2)))
        for building in buildings
    ]
