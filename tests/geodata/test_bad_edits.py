"""Five hundred edits, each breaking one rule: all refused, each with a place in the city."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from django.db import transaction

from geodata import boundaries
from geodata.boundaries import BoundaryRefused
from geodata.models import CellVersion, LeaderPost
from tests.geodata.test_boundaries import rows
from tests.makers import SIDE, SOUTH, WEST, make_area, make_cell, square

EDITS = 500
COLUMNS, ROWS = 6, 4
AT = datetime(2026, 7, 14, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def chessboard():
    """A community of twenty-four square cells; code → shape."""
    geom = square(0, 0, width=COLUMNS, height=ROWS)
    city = make_area("city", "620201000000", geom=geom)
    street = make_area("subdistrict", "620201001000", parent=city, geom=geom)
    community = make_area(parent=street, geom=geom)
    cells = {}
    for n in range(COLUMNS * ROWS):
        shape = square(n % COLUMNS, n // COLUMNS)
        code = f"{community.code}{n + 1:03d}"
        make_cell(community, code, shape)
        cells[code] = shapely.from_wkt(shape.wkt)
    return cells


def shift_vertex(shape, vertex, east, north):
    xy = shapely.get_coordinates(shape)[:-1].copy()
    xy[vertex] += np.array([east, north]) * SIDE
    return shapely.polygons(xy)


def move_one_corner(seed, code, cells):
    """Overlap on one side, gap on the other."""
    east, north = seed.uniform(0.05, 0.4, 2) * seed.choice([-1, 1], 2)
    return {code: shift_vertex(cells[code], seed.integers(4), east, north)}


def enlarge(seed, code, cells):
    return {code: shapely.buffer(cells[code], SIDE * seed.uniform(0.01, 0.5), join_style="mitre")}


def shrink(seed, code, cells):
    return {code: shapely.buffer(cells[code], -SIDE * seed.uniform(0.01, 0.3), join_style="mitre")}


def make_sliver(seed, code, cells):
    """A strip of 0.2 to 2 m along the cell's eastern edge that nobody has."""
    xy = shapely.get_coordinates(cells[code])[:-1].copy()
    xy[[1, 2], 0] -= seed.uniform(0.2, 2) / 85_000
    return {code: shapely.polygons(xy)}


def punch_a_hole(seed, code, cells):
    centre = shapely.centroid(cells[code])
    return {code: shapely.difference(cells[code], centre.buffer(SIDE * seed.uniform(0.05, 0.3)))}


def take_a_neighbour(_seed, code, cells):
    """Two cells with one shape."""
    other = next(c for c in cells if c != code and shapely.touches(cells[c], cells[code]))
    return {code: cells[other]}


def leave_the_city(seed, code, cells):
    moved = shapely.transform(cells[code], lambda xy: np.add(xy, (SIDE * seed.integers(10, 40), 0)))
    return {code: moved}


def wrong_coordinates(_seed, code, cells):
    """The edit comes in GCJ-02 and nobody said so: 100 m off."""
    return {code: shapely.transform(cells[code], lambda xy: np.add(xy, (0.0011, 0.0003)))}


def bow_tie(_seed, code, cells):
    xy = shapely.get_coordinates(cells[code])[:-1][[0, 2, 1, 3]]
    return {code: shapely.polygons(xy)}


def swap_axes(_seed, code, cells):
    return {code: shapely.transform(cells[code], lambda xy: xy[:, ::-1])}


def not_a_number(_seed, code, cells):
    xy = shapely.get_coordinates(cells[code])[:-1].copy()
    xy[1, 1] = np.nan
    return {code: shapely.polygons(xy)}


RULES = [
    move_one_corner,
    enlarge,
    shrink,
    make_sliver,
    punch_a_hole,
    take_a_neighbour,
    leave_the_city,
    wrong_coordinates,
    bow_tie,
    swap_axes,
    not_a_number,
]


def vanish(code, cells):
    """The whole community again, without one cell."""
    left = [
        ("base", other, "620201001001", shape) for other, shape in cells.items() if other != code
    ]
    return boundaries.load(rows(*left), by="he", at=AT, replace=True)


def refusal(edit):
    with pytest.raises(BoundaryRefused) as caught, transaction.atomic():
        edit()
    return caught.value


def test_every_bad_edit_is_refused_with_a_place(chessboard):
    seed = np.random.default_rng(20260714)
    codes = list(chessboard)
    broken = Counter()
    for n in range(EDITS):
        code = codes[seed.integers(len(codes))]
        rule = [*RULES, vanish][n % (len(RULES) + 1)]
        if rule is vanish:
            error = refusal(lambda code=code: vanish(code, chessboard))
        else:
            shapes = rule(seed, code, chessboard)
            error = refusal(lambda shapes=shapes: boundaries.redraw(shapes, by="he", at=AT))
        broken[rule.__name__] += 1
        assert error.faults, rule
        for fault in error.faults:
            assert np.isfinite([fault["lon"], fault["lat"]]).all(), (rule, fault)
    assert sum(broken.values()) == EDITS
    assert CellVersion.objects.filter(opened_by__made_by="he").count() == 0


def test_a_good_edit_of_the_same_cells_is_accepted(chessboard):
    first, second = f"{'620201001001'}001", f"{'620201001001'}002"
    boundaries.redraw(
        {
            first: shapely.from_wkt(square(0, 0, width=1.3).wkt),
            second: shapely.from_wkt(square(1.3, 0, width=0.7).wkt),
        },
        by="he",
        at=AT,
    )
    assert LeaderPost.objects.count() == 0
    west = CellVersion.objects.current().get(cell__code=first).geom.extent[2]
    assert west == pytest.approx(WEST + 1.3 * SIDE)
    assert SOUTH < 90
