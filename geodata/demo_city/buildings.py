"""Buildings: what stands on every block, with floors, units and households."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.demo_city.blocks import Block
from geodata.demo_city.cells import UrbanCell
from geodata.demo_city.divisions import ZIXUAN
from geodata.demo_city.footprints import Footprint, masked, oblong, rows_of_slabs, shaped

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
    shape: shapely.Polygon
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
    return str(rng.choice(["slab", "slab", "long", "short", "tower"], p=[0.28, 0.2, 0.18, 0.2, 0.14]))


def _standing(block: Block, style: str, rng: np.random.Generator) -> list[Footprint]:
    """Footprints wholly on the block's own ground, 3 m from its edge."""
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
    ground = block.ground.buffer(-3.0)
    shapely.prepare(ground)
    return [print_ for print_ in planned if ground.covers(print_.shape)]


def _homes(block: Block, style: str, rng: np.random.Generator) -> list[Footprint]:
    if style == "masked":
        masks = ZIXUAN_MASKS[block.cell.code]
        length = (block.patch.width_m - 2 * 30) / 4 - 13
        return masked(block.patch, 30, masks[block.number], length, 13.0)
    pitch, length, gap, depth = {
        "slab": (45.0, 60.0, 16.0, 13.0), "long": (49.0, 80.0, 18.0, 13.0),
        "short": (42.0, 42.0, 15.0, 12.5), "tower": (60.0, 27.0, 34.0, 22.0),
    }[style]
    prints = rows_of_slabs(block.patch, 23, pitch, length, gap, depth)
    return [print_ for print_ in prints if rng.random() > 0.06]


def _mixed(block: Block, rng: np.random.Generator) -> list[Footprint]:
    """Trade on the north, homes behind."""
    north, south = (0.0, 0.0, 1.0, 0.45), (0.0, 0.45, 1.0, 1.0)
    trade = _trade(replace(block, patch=block.patch.sub(north)), rng)
    homes = rows_of_slabs(block.patch.sub(south), 22, 46, 52, 15, 13)
    return trade + [home._replace(row=home.row + 10) for home in homes]


def _trade(block: Block, rng: np.random.Generator) -> list[Footprint]:
    """Two rows of large halls, some around a court, with small houses between."""
    patch, east = block.patch, block.patch.east()
    columns = max(1, round((patch.width_m - 40) / 95))
    edges = np.linspace(24 / patch.width_m, 1 - 24 / patch.width_m, columns + 1)
    prints = []
    for row, (v0, v1) in enumerate(((0.0, 0.56), (0.56, 1.0))):
        height = (v1 - v0) * patch.height_m - 34
        for u0, u1 in itertools.pairwise(edges):
            length = float((u1 - u0) * patch.width_m - 12)
            depth = float(height * rng.uniform(0.62, 0.95))
            if height < 24 or length < 24 or rng.random() < 0.08:
                continue
            centre = patch.at(float((u0 + u1) / 2), (v0 + v1) / 2 + (0.02 - 0.04 * row))
            outline = "O" if depth > 55 and rng.random() < 0.35 else ""
            shape = (
                shaped(centre, east, length, depth, outline)
                if outline
                else oblong(centre, east, length, depth)
            )
            prints.append(Footprint(shape, row, length, depth))
    return prints


def _school(block: Block, rng: np.random.Generator) -> list[Footprint]:
    """Teaching houses on one side; the other half is the sports ground."""
    patch = block.patch.sub((0.0, 0.0, 1.0, 0.56))
    prints = rows_of_slabs(patch, 21, 34, min(64.0, patch.width_m * 0.36), 16, 12)
    if prints and patch.height_m > 95:
        first = prints[0]
        shape = shaped(
            patch.at(0.27, 0.42), patch.east(), patch.width_m * 0.34, patch.height_m * 0.5, "U"
        )
        rest = [other for other in prints if not other.shape.buffer(8).intersects(shape)]
        return [first._replace(shape=shape), *rest]
    return [print_ for print_ in prints if rng.random() > 0.1]


def _hospital(block: Block) -> list[Footprint]:
    patch = block.patch
    main = shaped(patch.at(0.5, 0.36), patch.east(), patch.width_m * 0.52, patch.height_m * 0.3, "H")
    side = oblong(patch.at(0.36, 0.74), patch.east(), patch.width_m * 0.32, 14)
    other = oblong(patch.at(0.74, 0.74), patch.east(), patch.width_m * 0.2, 26)
    return [Footprint(shape, row, 60, 14) for row, shape in enumerate([main, side, other])]


def _works(block: Block, rng: np.random.Generator) -> list[Footprint]:
    """Sheds of varied length in rows, with gaps."""
    length, depth = float(rng.choice([62.0, 84.0, 110.0])), float(rng.choice([30.0, 38.0, 46.0]))
    prints = rows_of_slabs(block.patch, 30, depth + 34, length, 26, depth)
    kept = [print_ for print_ in prints if rng.random() > 0.22]
    return [
        print_._replace(shape=shapely.affinity.scale(print_.shape, *rng.uniform(0.78, 1.0, 2)))
        for print_ in kept
    ]


def _station(block: Block) -> list[Footprint]:
    patch = block.patch
    hall = oblong(patch.at(0.5, 0.66), patch.east(), patch.width_m * 0.46, 42)
    sides = [oblong(patch.at(u, 0.66), patch.east(), patch.width_m * 0.14, 24) for u in (0.16, 0.84)]
    return [Footprint(shape, 0, 100, 40) for shape in (hall, *sides)]


def _planned(block: Block, footprint: Footprint) -> PlannedBuilding:
    cell = block.cell
    is_home = block.use == "residential" or (block.use == "mixed" and footprint.row >= 10)
    units = max(1, round(footprint.length_m / UNIT_M)) if is_home else 0
    use = "residential" if is_home else ("commercial" if block.use == "mixed" else block.use)
    return PlannedBuilding(
        cell.code, cell.community, cell.name, cell.name_en, use, footprint.shape,
        (block.number, footprint.row), units=units,
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


def _storeys(
    buildings: list[PlannedBuilding], rng: np.random.Generator
) -> list[PlannedBuilding]:
    floors = {"school": 4, "kindergarten": 3, "hospital": 9, "market": 2, "commercial": 4,
              "enterprise": 1, "station": 2, "residential": 6}
    return [
        replace(building, floors=floors[building.use] + int(rng.integers(2)))
        for building in buildings
    ]
