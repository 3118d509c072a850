"""Rows of a file that do not tile, said in rows of the file."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.tiling import Tiling, check_rows, names_of, parents_of

SIDE = 0.004
# Degrees; about four decimetres.
HAIR = 5e-6


def box(west: float, south: float, width: float = 1, height: float = 1) -> shapely.Polygon:
    x, y = 98.2 + SIDE * west, 39.7 + SIDE * south
    return shapely.box(x, y, x + SIDE * width, y + SIDE * height)


def rows(*places: tuple[str, str, shapely.Geometry | None], first: int = 1) -> gpd.GeoDataFrame:
    """Code, code of the parent, shape; rows are numbered from `first`."""
    return gpd.GeoDataFrame(
        {"code": [code for code, *_ in places], "parent_code": [parent for _, parent, _ in places]},
        geometry=[shape for *_, shape in places],
        index=range(first, first + len(places)),
        crs=4490,
    )


# Two communities side by side, each of two cells: a, b | c, d.
PARENTS = rows(("p", "", box(0, 0, 2, 2)), ("q", "", box(2, 0, 2, 2)))
GOOD = {"a": box(0, 0, 1, 2), "b": box(1, 0, 1, 2), "c": box(2, 0, 1, 2), "d": box(3, 0, 1, 2)}


def check(**changed: shapely.Geometry) -> Tiling:
    shapes = {**GOOD, **changed}
    found = rows(*((code, "p" if code in "ab" else "q", shape) for code, shape in shapes.items()))
    return check_rows(found, PARENTS)


def said(tiling: Tiling) -> list[tuple[str, tuple[str, ...], tuple[int, ...]]]:
    return [(fault.kind, fault.cells, fault.rows) for fault in tiling.faults]


def test_cells_that_tile_their_communities_have_no_fault() -> None:
    assert check() == Tiling((), tolerated=0, holes_filled=0, in_parts=())


def test_ground_of_two_cells_of_different_communities_is_one_overlap() -> None:
    tiling = check(b=box(1, 0, 1.5, 2))
    assert said(tiling) == [("overlap", ("b", "c"), (2, 3))]
    (overlap,) = tiling.faults
    # Half a square wide and two high, on the ellipsoid: 171 m by 888 m.
    assert overlap.area_m2 == pytest.approx(152_100, rel=0.01)
    assert (overlap.x, overlap.y) == pytest.approx((98.2 + 2.25 * SIDE, 39.7 + SIDE), abs=SIDE)


def test_a_cell_that_takes_ground_of_another_community_is_outside() -> None:
    tiling = check(b=box(1, 0, 1.5, 2), c=box(2.5, 0, 0.5, 2))
    assert said(tiling) == [("outside", ("b", "q"), (2,))]
    assert shapely.bounds(tiling.faults[0].geometry) == pytest.approx(box(2, 0, 0.5, 2).bounds)


def test_a_cell_beyond_every_parent_is_outside() -> None:
    assert said(check(d=box(3, 0, 1.5, 2))) == [("outside", ("d",), (4,))]


def test_a_gap_names_the_neighbour_of_its_longest_border_first() -> None:
    tiling = check(a=shapely.difference(box(0, 0, 1, 2), box(0.9, 0.1, 0.1, 1.5)))
    assert [(fault.kind, fault.cells[0]) for fault in tiling.faults] == [("gap", "a")]


def test_a_narrow_gap_is_a_sliver_and_its_edges_are_not_named_again() -> None:
    x, y = 98.2, 39.7
    narrow = shapely.box(x, y, x + SIDE - HAIR, y + 2 * SIDE)
    (sliver,) = check(a=narrow).faults
    assert (sliver.kind, set(sliver.cells), set(sliver.rows)) == ("sliver", {"a", "b"}, {1, 2})


def test_a_row_that_crosses_itself_leaves_no_gap() -> None:
    corners = shapely.get_coordinates(GOOD["c"])
    corners[[1, 2]] = corners[[2, 1]]
    assert said(check(c=shapely.Polygon(corners))) == [("invalid", ("c",), (3,))]


def test_a_missing_shape_is_invalid_and_has_no_place() -> None:
    tiling = check(c=None)
    assert ("invalid", ("c",), (3,)) in said(tiling)
    assert {fault.x for fault in tiling.faults if fault.kind == "invalid"} == {None}


def test_holes_that_other_cells_fill_and_parts_are_told() -> None:
    hole, apart = box(0.4, 0.5, 0.2, 0.2), box(3.5, 1.5, 0.5, 0.5)
    found = rows(
        ("a", "p", shapely.union_all([shapely.difference(GOOD["a"], hole), apart])),
        ("e", "p", hole),
        ("b", "p", GOOD["b"]),
        ("c", "q", GOOD["c"]),
        ("d", "q", shapely.difference(GOOD["d"], apart)),
    )
    parents = rows(
        ("p", "", shapely.union_all([box(0, 0, 2, 2), apart])),
        ("q", "", shapely.difference(box(2, 0, 2, 2), apart)),
    )
    assert check_rows(found, parents) == Tiling((), 0, holes_filled=1, in_parts=(("a", 2),))


def test_areas_without_a_parent_need_only_meet() -> None:
    assert check_rows(rows(("a", "", box(0, 0)), ("b", "", box(1, 0))), None).faults == ()


def test_a_row_without_a_code_is_called_by_its_number() -> None:
    assert names_of(rows(("", "", box(0, 0)), ("x", "", box(1, 0)), first=7)) == ["#7", "x"]


def test_a_parent_is_found_by_code_else_by_place_else_not_at_all() -> None:
    found = rows(("a", "q", box(0, 0)), ("b", "", box(1, 0)), ("c", "", box(9, 9)), ("d", "", None))
    assert np.array_equal(parents_of(found, PARENTS), [1, 0, -1, -1])
