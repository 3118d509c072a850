"""What the pale base map is painted on: river, blocks by use, parks, tracks, fields; metres."""

from dataclasses import dataclass

import numpy as np
import shapely

from geodata.demo_city.blocks import Block
from geodata.demo_city.countryside import RIVER
from geodata.demo_city.footprints import oblong
from geodata.demo_city.hamlets import Hamlet, make_fields
from geodata.demo_city.patches import Patch, Points

KIND_OF_USE = {
    "residential": "residential", "mixed": "commercial", "commercial": "commercial",
    "market": "commercial", "school": "public", "kindergarten": "public", "hospital": "public",
    "enterprise": "industrial", "station": "public", "park": "park",
}


@dataclass(frozen=True)
class Painted:
    kind: str
    shape: shapely.Geometry


def make_ground(
    town: shapely.Polygon,
    blocks: list[Block],
    hamlets: list[Hamlet],
    rng: np.random.Generator,
) -> list[Painted]:
    """Return everything that is painted, from the bottom to the top."""
    bed, water = _river(rng)
    built = shapely.union_all([town.buffer(60), bed.buffer(30)])
    ponds = [pond for block in blocks if (pond := _pond(block, rng)) is not None]
    return [
        *_fields(hamlets, built, rng),
        Painted("bed", bed), Painted("water", water),
        Painted("urban", town.buffer(26, join_style="mitre")),
        *[Painted(KIND_OF_USE[block.use], block.ground) for block in blocks],
        *[Painted("residential", _yard(hamlet)) for hamlet in hamlets],
        *[Painted("track", track) for block in blocks for track in _tracks(block)],
        *[Painted("water", pond) for pond in ponds],
    ]


def _river(rng: np.random.Generator) -> tuple[shapely.Polygon, shapely.Polygon]:
    """A wide stony bed and the stream that wanders in it."""
    line = shapely.linestrings(smoothed(RIVER, 8))
    steps = np.linspace(0, line.length, 240)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(line, steps))
    side = _normals(middle)
    wander = smooth_noise(240, 9, rng) * 75
    bed = _ribbon(middle, side, 150 + 55 * smooth_noise(240, 16, rng))
    return bed, _ribbon(middle + side * wander[:, np.newaxis], side, 34 + 9 * smooth_noise(240, 20, rng))


def _ribbon(middle: Points, side: Points, half_width_m: Points) -> shapely.Polygon:
    offset = side * half_width_m[:, np.newaxis]
    return shapely.Polygon(np.concatenate([middle + offset, (middle - offset)[::-1]])).buffer(0)


def _normals(points: Points) -> Points:
    along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1)[:, np.newaxis]
    return np.asarray(np.stack([-along[:, 1], along[:, 0]], axis=-1))


def smoothed(points: Points, pieces: int) -> Points:
    """Return a Catmull-Rom curve through points, `pieces` per step."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, pieces, endpoint=False)[:, np.newaxis]
    curve = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        curve.append(0.5 * (
            2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
            + (3 * p1 - p0 - 3 * p2 + p3) * t**3
        ))
    return np.concatenate([*curve, points[-1:]])


def smooth_noise(count: int, span: int, rng: np.random.Generator) -> Points:
    """Return noise within about −1…1 that changes over `span` steps."""
    window = np.hanning(2 * span + 1)
    noise = np.convolve(rng.normal(size=count + 2 * span), window / np.sqrt((window**2).sum()), "valid")
    return np.asarray(np.tanh(noise))


def _pond(block: Block, rng: np.random.Generator) -> shapely.Polygon | None:
    if block.use != "park" or block.ground.area < 60_000:
        return None
    return blob(block.patch, 0.22, rng)


def blob(patch: Patch, share: float, rng: np.random.Generator) -> shapely.Polygon:
    """Return a pond: an oval with bays around the middle of a patch."""
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    bays = sum(
        rng.uniform(0.05, 0.16) * np.cos(k * angles + rng.uniform(0, 6.28)) for k in (2, 3, 4)
    )
    u0, v0 = rng.uniform(0.44, 0.56, 2)
    radius = share * (1 + bays)
    return shapely.Polygon(patch.at(u0 + radius * np.cos(angles), v0 + 0.8 * radius * np.sin(angles)))


def _tracks(block: Block) -> list[shapely.Polygon]:
    if block.use not in {"school", "kindergarten"}:
        return []
    patch = block.patch
    middle = patch.at(0.56, 0.78)
    length, depth = min(150.0, patch.width_m * 0.5), min(64.0, patch.height_m * 0.24)
    field = oblong(middle, patch.east(), max(4.0, length - depth), 1.0)
    track = field.buffer(depth / 2, quad_segs=8)
    return [track] if block.ground.buffer(-4).covers(track) else []


def _yard(hamlet: Hamlet) -> shapely.Polygon:
    return hamlet.patch.polygon.buffer(-8).buffer(8, quad_segs=4)


def _fields(
    hamlets: list[Hamlet], built: shapely.Geometry, rng: np.random.Generator
) -> list[Painted]:
    """Fields keep off the town, the river, the hamlets and each other."""
    fields = np.array(make_fields(hamlets, rng), dtype=object)
    yards = shapely.union_all([hamlet.patch.polygon.buffer(15) for hamlet in hamlets])
    free = shapely.difference(fields, shapely.union_all([built, yards]))
    return [Painted("farmland", part) for part in shapely.get_parts(free) if part.area > 4000]
