"""The city of the permission matrix: its people, what they ask, and what they are seen to get."""

import fcntl
import gzip
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from io import TextIOWrapper
from pathlib import Path
from shutil import rmtree
from typing import Any
from uuid import uuid4
from wsgiref.util import setup_testing_defaults

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geodata.versions import bump_data_version
from gridmap.accounts.models import GuideTeam, Role, User
from gridmap.accounts.scope import today
from gridmap.console.boundary_import.stages import Reading, create_stage, write_json
from gridmap.incidents.models import Incident, Notice
from gridmap.incidents.photo_press import Pressed
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.services.photos import add_photo
from gridmap.incidents.states import Name
from gridmap.wsgi import user_of_session
from layers.early import EarlyTiles
from tests.incidents.api.asking import report_body
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.layers.makers import tile_over
from tests.makers import (
    SmallCity,
    appoint,
    make_landmark,
    make_small_city,
    make_street,
    make_team,
    make_user,
    point,
)
from tests.matrix_command import COMMAND_TARGETS
from tests.matrix_conflicts import BRIEFING_TARGETS, CONFLICT_TARGETS, find_conflicts, tell_of_task

ROLES = tuple(role.value for role in Role)
IDENTITIES = ("anonymous", "outsider", "disabled", *ROLES)

# Every place and person has a name that occurs nowhere else, so that it can be found in any answer.
TOKEN = re.compile(
    rb"\b(?:area-(?:city|[pqrxy])|cell-[abcd]|building-[abcd][12]|post-[abcd][12]|leader-[abcd][12]"
    rb"|tel-[abcd][12]|member-[abcd]|staff-[a-z]+|street-1|landmark-1|upload-[a-z]+"
    rb"|case-[abcd]|words-[abcd]|party-[abcd]|conflict-[ad]|plan-a|task-a)(?![\w-])"
)
UNREAD = re.compile(rb'class="bell"[^>]*aria-label="[^"\d]*(\d+)')
OFFER = re.compile(
    rb'href="/(command|my-cells|cases|briefing|conflicts|report|import|desk(?:/[a-z-]+)?)/"'
)
STAFF = {
    Role.GRID_LEADER: ("leads", "p"),
    Role.COMMUNITY_OFFICER: ("officer", "p"),
    Role.MEDIATOR: ("mediator", "p"),
    Role.DISTRICT_COMMANDER: ("commander", "x"),
    Role.HOTLINE_OPERATOR: ("operator", "city"),
    Role.DISPATCHER: ("dispatcher", "city"),
    Role.VISITOR: ("visitor", "city"),
    Role.PLANNER: ("planner", "city"),
    Role.CITY_ADMIN: ("admin", "city"),
}


@dataclass(frozen=True)
class Seen:
    """Status, where it leads, the known names in it, and whether it holds nothing at all.

    A page also tells which of the pages for some people only it offers, which roles it names, and how many
    notices are unread.
    """

    status: int
    location: str
    tokens: frozenset[str]
    is_empty: bool
    offers: frozenset[str]
    roles: frozenset[str]
    unread: int | None


