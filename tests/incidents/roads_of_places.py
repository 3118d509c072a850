"""The roads by which the places in scope are drawn: tiles before Django and behind it, rows as GeoJSON."""

from collections.abc import Iterable
from typing import Any
from wsgiref.util import setup_testing_defaults

from geodata.models import Building, Cell
from gridmap.wsgi import user_of_session
from layers.early import EarlyTiles
from tests.incidents.roads_to_many import ROADS, Asked, Road, Words
from tests.incidents.roads_to_one import ROADS_TO_ONE
from tests.layers.makers import address
from tests.layers.mvt import read

# What is drawn within scope, and what tells one from another.
DRAWN = {"areas": "code", "cells": "code", "buildings": "code", "posts": "name"}
TILE = address("+".join(DRAWN), column=4, row=1, zoom=12)
GEOJSON = f"/map/geojson/{'+'.join(DRAWN)}/"
LEFT_TO_DJANGO = "418 Left to Django"


def _django(_environ: Any, start_response: Any) -> list[bytes]:
    start_response(LEFT_TO_DJANGO, [])
    return []


class Early:
    """The answers before Django; what was kept for one person is there when the next one asks."""

    def __init__(self) -> None:
        self.application = EarlyTiles(_django, user_of_session)

    def ask(self, asked: Asked, path: str, tag: str = "") -> tuple[str, dict[str, str], bytes]:
        """Status, headers and body."""
        cookie = asked.client.cookies.output(attrs=[], header="", sep=";").strip()
        environ: dict[str, Any] = {"PATH_INFO": path, "HTTP_COOKIE": cookie}
        environ |= {"HTTP_IF_NONE_MATCH": tag} if tag else {}
        setup_testing_defaults(environ)
        told: list[Any] = []
        body = b"".join(self.application(environ, lambda *answer: told.extend(answer)))  # type: ignore[arg-type, return-value]
        return told[0], dict(told[1]), body


EARLY = Early()


def _in_tile(body: bytes) -> Words:
    return {
        f"{name} {feature.properties[DRAWN[name]]}"
        for name, features in read(body).items()
        for feature in features
    }


def _read_early(asked: Asked) -> Words:
    status, _headers, body = EARLY.ask(asked, TILE)
    return set() if status == LEFT_TO_DJANGO else _in_tile(body)


def _read_tile(asked: Asked) -> Words:
    answer = asked.client.get(TILE)
    return _in_tile(answer.content) if answer.status_code == 200 else set()


def _read_geojson(asked: Asked) -> Words:
    answer = asked.client.get(GEOJSON)
    if answer.status_code != 200:
        return set()
    return {
        f"{feature['source']} {feature['properties'][DRAWN[feature['source']]]}"
        for feature in answer.json()["features"]
    }


def expect_places(asked: Asked) -> Words:
    """In words: an area with all in it; a cell with all in it; a post, its buildings and the cell around it."""
    city, lies_in = asked.offices.city, asked.offices.oracle.lies_in
    areas, cells, posts = (asked.sight.places(kind) for kind in ("area", "cell", "post"))

    def is_entrusted(area: int) -> bool:
        return any(lies_in(area, other) for other in areas)

    def is_own(cell: Cell) -> bool:
        return cell.pk in cells or is_entrusted(cell.community_id)

    own_posts = [post for post in city.posts.values() if post.pk in posts or is_own(post.cell)]
    held = [post for post in city.posts.values() if post.pk in posts]
    around = {post.cell_id for post in held}
    below = {city.buildings[key].pk for key, post in city.posts.items() if post in held}
    return {
        *(f"areas {area.code}" for area in city.areas.values() if is_entrusted(area.pk)),
        *(f"cells {c.code}" for c in city.cells.values() if is_own(c) or c.pk in around),
        *(f"posts {post.name}" for post in own_posts),
        *_buildings(asked, is_own, below),
    }


def _buildings(asked: Asked, is_own: Any, below: set[int]) -> Iterable[str]:
    """A building stands in the cell whose letter it has."""
    city = asked.offices.city
    rows: dict[str, Building] = city.buildings
    return (
        f"buildings {building.code}"
        for key, building in rows.items()
        if building.pk in below or is_own(city.cells[key[0]])
    )


ROADS_OF_PLACES = {
    "tile before Django": Road(_read_early, expect_places),
    "tile": Road(_read_tile, expect_places),
    "geojson": Road(_read_geojson, expect_places),
}
ALL_ROADS = ROADS | ROADS_TO_ONE | ROADS_OF_PLACES
