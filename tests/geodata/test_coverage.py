"""The proof that areas tile: each rule by hand, then random breakages against an oracle."""

import time

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geodata.coverage import check_coverage
from geodata.coverage_search import MAX_FAULTS
from geodata.polygons import MAX_VERTICES
from tests.geodata.tessellations import names_of, outline_of, tessellation

box = shapely.box


def check(*shapes, **options):
    cells = np.array([*shapes, None], dtype=object)[:-1]
    return check_coverage([f"c{i}" for i in range(len(cells))], cells, **options)


def counts(report):
    """How many faults of each kind, without the kinds that have none."""
    lists = {kind: found for kind, found in report.as_dict().items() if isinstance(found, list)}
    return {kind: len(found) for kind, found in lists.items() if found}


def comb(teeth, *, upright):
    """A valid polygon that crosses its twin `4 * teeth ** 2` times."""
    tooth = np.array([(0.1, 0.5), (0.1, teeth), (0.5, teeth), (0.5, 0.5)])
    points = np.vstack([tooth + np.array([i, 0]) for i in range(teeth)])
    ring = np.vstack([[(0, 0)], points, [(teeth, 0.5), (teeth, 0)]])
    return shapely.Polygon(ring if upright else ring[:, ::-1])


def with_one_coordinate(value):
    square = box(0, 0, 9, 9)
    ring = shapely.get_coordinates(square)
    ring[1, 1] = value
    return shapely.set_coordinates(square, ring)


class TestWhatTiles:
    def test_two_squares_side_by_side(self):
        report = check(box(0, 0, 100, 100), box(100, 0, 200, 100), within=box(0, 0, 200, 100))
        assert report.ok
        assert counts(report) == {}

    def test_nothing_at_all(self):
        assert check().ok

    def test_a_cell_that_fills_the_hole_of_another(self):
        park = box(40, 40, 60, 60)
        ring = box(0, 0, 100, 100).difference(park)
        assert check(ring, park, within=box(0, 0, 100, 100)).ok
        assert check(ring, park).ok

    def test_a_cell_in_two_parts(self):
        whole = box(0, 0, 300, 100)
        parts = shapely.union(box(0, 0, 100, 100), box(200, 0, 300, 100))
        assert check(parts, box(100, 0, 200, 100), within=whole).ok

    def test_a_hole_of_the_outer_boundary(self):
        outline = box(0, 0, 100, 100).difference(box(40, 40, 60, 60))
        halves = [
            outline.intersection(box(0, 0, 50, 100)),
            outline.intersection(box(50, 0, 100, 100)),
        ]
        assert check(*halves, within=outline).ok

    def test_without_outer_boundary_a_large_hole_is_an_enclave(self):
        report = check(box(0, 0, 100, 100).difference(box(30, 30, 60, 60)))
        assert report.ok
        assert [fault.area_m2 for fault in report.enclaves] == [pytest.approx(900)]

    def test_a_corner_in_the_middle_of_a_neighbours_edge(self):
        assert check(box(0, 0, 50, 100), box(50, 0, 100, 30), box(50, 30, 100, 100)).ok

    def test_edges_that_differ_by_less_than_the_tolerance(self):
        cells = box(0, 0, 100, 100), box(100.04, 0, 200, 100)
        assert check(*cells, within=box(0, 0, 200, 100)).ok
        assert check(*cells).ok
        assert not check(*cells, within=box(0, 0, 200, 100), tolerance_m=0.03).ok

    def test_several_outer_boundaries_together(self):
        report = check(
            box(0, 0, 100, 100),
            box(100, 0, 200, 100),
            within=np.array([box(0, 0, 150, 100), box(150, 0, 200, 100)]),
        )
        assert report.ok