class MatrixCity:
    """The small city with one person for each identity, each logged in."""

    @property
    def targets(self) -> dict[tuple[str, str], "Target"]:
        return TARGETS

    def __init__(self) -> None:
        self.city = make_small_city()
        make_street("street-1")
        make_landmark("landmark-1", column=1, row=1)
        # Two posts share a building: its leaders see their own half.
        self.city.posts["a2"].buildings.add(self.city.buildings["a1"])
        self.team = make_team()
        self.people = _appoint_everybody(self.city)
        self.conflicts = find_conflicts(self.city, self.people)
        self.cases = self.make_cases()
        self.client = Client()
        self.cookies = {who: SimpleCookie() for who in IDENTITIES}
        for who, person in self.people.items():
            self.cookies[who] = _signed_in(person)
        User.objects.filter(username="disabled").update(is_active=False)
        self.early = EarlyTiles(_django, user_of_session)
        # What an earlier city left in a cache is of another version.
        bump_data_version()

    def make_cases(self) -> dict[str, Incident]:
        """The team leads what is about wages, which is the case in cell a; for the others there is no rule."""
        make_rule(self.team, "wages")
        return _report_everywhere(self.people[Role.DISPATCHER])

    def ask(self, who: str, method: str, route: str, target: str) -> Seen:
        """Ask as somebody; what the request changed in the database is undone."""
        with transaction.atomic(), self._uploads():
            address, fields = self.address(route, target)
            answer = self._ask_early(who, address) if method == "EARLY" else None
            if answer is None:
                # Anew each time: an answer may take the session out of the browser.
                self.client.cookies = deepcopy(self.cookies[who])
                if method == "POST":
                    answer = self.client.post(address, fields, **_kind(route))
                else:
                    answer = self.client.get(address, fields)
            seen = _seen(answer)
            transaction.set_rollback(True)
        own = self.people[who].name if who in self.people else ""
        # A page may greet whom it is for.
        return replace(seen, tokens=seen.tokens - {own})

    @contextmanager
    def _uploads(self) -> Iterator[None]:
        """What a request needs or leaves among the uploads goes with it."""
        self.locks: dict[Path, TextIOWrapper] = {}
        yield
        for folder, lock in self.locks.items():
            lock.close()
            rmtree(folder, ignore_errors=True)

    def address(self, route: str, target: str) -> tuple[str, dict[str, Any]]:
        arguments, fields = self.targets[route, target](self) if target != "-" else ({}, {})
        query = arguments.pop("query", "")
        return reverse(route, kwargs=arguments) + query, fields

    def upload_of(self, username: str) -> dict[str, Any]:
        """The address of an administrator's upload that was found faulty."""
        name = f"upload-{username.partition('_')[0]}"
        stage = create_stage(
            user_id=User.objects.get(username=username).pk,
            name=f"{name}.geojson",
            chunks=[b"{}"],
            reading=Reading(),
            at=datetime(2026, 7, 14, tzinfo=UTC),
        )
        write_json(stage.folder / "outcome.json", FAULTY)
        stage.picture.write_bytes(gzip.compress(name.encode()))
        # Whoever holds the lock is at work on the upload: no second process starts.
        self.locks[stage.folder] = (stage.folder / "lock").open("w")
        fcntl.flock(self.locks[stage.folder], fcntl.LOCK_EX)
        return {"token": stage.token}

    def _ask_early(self, who: str, address: str) -> HttpResponse | None:
        """What is answered before Django; None where that is left to Django."""
        cookie = self.cookies[who].output(attrs=[], header="", sep=";").strip()
        environ: dict[str, Any] = {"PATH_INFO": address, "HTTP_COOKIE": cookie}
        setup_testing_defaults(environ)
        told: list[Any] = []
        body = b"".join(self.early(environ, lambda *answer: told.extend(answer)))  # type: ignore[arg-type, return-value]
        status, headers = told[:2]
        if status == LEFT_TO_DJANGO:
            return None
        return HttpResponse(body, status=int(status[:3]), headers=dict(headers))


LEFT_TO_DJANGO = "418 Left to Django"


def _django(_environ: Any, start_response: Any) -> list[bytes]:
    start_response(LEFT_TO_DJANGO, [])
    return []


def _signed_in(person: User) -> SimpleCookie:
    client = Client()
    client.force_login(person)
    return client.cookies


