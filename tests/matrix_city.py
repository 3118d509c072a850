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
from wsgiref.util import setup_testing_defaults

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from geodata.versions import bump_data_version
from gridmap.accounts.models import Role, User
from gridmap.console.boundary_import.stages import Reading, create_stage, write_json
from gridmap.wsgi import user_of_session
from layers.early import EarlyTiles
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

ROLES = tuple(role.value for role in Role)
IDENTITIES = ("anonymous", "outsider", "disabled", *ROLES)

# Every place and person has a name that occurs nowhere else, so that it can be found in any answer.
TOKEN = re.compile(
    rb"\b(?:area-(?:city|[pqrxy])|cell-[abcd]|building-[abcd][12]|post-[abcd][12]|leader-[abcd][12]"
    rb"|tel-[abcd][12]|member-[abcd]|staff-[a-z]+|street-1|landmark-1|upload-[a-z]+)(?![\w-])"
)
OFFER = re.compile(rb'href="/(my-cells|import)/"')
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

    A page also tells which of the pages for some people only it offers, and which roles it names.
    """

    status: int
    location: str
    tokens: frozenset[str]
    is_empty: bool
    offers: frozenset[str]
    roles: frozenset[str]


class MatrixCity:
    """The small city with one person for each identity, each logged in."""

    def __init__(self) -> None:
        self.city = make_small_city()
        make_street("street-1")
        make_landmark("landmark-1", column=1, row=1)
        # Two posts share a building: its leaders see their own half.
        self.city.posts["a2"].buildings.add(self.city.buildings["a1"])
        self.people = _appoint_everybody(self.city)
        self.client = Client()
        self.cookies = {who: SimpleCookie() for who in IDENTITIES}
        for who, person in self.people.items():
            self.cookies[who] = _signed_in(person)
        User.objects.filter(username="disabled").update(is_active=False)
        self.early = EarlyTiles(_django, user_of_session)
        # What an earlier city left in a cache is of another version.
        bump_data_version()

    def ask(self, who: str, method: str, route: str, target: str) -> Seen:
        """Ask as somebody; what the request changed in the database is undone."""
        with transaction.atomic(), self._uploads():
            address, fields = self.address(route, target)
            answer = self._ask_early(who, address) if method == "EARLY" else None
            if answer is None:
                # Anew each time: an answer may take the session out of the browser.
                self.client.cookies = deepcopy(self.cookies[who])
                answer = (self.client.post if method == "POST" else self.client.get)(
                    address, fields
                )
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
        arguments, fields = TARGETS[route, target](self) if target != "-" else ({}, {})
        return reverse(route, kwargs=arguments), fields

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
    team = make_team()
    for role, name in ((Role.GUIDE, "guide"), (Role.HANDLING_UNIT, "unit")):
        people[role] = make_user(role, name=f"staff-{name}")
        appoint(people[role], role, team)
    appoint(make_user("rival"), Role.CITY_ADMIN, city.areas["city"])
    return people


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
    )


def _is_empty(body: bytes) -> bool:
    """No byte, or a collection without a member."""
    if body.startswith(b'{"type"'):
        return not json.loads(body)["features"]
    return not body


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


def _here(column: float, row: float) -> Target:
    place = point(column, row)
    return lambda _: ({}, {"lon": place.x, "lat": place.y})


def _upload(username: str) -> Target:
    return lambda city: (city.upload_of(username), {})


def _both_uploads(city: MatrixCity) -> tuple[dict[str, Any], dict[str, Any]]:
    city.upload_of("city_admin")
    city.upload_of("rival")
    return {}, {}


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
    ("map-identify", "a1"): _here(0.5, 0.4),
    ("map-identify", "d1"): _here(6.5, 0.4),
    ("map-geojson", "unknown"): lambda _: ({"names": "people"}, {}),
    ("map-geojson", "cells+posts"): lambda _: ({"names": "cells+posts"}, {}),
    ("map-tile", "unknown"): _tile("people", 12),
    ("map-tile", "cells+posts"): _tile("cells+posts", 12),
}
TARGETS["import", "unfinished"] = _both_uploads
for _step in (
    "stage",
    "reading",
    "check",
    "progress",
    "picture",
    "rows",
    "faults",
    "confirm",
    "discard",
):
    TARGETS[f"import-{_step}", "own"] = _upload("city_admin")
    TARGETS[f"import-{_step}", "other"] = _upload("rival")
    TARGETS[f"import-{_step}", "former"] = _upload("grid_member")
for _name in SOURCES:
    TARGETS["map-tile", _name] = _tile(_name, NEAR.get(_name, 12))
    TARGETS["map-geojson", _name] = lambda _, name=_name: ({"names": name}, {})
