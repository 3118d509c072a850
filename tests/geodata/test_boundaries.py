"""Boundaries change through services that prove the tiling, or not at all."""

from datetime import UTC, datetime, timedelta

import geopandas as gpd
import pytest
import shapely
from django.db import transaction

from geodata import boundaries
from geodata.boundaries import BoundaryRefused
from geodata.models import BoundaryChange, Building, Cell, CellVersion, LeaderPost
from tests.makers import SIDE, SOUTH, WEST, make_small_city, square

NOW = datetime(2026, 7, 14, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def box(column, row, width=1, height=1):
    return shapely.from_wkt(square(column, row, width=width, height=height).wkt)


def vertical(column, south=-0.1, north=2.1):
    x = WEST + SIDE * column
    return shapely.LineString([(x, SOUTH + SIDE * south), (x, SOUTH + SIDE * north)])


def rows(*places):
    """Rows of a file: (kind, code, parent code, geometry)."""
    return gpd.GeoDataFrame(
        [
            {"kind": kind, "code": code, "name": code, "name_en": "", "parent_code": parent}
            for kind, code, parent, _geometry in places
        ],
        geometry=[geometry for *_fields, geometry in places],
        index=range(1, len(places) + 1),
        crs=4490,
    )


def current(code):
    return CellVersion.objects.current().get(cell__code=code)


def test_split_leaves_the_code_with_the_larger_part():
    city = make_small_city()
    change = boundaries.split(city.cells["c"].code, vertical(5.2), by="he", at=NOW)
    assert [place.code for place in change.opened] == ["620201001002001", "620201001002002"]
    assert current("620201001002001").geom.extent[2] == pytest.approx(WEST + SIDE * 5.2)
    assert current("620201001002002").geom.extent[0] == pytest.approx(WEST + SIDE * 5.2)


def test_split_keeps_the_old_version():
    city = make_small_city()
    boundaries.split(city.cells["c"].code, vertical(5.2), by="he", at=NOW)
    old = CellVersion.objects.get(cell=city.cells["c"], valid_to=NOW)
    assert old.closed_by.made_by == "he"
    assert CellVersion.objects.valid_on(NOW - timedelta(days=1)).count() == 4
    assert CellVersion.objects.valid_on(NOW).count() == 5


def test_split_moves_posts_and_lists_what_moves():
    city = make_small_city()
    change = boundaries.split(city.cells["a"].code, vertical(1.1), by="he", at=NOW)
    # post and building a1 lie at 0.2–0.8, well in the larger part: nothing moves but the empty rest
    assert change.posts_moved == ()
    change = boundaries.split(city.cells["b"].code, vertical(3.1), by="he", at=NOW)
    assert change.buildings_moved == ()
    change = boundaries.split(city.cells["c"].code, vertical(4.9), by="he", at=NOW)
    assert [(move.name, move.after) for move in change.buildings_moved] == [
        ("building-c1", "620201001002002")
    ]
    assert LeaderPost.objects.get(name="post-c1").cell.code == "620201001002002"


def test_split_through_a_building_is_refused_with_its_place():
    city = make_small_city()
    LeaderPost.objects.all().delete()
    with pytest.raises(BoundaryRefused) as refusal, transaction.atomic():
        boundaries.split(city.cells["a"].code, vertical(0.5), by="he", at=NOW)
    (first, *_rest) = refusal.value.faults
    assert first["reason"] == "building-a1"
    assert first["lon"] == pytest.approx(WEST + SIDE * 0.5, abs=SIDE)
    assert Cell.objects.count() == 4


def test_split_through_a_post_is_refused():
    city = make_small_city()
    with pytest.raises(BoundaryRefused, match="责任区"), transaction.atomic():
        boundaries.split(city.cells["a"].code, vertical(0.25), by="he", at=NOW)


def test_a_line_beside_the_cell_splits_nothing():
    city = make_small_city()
    with pytest.raises(BoundaryRefused, match="没有把网格分成两块"):
        boundaries.split(city.cells["a"].code, vertical(3), by="he", at=NOW)


def test_a_retired_code_is_never_used_again():
    city = make_small_city()
    boundaries.split(city.cells["c"].code, vertical(5.2), by="he", at=NOW)
    boundaries.merge(["620201001002001", "620201001002002"], by="he", at=NOW + timedelta(minutes=1))
    boundaries.split(city.cells["c"].code, vertical(5.2), by="he", at=NOW + timedelta(minutes=2))
    assert current("620201001002003")
    assert not CellVersion.objects.current().filter(cell__code="620201001002002").exists()


def test_merge_gives_the_first_cell_the_union():
    city = make_small_city()
    change = boundaries.merge([city.cells["b"].code, city.cells["a"].code], by="he", at=NOW)
    assert [place.code for place in change.opened] == [city.cells["b"].code]
    assert current(city.cells["b"].code).geom.extent == pytest.approx(
        square(0, 0, width=4, height=2).extent
    )
    assert set(city.cells["b"].posts.values_list("name", flat=True)) == {
        "post-a1",
        "post-a2",
        "post-b1",
    }


def test_cells_of_two_communities_do_not_merge():
    city = make_small_city()
    with pytest.raises(BoundaryRefused, match="同一社区"):
        boundaries.merge([city.cells["b"].code, city.cells["c"].code], by="he", at=NOW)


def test_cells_that_do_not_touch_do_not_merge():
    city = make_small_city()
    boundaries.split(city.cells["a"].code, vertical(1.1), by="he", at=NOW)
    with pytest.raises(BoundaryRefused, match="不相邻"):
        boundaries.merge(
            [city.cells["a"].code, city.cells["b"].code], by="he", at=NOW + timedelta(minutes=1)
        )


def test_redraw_moves_a_shared_border():
    city = make_small_city()
    change = boundaries.redraw(
        {city.cells["a"].code: box(0, 0, 1.5, 2), city.cells["b"].code: box(1.5, 0, 2.5, 2)},
        by="he",
        at=NOW,
    )
    assert len(change.opened) == len(change.closed) == 2


BAD_REDRAWS = {
    "overlap": ({"a": box(0, 0, 2.5, 2)}, "overlaps"),
    "gap": ({"a": box(0, 0, 1.5, 2)}, "gaps"),
    "outside the community": ({"b": box(2, 0, 2.5, 2)}, "outside"),
    "sliver": ({"a": box(0, 0, 1.9995, 2)}, "slivers"),
}


@pytest.mark.parametrize(("cells", "kind"), BAD_REDRAWS.values(), ids=BAD_REDRAWS.keys())
def test_a_redraw_that_does_not_tile_is_refused_with_its_place(cells, kind):
    city = make_small_city()
    LeaderPost.objects.all().delete()
    with pytest.raises(BoundaryRefused) as refusal, transaction.atomic():
        boundaries.redraw(
            {city.cells[key].code: shape for key, shape in cells.items()}, by="he", at=NOW
        )
    assert kind in {fault["kind"] for fault in refusal.value.faults}
    for fault in refusal.value.faults:
        assert WEST - SIDE < fault["lon"] < WEST + 9 * SIDE
        assert SOUTH - SIDE < fault["lat"] < SOUTH + 3 * SIDE
    assert BoundaryChange.objects.filter(made_by="he").count() == 0


def test_load_numbers_cells_west_to_east_and_north_to_south():
    city = make_small_city()
    CellVersion.objects.filter(cell=city.cells["d"]).delete()
    LeaderPost.objects.filter(cell=city.cells["d"]).delete()
    boundaries.load(
        rows(
            ("base", "", "620201002001", box(6, 0, 1, 1)),
            ("base", "", "620201002001", box(7, 1, 1, 1)),
            ("dedicated", "", "", box(7, 0, 1, 1)),
            ("base", "", "", box(6, 1, 1, 1)),
        ),
        by="he",
        at=NOW,
    )
    # 001 was used by the cell that is gone, so numbers begin at 002: north row, then south row
    west_to_east = [
        CellVersion.objects.at(square(column, row).centroid, on=NOW).cell.code[-3:]
        for column, row in ((6, 1), (7, 1), (6, 0), (7, 0))
    ]
    assert west_to_east == ["002", "003", "004", "005"]


def test_load_refuses_what_is_there_already():
    city = make_small_city()
    with pytest.raises(BoundaryRefused, match="--replace") as refusal:
        boundaries.load(
            rows(("base", city.cells["c"].code, "620201001002", box(4, 0, 2, 2))), by="he", at=NOW
        )
    assert refusal.value.faults[0]["rows"] == [1]


def test_replace_closes_what_the_file_no_longer_has():
    city = make_small_city()
    LeaderPost.objects.all().delete()
    change = boundaries.load(
        rows(("base", "620201001001007", "620201001001", box(0, 0, 4, 2))),
        by="he",
        at=NOW,
        replace=True,
    )
    assert [place.code for place in change.closed] == [
        city.cells["a"].code,
        city.cells["b"].code,
    ]


def test_replace_keeps_versions_that_did_not_change():
    city = make_small_city()
    change = boundaries.load(
        rows(
            ("base", city.cells["a"].code, "620201001001", box(0, 0, 2, 2)),
            ("base", city.cells["b"].code, "620201001001", box(2, 0, 2, 2)),
        ),
        by="he",
        at=NOW,
        replace=True,
    )
    assert (change.kept, change.opened, change.closed) == (2, (), ())


def test_a_vanished_cell_is_refused():
    city = make_small_city()
    LeaderPost.objects.all().delete()
    with pytest.raises(BoundaryRefused) as refusal:
        boundaries.load(
            rows(("base", city.cells["a"].code, "620201001001", box(0, 0, 2, 2))),
            by="he",
            at=NOW,
            replace=True,
        )
    assert {fault["kind"] for fault in refusal.value.faults} == {"gaps"}


def test_a_community_cannot_move_without_its_cells():
    make_small_city()
    with pytest.raises(BoundaryRefused):
        boundaries.load(
            rows(
                ("community", "620201001001", "620201001000", box(0, 0, 3, 2)),
                ("community", "620201001002", "620201001000", box(3, 0, 3, 2)),
            ),
            by="he",
            at=NOW,
            replace=True,
        )


def test_a_row_without_a_parent_is_refused_with_its_row():
    make_small_city()
    with pytest.raises(BoundaryRefused) as refusal:
        boundaries.load(rows(("base", "", "", box(20, 0))), by="he", at=NOW)
    assert refusal.value.faults[0]["rows"] == [1]


def test_preview_lists_what_moves_and_changes_nothing():
    city = make_small_city()
    change = boundaries.preview(
        boundaries.split, code=city.cells["c"].code, line=vertical(4.9), by="he", at=NOW
    )
    assert [move.name for move in change.buildings_moved] == ["building-c1"]
    assert [move.name for move in change.posts_moved] == ["post-c1"]
    assert Cell.objects.count() == 4
    assert CellVersion.objects.current().count() == 4
    assert BoundaryChange.objects.filter(action="split").count() == 0


def test_an_edit_of_a_boundary_that_began_meanwhile_is_refused():
    city = make_small_city()
    boundaries.split(city.cells["c"].code, vertical(5.2), by="he", at=NOW)
    with pytest.raises(BoundaryRefused, match="刚刚被别人改过"):
        boundaries.split(city.cells["c"].code, vertical(5.1), by="li", at=NOW)


def test_an_unknown_cell_is_named():
    make_small_city()
    with pytest.raises(BoundaryRefused, match="620201001001999"):
        boundaries.redraw({"620201001001999": box(0, 0)}, by="he", at=NOW)


def test_no_building_is_lost_by_any_change():
    city = make_small_city()
    boundaries.split(city.cells["c"].code, vertical(5.2), by="he", at=NOW)
    assert Building.objects.count() == 5