def _appoint_everybody(city: SmallCity) -> dict[str, User]:
    """A person for each identity but the anonymous one; leaders and members for the rest."""
    people = {who: make_user(who, name=who) for who in ("outsider", "disabled")}
    appoint(people["disabled"], Role.GRID_MEMBER, city.cells["a"])
    for key, cell in city.cells.items():
        member = make_user("grid_member" if key == "a" else f"m{key}", name=f"member-{key}")
        appoint(member, Role.GRID_MEMBER, cell)
        people.setdefault("grid_member", member)
    for key, post in city.posts.items():
        name = "building_leader" if key == "a1" else f"l{key}"
        leader = make_user(name, name=f"leader-{key}", phone=f"tel-{key}")
        appoint(leader, Role.BUILDING_LEADER, post)
        people.setdefault("building_leader", leader)
    for role, (name, area) in STAFF.items():
        people[role] = make_user(role, name=f"staff-{name}")
        appoint(people[role], role, city.areas[area])
    team = GuideTeam.objects.get()
    for role, name in ((Role.GUIDE, "guide"), (Role.HANDLING_UNIT, "unit")):
        people[role] = make_user(role, name=f"staff-{name}")
        appoint(people[role], role, team)
    appoint(make_user("rival"), Role.CITY_ADMIN, city.areas["city"])
    return people


def _report_everywhere(dispatcher: User) -> dict[str, Incident]:
    """A new case in each cell; the one in cell a lies in building and post a1. Everybody was once told of
    every case, and of the task."""
    cases = {
        key: make_incident(
            dispatcher,
            at=timezone.now(),
            title=f"case-{key}",
            column=column + 0.5,
            row=0.4,
            topic="wages" if key == "a" else "water_supply",
        )
        for column, key in ((0, "a"), (2, "b"), (4, "c"), (6, "d"))
    }
    Notice.objects.all().delete()
    Notice.objects.bulk_create(
        Notice(user=user, incident=case, kind="moved", at=NOW)
        for user in User.objects.all()
        for case in cases.values()
    )
    tell_of_task()
    return cases


def _kind(route: str) -> dict[str, Any]:
    """Programs send JSON, but photos."""
    is_json = route.startswith("api-") and route != "api-photos"
    return {"content_type": "application/json"} if is_json else {}


def _seen(answer: Any) -> Seen:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    tokens = frozenset(token.decode() for token in TOKEN.findall(body))
    return Seen(
        answer.status_code,
        answer.headers.get("Location", ""),
        tokens,
        _is_empty(body),
        frozenset(link.decode() for link in OFFER.findall(body)),
        (getattr(answer, "context", None) or {}).get("role_ids", frozenset()),
        _unread(body),
    )


def _unread(body: bytes) -> int | None:
    """The number at the bell; None on a page without one."""
    if b'class="bell"' not in body:
        return None
    found = UNREAD.search(body)
    return int(found[1]) if found else 0


def _is_empty(body: bytes) -> bool:
    """No byte, or a collection without a member."""
    for beginning, members in COLLECTIONS.items():
        if body.startswith(beginning):
            return not json.loads(body)[members]
    return not body


# How an answer that holds many begins, and where they are in it.
COLLECTIONS = {
    b'{"type"': "features",
    b'{"cases"': "cases",
    b'{"conflicts"': "conflicts",
    b'{"version"': "moves",
}


FAULTY: dict[str, Any] = {
    "state": "faults",
    "rows": 1,
    "faults": [
        {"number": 1, "kind": "row", "reason": "empty", "lon": None, "lat": None,
         "area_m2": None, "cells": ["1"], "rows": [1]},
    ],
    "labels": {},
    "spared": {"holes": 0, "in_parts": [], "tolerated": 0},
    "system": "cgcs2000",
}  # fmt: skip

Target = Callable[[MatrixCity], tuple[dict[str, Any], dict[str, Any]]]


def _tile(names: str, zoom: int) -> Target:
    z, x, y = tile_over(1.5, 1, zoom)
    return lambda _: ({"names": names, "z": z, "x": x, "y": y}, {})


def here(column: float, row: float) -> Target:
    place = point(column, row)
    return lambda _: ({}, {"lon": place.x, "lat": place.y})


def _upload(username: str) -> Target:
    return lambda city: (city.upload_of(username), {})


def _both_uploads(city: MatrixCity) -> tuple[dict[str, Any], dict[str, Any]]:
    city.upload_of("city_admin")
    city.upload_of("rival")
    return {}, {}


