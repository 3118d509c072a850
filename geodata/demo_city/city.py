"""The demonstration city as frames: made-up geometry under real names and codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geodata.demo_city import divisions, plan
from geodata.demo_city.areas import DIGITS, Shapes, Tessellation, noded, tessellate
from geodata.demo_city.blocks import WIDTH_M, make_blocks
from geodata.demo_city.buildings import PlannedBuilding, urban_buildings
from geodata.demo_city.cells import UrbanCell, make_land, urban_cells
from geodata.demo_city.countryside import RuralCell, rural_cells
from geodata.demo_city.ground import Painted, make_ground, make_river
from geodata.demo_city.hamlets import country_buildings, make_hamlets, village_houses
from geodata.demo_city.landmarks import make_landmarks
from geodata.demo_city.names import with_names
from geodata.demo_city.parks import make_parks, paths
from geodata.demo_city.posts import PlannedPost, make_posts
from geodata.demo_city.roads import country_roads
from geodata.demo_city.streets import (
    StreetLine,
    avenues,
    inner_streets,
    lanes,
    middle_streets,
    one_row_per_name,
)

CRS = "EPSG:4490"


@dataclass(frozen=True)
class DemoCity:
    """Frames in EPSG:4490 longitude and latitude; geometry and people are made up.

    Attributes
    ----------
    areas
        code, name, name_en, kind, parent_code; parents before children.
    cells
        code (15 digits), kind (base, dedicated), use, name, name_en, community_code.
    buildings
        estate, number, name, name_en, use, floors, units, households, community_code, cell_code.
    posts
        kind, name, name_en, cell_code, buildings (rows of `buildings`), numbers.
    streets
        grade, name, name_en.
    landmarks
        kind, name, name_en.
    ground
        kind; painted in the order of the rows.
    """

    areas: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    posts: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    landmarks: gpd.GeoDataFrame
    ground: gpd.GeoDataFrame


def make_city(seed: int = 20260714) -> DemoCity:
    """Make the demonstration city.

    Parameters
    ----------
    seed
        The same seed gives the same city, to the last digit.
    """
    rng = np.random.default_rng(seed)
    land = make_land(rng)
    cells = with_names(urban_cells(land, rng), rng)
    town = shapely.coverage_union_all(noded(_polygons(cells)))
    rural = rural_cells(town, rng)
    streets = [*avenues(), *middle_streets(land), *inner_streets(cells, land), *lanes(cells)]
    blocks = make_blocks(cells, _widened(streets), rng)
    parks = make_parks(blocks, rng)
    roads, river = country_roads(), make_river(rng)
    obstacles = shapely.union_all([town, river[0], *[road.line for road in roads]])
    hamlets = make_hamlets(rural, obstacles, rng)
    buildings = [
        *urban_buildings(blocks, rng),
        *village_houses(hamlets, rng),
        *country_buildings(rural),
    ]
    ways = [path for park in parks for path in paths(park)]
    every_cell: list[UrbanCell | RuralCell] = [*cells, *rural]
    tessellation = tessellate(_polygons(every_cell))
    return DemoCity(
        areas=_areas_frame(tessellation, [cell.code for cell in every_cell]),
        cells=_cells_frame(tessellation, every_cell),
        buildings=_buildings_frame(buildings),
        posts=_posts_frame(make_posts(buildings)),
        streets=_streets_frame(one_row_per_name([*streets, *roads, *ways])),
        landmarks=_frame(make_landmarks(cells, rural)),
        ground=_ground_frame(make_ground(town, river, rural, blocks, parks, hamlets, rng)),
    )


def _polygons(cells: Sequence[UrbanCell | RuralCell]) -> Shapes:
    return np.array([cell.polygon for cell in cells], dtype=object)


def _widened(streets: Sequence[StreetLine]) -> list[shapely.Polygon]:
    return [
        shapely.buffer(part, WIDTH_M[street.grade] / 2, cap_style="flat")
        for street in streets
        for part in shapely.get_parts(street.line)
    ]


def _frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """A frame of rows whose geometry is in metres."""
    frame = gpd.GeoDataFrame(rows, geometry="geometry")
    degrees = shapely.transform(frame.geometry.values, plan.to_degrees)
    return frame.set_geometry(shapely.set_precision(degrees, 10.0**-DIGITS), crs=CRS)


def _areas_frame(tessellation: Tessellation, codes: list[str]) -> gpd.GeoDataFrame:
    owners = [_chain(code[:12]) for code in codes]
    rows = []
    for division in divisions.tree():
        members = np.array([division.code in chain for chain in owners])
        rows.append(
            {
                "code": division.code,
                "name": division.name,
                "name_en": division.name_en,
                "kind": divisions.kind_of(division.code),
                "parent_code": divisions.parent_of(division.code),
                "geometry": tessellation.united(members),
            }
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def _chain(code: str) -> set[str]:
    """A community or village and everything above it."""
    chain = set()
    while code:
        chain.add(code)
        code = divisions.parent_of(code)
    return chain


def _cells_frame(
    tessellation: Tessellation, cells: list[UrbanCell | RuralCell]
) -> gpd.GeoDataFrame:
    rows = [
        {
            "code": cell.code,
            "kind": cell.kind,
            "use": cell.use,
            "name": cell.name,
            "name_en": cell.name_en,
            "community_code": cell.code[:12],
            "geometry": shape,
        }
        for cell, shape in zip(cells, tessellation.cells, strict=True)
    ]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def _buildings_frame(buildings: list[PlannedBuilding]) -> gpd.GeoDataFrame:
    return _frame(
        [
            {
                "estate": building.estate,
                "number": str(building.number),
                "name": f"{building.estate} {building.number} {_word(building)}",
                "name_en": f"{building.estate_en}, {_word_en(building)} {building.number}",
                "use": building.use,
                "floors": building.floors,
                "units": building.units,
                "households": building.households,
                "community_code": building.community,
                "cell_code": building.cell_code,
                "geometry": building.shape,
            }
            for building in buildings
        ]
    )


def _word(building: PlannedBuilding) -> str:
    return "号院" if building.use == "village" else "号楼"


def _word_en(building: PlannedBuilding) -> str:
    return "House" if building.use == "village" else "Building"


def _posts_frame(posts: list[PlannedPost]) -> gpd.GeoDataFrame:
    return _frame(
        [
            {
                "kind": post.kind,
                "name": post.name,
                "name_en": post.name_en,
                "cell_code": post.cell_code,
                "buildings": list(post.buildings),
                "numbers": list(post.numbers),
                "geometry": post.shape,
            }
            for post in posts
        ]
    )


def _streets_frame(streets: list[StreetLine]) -> gpd.GeoDataFrame:
    return _frame(
        [
            {
                "grade": street.grade,
                "name": street.name,
                "name_en": street.name_en,
                "geometry": street.line,
            }
            for street in streets
        ]
    )


def _ground_frame(ground: list[Painted]) -> gpd.GeoDataFrame:
    return _frame([{"kind": painted.kind, "geometry": painted.shape} for painted in ground])
