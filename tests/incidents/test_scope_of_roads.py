"""On every road by which a case can be seen, everybody sees what brute force says."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from io import BytesIO
from random import Random
from typing import Any
from uuid import uuid4

import geopandas as gpd
import openpyxl
import pytest
import time_machine
from django.db import transaction
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from geodata.models import Area, Building, Cell, LeaderPost
from geodata.versions import bump_data_version
from gridmap.accounts import middleware
from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import Scope
from gridmap.accounts.services import appoint, end_appointment
from gridmap.console.cases import photo_views
from gridmap.incidents.models import Incident
from gridmap.incidents.querysets import IncidentQuerySet
from layers.early import Pass
from tests.incidents import conditional
from tests.incidents.makers import NOW
from tests.incidents.random_offices import SEED, RandomOffices
from tests.incidents.roads_to_many import AT_THE_DESK, DESKS, ROADS, Asked, Road, Words, differences
from tests.incidents.roads_of_places import ROADS_OF_PLACES, TILE
from tests.incidents.roads_to_one import ROADS_TO_ONE
from tests.makers import appoint as make_appointment
from tests.makers import make_team, make_user

ALL_ROADS = ROADS | ROADS_TO_ONE | ROADS_OF_PLACES
PEOPLE = 30
# Of an answer without a file.
EMPTY = 422


@pytest.fixture(scope="module")
def made_offices(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RandomOffices]:
    """Made once for all tests here, and undone."""
    with (
        django_db_blocker.unblock(),
        override_settings(PHOTO_DIR=tmp_path_factory.mktemp("photos")),
        time_machine.travel(NOW, tick=False),
        transaction.atomic(),
    ):
        offices = RandomOffices(NOW)
        offices.photograph()
        offices.tell(offices.sample(PEOPLE))
        bump_data_version()
        yield offices
        transaction.set_rollback(True)


@pytest.fixture
def offices(made_offices: RandomOffices) -> Iterator[RandomOffices]:
    with transaction.atomic():
        yield made_offices
        transaction.set_rollback(True)


def asking(offices: RandomOffices) -> list[Asked]:
    """A sample of people; half ask for a case that they see, half for one that they do not."""
    draw, rows = Random(SEED), offices.rows()
    people = []
    for number, sight in enumerate(offices.sights(offices.sample(PEOPLE))):
        seen = sight.codes()
        wanted = [case for case in rows if (case.code in seen) == bool(number % 2)]
        people.append(Asked(offices, sight, [draw.choice(wanted or rows)], draw))
    return people


def test_everybody_sees_on_every_road_what_brute_force_says(offices: RandomOffices) -> None:
    found = [fault for asked in asking(offices) for fault in differences(ALL_ROADS, asked)]
    assert found == []


def test_without_the_scope_no_road_shows_what_brute_force_says(
    offices: RandomOffices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control, road by road: somebody sees too much."""
    people = asking(offices)
    _let_everybody_see_everything(monkeypatch)
    bump_data_version()
    assert [name for name, road in ALL_ROADS.items() if not _is_missed(name, road, people)] == []


def _let_everybody_see_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IncidentQuerySet, "visible_to", lambda rows, _scope: rows.all())
    places = {"areas": Area, "cells": Cell, "posts": LeaderPost, "buildings": Building}
    for name, model in places.items():
        monkeypatch.setattr(Scope, name, lambda _scope, model=model: model.objects.all())


def _is_missed(name: str, road: Road, people: list[Asked]) -> bool:
    return any(list(differences({name: road}, asked)) for asked in people)


def test_nobody_is_told_that_what_another_was_shown_still_holds(offices: RandomOffices) -> None:
    first, *others = _conditional(offices)
    assert list(conditional.faults(first, others)) == []
    # What one was shown oneself does hold.
    photo = next(path for path in conditional.addresses(first) if "/photos/" in path)
    tag = conditional.ask(first, photo).tag
    assert conditional.ask(first, photo, tag).status == conditional.NOT_MODIFIED
    tag = conditional.ask_early(first, TILE).tag
    assert conditional.ask_early(first, TILE, tag).status == conditional.NOT_MODIFIED


def _conditional(offices: RandomOffices) -> list[Asked]:
    """The one who sees everything, and others who ask with what that one was shown."""
    sights = offices.sights([offices.admin, *offices.sample(0)])
    sights.sort(key=lambda sight: sight.user != offices.admin)
    draw = Random(SEED)
    cases = draw.sample([case for case in sights[0].cases if case.geom is not None], 2)
    return [Asked(offices, sight, cases, draw) for sight in sights[:12]]


