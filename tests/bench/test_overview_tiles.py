"""What overview tiles cost and weigh beside tiles of points, with a short past and a long one, and what keeping them costs."""

import os
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from geodata.querysets import midnight
from gridmap.accounts.scope import today
from gridmap.console.bin_bytes import packed
from gridmap.incidents.counting import Window
from gridmap.incidents.counting.folding import fold_counts, rebuild_counts
from gridmap.incidents.counting.overview import count_bins
from gridmap.incidents.counting.squares import ZOOMS, Tile
from gridmap.incidents.states import NOT_COUNTED
from tests.bench import report
from tests.bench.counts_city import COLUMNS, Side, two_cities
from tests.bench.histories import served_by
from tests.bench.report import Comparison, table
from tests.bench.servers import Cost, cost_of
from tests.incidents.counting.tiles import HALF_WORLD, raw_bins
from tests.incidents.log_history import execute

SHORT = 100_000
LONG = int(os.environ.get("GRIDMAP_BENCH_CASES", "5000000"))
QUESTIONS, SAMPLED, LATE = 50, 12, 20_000
# So many at least, then again what is not certain.
ROUNDS, MOST_ROUNDS = 7, 30
FASTER, SMALLER, FLAT = 1 / 400, 1 / 500, 1.3
WINDOWS = {
    "five years": Window(today() - timedelta(days=5 * 365), today() + timedelta(days=1)),
    "90 days": Window(today() - timedelta(days=89), today() + timedelta(days=1)),
}
# How many of the sixteen topics. With one more than half of them, ours reads all and the others.
SETS = {"all topics": 0, "half of them": 8, "a quarter": 4}
POINTS = f"""
WITH tile AS (SELECT ST_TileEnvelope(%(zoom)s, %(x)s, %(y)s) AS box)
SELECT ST_AsMVT(points, 'cases', 4096, 'geom', 'id') FROM (
    SELECT one.id, one.topic_id, one.state, ST_AsMVTGeom(one.geom_3857, tile.box, 4096, 0, true) AS geom
    FROM incidents_incident AS one, tile
    WHERE one.geom_3857 && tile.box AND one.state NOT IN {NOT_COUNTED}
      AND one.occurred_at >= %(since)s AND one.occurred_at < %(until)s {{of_topics}}
) AS points
"""
OF_TOPICS = "AND one.topic_id = ANY (%(topics)s)"
TILES = f"""
SELECT floor((ST_X(geom_3857) + {HALF_WORLD}) * %(scale)s)::integer, floor(({HALF_WORLD} - ST_Y(geom_3857)) * %(scale)s)::integer
FROM incidents_incident WHERE geom_3857 IS NOT NULL AND cell_id IS NOT NULL GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2
"""
# Copies of cases that are there, at any moment of the last days.
AGAIN = f"""
INSERT INTO incidents_incident (code, {{columns}}, occurred_at)
SELECT left(md5(random()::text), 24), {{columns}}, now() - random() * %(days)s * interval '1 day'
FROM incidents_incident WHERE is_imported AND id %% %(step)s = %(round)s LIMIT {LATE}
"""
TEXT = """## Overview tiles

In one process, the bytes of a tile of cases by bin for somebody who sees the whole city, in a city with {short:,} cases of five
years and in one with {long:,}; the peer is the bare statement that makes the tile of points, from stored web-Mercator geometry with
its GiST index and whatever other index the planner takes. The core is the tile of a zoom with most cases; the sample are up to {sampled}
others that have cases, half of the topics of five years. All take turns within every round, {rounds} to {most} rounds.

{comparisons}

{sizes}

- **90 days of few topics** are few points: the peer finds them through the index of topic and time, and below a third of a millisecond
  there is little left but what any statement takes.
- **Keeping** them is folded every minute. A case with its place in cells, tiles and all, in milliseconds: {folding}.
  Counting {long:,} cases anew takes {rebuild:.0f} s of CPU."""


@dataclass(frozen=True)
class Question:
    tiles: tuple[Tile, ...]
    window: Window
    number: int


class Asking(Side):
    """One of the two cities, asked in both ways."""

    def bins(self, asked: Question) -> int:
        """Bytes of ours."""
        topics = self.topics[: asked.number]
        found = [count_bins(self.scope, tile, asked.window, topics) for tile in asked.tiles]
        return sum(len(packed(one.bins, one.counts)) for one in found if len(one.bins))

    def points(self, asked: Question) -> int:
        """Bytes of the peer's."""
        sql = POINTS.format(of_topics=OF_TOPICS if asked.number else "")
        begins, ends = midnight(asked.window.since), midnight(asked.window.until)
        total = 0
        for zoom, x, y in asked.tiles:
            values = {"zoom": zoom, "x": x, "y": y, "since": begins, "until": ends}
            with connection.cursor() as cursor:
                cursor.execute(sql, values | {"topics": list(self.topics[: asked.number])})
                total += len(cursor.fetchone()[0])
        return total

    def cost_of_bins(self, asked: Question) -> Cost:
        def ask() -> None:
            for _ in range(QUESTIONS):
                self.bins(asked)

        return cost_of(ask).per(QUESTIONS)

    def cost_of_points(self, asked: Question) -> Cost:
        return cost_of(partial(self.points, asked))


@pytest.fixture
def sides(
    demo_city_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Asking, Asking]]:
    with django_db_blocker.unblock(), two_cities(demo_city_database, SHORT, LONG) as (few, many):
        yield Asking.of(few), Asking.of(many)


