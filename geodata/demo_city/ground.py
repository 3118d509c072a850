"""What the pale base map is painted on: river, blocks by use, parks, tracks, fields; metres."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.demo_city.blocks import Block
from geodata.demo_city.countryside import RIVER, RuralCell, outline
from geodata.demo_city.curves import curve, smooth_noise
from geodata.demo_city.footprints import oblong
from geodata.demo_city.hamlets import Hamlet, make_fields
from geodata.demo_city.parks import Park
from geodata.demo_city.patches import Points

KIND_OF_USE = {
    "residential": "residential",
    "mixed": "commercial",
    "commercial": "commercial",
    "market": "commercial",
    "school": "public",
    "kindergarten": "public",
    "hospital": "public",
    "enterprise": "industrial",
    "station": "public",
    "park": "park",
}


@dataclass(frozen=True)
class Painted:
    kind: str
    shape: BaseGeometry


def make_ground(
    town: BaseGeometry,
    river: tuple[BaseGeometry, BaseGeometry],
    rural: list[RuralCell],
    blocks: list[Block],
    parks: list[Park],
    hamlets: list[Hamlet],
    rng: np.random.Generator,
) -> list[Painted]:
    """Return everything that is painted, from the bottom to the top; `river` is bed and water."""
    bed, water = river
    built = shapely.union_all([town.buffer(60), bed.buffer(30)])
    return [
        *_fields(hamlets, built, rng),
        Painted("bed", bed),
        Painted("water", water),
        Painted("urban", town.buffer(26, join_style="mitre")),
        *[Painted(KIND_OF_USE[block.use], block.ground) for block in blocks],
        *[Painted("residential", _yard(hamlet)) for hamlet in hamlets],
        *[
            Painted(KIND_OF_USE[cell.use], _rounded(cell.polygon))
            for cell in rural
            if cell.kind == "dedicated"
        ],
        *[Painted("track", track) for block in blocks for track in _tracks(block)],
        *[Painted("water", park.pond) for park in parks],
    ]


def make_river(rng: np.random.Generator) -> tuple[BaseGeometry, BaseGeometry]:
    """A wide stony bed and the stream that wanders in it."""
    line = curve(RIVER)
    steps = np.linspace(0, line.length, 240)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(line, steps))
    side = _normals(middle)
    wander = smooth_noise(240, 9, rng) * 75
    bed = _ribbon(middle, side, 150 + 55 * smooth_noise(240, 16, rng))
    water = _ribbon(
        middle + side * wander[:, np.newaxis], side, 34 + 9 * smooth_noise(240, 20, rng)
    )
    return bed.intersection(outline()), water.intersection(outline())


def _ribbon(middle: Points, side: Points, half_width_m: Points) -> BaseGeometry:
    offset = side * half_width_m[:, np.newaxis]
    return shapely.Polygon(np.concatenate([middle + offset, (middle - offset)[::-1]])).buffer(0)


def _normals(points: Points) -> Points:
    along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1)[:, np.newaxis]
    return np.asarray(np.stack([-along[:, 1], along[:, 0]], axis=-1))


def _tracks(block: Block) -> list[shapely.Polygon]:
    if block.use not in {"school", "kindergarten"}:
        return []
    patch = block.patch
    middle = patch.at(0.56, 0.78)
    length, depth = min(150.0, patch.width_m * 0.5), min(64.0, patch.height_m * 0.24)
    field = oblong(middle, patch.east(), max(4.0, length - depth), 1.0)
    track = field.buffer(depth / 2, quad_segs=8)
    return [track] if block.ground.buffer(-4).covers(track) else []


def _yard(hamlet: Hamlet) -> BaseGeometry:
    return _rounded(hamlet.patch.polygon)


def _rounded(polygon: BaseGeometry) -> BaseGeometry:
    return polygon.buffer(-12).buffer(8, quad_segs=4)


def _fields(hamlets: list[Hamlet], built: BaseGeometry, rng: np.random.Generator) -> list[Painted]:
    """Fields keep off the town, the river, the hamlets and each other."""
    fields = np.array(make_fields(hamlets, rng), dtype=object)
    yards = shapely.union_all([hamlet.patch.polygon.buffer(15) for hamlet in hamlets])
    free = shapely.difference(fields, shapely.union_all([built, yards]))
    return [Painted("farmland", part) for part in shapely.get_parts(free) if part.area > 4000]
