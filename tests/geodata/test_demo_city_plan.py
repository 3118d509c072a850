"""The plan under the demonstration city: frame, patches, layouts, reading order, shared corners."""

import numpy as np
import pytest
import shapely

from geodata.demo_city import plan
from geodata.demo_city.areas import noded, tessellate
from geodata.demo_city.curves import oval, smooth_noise, smoothed
from geodata.demo_city.divisions import kind_of, parent_of, tree
from geodata.demo_city.footprints import masked, oblong, rows_of_slabs, shaped
from geodata.demo_city.layouts import area, bricks, carve, cuts, flip, lay_out, within
from geodata.demo_city.patches import Patch, turned_patch

EAST = np.array([1.0, 0.0])


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def square(west: float, south: float, size: float) -> shapely.Polygon:
    return shapely.box(west, south, west + size, south + size)


def field(width: float, height: float) -> Patch:
    return turned_patch(np.zeros(2), width, height, 0)


def test_metres_and_degrees_are_inverse() -> None:
    points = np.array([[0.0, 0.0], [8_566.8, -11_103.7]])
    degrees = plan.to_degrees(points)
    assert degrees == pytest.approx(np.array([[98.282, 39.7765], [98.382, 39.6765]]))
    assert plan.to_metres(degrees) == pytest.approx(points, abs=1e-6)


def test_a_turned_street_rises_by_its_angle() -> None:
    x, y = plan.turn(1000.0, 0.0)
    assert x == pytest.approx(1000)
    assert y == pytest.approx(1000 * np.tan(np.radians(9.8)))


def test_street_coordinates_come_back() -> None:
    streets = np.array([[-4700.0, 3380.0], [0.0, 0.0], [3500.0, -3120.0]])
    turned = plan.turn(streets[:, 0], streets[:, 1])
    assert plan.unturn(turned) == pytest.approx(streets, abs=1e-3)


def test_the_community_map_names_31_communities_once_each() -> None:
    letters = set("".join(plan.COMMUNITY_MAP)) - {"."}
    assert letters == set(plan.COMMUNITY_OF_LETTER)
    assert len({division.code for division in plan.COMMUNITY_OF_LETTER.values()}) == 31
    assert not plan.is_built(0, 0)
    assert plan.is_built(3, 4)
    assert not plan.is_built(7, 4)


def test_a_patch_is_bilinear() -> None:
    patch = Patch(np.array([[0.0, 2.0], [4.0, 2.0], [2.0, 0.0], [0.0, 0.0]]))
    assert patch.at(0.5, 0.5) == pytest.approx([1.5, 1.0])
    assert patch.sub((0.5, 0.0, 1.0, 0.5)).corners == pytest.approx(
        np.array([[2.0, 2.0], [4.0, 2.0], [3.0, 1.0], [1.5, 1.0]])
    )


def test_a_quarter_turn_makes_the_west_side_the_south_side() -> None:
    patch = turned_patch(np.array([10.0, 0.0]), 4, 2, 90)
    assert patch.corners == pytest.approx(
        np.array([[9.0, -2.0], [9.0, 2.0], [11.0, 2.0], [11.0, -2.0]])
    )


@pytest.mark.parametrize("count", [1, 2, 5, 13])
@pytest.mark.parametrize("aspect", [0.3, 1.0, 3.0])
def test_bricks_tile_the_unit_square(count: int, aspect: float) -> None:
    rects = bricks(count, aspect, rng())
    boxes = np.array([shapely.box(*rect) for rect in rects], dtype=object)
    assert len(rects) == count
    assert shapely.area(boxes).sum() == pytest.approx(1)
    assert shapely.union_all(boxes).area == pytest.approx(1)


def test_cuts_begin_at_0_and_end_at_1() -> None:
    edges = cuts(4, rng())
    assert (edges[0], edges[-1], len(edges)) == (0.0, 1.0, 5)
    assert all(np.diff(edges) > 0.15)
    assert cuts(1, rng()) == [0.0, 1.0]


@pytest.mark.parametrize("seed", range(12))
def test_what_is_carved_and_what_is_left_make_the_rectangle(seed: int) -> None:
    left, hole = carve((0.0, 0.5, 0.5, 1.0), np.random.default_rng(seed))
    assert area(hole) + sum(map(area, left)) == pytest.approx(0.25)
    assert shapely.union_all([shapely.box(*rect) for rect in (*left, hole)]).area == pytest.approx(
        0.25
    )


