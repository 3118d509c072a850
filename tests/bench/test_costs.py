"""What tiles and pages cost: drawn anew, out of the cache, and known to the browser already."""

import re
from collections.abc import Callable, Sequence
from functools import partial, reduce

import pytest
import shapely
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from geodata.versions import bump_data_version
from gridmap.accounts.models import User
from layers.tiles import EXTENT
from tests.bench import report
from tests.bench.client import Answer, ask, request
from tests.bench.conftest import City, Start
from tests.bench.report import Comparison
from tests.bench.servers import Cost, Server, cost_until_now
from tests.layers import mvt
from tests.statements import statements_of

LAYERS = ("cells", "buildings")
ROUNDS = 9
# A connection settles on a plan for a statement after five runs of it.
WARM_UPS = 5
# Many short turns: what else the machine does changes within seconds.
HITS, HIT_ROUNDS = 700, 27
PAGES = 100
THREE_TIMES_LESS = 1 / 3
NEAR_BARE = 1.3
MOST_STATEMENTS = 4

Round = Callable[[], Cost]


@pytest.mark.parametrize("layer", LAYERS)
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
        found[number] = shapely.intersection(reduce(shapely.symmetric_difference, rings), frame)
    return found


def differing(
    one: dict[int, shapely.Geometry], other: dict[int, shapely.Geometry]
) -> dict[int, float]:
    """Features that differ by more than rounding to the grid explains, and by which area."""
    nothing = shapely.Point()
    found = {}
    for number in one.keys() | other.keys():
        first, second = one.get(number, nothing), other.get(number, nothing)
        area = shapely.symmetric_difference(first, second).area
        if area > first.length + second.length + 4:
            found[number] = area
    return found


def ours_of(city: City, layer: str, **headers: str) -> list[bytes]:
    headers = {"Cookie": city.administrator, **headers}
    return [request(f"/map/tiles/{layer}/{z}/{x}/{y}.mvt", headers) for z, x, y in city.squares]


def peers_of(city: City, layer: str) -> list[bytes]:
    headers = {"Cookie": city.administrator}
    return [request(f"/{layer}/{z}/{x}/{y}", headers) for z, x, y in city.squares]


TEXT = """## Tiles and pages

Over HTTP, with the server's settings of `make run`, on the demonstration city.

{comparisons}

- **Drawn**: the same tiles of zooms 12 to 16 with the same rows, properties, stored geometry and connections, for
  somebody signed in who sees the whole city. Ours checks session and scope, as in service; the peer checks the session with
  Django's usual middleware and shows everything, which is less to do. A test compares what both draw.
- **Out of the cache**: all those tiles, or “not modified” for each, with the session check; the peer is a WSGI function
  of a few lines that answers as many bytes and checks nothing.

{figures}"""


def test_costs(city: City, ours: Server, peer: Server, start: Start, measured: list[str]) -> None:
    comparisons = [
        *(drawn_anew(layer, city, ours, peer) for layer in LAYERS),
        *cached(city, ours, start),
    ]
    figures = my_cells(city, ours)
    measured.append(
        TEXT.format(
            comparisons=report.comparison_table(comparisons), figures=report.figure_table(figures)
        )
    )
    assert [row.what for row in comparisons if not row.is_met] == []
    assert sum(figure.statements for figure in figures) <= MOST_STATEMENTS


def drawn_anew(layer: str, city: City, ours: Server, peer: Server) -> Comparison:
    own, its = in_turns(
        partial(anew, ours, ours_of(city, layer)), partial(anew, peer, peers_of(city, layer))
    )
    return Comparison(f"tile of {layer}, drawn", own, its, "django-vectortiles", THREE_TIMES_LESS)


def anew(server: Server, requests: Sequence[bytes]) -> Cost:
    """Each tile once, none of them in a cache."""
    bump_data_version()
    return cost(server, requests, 200)


def cost(server: Server, requests: Sequence[bytes], status: int) -> Cost:
    """Per request."""
    before = cost_until_now(server)
    answers = ask(server.port, requests)
    used = cost_until_now(server).since(before)
    assert {answer.status for answer in answers} == {status}
    return used.per(len(requests))


def in_turns(*rounds: Round, turns: int = ROUNDS) -> list[list[Cost]]:
    """The costs of each, measured in turns, so that what else the machine does hits all."""
    for warm_up in rounds * WARM_UPS:
        warm_up()
    measured = [[measure() for measure in rounds] for _ in range(turns)]
    return [list(costs) for costs in zip(*measured, strict=True)]


def cached(city: City, ours: Server, start: Start) -> list[Comparison]:
    """All tiles of both layers out of the cache, and as not modified."""
    known = [answer for layer in LAYERS for answer in ask(ours.port, ours_of(city, layer))]
    sizes = [str(len(answer.body)) for answer in known]
    bare = start("tests.bench.bare:application", BARE_BYTES=",".join(sizes))
    tag = known[0].header("ETag")
    found = []
    for what, status, headers in (("tile", 200, {}), ("304", 304, {"If-None-Match": tag})):
        requests = [one for layer in LAYERS for one in ours_of(city, layer, **headers)]
        floor = [request(f"/{size}", {"Cookie": city.administrator, **headers}) for size in sizes]
        own, its = in_turns(
            partial(cost, ours, filled(requests), status),
            partial(cost, bare, filled(floor), status),
            turns=HIT_ROUNDS,
        )
        found.append(Comparison(f"{what} out of the cache", own, its, "bare WSGI", NEAR_BARE))
    return found


def filled(requests: Sequence[bytes]) -> list[bytes]:
    """As many as a round asks, over and over."""
    return [requests[number % len(requests)] for number in range(HITS)]


def my_cells(city: City, ours: Server) -> list[report.Figure]:
    """The page of a grid member and what its map asks for."""
    page = request(reverse("my-cells"), {"Cookie": city.member})
    (answer,) = ask(ours.port, [page])
    (address,) = re.findall(r'data-ground="([^"]+)"', answer.body.decode())
    ground = request(address, {"Cookie": city.member})
    (data,) = ask(ours.port, [ground])
    costs = [in_turns(partial(cost, ours, [one] * PAGES, 200))[0] for one in (page, ground)]
    return [
        report.Figure(
            "my cells, the page", len(answer.body), statements(reverse("my-cells")), costs[0]
        ),
        report.Figure(
            "my cells, the ground around them", len(data.body), statements(address), costs[1]
        ),
    ]


def statements(address: str) -> int:
    """How many SQL statements a grid member's request runs."""
    client = Client()
    client.force_login(User.objects.get(username="grid-member"))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(statements_of(queries))
