"""A map for paper: places in classes of colour, lines over them, numbered outlines; as SVG or as plain shapes.

Pure: geometry in, drawing out, in the colours of `layers.styles`. The same drawing goes on a page as SVG and into
a document shape by shape.
"""

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from layers.styles import tokens

Geometries = npt.NDArray[np.object_]
Points = npt.NDArray[np.float64]
# Paper is white, whatever the theme of the screen is.
COLOURS = tokens("light")
# Of a place in which nothing was.
EMPTY = COLOURS["m-urban"]
# A tenth of a pixel is finer than any printer.
DIGITS = 1
DISC, NAME = 8.0, 11.0
DASHES = (5.0, 4.0)


@dataclass(frozen=True)
class Frame:
    """What is shown: a box in web-Mercator metres, and its width in pixels."""

    west: float
    south: float
    east: float
    north: float
    width: float

    @property
    def height(self) -> float:
        return self.width * (self.north - self.south) / (self.east - self.west)

    @property
    def metres_per_pixel(self) -> float:
        """Of web Mercator, not of the ground."""
        return (self.east - self.west) / self.width


@dataclass(frozen=True)
class Shape:
    """Rings that are filled, or lines; in pixels from the upper left corner. No colour is none."""

    rings: Sequence[Points]
    fill: str = ""
    stroke: str = ""
    width: float = 0.0
    is_dashed: bool = False

    @property
    def is_closed(self) -> bool:
        return bool(self.fill)


@dataclass(frozen=True)
class Words:
    """A name over a place, or the number in a disc."""

    x: float
    y: float
    text: str
    size: float
    is_disc: bool = False
    is_dashed: bool = False


@dataclass(frozen=True)
class Outline:
    """A place with a number: solid where it is confirmed, dashed where it is not."""

    geometry: shapely.Geometry
    number: int
    is_dashed: bool


@dataclass(frozen=True)
class Picture:
    """Shapes from below to above, and words over them."""

    width: float
    height: float
    shapes: Sequence[Shape]
    words: Sequence[Words]

    def svg(self, label: str) -> str:
        """One SVG document without style, script or outside reference; `label` says what it shows."""
        said = html.escape(label, quote=True)
        parts = [_shape_svg(shape) for shape in self.shapes] + [
            _words_svg(one) for one in self.words
        ]
        size = f"{self.width:g} {self.height:g}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" '
            f'aria-label="{said}" fill="none" stroke-linejoin="round">{"".join(parts)}</svg>'
        )


@dataclass(frozen=True)
class Lines:
    """Lines of one kind: a colour of the map by its name, and their width in pixels."""

    geometries: Geometries
    colour: str
    width: float


def draw_map(
    frame: Frame,
    cells: Geometries,
    classes: npt.NDArray[np.integer],
    lines: Sequence[Lines] = (),
    outlines: Sequence[Outline] = (),
    names: Mapping[str, tuple[float, float]] | None = None,
) -> Picture:
    """Draw places in their classes, and over them lines, names and numbered outlines.

    Parameters
    ----------
    frame : Frame
        What is shown; the rest is cut off.
    cells : ndarray (N,) of polygons in web-Mercator metres
    classes : ndarray (N,) of int
        0 for no fill, 1 … 6 for the colours of “more”.
    lines
        From below to above.
    outlines
        Those drawn last; their numbers stand where they reach highest.
    names
        Words, and where they stand in web-Mercator metres.

    Raises
    ------
    ValueError
        Not one class for each cell, or a class that has no colour.
    """
    if cells.shape != classes.shape:
        raise ValueError("classes: one is needed for each cell")
    if classes.size and not 0 <= classes.min() <= classes.max() <= 6:
        raise ValueError("classes: 0 to 6")
    paper = np.array([[0, 0], [frame.width, 0], [frame.width, frame.height], [0, frame.height]])
    shapes = [Shape([paper.astype(np.float64)], fill=COLOURS["m-land"])]
    shapes += _fills(frame, cells, classes)
    shapes += [_lines(frame, one) for one in lines]
    discs: list[Words] = []
    for one in outlines:
        drawn, disc = _outline(frame, one)
        shapes += drawn
        discs += disc
    return Picture(frame.width, frame.height, shapes, [*_names(frame, names or {}, discs), *discs])


def _fills(frame: Frame, cells: Geometries, classes: npt.NDArray[np.integer]) -> list[Shape]:
    """Those of a class as one shape, the paler ones below."""
    found = []
    for number in range(7):
        colour = COLOURS[f"h{number}"] if number else EMPTY
        rings = _rings(frame, cells[classes == number])
        if rings:
            found.append(Shape(rings, fill=colour, stroke=COLOURS["m-cell"], width=0.4))
    return found


def _lines(frame: Frame, one: Lines) -> Shape:
    return Shape(_parts(frame, one.geometries), stroke=COLOURS[one.colour], width=one.width)