class TestWhatDoesNot:
    def test_an_overlap_has_its_area_place_and_names(self):
        report = check(box(0, 0, 100, 100), box(90, 0, 200, 100), within=box(0, 0, 200, 100))
        (fault,) = report.overlaps
        assert (fault.cells, fault.rows) == (("c0", "c1"), (1, 2))
        assert fault.area_m2 == pytest.approx(1000)
        assert 90 < fault.x < 100
        assert 0 < fault.y < 100
        assert str(fault.reason) == "重叠 1,000 m²"

    def test_a_cell_inside_another_is_an_overlap(self):
        report = check(box(0, 0, 100, 100), box(40, 40, 60, 60))
        assert counts(report) == {"overlaps": 1, "edges": 1}

    def test_the_same_cell_twice_is_an_overlap(self):
        assert check(box(0, 0, 100, 100), box(0, 0, 100, 100)).overlaps[0].area_m2 == 10_000

    def test_a_vanished_cell_is_a_gap_with_its_neighbours(self):
        cells = [box(0, 0, 100, 100), box(200, 0, 300, 100)]
        report = check(*cells, within=box(0, 0, 300, 100))
        (fault,) = report.gaps
        assert fault.area_m2 == pytest.approx(10_000)
        assert fault.cells == ("c0", "c1")
        assert 100 < fault.x < 200

    def test_all_cells_vanished_is_a_gap(self):
        assert counts(check(within=box(0, 0, 9, 9))) == {"gaps": 1}

    def test_ground_between_cells_is_a_gap_without_an_outer_boundary_too(self):
        report = check(box(0, 0, 100, 100).difference(box(30, 30, 40, 60)))
        assert [fault.area_m2 for fault in report.gaps] == [pytest.approx(300)]

    def test_a_gap_around_an_island_is_no_enclave(self):
        ring = box(0, 0, 100, 100).difference(box(30, 30, 70, 70))
        report = check(ring, box(35, 35, 65, 65))
        assert [fault.area_m2 for fault in report.gaps] == [pytest.approx(700)]

    def test_a_narrow_gap_is_a_sliver(self):
        report = check(box(0, 0, 100, 100), box(100.5, 0, 200, 100), within=box(0, 0, 200, 100))
        (fault,) = report.slivers
        assert fault.area_m2 == pytest.approx(50)
        assert fault.cells == ("c0", "c1")

    def test_a_crack_that_opens_to_the_outside_is_a_sliver_too(self):
        (fault,) = check(box(0, 0, 100, 100), box(100.5, 0, 200, 100)).slivers
        assert fault.area_m2 == pytest.approx(50, rel=0.05)
        assert fault.cells == ("c0", "c1")

    def test_a_sharp_notch_in_the_outer_border_is_no_crack(self):
        one = shapely.Polygon([(0, 0), (100, 0), (100, 100), (99.3, 110), (0, 100)])
        other = shapely.Polygon([(100, 0), (200, 0), (200, 100), (100.7, 110), (100, 100)])
        assert check(one, other).ok

    def test_what_lies_outside_has_its_cell_and_area(self):
        report = check(box(0, 0, 100, 100), box(100, 0, 230, 100), within=box(0, 0, 200, 100))
        (fault,) = report.outside
        assert fault.cells == ("c1",)
        assert fault.area_m2 == pytest.approx(3000)
        assert fault.x > 200

    def test_edges_that_differ_are_named_beside_other_faults(self):
        report = check(
            box(0, 0, 100, 100), box(100.01, 0, 200, 100), box(195, 0, 300, 100),
            within=box(0, 0, 300, 100),
        )  # fmt: skip
        assert [fault.tolerated for fault in report.slivers] == [True]
        assert [fault.tolerated for fault in report.overlaps] == [False]
        assert not report.ok

    def test_with_no_tolerance_the_least_difference_counts(self):
        cells = box(0, 0, 100, 100), box(100 - 1e-6, 0, 200, 100)
        assert check(*cells).ok
        assert counts(check(*cells, tolerance_m=0)) == {"overlaps": 1, "edges": 2}

    def test_the_largest_fault_comes_first(self):
        report = check(
            box(0, 0, 100, 100), box(95, 0, 200, 100), box(150, 0, 300, 100),
            within=box(0, 0, 300, 100),
        )  # fmt: skip
        assert [round(fault.area_m2) for fault in report.overlaps] == [5000, 500]


