"""What tiles and pages cost: drawn anew, out of the cache, and known to the browser already."""

import re
import statistics
from collections.abc import Callable, Sequence
from functools import partial

import pytest
import shapely
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from geodata.versions import bump_data_version
from gridmap.accounts.models import User
from layers.tiles import EXTENT
from tests.bench import report
from tests.bench.client import Answer, ask, request
from tests.bench.conftest import City, Square, Start
from tests.bench.report import Comparison
from tests.bench.servers import Cost, Server, cost_until_now
from tests.layers import mvt

ROUNDS = 9
HITS = 4_000
THREE_TIMES_LESS = 1 / 3
NEAR_BARE = 1.3

Round = Callable[[], Cost]


@pytest.mark.parametrize("layer", ["cells", "buildings"])
def test_both_draw_the_same(layer: str, city: City, ours: Server, peer: Server) -> None:
    own = ask(ours.port, ours_of(city, layer))
    its = ask(peer.port, peers_of(city, layer))
    assert {answer.status for answer in (*own, *its)} == {200}
    for square, mine, theirs in zip(city.squares, own, its, strict=True):
        assert differing(shapes(mine, layer), shapes(theirs, layer)) == {}, square


def shapes(answer: Answer, layer: str) -> dict[int, shapely.Geometry]:
    """What of each feature lies inside the tile, by its id."""
    frame = shapely.box(0, 0, EXTENT, EXTENT)
    found = {}
    for feature in mvt.read(answer.body)[layer]:
        rings = [shapely.make_valid(shapely.Polygon(ring)) for ring in feature.parts]
        number = feature.properties.get("cell_id", feature.properties.get("id"))
        found[number] = shapely.intersection(shapely.symmetric_difference_all(rings), frame)
    return found


def differing(
    one: dict[int, shapely.Geometry], other: dict[int, shapely.Geometry]
) -> dict[int, float]:
    """Features whose areas differ by more than rounding to the grid explains, and by how much."""
    nothing = shapely.Point()
    pairs = {
        number: (one.get(number, nothing), other.get(number, nothing))
        for number in one.keys() | other.keys()
    }
    return {
        number: shapely.symmetric_difference(first, second).area
        for number, (first, second) in pairs.items()
        if shapely.symmetric_difference(first, second).area > first.length + second.length + 4
    }


def ours_of(city: City, layer: str, **headers: str) -> list[bytes]:
    headers = {"Cookie": city.administrator, **headers}
    return [request(f"/map/tiles/{layer}/{z}/{x}/{y}.mvt", headers) for z, x, y in city.squares]


def peers_of(city: City, layer: str) -> list[bytes]:
    headers = {"Cookie": city.administrator}
    return [request(f"/{layer}/{z}/{x}/{y}", headers) for z, x, y in city.squares]


def test_costs(city: City, ours: Server, peer: Server, start: Start) -> None:
    rows = []
    for layer in ("cells", "buildings"):
        own, its = in_turns(
            partial(anew, ours, ours_of(city, layer)), partial(anew, peer, peers_of(city, layer))
        )
        rows.append(Comparison(f"{layer} drawn anew", own, its, "vt", THREE_TIMES_LESS))
    print(report.table(report.HEADS, [row.cells() for row in rows]))


def anew(server: Server, requests: Sequence[bytes]) -> Cost:
    """Each tile once, none of them in a cache."""
    bump_data_version()
    return cost(server, requests)


def cost(server: Server, requests: Sequence[bytes]) -> Cost:
    """Per request."""
    before = cost_until_now(server)
    ask(server.port, requests)
    return cost_until_now(server).since(before).per(len(requests))


def in_turns(*rounds: Round) -> list[list[Cost]]:
    """The costs of each, measured in turns, so that what else the machine does hits all."""
    for warm_up in rounds * 2:
        warm_up()
    turns = [[measure() for measure in rounds] for _ in range(ROUNDS)]
    return [list(costs) for costs in zip(*turns, strict=True)]