def _outline(frame: Frame, one: Outline) -> tuple[list[Shape], list[Words]]:
    rings = _parts(frame, shapely.boundary(np.array([one.geometry], dtype=object)))
    if not rings:
        return [], []
    shapes = [
        Shape(rings, stroke="#FFFFFF", width=4.0),
        Shape(rings, stroke=COLOURS["f-i"], width=1.6, is_dashed=one.is_dashed),
    ]
    points = np.concatenate(rings)
    x, y = points[points[:, 1].argmin()]
    x = min(max(x, DISC), frame.width - DISC)
    y = min(max(y, DISC), frame.height - DISC)
    return shapes, [Words(x, y, str(one.number), 10.0, is_disc=True, is_dashed=one.is_dashed)]


def _rings(frame: Frame, cells: Geometries) -> list[Points]:
    clipped = _clipped(frame, cells)
    return [_pixels(frame, ring) for ring in shapely.get_rings(clipped)]


def _parts(frame: Frame, lines: Geometries) -> list[Points]:
    clipped = _clipped(frame, lines)
    return [_pixels(frame, line) for line in clipped if shapely.get_type_id(line) == LINE]


LINE = 1


def _clipped(frame: Frame, shapes: Geometries) -> Geometries:
    """What lies in the frame or a little beside it, so that the ends of what is cut are not seen."""
    edge = 4 * frame.metres_per_pixel
    box = (frame.west - edge, frame.south - edge, frame.east + edge, frame.north + edge)
    parts: Geometries = shapely.get_parts(shapely.clip_by_rect(shapely.get_parts(shapes), *box))
    return parts[~shapely.is_empty(parts)]


def _pixels(frame: Frame, line: shapely.Geometry) -> Points:
    points = shapely.get_coordinates(line)
    corner = np.array([frame.west, frame.north])
    moved: Points = (points - corner) * [1.0, -1.0] / frame.metres_per_pixel
    return moved


def _inside(
    frame: Frame, names: Mapping[str, tuple[float, float]]
) -> Iterable[tuple[str, tuple[float, float]]]:
    for text, (x, y) in names.items():
        if frame.west < x < frame.east and frame.south < y < frame.north:
            place = (x - frame.west, frame.north - y)
            yield text, (place[0] / frame.metres_per_pixel, place[1] / frame.metres_per_pixel)


def _names(
    frame: Frame, names: Mapping[str, tuple[float, float]], discs: Sequence[Words]
) -> list[Words]:
    """Those that have room: a disc always wins, then the name that was given first."""
    placed: list[Words] = []
    for text, place in _inside(frame, names):
        word = Words(*place, text, NAME)
        if all(_is_apart(word, other) for other in (*discs, *placed)):
            placed.append(word)
    return placed


def _is_apart(one: Words, other: Words) -> bool:
    wide, tall = (_width(one) + _width(other)) / 2, one.size
    return abs(one.x - other.x) >= wide or abs(one.y - other.y) >= tall


def _width(one: Words) -> float:
    """About; a Chinese character is as wide as it is high."""
    if one.is_disc:
        return 2 * DISC
    return one.size * sum(1.0 if ord(letter) > 0x2E7F else 0.55 for letter in one.text)


def _shape_svg(shape: Shape) -> str:
    path = "".join(_path(ring, is_closed=shape.is_closed) for ring in shape.rings)
    if not path:
        return ""
    fill = f' fill="{shape.fill}" fill-rule="evenodd"' if shape.fill else ""
    line = f' stroke="{shape.stroke}" stroke-width="{shape.width:g}"' if shape.stroke else ""
    dash = f' stroke-dasharray="{DASHES[0]:g} {DASHES[1]:g}"' if shape.is_dashed else ""
    return f'<path{fill}{line}{dash} d="{path}"/>'


def _path(points: Points, *, is_closed: bool) -> str:
    said = " ".join(f"{x:.{DIGITS}f} {y:.{DIGITS}f}" for x, y in points)
    return f"M{said}{'z' if is_closed else ''}"


def _words_svg(one: Words) -> str:
    text = html.escape(one.text)
    at = f'x="{one.x:.1f}" y="{one.y + one.size * 0.36:.1f}" text-anchor="middle"'
    if not one.is_disc:
        halo = f'stroke="{COLOURS["f-on"]}" stroke-width="3" paint-order="stroke"'
        return (
            f'<text {at} font-size="{one.size:g}" fill="{COLOURS["m-text"]}" {halo}>{text}</text>'
        )
    fill, ink = (
        (COLOURS["f-on"], COLOURS["f-i"]) if one.is_dashed else (COLOURS["f-i"], COLOURS["f-on"])
    )
    dash = ' stroke-dasharray="3 2"' if one.is_dashed else ""
    return (
        f'<circle cx="{one.x:.1f}" cy="{one.y:.1f}" r="{DISC:g}" fill="{fill}" '
        f'stroke="{COLOURS["f-i"]}" stroke-width="1.4"{dash}/>'
        f'<text {at} font-size="{one.size:g}" fill="{ink}">{text}</text>'
    )
