"""The map of a briefing: cases of twelve weeks by cell, and the conflicts that are listed, with their numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import shapely
from django.conf import settings
from django.contrib.gis.geos import Polygon
from django.db.models import BinaryField, F, Func, QuerySet

from geodata.models import DRAWN, AreaVersion, Cell, CellVersion, Street
from geodata.querysets import midnight
from gridmap.console.briefing.asking import Asked
from gridmap.console.cases.wording import called
from gridmap.incidents.counting import Chosen, count_steps
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.incidents.states import NOT_COUNTED
from gridmap.performance.measures import WEEKS
from gridmap.recurring.models import RecurringConflict
from gridmap.recurring.states import State
from layers.map_picture import Frame, Lines, Outline, Picture, draw_map
from layers.styles import ColourClass, classify, count_breaks, legend

Geometries = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
PERIOD = timedelta(weeks=WEEKS)
# Classes are those of so many periods, so that they stand still from week to week.
PERIODS = 5
# Pixels; the picture is shown as wide as its paper is.
WIDTH, RATIO = 700.0, 1.75
MARGIN = 1.08
# Of a pixel: finer is not seen.
FINE = 0.3
ROADS = {Street.Grade.MOTORWAY: 1.6, Street.Grade.MAIN: 1.4, Street.Grade.ARTERIAL: 1.0}


@dataclass(frozen=True)
class Ground:
    """The picture with what its colours mean; `since` and `until` are the days of its cases.

    Of `cases` so many lie `outside` of it, and so many have `no_cell`.
    """

    picture: Picture
    legend: Sequence[ColourClass]
    since: date
    until: date
    cases: int
    outside: int
    no_cell: int


def read_ground(
    asked: Asked, seen: IncidentQuerySet, listed: Sequence[RecurringConflict]
) -> Ground | None:
    """Half a dozen statements; None where there are no cells."""
    until = asked.week.until
    edges = [until - PERIOD * n for n in range(PERIODS, -1, -1)]
    ids, steps = count_steps(asked.scope, edges, Chosen())
    if not len(ids):
        return None
    cells = _shapes(CellVersion.objects.filter(cell__in=ids.tolist()).order_by("cell"))
    counts, breaks = steps[:, -1], count_breaks(steps)
    frame, is_inside = _frame(cells, _in_the_town(asked, ids.tolist()))
    picture = draw_map(
        frame,
        shapely.simplify(cells, FINE * frame.metres_per_pixel),
        classify(counts, breaks),
        [*_roads(frame), *_lines(asked)],
        _outlines(listed),
        names_of(asked),
    )
    cases = _all_cases(seen, until)
    return Ground(
        picture=picture,
        legend=legend(breaks, "light"),
        since=until - PERIOD,
        until=until,
        cases=cases,
        outside=int(counts[~is_inside].sum()),
        no_cell=max(0, cases - int(counts.sum())),
    )


def _shapes(versions: QuerySet[CellVersion] | QuerySet[AreaVersion]) -> Geometries:
    """The current ones, in web-Mercator metres."""
    rows = versions.filter(valid_to=None).annotate(shape=WKB)
    return _geometries(rows.values_list("shape", flat=True))


def _geometries(rows: Iterable[bytes | memoryview]) -> Geometries:
    found: Geometries = shapely.from_wkb([bytes(row) for row in rows])
    return found


WKB = Func(F("geom_3857"), function="ST_AsBinary", output_field=BinaryField())


def _all_cases(seen: IncidentQuerySet, until: date) -> int:
    window = {"occurred_at__gte": midnight(until - PERIOD), "occurred_at__lt": midnight(until)}
    return int(seen.filter(**window).exclude(state__in=NOT_COUNTED).count())


def _frame(cells: Geometries, is_shown: Flags) -> tuple[Frame, Flags]:
    """Around those cells; and which of all lie in it."""
    west, south, east, north = shapely.total_bounds(cells[is_shown])
    x, y = (west + east) / 2, (south + north) / 2
    half = max(east - west, (north - south) * RATIO) / 2 * MARGIN
    frame = Frame(x - half, y - half / RATIO, x + half, y + half / RATIO, WIDTH)
    box = shapely.box(frame.west, frame.south, frame.east, frame.north)
    middles = shapely.get_coordinates(shapely.point_on_surface(cells))
    is_inside: Flags = shapely.contains_xy(box, middles)
    return frame, is_inside


def _in_the_town(asked: Asked, ids: Sequence[int]) -> Flags:
    """The cells of the parts that hold at least a quarter of them, else all: a city is mostly desert, and a map
    of it would show nothing."""
    community = dict(Cell.objects.filter(pk__in=ids).values_list("pk", "community"))
    of_cell = np.array([community[one] for one in ids], np.int64)
    parts = [
        np.isin(of_cell, sorted(asked.tree.below(part))) for part in asked.tree.children(asked.area)
    ]
    large = [part for part in parts if part.sum() * 4 >= len(ids)]
    found: Flags = np.logical_or.reduce(large) if large else np.ones(len(ids), np.bool_)
    return found


def _roads(frame: Frame) -> list[Lines]:
    box = Polygon.from_bbox((frame.west, frame.south, frame.east, frame.north))
    box.srid = DRAWN
    rows = Street.objects.filter(geom_3857__bboverlaps=box, grade__in=ROADS).annotate(shape=WKB)
    shapes: dict[str, list[bytes | memoryview]] = {grade: [] for grade in ROADS}
    for grade, shape in rows.values_list("grade", "shape"):
        shapes[grade].append(shape)
    return [Lines(_geometries(shapes[grade]), "m-rail", width) for grade, width in ROADS.items()]


def _lines(asked: Asked) -> list[Lines]:
    """Borders of communities, and stronger ones of what lies above them."""
    small = [one.pk for one in asked.tree.areas if one.kind in settings.CITY.cell_parents]
    inside = asked.areas
    drawn = ((inside & set(small), 0.9), (inside - set(small), 1.8))
    return [
        Lines(shapely.boundary(_shapes(AreaVersion.objects.filter(area__in=ids))), "m-comm", width)
        for ids, width in drawn
    ]


def names_of(asked: Asked) -> dict[str, tuple[float, float]]:
    """The parts of the area, in their middle; where two have no room, the first one stays."""
    parts = {one.pk: called(one) for one in asked.tree.children(asked.area)}
    versions = AreaVersion.objects.filter(area__in=parts, valid_to=None).annotate(shape=WKB)
    found: dict[str, tuple[float, float]] = {}
    for area, shape in versions.order_by("area__code").values_list("area", "shape"):
        middle = shapely.point_on_surface(shapely.from_wkb(bytes(shape)))
        found[parts[area]] = (middle.x, middle.y)
    return found


def _outlines(listed: Sequence[RecurringConflict]) -> list[Outline]:
    """Numbered as in the list."""
    numbers = {one.pk: number for number, one in enumerate(listed, 1)}
    rows = RecurringConflict.objects.filter(pk__in=numbers).annotate(shape=WKB)
    found = [
        Outline(shapely.from_wkb(bytes(shape)), numbers[pk], state == State.CANDIDATE)
        for pk, state, shape in rows.values_list("pk", "state", "shape")
    ]
    # The first ones lie on top.
    return sorted(found, key=lambda one: -one.number)
