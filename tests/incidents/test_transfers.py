"""What changes hands is seen on every road by the new hands and by no others, from the next request on."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from gridmap.accounts import middleware
from gridmap.accounts.models import Role, User
from gridmap.accounts.services import appoint, end_appointment
from gridmap.incidents.models import Incident
from tests.incidents.makers import NOW
from tests.incidents.random_offices import RandomOffices, at_that_moment
from tests.incidents.roads_of_places import ALL_ROADS
from tests.incidents.roads_to_many import DESKS, Asked, Words
from tests.makers import appoint as make_appointment
from tests.makers import make_team, make_user


class Transfer:
    """Two persons who ask on every road before and after something changes hands."""

    def __init__(self, offices: RandomOffices, one: User, other: User, cases: list[Incident]):
        self.offices, self.people = offices, [one, other]
        offices.tell(self.people)
        sights = offices.sights(self.people)
        self.asking = [Asked(offices, sight, cases, None) for sight in sights]
        for asked in self.asking:
            asked.filters = ["open=true", "topic=wages"]
            asked.tabs = {path: ["all"] for path in DESKS} | {"/desk/cases/": ["any"]}

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
        assert before == expected, "wrong before the transfer"
        change()
        expected, after = self.expected(), self.look()
        assert after == expected, "wrong after the transfer"
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


@at_that_moment
def test_a_transfer_takes_effect_on_the_next_request_on_every_road(
    offices: RandomOffices, at_once: Callable[[], Any]
) -> None:
    changed = (
        _hand_over_cell(offices, at_once)
        | _hand_over_office(offices, at_once)
        | _hand_over_case(offices, at_once)
    )
    assert changed == set(ALL_ROADS)


@at_that_moment
def test_with_remembered_tickets_it_would_not(
    offices: RandomOffices, at_once: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(middleware, "ticket", cache(middleware.ticket))
    with pytest.raises(AssertionError, match="wrong after the transfer"):
        _hand_over_cell(offices, at_once)