class TestWhatIsInvalid:
    BOW_TIE = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])

    def test_a_bow_tie_is_named_where_it_crosses_and_hides_its_own_gap(self):
        report = check(self.BOW_TIE, box(100, 0, 200, 100), within=box(0, 0, 200, 100))
        (fault,) = report.invalid
        assert (fault.cells, fault.rows, fault.x, fault.y) == (("c0",), (1,), 50, 50)
        assert counts(report) == {"invalid": 1, "edges": 2}

    def test_other_faults_are_found_beside_it(self):
        report = check(
            self.BOW_TIE, box(100, 0, 210, 100), box(200, 0, 300, 100),
            within=box(0, 0, 400, 100),
        )  # fmt: skip
        assert counts(report) == {"invalid": 1, "overlaps": 1, "gaps": 1, "edges": 3}

    @pytest.mark.parametrize(
        ("shape", "reason"),
        [
            (None, "没有几何"),
            (shapely.Polygon(), "几何为空"),
            (shapely.Point(1, 1), "需要面，这里是 Point"),
            (shapely.GeometryCollection([box(0, 0, 1, 1)]), "需要面，这里是 GeometryCollection"),
            (with_one_coordinate(np.nan), "坐标不是有限的数"),
            (with_one_coordinate(np.inf), "坐标不是有限的数"),
            (shapely.Polygon([(0, 0), (1, 1), (0, 0)]), "环的点数不足"),
            (
                shapely.Polygon(box(0, 0, 9, 9).exterior, [box(20, 20, 22, 22).exterior]),
                "内环在外环之外",
            ),
            (
                shapely.MultiPolygon([box(0, 0, 9, 9), box(2, 2, 3, 3)]),
                "多个部分互相嵌套",
            ),
            (
                shapely.Point(0, 0).buffer(9, quad_segs=MAX_VERTICES // 4 + 1),
                f"顶点太多：{MAX_VERTICES + 5}，上限 {MAX_VERTICES}",
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_is_no_area_is_named(self, shape, reason):
        report = check(shape, box(100, 0, 200, 100))
        assert [str(fault.reason) for fault in report.invalid] == [reason]
        assert report.invalid[0].cells == ("c0",)

    def test_an_outer_boundary_that_crosses_itself(self):
        report = check(box(0, 0, 100, 100), within=self.BOW_TIE)
        (fault,) = report.invalid
        assert str(fault.reason) == "外边界：边界自相交"
        assert not fault.cells

    def test_no_outer_boundary_where_one_was_wanted(self):
        report = check(box(0, 0, 9, 9), within=np.array([], dtype=object))
        assert [str(fault.reason) for fault in report.invalid] == ["外边界：没有几何"]

    @pytest.mark.parametrize("tolerance", [-1, np.nan, np.inf])
    def test_a_tolerance_that_is_no_length_is_an_error(self, tolerance):
        with pytest.raises(ValueError, match="tolerance"):
            check(box(0, 0, 9, 9), tolerance_m=tolerance)

    def test_names_must_be_as_many_as_cells(self):
        with pytest.raises(ValueError, match="length"):
            check_coverage(["a"], np.array([box(0, 0, 1, 1), box(1, 0, 2, 1)]))


class TestBombs:
    """Small inputs that would take minutes in an overlay; each is answered within seconds."""

    @pytest.fixture(autouse=True)
    def clock(self):
        started = time.monotonic()
        yield
        assert time.monotonic() - started < 20

    def test_two_combs_are_refused_unmeasured(self):
        report = check(comb(1000, upright=True), comb(1000, upright=False))
        (fault,) = report.overlaps
        assert fault.area_m2 is None
        assert "无法计算" in fault.reason

    def test_a_comb_as_outer_boundary_is_refused_unmeasured(self):
        report = check(comb(1000, upright=True), within=comb(1000, upright=False))
        assert counts(report) == {"outside": 1}

    def test_a_tangle_is_never_repaired(self):
        points = np.random.default_rng(1).random((MAX_VERTICES - 1, 2)) * 100
        report = check(shapely.Polygon(points), box(100, 0, 200, 100))
        assert counts(report)["invalid"] == 1

    def test_many_tangles_on_one_place(self):
        rng = np.random.default_rng(2)
        report = check(*[shapely.Polygon(rng.random((500, 2))) for _ in range(200)])
        assert counts(report) == {"invalid": 200, "overlaps": 1}
        assert not report.ok

    def test_seven_thousand_copies(self):
        report = check(*[box(0, 0, 100, 100)] * 7000)
        assert not report.is_complete
        assert len(report.overlaps) >= MAX_FAULTS


class TestReport:
    def test_the_dictionary_has_the_promised_keys_and_degrees(self):
        report = check(box(0, 0, 100, 100), box(90, 0, 200, 100))
        told = report.as_dict(lambda x, y: (x / 1000, y / 1000))
        assert set(told) == {
            "ok", "complete", "cells", "overlaps", "gaps", "slivers", "edges", "outside", "invalid",
        }  # fmt: skip
        assert (told["ok"], told["cells"]) == (False, 2)
        (overlap,) = told["overlaps"]
        assert overlap["area_m2"] == 1000
        assert 0.09 < overlap["lon"] < 0.1
        assert overlap["cells"] == ["c0", "c1"]

    def test_a_reason_can_be_said_in_another_language(self):
        english = {"重叠 {area} m²": "overlap of {area} m²"}
        report = check(box(0, 0, 100, 100), box(90, 0, 200, 100))
        told = report.as_dict(None, lambda text: english.get(text, text))
        assert told["overlaps"][0]["reason"] == "overlap of 1,000 m²"
        assert told["overlaps"][0]["lon"] is None

    def test_a_reason_within_a_reason_is_said_too(self):
        english = {"外边界：{reason}": "outer boundary: {reason}", "几何为空": "empty"}
        report = check(box(0, 0, 1, 1), within=shapely.Polygon())
        assert report.invalid[0].reason.said(english.__getitem__) == "outer boundary: empty"

    def test_rows_may_be_those_of_a_file(self):
        cells = np.array([box(0, 0, 100, 100), box(90, 0, 200, 100)])
        report = check_coverage(["a", "b"], cells, rows=[17, 4])
        assert report.overlaps[0].rows == (17, 4)


SIZES = st.integers(2, 6)
SEEDS = st.integers(0, 2**32 - 1)


@given(seed=SEEDS, columns=SIZES, rows=SIZES, bends=st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_a_clean_tessellation_never_alarms(seed, columns, rows, bends):
    cells = tessellation(np.random.default_rng(seed), columns, rows, bends=bends)
    for within in (None, outline_of(cells)):
        for tolerance in (0, 0.05):
            report = check_coverage(names_of(cells), cells, within=within, tolerance_m=tolerance)
            assert report.ok
            assert not report.enclaves


def delete(rng, cells, victim):
    return np.delete(cells, victim)


def enlarge(rng, cells, victim):
    cells = cells.copy()
    cells[victim] = shapely.buffer(cells[victim], rng.uniform(0.2, 30))
    return cells


def shrink(rng, cells, victim):
    cells = cells.copy()
    cells[victim] = shapely.buffer(cells[victim], -rng.uniform(0.2, 30))
    return cells


def shift_vertex(rng, cells, victim):
    cells = cells.copy()
    ring = shapely.get_coordinates(cells[victim])[:-1]
    angle = rng.uniform(0, 2 * np.pi)
    ring[rng.integers(len(ring))] += rng.uniform(2, 40) * np.array([np.cos(angle), np.sin(angle)])
    cells[victim] = shapely.Polygon(ring)
    return cells


def shift_cell(rng, cells, victim):
    cells = cells.copy()
    step = rng.uniform(0.5, 60, 2)
    cells[victim] = shapely.transform(cells[victim], lambda xy: xy + step)
    return cells


BREAKAGES = [delete, enlarge, shrink, shift_vertex, shift_cell]


@example(seed=600, columns=2, rows=4, breakage=shift_vertex)
@given(seed=SEEDS, columns=SIZES, rows=SIZES, breakage=st.sampled_from(BREAKAGES))
@settings(max_examples=150, deadline=None)
def test_every_breakage_is_found_with_its_ground(seed, columns, rows, breakage):
    rng = np.random.default_rng(seed)
    clean = tessellation(rng, columns, rows)
    outline = outline_of(clean)
    victim = int(rng.integers(len(clean)))
    cells = breakage(rng, clean, victim)
    names = [
        name for i, name in enumerate(names_of(clean)) if breakage is not delete or i != victim
    ]
    report = check_coverage(names, cells, within=outline)
    assert not report.ok
    if report.invalid:
        assert report.invalid[0].cells == (f"c{victim}",)
        return
    near = shapely.buffer(clean[victim], 200)
    for fault in report.faults:
        assert shapely.intersects_xy(near, fault.x, fault.y)
    assert_areas_add_up(report, cells, outline)
    assert_points_agree(report, cells, outline, rng)


def area_of(faults):
    return sum(fault.area_m2 for fault in faults)


def assert_areas_add_up(report, cells, outline):
    """What the cells measure is the outline, less the gaps, with all that is twice or outside.

    An overlap beyond the outline would count twice, so the outside is measured cell by cell. Ground narrower
    than the tolerance of five centimetres is no overlap of its own but an edge that does not match.
    """
    beyond = shapely.area(shapely.difference(cells, outline)).sum()
    overlaps = sum(shapely.area(shapely.intersection(f.geometry, outline)) for f in report.overlaps)
    expected = outline.area - area_of(report.gaps) - area_of(report.slivers) + beyond + overlaps
    edges = sum(shapely.length(f.geometry) for f in report.faults if f.kind == "edge")
    assert shapely.area(cells).sum() == pytest.approx(expected, abs=1.0 + 0.05 * edges)


def assert_points_agree(report, cells, outline, rng):
    """3,000 points counted one by one say the same as the shapes of the faults."""
    west, south, east, north = shapely.bounds(outline) + np.array([-80, -80, 80, 80])
    points = shapely.points(rng.uniform(west, east, 3000), rng.uniform(south, north, 3000))
    held = np.zeros(len(points), int)
    for cell in cells:
        held += shapely.contains(cell, points)
    inside = shapely.contains(outline, points)
    # What is nearer to a border than the tolerance may be judged either way.
    lines = shapely.union_all(shapely.boundary([*cells, outline]))
    clear = shapely.distance(points, lines) > 0.06

    def within_any(faults):
        shapes = [fault.geometry for fault in faults]
        return shapely.contains(shapely.union_all(shapes), points)

    bare = within_any([*report.gaps, *report.slivers])
    assert (bare == (inside & (held == 0)))[clear].all()
    assert (within_any(report.overlaps) == (held > 1))[clear].all()
    assert (within_any(report.outside) == (~inside & (held > 0)))[clear].all()
