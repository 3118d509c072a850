"""On every road by which a case can be seen, everybody sees what brute force says."""

from pathlib import Path
from random import Random

import geopandas as gpd
import openpyxl
import pytest

from geodata.models import Area, Building, Cell, LeaderPost
from gridmap.accounts.scope import Scope
from gridmap.console.cases import photo_views
from gridmap.incidents.querysets import IncidentQuerySet
from layers import tiles
from layers.caches import LeastRecent
from layers.early import Pass
from tests.incidents import conditional
from tests.incidents.random_offices import SEED, RandomOffices, at_that_moment
from tests.incidents.roads_of_places import ALL_ROADS, TILE
from tests.incidents.roads_to_many import AT_THE_DESK, Asked, Road, differences

PEOPLE = 30
# Of an answer without a file.
EMPTY = 422


def asking(offices: RandomOffices) -> list[Asked]:
    """A sample of people; half ask for a case that they see, half for one that they do not."""
    draw, rows, sample = Random(SEED), offices.rows(), offices.sample(PEOPLE)
    offices.tell(sample)
    people = []
    for number, sight in enumerate(offices.sights(sample)):
        seen = sight.codes()
        wanted = [case for case in rows if (case.code in seen) == bool(number % 2)]
        people.append(Asked(offices, sight, [draw.choice(wanted or rows)], draw))
    return people


@at_that_moment
def test_everybody_sees_on_every_road_what_brute_force_says(offices: RandomOffices) -> None:
    found = [fault for asked in asking(offices) for fault in differences(ALL_ROADS, asked)]
    assert found == []


@at_that_moment
def test_without_the_scope_no_road_shows_what_brute_force_says(
    offices: RandomOffices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control, road by road: somebody sees too much."""
    people = asking(offices)
    _let_everybody_see_everything(monkeypatch)
    assert [name for name, road in ALL_ROADS.items() if not _is_missed(name, road, people)] == []


def _let_everybody_see_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    # What has been put into words within somebody's scope is kept for the next tile.
    monkeypatch.setattr(tiles, "_statements", LeastRecent(1, lambda _statement: 1))
    monkeypatch.setattr(IncidentQuerySet, "visible_to", lambda rows, _scope: rows.all())
    areas_of_all = frozenset(Area.objects.values_list("pk", flat=True))
    # The cells that are led stand before the cases in them.
    monkeypatch.setattr(Scope, "areas_of", lambda _scope, _roles: areas_of_all)
    places = {"areas": Area, "cells": Cell, "posts": LeaderPost, "buildings": Building}
    for name, model in places.items():
        monkeypatch.setattr(Scope, name, lambda _scope, model=model: model.objects.all())


def _is_missed(name: str, road: Road, people: list[Asked]) -> bool:
    return any(list(differences({name: road}, asked)) for asked in people)


@at_that_moment
def test_nobody_is_told_that_what_another_was_shown_still_holds(offices: RandomOffices) -> None:
    first, *others = _conditional(offices)
    assert list(conditional.faults(first, others)) == []
    # What one was shown oneself does hold.
    photo = next(path for path, _ in conditional.addresses(first) if "/photos/" in path)
    tag = conditional.ask(first, photo).tag
    assert conditional.ask(first, photo, tag).status == conditional.NOT_MODIFIED
    tag = conditional.ask_early(first, TILE).tag
    assert conditional.ask_early(first, TILE, tag).status == conditional.NOT_MODIFIED


def _conditional(offices: RandomOffices) -> list[Asked]:
    """The one who sees everything, and others who ask with what that one was shown."""
    sights = offices.sights([offices.admin, *offices.sample(0)])
    sights.sort(key=lambda sight: sight.user != offices.admin)
    draw = Random(SEED)
    cases = draw.sample([case for case in sights[0].cases if case.geom is not None], 1)
    return [Asked(offices, sight, cases, draw) for sight in sights[:8]]


@at_that_moment
def test_a_photo_without_the_scope_would_still_hold(
    offices: RandomOffices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    first, *others = _conditional(offices)
    monkeypatch.setattr(photo_views, "has_photo", lambda _scope, _code, _digest: True)
    assert any("/photos/" in fault for fault in conditional.faults(first, others))


@at_that_moment
def test_a_tile_with_one_tag_for_all_would_still_hold(
    offices: RandomOffices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    first, *others = _conditional(offices)
    monkeypatch.setattr(Pass, "key", lambda _pass, _tile: "all")
    assert any("before Django" in fault for fault in conditional.faults(first, others))


@pytest.mark.parametrize("form", ["xlsx", "gpkg", "parquet"])
@at_that_moment
def test_a_file_of_any_kind_holds_what_brute_force_says(
    offices: RandomOffices, tmp_path: Path, form: str
) -> None:
    path, seen = tmp_path / f"cases.{form}", 0
    for sight in offices.sights(offices.sample(0)):
        if AT_THE_DESK & sight.roles:
            asked = Asked(offices, sight, [], None)
            answer = asked.client.post("/desk/export/?board=desk-cases&tab=any", {"form": form})
            path.write_bytes(b"".join(answer.streaming_content) if answer.streaming else b"")
            assert (_codes_in(path) if answer.status_code != EMPTY else set()) == sight.codes()
            seen += 1
    assert seen > 3


def _codes_in(path: Path) -> set[str]:
    if path.suffix == ".xlsx":
        names, *lines = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
        return {str(line[names.index("编号")]) for line in lines}
    return set((gpd.read_parquet if path.suffix == ".parquet" else gpd.read_file)(path)["code"])