def test_a_photo_without_the_scope_would_still_hold(
    offices: RandomOffices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    first, *others = _conditional(offices)
    monkeypatch.setattr(photo_views, "has_photo", lambda _scope, _code, _digest: True)
    assert any("/photos/" in fault for fault in conditional.faults(first, others))


def test_a_tile_with_one_tag_for_all_would_still_hold(
    offices: RandomOffices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    first, *others = _conditional(offices)
    monkeypatch.setattr(Pass, "key", lambda _pass, _tile: "all")
    assert any("before Django" in fault for fault in conditional.faults(first, others))


@pytest.mark.parametrize("form", ["xlsx", "gpkg", "parquet"])
def test_a_file_of_any_kind_holds_what_brute_force_says(offices: RandomOffices, form: str) -> None:
    seen = 0
    for sight in offices.sights(offices.sample(0)):
        if AT_THE_DESK & sight.roles:
            asked = Asked(offices, sight, [], None)
            answer = asked.client.post("/desk/export/?board=desk-cases&tab=any", {"form": form})
            assert _codes_in(answer, form) == sight.codes()
            seen += 1
    assert seen > 3


def _codes_in(answer: Any, form: str) -> set[str]:
    if answer.status_code == EMPTY:
        return set()
    file = BytesIO(b"".join(answer.streaming_content))
    if form == "xlsx":
        names, *lines = openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True)
        return {str(line[names.index("编号")]) for line in lines}
    return set((gpd.read_parquet if form == "parquet" else gpd.read_file)(file)["code"])


class Transfer:
    """Two persons who ask on every road before and after something changes hands."""

    def __init__(self, offices: RandomOffices, one: User, other: User, cases: list[Incident]):
        self.offices, self.people = offices, [one, other]
        offices.tell(self.people)
        sights = offices.sights(self.people)
        self.asking = [Asked(offices, sight, cases, None) for sight in sights]
        for asked in self.asking:
            asked.filters = ["open=true", "topic=wages"]
            asked.tabs = dict.fromkeys(DESKS, ["all"]) | {"/desk/cases/": ["any"]}

    def look(self) -> list[dict[str, Words]]:
        return [
            {name: road.read(asked) for name, road in ALL_ROADS.items()} for asked in self.asking
        ]

    def expected(self) -> list[dict[str, Words]]:
        """What brute force says now."""
        for asked, sight in zip(self.asking, self.offices.sights(self.people), strict=True):
            asked.sight = sight
        return [
            {name: road.expected(asked) for name, road in ALL_ROADS.items()}
            for asked in self.asking
        ]

    def roads_changed(self, change: Callable[[], object]) -> set[str]:
        """The roads on which the very next request shows something else; all show what they should."""
        expected, before = self.expected(), self.look()
        assert before == expected
        change()
        expected, after = self.expected(), self.look()
        assert after == expected
        return {
            name
            for first, then in zip(before, after, strict=True)
            for name in ALL_ROADS
            if first[name] != then[name]
        }


Capture = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def at_once(django_capture_on_commit_callbacks: Capture) -> Callable[[], Any]:
    """What a commit would tell is told, though all of this is undone."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def _in_cell_a(offices: RandomOffices) -> list[Incident]:
    """An open case there that has a place."""
    cell = offices.city.cells["a"]
    return [c for c in offices.rows() if c.cell == cell and c.is_open and c.geom][:1]


def _hand_over_cell(offices: RandomOffices, at_once: Callable[[], Any]) -> set[str]:
    """By the page, in the hands of a community officer."""
    cell = offices.city.cells["a"]
    ma, bai, officer = make_user("ma"), make_user("bai"), make_user("li")
    make_appointment(ma, Role.GRID_MEMBER, cell)
    make_appointment(officer, Role.COMMUNITY_OFFICER, offices.city.areas["p"])
    page = Client()
    page.force_login(officer)
    sent = {"from_user": ma.pk, "to_user": "bai", "begins_on": offices.day.isoformat()}

    def change() -> None:
        with at_once():
            assert page.post(f"/desk/hand-over/?cell={cell.code}", sent).status_code == 302

    return Transfer(offices, ma, bai, _in_cell_a(offices)).roads_changed(change)


def _hand_over_office(offices: RandomOffices, at_once: Callable[[], Any]) -> set[str]:
    """The whole city, to a new administrator."""
    old, new, city = make_user("old"), make_user("new"), offices.city.areas["city"]
    office = make_appointment(old, Role.CITY_ADMIN, city)
    known: dict[str, Any] = {"by": "he", "at": NOW}

    def change() -> None:
        with at_once():
            end_appointment(appointment=office, ends_on=offices.day, **known)
            appoint(user=new, role=Role.CITY_ADMIN, place=city, begins_on=offices.day, **known)

    return Transfer(offices, old, new, _in_cell_a(offices)).roads_changed(change)


def _hand_over_case(offices: RandomOffices, at_once: Callable[[], Any]) -> set[str]:
    """From team to team, by the API."""
    one, other = make_team("one"), make_team("other")
    guides = [make_user(team.name) for team in (one, other)]
    for guide, team in zip(guides, (one, other), strict=True):
        make_appointment(guide, Role.GUIDE, team)
    (case,) = [c for c in offices.rows() if c.cell and c.state == "dispatched" and c.geom][:1]
    Incident.objects.filter(pk=case.pk).update(lead_team=one)
    page = Client()
    page.force_login(offices.admin)
    move = {"name": "hand_over", "key": str(uuid4()), "version": case.version}
    move |= {"details": {"team": other.pk, "reason": "said"}}

    def change() -> None:
        with at_once():
            path = f"/api/cases/{case.code}/moves/"
            answer = page.post(path, move, content_type="application/json")
            assert answer.status_code == 200, answer.content

    return Transfer(offices, *guides, [case]).roads_changed(change)


def test_a_transfer_takes_effect_on_the_next_request_on_every_road(
    offices: RandomOffices, at_once: Callable[[], Any]
) -> None:
    changed = (
        _hand_over_cell(offices, at_once)
        | _hand_over_office(offices, at_once)
        | _hand_over_case(offices, at_once)
    )
    assert changed == set(ALL_ROADS)


def test_with_remembered_tickets_it_would_not(
    offices: RandomOffices, at_once: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(middleware, "ticket", cache(middleware.ticket))
    with pytest.raises(AssertionError, match="after == expected"):
        _hand_over_cell(offices, at_once)