def test_overview_tiles(sides: tuple[Asking, Asking], measured: list[str]) -> None:
    short, long = sides
    with served_by(long.served):
        asked = questions()
        assert_equal(long, asked)
        sizes = [size_of(long, what, one) for what, one in asked.items()]
    comparisons = in_turns(sides, asked)
    measured.append(
        TEXT.format(
            short=SHORT,
            long=LONG,
            sampled=SAMPLED,
            rounds=ROUNDS,
            most=MOST_ROUNDS,
            comparisons=report.comparison_table(comparisons),
            sizes=table(["tile", "ours, bytes", "points, bytes", "ratio", "demanded", ""], sizes),
            folding=folding_of(short, SHORT) + "; " + folding_of(long, LONG),
            rebuild=rebuild_of(long).total,
        )
    )
    assert [row.what for row in comparisons if not row.is_certain] == [], "machine too busy"
    assert [row.what for row in comparisons if not row.is_met] == []
    assert [size[0] for size in sizes if "MISSED" in size] == []


def questions() -> dict[str, Question]:
    """The core of each zoom, by windows and topics, and a sample of other tiles."""
    found = {}
    for zoom in ZOOMS:
        scale = {"scale": 2**zoom / (2 * HALF_WORLD)}
        core, *others = [(zoom, x, y) for x, y in execute(TILES, scale)]
        for name, window in WINDOWS.items():
            for topics, number in SETS.items():
                found[f"z{zoom}, {topics}, {name}"] = Question((core,), window, number)
        sample = random.Random(zoom).sample(others, min(SAMPLED, len(others)))
        found[f"z{zoom}, sample"] = Question(tuple(sample), WINDOWS["five years"], 8)
    return found


def is_demanded(what: str) -> bool:
    """A sample, and few days of few topics or of a small tile, hold few points."""
    return "five years" in what or what in {
        f"z{zoom}, all topics, 90 days" for zoom in (10, 11, 12)
    }


def assert_equal(side: Asking, asked: Mapping[str, Question]) -> None:
    """Ours are the cases counted one by one."""
    cells = [
        cell
        for (cell,) in execute(
            "SELECT DISTINCT cell_id FROM incidents_incident WHERE cell_id IS NOT NULL"
        )
    ]
    for what in ("half of them, 90 days", "a quarter, five years"):
        for zoom in ZOOMS:
            one = asked[f"z{zoom}, {what}"]
            topics = side.topics[: one.number]
            (tile,) = one.tiles
            found = count_bins(side.scope, tile, one.window, topics)
            expected = raw_bins(cells, zoom, one.window, topics)[tile]
            assert dict(zip(found.bins.tolist(), found.counts.tolist(), strict=True)) == expected


def size_of(side: Asking, what: str, asked: Question) -> list[str]:
    ours, points = side.bins(asked), side.points(asked)
    told = ["", ""]
    if is_demanded(what):
        told = [f"≤ 1/{1 / SMALLER:.0f}", "met" if ours <= SMALLER * points else "MISSED"]
    return [what, f"{ours:,}", f"{points:,}", f"1/{points / ours:.0f}", *told]


def in_turns(sides: tuple[Asking, Asking], asked: Mapping[str, Question]) -> list[Comparison]:
    """Rounds of each question until its ratios are certain."""
    found: dict[str, list[Comparison]] = {}
    for number in range(MOST_ROUNDS):
        for what, one in asked.items():
            if number < ROUNDS or not all(row.is_certain for row in found[what]):
                look(sides, what, one, number)
                found[what] = compared(sides, what)
    return [row for rows in found.values() for row in rows]


def look(sides: tuple[Asking, Asking], what: str, asked: Question, number: int) -> None:
    """One question to everybody, now in this order and now in that."""
    short, long = sides
    turns: list[tuple[Asking, str, Callable[[Question], Cost]]] = [
        (short, what, short.cost_of_bins),
        (long, what, long.cost_of_bins),
        (long, f"{what}: points", long.cost_of_points),
    ]
    for side, name, measure in turns[:: 1 if number % 2 else -1]:
        with served_by(side.served):
            if number == 0:
                measure(asked)
            side.costs[name].append(measure(asked))


def compared(sides: tuple[Asking, Asking], what: str) -> list[Comparison]:
    short, long = sides[0].costs, sides[1].costs
    demanded = FASTER if is_demanded(what) else None
    return [
        Comparison(what, long[what], long[f"{what}: points"], "points", demanded),
        Comparison(f"{what}, long past", long[what], short[what], "short past", FLAT),
    ]


def folding_of(side: Asking, cases: int) -> str:
    """Of cases of this month, and of such that come late."""
    month, ever = (folded(side, cases, days, turn) for turn, days in enumerate((25, 1_800)))
    return (
        f"in the city with {cases:,} {month.total * 1000:.3f} of those of the last weeks, "
        f"{ever.total * 1000:.3f} of those of any day of five years"
    )


def folded(side: Asking, cases: int, days: int, turn: int) -> Cost:
    columns = COLUMNS.replace("occurred_at, ", "")
    values = {"days": days, "step": max(cases // LATE, 2), "round": turn}
    with served_by(side.served):
        with connection.cursor() as cursor:
            cursor.execute(AGAIN.format(columns=columns), values)
            added = cursor.rowcount
        return cost_of(fold_counts).per(added)


def rebuild_of(side: Asking) -> Cost:
    with served_by(side.served):
        return cost_of(rebuild_counts)
