"""Large parks: a pond in the middle, a path around it and paths to the streets; metres."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.demo_city.blocks import Block
from geodata.demo_city.curves import curve, oval
from geodata.demo_city.patches import Patch
from geodata.demo_city.streets import StreetLine

ROOM_FOR_A_POND_M2 = 60_000
PATH_FROM_SHORE_M = 34.0


@dataclass(frozen=True)
class Park:
    """A park with a pond."""

    patch: Patch
    pond: shapely.Polygon


def make_parks(blocks: list[Block], rng: np.random.Generator) -> list[Park]:
    """Return the parks that have room for a pond."""
    return [
        Park(block.free, _pond(block.free, rng))
        for block in blocks
        if block.use == "park" and block.ground.area > ROOM_FOR_A_POND_M2
    ]


def _pond(patch: Patch, rng: np.random.Generator) -> shapely.Polygon:
    axes = np.array([patch.at(0.21, 0) - patch.at(0, 0), patch.at(0, 0.15) - patch.at(0, 0)])
    return oval(patch.at(*rng.uniform(0.44, 0.56, 2)), axes, rng)


def paths(park: Park) -> list[StreetLine]:
    """Return the path around the pond and one to the middle of every side."""
    shore = shapely.get_exterior_ring(park.pond.buffer(PATH_FROM_SHORE_M).simplify(1.0))
    ways: list[BaseGeometry] = [shapely.LineString(shapely.get_coordinates(shore))]
    for u, v in ((0.5, 0.0), (1.0, 0.45), (0.55, 1.0), (0.0, 0.55)):
        gate = park.patch.at(u, v)
        meeting = shapely.get_coordinates(shapely.shortest_line(shore, shapely.Point(gate)))[0]
        bend = (gate + meeting) / 2 + (gate - meeting)[::-1] * np.array([0.12, -0.12])
        ways.append(curve(np.array([gate, bend, meeting])))
    return [StreetLine("lane", "", "", shapely.union_all(ways))]