def _case(key: str, **fields: Any) -> Target:
    """The address of a case, and what is sent there."""
    return lambda city: ({"code": city.cases[key].code}, fields)


def _move(name: str, other: str = "") -> Target:
    """A move of case a."""

    def target(city: MatrixCity) -> tuple[dict[str, Any], dict[str, Any]]:
        body: dict[str, Any] = {"name": name, "key": str(uuid4()), "version": 1}
        if other:
            body["details"] = {"other": city.cases[other].code}
        return {"code": city.cases["a"].code}, body

    return target


def _step(city: MatrixCity) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first step of case a, once it was dispatched to its cell and the team, and is in hand."""
    case, at = city.cases["a"], datetime(2026, 7, 14, tzinfo=UTC)
    details = Details(team=GuideTeam.objects.get())
    dispatcher, member = city.people[Role.DISPATCHER], city.people[Role.GRID_MEMBER]
    dispatch_incident(incident=case, by=dispatcher, at=at, details=details)
    move_incident(incident=case, name=Name.START, by=member, at=at)
    version = Incident.objects.get(pk=case.pk).version
    return {"code": case.code}, {"step": "listen", "note": "x", "version": version}


def _photo(city: MatrixCity) -> tuple[dict[str, Any], dict[str, Any]]:
    """A photo of case a."""
    picture = Pressed(b"the picture", b"the small picture", 4, 3)
    by, at = city.people[Role.DISPATCHER], datetime(2026, 7, 14, tzinfo=UTC)
    photo, _ = add_photo(incident=city.cases["a"], picture=picture, by=by, at=at)
    return {"code": city.cases["a"].code, "digest": photo.digest}, {}


def _fields(**fields: Any) -> Target:
    return lambda _: ({}, fields)


LINES = ("cell_lines", "community_lines", "district_lines")
NAMES = ("streets", "landmarks", "community_names", "district_names")
SOURCES = ("ground", "footprints", *LINES, *NAMES, "areas", "cells", "buildings", "posts")
# Drawn from this zoom on; one tile of zoom 12 holds the whole city.
NEAR = {"footprints": 13, "cell_lines": 13, "streets": 13}

# What a row of the matrix asks for: arguments of the address, and fields of the query or form.
TARGETS: dict[tuple[str, str], Target] = {
    ("login", "right"): _fields(username="outsider", password="fengchao-2026"),
    ("language", "english"): _fields(language="en"),
    ("theme", "dark"): _fields(theme="dark"),
    ("home", "p"): lambda c: ({}, {"area": c.city.areas["p"].code}),
    ("home", "r"): lambda c: ({}, {"area": c.city.areas["r"].code}),
    ("home", "search"): _fields(q="building-"),
    ("my-cells-ground", "any"): lambda _: ({"version": "1-a-zh"}, {}),
    ("map-identify", "a1"): here(0.5, 0.4),
    ("map-identify", "d1"): here(6.5, 0.4),
    ("map-geojson", "unknown"): lambda _: ({"names": "people"}, {}),
    ("map-geojson", "cells+posts"): lambda _: ({"names": "cells+posts"}, {}),
    ("map-tile", "unknown"): _tile("people", 12),
    ("map-tile", "cells+posts"): _tile("cells+posts", 12),
}
for _route in ("api-case", "api-moves", "api-steps", "api-photos"):
    TARGETS[_route, "a"] = _case("a")
TARGETS |= {
    ("api-reports", "report"): lambda _: ({}, report_body(title="x")),
    ("api-case", "d"): _case("d"),
    ("api-moves", "accept"): _move("accept"),
    ("api-moves", "merge-d"): _move("merge", "d"),
    ("api-steps", "listen"): _step,
    ("api-photo", "a"): _photo,
    ("api-places", "a1"): here(0.5, 0.4),
    ("api-places", "d1"): here(6.5, 0.4),
}


def _notice(username: str, key: str) -> Target:
    def target(city: MatrixCity) -> tuple[dict[str, Any], dict[str, Any]]:
        told = Notice.objects.get(user__username=username, incident=city.cases[key])
        return {}, {"open": told.pk}

    return target


TARGETS |= BRIEFING_TARGETS | CONFLICT_TARGETS | COMMAND_TARGETS
TARGETS["notices-read", "of-admin"] = _notice("city_admin", "d")
# Told of a case that is not the member's to see.
TARGETS["notices-read", "of-member"] = _notice("grid_member", "d")


def _sent(key: str) -> Target:
    """The dispatch of a case as proposed."""

    def target(city: MatrixCity) -> tuple[dict[str, Any], dict[str, Any]]:
        case = city.cases[key]
        address = {"query": f"?tab=all&case={case.code}"}
        return address, {"move": "dispatch", "plain": "1", "key": KEY, "version": case.version}

    return target


for _target in ("p", "r", "search"):
    TARGETS["areas", _target] = TARGETS["home", _target]
TARGETS["desk-hand-over", "cell-d"] = lambda c: (
    {"query": f"?cell={c.city.cells['d'].code}"},
    {},
)
TARGETS["desk-hand-over", "given-d"] = lambda c: (
    {"query": f"?cell={c.city.cells['d'].code}"},
    {
        "from_user": User.objects.get(name="member-d").pk,
        "to_user": "member-b",
        "begins_on": today(),
    },
)
TARGETS["desk-export", "all"] = _fields(board="desk", tab="all")
TARGETS["desk-export", "csv"] = lambda _: ({"query": "?board=desk&tab=all"}, {"form": "csv"})
TARGETS["desk", "again-b"] = lambda c: (
    {"query": f"?tab=all&case={c.cases['b'].code}"},
    {"again": "1"},
)
TARGETS["desk-rules", "add"] = lambda c: (
    {"query": "?act=add"},
    {"topic": "land", "lead_team": c.team.pk, "valid_from": today()},
)
TARGETS["desk-rules-limits", "add"] = lambda _: (
    {"query": "?act=add"},
    {
        "topic": "land",
        "contact_minutes": 1,
        "settle_minutes": 2,
        "is_working_time": "True",
        "valid_from": today(),
    },
)
TARGETS["desk-rules-calendar", "day"] = lambda _: (
    {"query": f"?day={today()}"},
    {"is_working": "True", "name": "set by hand", "sure": "1"},
)
KEY = "6c8f0bd4-0b60-4d4f-9b9c-0e7c5d0f6f1a"
for _board in ("desk", "desk-teams", "desk-community"):
    TARGETS[_board, "all"] = _fields(tab="all")
TARGETS["desk-cases", "any"] = _fields(tab="any")
for _key in "ad":
    TARGETS["desk", f"case-{_key}"] = lambda c, key=_key: (
        {},
        {"tab": "all", "case": c.cases[key].code},
    )
    TARGETS["desk", f"send-{_key}"] = _sent(_key)
TARGETS["desk-pins", "everywhere"] = _fields(bbox="98,39,99,40")
TARGETS["desk-new", "find"] = _fields(search="1", find="building-")
TARGETS["desk-places", "find"] = _fields(find="building-")
TARGETS["desk-near", "d"] = lambda _: (
    {},
    {"topic": "water_supply", "lon": point(6.5, 0.5).x, "lat": point(6.5, 0.5).y},
)
TARGETS["import", "unfinished"] = _both_uploads
STEPS = "stage reading check progress picture rows faults confirm discard"
for _step in STEPS.split():
    TARGETS[f"import-{_step}", "own"] = _upload("city_admin")
    TARGETS[f"import-{_step}", "other"] = _upload("rival")
    TARGETS[f"import-{_step}", "former"] = _upload("grid_member")
for _name in SOURCES:
    TARGETS["map-tile", _name] = _tile(_name, NEAR.get(_name, 12))
    TARGETS["map-geojson", _name] = lambda _, name=_name: ({"names": name}, {})