def test_a_layout_has_as_many_cells_as_asked() -> None:
    layout = lay_out(7, 2, 1.4, rng())
    assert (len(layout.base), len(layout.carved)) == (5, 2)
    assert sum(area(rect) for parts in (*layout.base, *layout.carved) for rect in parts) == (
        pytest.approx(1)
    )


def test_parts_are_placed_and_mirrored() -> None:
    assert within((0.5, 0.0, 1.0, 0.5), (0.0, 0.5, 0.5, 1.0)) == (0.5, 0.25, 0.75, 0.5)
    assert flip((0.0, 0.0, 0.25, 1.0), is_east=True, is_south=False) == (0.75, 0.0, 1.0, 1.0)


def test_a_corner_on_a_neighbours_edge_becomes_its_vertex() -> None:
    shapes = noded(np.array([square(0, 0, 2), square(2, 0, 1), square(2, 1, 1)], dtype=object))
    assert shapely.get_coordinates(shapes[0]).tolist().count([2.0, 1.0]) == 1
    assert shapely.coverage_is_valid(shapes)
    assert shapely.coverage_union_all(shapes).area == pytest.approx(6)


def test_corners_closer_than_a_millimetre_become_one() -> None:
    shapes = noded(np.array([square(0, 0, 2), square(2 + 2e-4, 0, 2)], dtype=object))
    assert shapely.coverage_is_valid(shapes)
    assert shapely.intersection(*shapes).length == pytest.approx(2, abs=1e-3)


def test_overlapping_cells_are_refused() -> None:
    with pytest.raises(ValueError, match="tile"):
        tessellate(np.array([square(0, 0, 200), square(100, 0, 200)], dtype=object))


def test_a_cell_in_two_pieces_is_refused() -> None:
    pieces = shapely.union_all([square(0, 0, 1), square(5, 5, 1)])
    with pytest.raises(ValueError, match="MultiPolygon"):
        noded(np.array([pieces], dtype=object))


def test_a_smoothed_line_keeps_its_points() -> None:
    points = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]])
    curve = smoothed(points, 4)
    assert curve[::4] == pytest.approx(points)
    assert smoothed(np.array([[0.0, 0.0], [4.0, 0.0]]), 4)[2] == pytest.approx([2.0, 0.0])


def test_noise_stays_within_one_and_changes_slowly() -> None:
    noise = smooth_noise(200, 15, rng())
    assert noise.shape == (200,)
    assert np.abs(noise).max() <= 1
    assert np.abs(np.diff(noise)).max() < 0.35


def test_an_oval_keeps_near_its_axes() -> None:
    pond = oval(np.array([5.0, 5.0]), np.array([[4.0, 0.0], [0.0, 2.0]]), rng())
    assert pond.is_valid
    assert pond.centroid.distance(shapely.Point(5, 5)) < 1
    assert 15 < pond.area < 40


def test_an_oblong_has_its_length_along_east() -> None:
    assert oblong(np.zeros(2), EAST, 60, 12).bounds == (-30, -6, 30, 6)


@pytest.mark.parametrize(
    ("outline", "share"), [("U", 0.6248), ("L", 0.545), ("H", 0.5248), ("O", 0.792)]
)
def test_shaped_houses_fill_their_share_of_the_rectangle(outline: str, share: float) -> None:
    house = shaped(np.zeros(2), EAST, 10, 10, outline)
    assert house.is_valid
    assert house.area == pytest.approx(100 * share)


def test_slabs_fill_a_field_in_rows() -> None:
    prints = rows_of_slabs(field(200, 100), 10, 40, 50, 10, 12)
    assert [print_.row for print_ in prints] == [0, 0, 0, 1, 1, 1]
    assert prints[0].shape.bounds == pytest.approx((-90, 28, -40, 40))
    assert prints[-1].shape.bounds == pytest.approx((40, -40, 90, -28))


def test_no_slab_fits_on_a_strip() -> None:
    assert rows_of_slabs(field(200, 25), 10, 40, 50, 10, 12) == []


def test_a_mask_leaves_gaps() -> None:
    prints = masked(field(200, 100), 10, ("101", "010"), 40, 12)
    assert [print_.row for print_ in prints] == [0, 0, 1]
    assert prints[2].shape.centroid.x == pytest.approx(0)


def test_every_division_stands_after_its_parent() -> None:
    codes = [division.code for division in tree()]
    assert len(codes) == len(set(codes)) == 55
    assert all(
        parent_of(code) in codes[:n] for n, code in enumerate(codes) if kind_of(code) != "city"
    )
    assert kind_of("620201099000") == "suburb"
    assert kind_of("620201101203") == "village"
