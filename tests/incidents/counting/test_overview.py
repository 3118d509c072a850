"""Overviews show the bins that cases lie in, those in scope and no other, at any moment."""

from datetime import date
from types import ModuleType
from typing import Any

import pytest

from geodata.querysets import day_of
from gridmap.accounts.models import Role
from gridmap.accounts.scope import Scope, scope
from gridmap.incidents.counting import Chosen, Window, count_cells, kept, overview
from gridmap.incidents.counting.folding import fold_counts, rebuild_counts
from gridmap.incidents.counting.overview import count_bins
from gridmap.incidents.counting.sums import Sums, read_sums
from gridmap.incidents.models import CountLeaf, CountSquare
from tests.incidents.counting.hands import execute
from tests.incidents.counting.stage import Stage
from tests.incidents.counting.test_reading import EVER
from tests.incidents.counting.tiles import raw_bins, tile_differences
from tests.incidents.makers import NOW, make_incident
from tests.makers import appoint, make_user

pytestmark = pytest.mark.django_db
# Around cell a.
TILE = (14, 12661, 6220)
PEOPLE = (
    ("liu", Role.DISTRICT_COMMANDER, "y", "d"),
    ("ma", Role.GRID_MEMBER, "a", "a"),
    ("ning", Role.PLANNER, "city", ""),
)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_tiles_show_the_cases_in_scope_after_any_mix_of_acts(stage: Stage) -> None:
    people = [(stage.scope, [cell.pk for cell in stage.city.cells.values()])]
    for name, role, place, keys in PEOPLE:
        who = make_user(name)
        appoint(who, role, stage.city.cells.get(place) or stage.city.areas[place])
        people.append((scope(who, day_of(NOW)), [stage.city.cells[key].pk for key in keys]))
    for number in range(40):
        stage.hand.act()
        if stage.hand.draw.random() < 0.15:
            fold_counts()
        if number % 4 == 0:
            assert differences(stage, people) == []
    fold_counts()
    assert differences(stage, people) == []
    assert CountLeaf.objects.filter(first__gt=0).count() > 20
    rebuild_counts()
    assert differences(stage, people) == []
    assert sum(map(len, raw_bins(people[0][1], 14, EVER, ()).values())) > 20


def differences(stage: Stage, people: list[tuple[Scope, list[int]]]) -> list[str]:
    found = []
    for held, cells in people:
        edges, chosen = stage.hand.question()
        found += tile_differences(held, cells, Window(edges[0], edges[-1]), chosen.topics)
    return found


def test_a_planner_is_told_of_no_bin(stage: Stage) -> None:
    ning = make_user("ning")
    appoint(ning, Role.PLANNER, stage.city.areas["city"])
    assert not len(count_bins(scope(ning, day_of(NOW)), TILE, EVER, ()).bins)
    assert len(count_bins(stage.scope, TILE, EVER, ()).bins) == 1


def test_a_table_that_is_emptied_has_no_squares(stage: Stage) -> None:
    fold_counts()
    assert CountSquare.objects.exists()
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("TRUNCATE incidents_incident CASCADE")
    assert not CountSquare.objects.exists()
    assert not CountLeaf.objects.exists()


@pytest.mark.parametrize("module", [overview, kept])
def test_squares_that_are_counted_anew_meanwhile_are_read_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, module: ModuleType
) -> None:
    fold_counts()
    times = []

    def read_and_rebuild(*asked: Any) -> Sums:
        found = read_sums(*asked)
        if not times:
            rebuild_counts()
        times.append(1)
        return found

    monkeypatch.setattr(module, "read_sums", read_and_rebuild)
    if module is overview:
        assert count_bins(stage.scope, TILE, EVER, ()).counts.tolist() == [1]
    else:
        assert count_cells(stage.scope, EVER, Chosen()).counts.sum() == 1
    assert len(times) == 2


def test_a_case_before_all_days_and_one_after_all_are_in_no_window(stage: Stage) -> None:
    for year in (1860, 2190):
        make_incident(stage.chen, occurred_at=NOW.replace(year=year))
    fold_counts()
    ever = Window(date(1900, 1, 1), date(2079, 1, 1))
    assert count_bins(stage.scope, TILE, ever, ()).counts.sum() == 1
    assert count_cells(stage.scope, ever, Chosen()).counts.sum() == 1


def test_other_zooms_have_no_overview(stage: Stage) -> None:
    with pytest.raises(ValueError, match="zoom"):
        count_bins(stage.scope, (15, 0, 0), EVER, ())


@pytest.mark.parametrize("zoom", [10, 11, 14])
def test_a_tile_that_lies_nowhere_has_nothing(stage: Stage, zoom: int) -> None:
    for x, y in ((0, 0), (2**zoom - 1, 2**zoom - 1), (99_999, 99_999)):
        assert not len(count_bins(stage.scope, (zoom, x, y), EVER, ()).bins)
