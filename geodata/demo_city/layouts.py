"""How a territory is cut into cells: rows or columns like bricks, corners and courts cut out."""

from dataclasses import dataclass

import numpy as np

from geodata.demo_city.patches import WHOLE, Rect

# A cell as parts of the territory's unit square.
Parts = tuple[Rect, ...]


@dataclass(frozen=True)
class Layout:
    """Cells of one territory; `carved` ones were cut out of a larger base cell."""

    base: tuple[Parts, ...]
    carved: tuple[Parts, ...]


def lay_out(count: int, carved: int, aspect: float, rng: np.random.Generator) -> Layout:
    """Cut the unit square into `count` cells of which `carved` are cut out of others.

    Parameters
    ----------
    count, carved
        Number of cells; 0 <= carved <= count / 2.
    aspect
        Width ÷ height of the territory in metres.
    """
    rects = bricks(count - carved, aspect, rng)
    by_size = sorted(range(len(rects)), key=lambda n: -area(rects[n]))
    base: list[Parts] = [(rect,) for rect in rects]
    cut_out: list[Parts] = []
    for n in by_size[:carved]:
        base[n], hole = carve(rects[n], rng)
        cut_out.append((hole,))
    return Layout(tuple(base), tuple(cut_out))


def bricks(count: int, aspect: float, rng: np.random.Generator) -> list[Rect]:
    """Cut the unit square into `count` rectangles in rows, or in columns, of varied width."""
    if count == 1:
        return [WHOLE]
    is_in_rows = bool(rng.random() < 0.6)
    lines = max(1, round(float(np.sqrt(count / aspect if is_in_rows else count * aspect))))
    lines = min(lines, count)
    sizes = np.full(lines, count // lines)
    sizes[: count % lines] += 1
    sizes = rng.permutation(sizes)
    rects = []
    outer = cuts(lines, rng, weights=sizes.astype(float) ** 0.5)
    for n, size in enumerate(sizes):
        inner = cuts(int(size), rng)
        for k in range(int(size)):
            rects.append((inner[k], outer[n], inner[k + 1], outer[n + 1]))
    return rects if is_in_rows else [(v0, u0, v1, u1) for u0, v0, u1, v1 in rects]


def cuts(count: int, rng: np.random.Generator, *, weights: np.ndarray | None = None) -> list[float]:
    """Return 0, … 1: the edges of `count` parts whose sizes differ by up to a third."""
    sizes = rng.uniform(0.84, 1.16, count) * (1.0 if weights is None else weights)
    edges = np.concatenate([[0.0], np.cumsum(sizes) / sizes.sum()])
    edges[-1] = 1.0
    return [float(edge) for edge in edges]


def carve(rect: Rect, rng: np.random.Generator) -> tuple[Parts, Rect]:
    """Cut a corner (which leaves an L) or a court (which leaves a ring) out of a rectangle."""
    return _carve_court(rect) if rng.random() < 0.16 else _carve_corner(rect, rng)


def _carve_court(rect: Rect) -> tuple[Parts, Rect]:
    a, b, c, d = 0.28, 0.28, 0.72, 0.72
    ring = ((0.0, 0.0, 1.0, b), (0.0, b, a, d), (c, b, 1.0, d), (0.0, d, 1.0, 1.0))
    return tuple(within(rect, part) for part in ring), within(rect, (a, b, c, d))


def _carve_corner(rect: Rect, rng: np.random.Generator) -> tuple[Parts, Rect]:
    u, v = rng.uniform(0.46, 0.6), rng.uniform(0.44, 0.58)
    hole: Rect = (0.0, 0.0, u, v)
    rest: Parts = ((u, 0.0, 1.0, v), (0.0, v, 1.0, 1.0))
    is_east, is_south = rng.random(2) < 0.5
    flipped = [flip(part, is_east=is_east, is_south=is_south) for part in (hole, *rest)]
    placed = [within(rect, part) for part in flipped]
    return tuple(placed[1:]), placed[0]


def flip(rect: Rect, *, is_east: bool, is_south: bool) -> Rect:
    """Mirror a part of the unit square to the east, to the south or both."""
    u0, v0, u1, v1 = rect
    if is_east:
        u0, u1 = 1 - u1, 1 - u0
    if is_south:
        v0, v1 = 1 - v1, 1 - v0
    return (u0, v0, u1, v1)


def within(rect: Rect, part: Rect) -> Rect:
    """Return a part given in the unit square of a rectangle, in the rectangle's own units."""
    u0, v0, u1, v1 = rect
    width, height = u1 - u0, v1 - v0
    return (
        u0 + part[0] * width,
        v0 + part[1] * height,
        u0 + part[2] * width,
        v0 + part[3] * height,
    )


def area(rect: Rect) -> float:
    """Return the share of the unit square."""
    return (rect[2] - rect[0]) * (rect[3] - rect[1])
