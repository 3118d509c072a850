"""What counting by cell costs beside the best index, with a short past and a long one, and what keeping counts costs."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from geodata.querysets import midnight
from gridmap.accounts.scope import today
from gridmap.incidents.counting import CellCounts, Chosen, Window, count_cells
from gridmap.incidents.counting.folding import fold_counts
from tests.bench import report
from tests.bench.counts_city import COLUMNS, COUNTED, Side, two_cities
from tests.bench.histories import CASES, served_by
from tests.bench.report import Comparison
from tests.bench.servers import Cost, cost_of
from tests.incidents.log_history import execute

SHORT = 100_000
LONG = int(os.environ.get("GRIDMAP_BENCH_CASES", "5000000"))
QUESTIONS, SINGLY, IN_BULK = 100, 50, 10_000
# So many at least, then until every ratio is certain, or the machine is too busy to tell.
ROUNDS, MOST_ROUNDS = 12, 60
FIVE_YEARS = Window(today() - timedelta(days=5 * 365), today())
ONE_DAY = Window(today() - timedelta(days=30), today() - timedelta(days=29))
CHEAPER, FLAT, SINGLE, BULK = 1 / 500, 1.2, 1.25, 1.3
# How many of the topics, and what is demanded. Of one alone an index reads so little that a five hundredth is nothing.
SETS = {
    "all topics": (0, CHEAPER),
    "three of four topics": (12, CHEAPER),
    "half of the topics": (8, CHEAPER),
    "one topic": (1, None),
}
# How cases are written, and what is demanded.
WRITES = (
    ("single", "a case", SINGLE),
    ("bulk", "a case in bulk", BULK),
    ("folded", "a case in bulk, folded at once", None),
)
BARE = f"""
SELECT cell_id, count(*) FROM incidents_incident
WHERE {COUNTED} AND occurred_at >= %(since)s AND occurred_at < %(until)s {{of_topics}} GROUP BY cell_id
"""
OF_TOPICS = "AND topic_id = ANY (%(topics)s)"
TEXT = """## Counts by cell

In one process, cases by cell for somebody who sees the whole city ({cells} cells), in a city with {short:,} cases of five
years and in one with {long:,}; the peer is the bare statement with the best covering index for it, on one core. All take
turns within every round. A ratio counts once its 95 % lie on one side of what is demanded; {rounds} rounds.

{comparisons}

- **One topic alone** is a sixteenth of the cases: a five hundredth of that is about what a statement takes that asks nothing.
- **Upkeep** is the cost with the triggers by that without, in the product's table with its log, in the shorter city: cases one
  by one, each a statement and a transaction; and {bulk:,} in one statement, nearly each of a topic, cell and day of its own.
- **Folded at once**: whoever writes does not wait for that, it is done by the minute for all that came. So many of any day of
  five years are the worst that can come; the more there are, the less each costs, down to some 10 µs for a whole history."""


class Asking(Side):
    """One of the two cities, asked in both ways."""

    def kept(self, window: Window, number: int) -> Cost:
        chosen = Chosen(topics=tuple(self.topics[:number]))

        def ask() -> None:
            for _ in range(QUESTIONS):
                count_cells(self.scope, window, chosen)

        return cost_of(ask).per(QUESTIONS)

    def bare(self, number: int) -> Cost:
        return cost_of(partial(self.counted_barely, number))

    def counted_barely(self, number: int) -> dict[int, int]:
        sql = BARE.format(of_topics=OF_TOPICS if number else "")
        begins, ends = midnight(FIVE_YEARS.since), midnight(FIVE_YEARS.until)
        asked = {"since": begins, "until": ends, "topics": list(self.topics[:number])}
        with connection.cursor() as cursor:
            cursor.execute(sql, asked)
            return dict(cursor.fetchall())


@pytest.fixture
def sides(
    demo_city_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Asking, Asking]]:
    with django_db_blocker.unblock(), two_cities(demo_city_database, SHORT, LONG) as (few, many):
        yield Asking.of(few), Asking.of(many)


def test_counts(sides: tuple[Asking, Asking], measured: list[str]) -> None:
    assert_equal(sides[1])
    read = in_turns(partial(look, sides), partial(looks_compared, sides))
    written = in_turns(partial(write, sides[0]), partial(writes_compared, sides[0]))
    comparisons = [*read, *written]
    cells = len(count_in(sides[1]).cells)
    rounds = len(sides[0].costs["all topics"])
    measured.append(
        TEXT.format(
            cells=cells,
            short=SHORT,
            long=LONG,
            rounds=rounds,
            comparisons=report.comparison_table(comparisons),
            bulk=IN_BULK,
        )
    )
    assert [row.what for row in comparisons if not row.is_certain] == [], "machine too busy"
    assert [row.what for row in comparisons if not row.is_met] == []


def assert_equal(side: Asking) -> None:
    """Both ways count the same."""
    for number, _ in SETS.values():
        with served_by(side.served):
            barely = side.counted_barely(number)
            found = count_in(side, number)
        assert dict(zip(found.cells.tolist(), found.counts.tolist(), strict=True)) == {
            cell: barely.get(cell, 0) for cell in found.cells.tolist()
        }


def count_in(side: Asking, number: int = 0) -> CellCounts:
    with served_by(side.served):
        return count_cells(side.scope, FIVE_YEARS, Chosen(topics=tuple(side.topics[:number])))


def in_turns(
    act: Callable[[int], None], compared: Callable[[], list[Comparison]]
) -> list[Comparison]:
    """Rounds until every ratio is certain."""
    found: list[Comparison] = []
    for number in range(MOST_ROUNDS):
        act(number)
        if number >= ROUNDS - 1:
            found = compared()
            if all(row.is_certain for row in found):
                break
    return found


def look(sides: tuple[Asking, Asking], number: int) -> None:
    """Everything once, now in this order and now in that."""
    short, long = sides
    for what, (topics, _) in SETS.items():
        turns: list[tuple[Asking, str, Callable[[], Cost]]] = [
            (short, what, partial(short.kept, FIVE_YEARS, topics)),
            (long, what, partial(long.kept, FIVE_YEARS, topics)),
            (long, f"{what}, a day", partial(long.kept, ONE_DAY, topics)),
            (long, f"{what}, bare", partial(long.bare, topics)),
        ]
        for side, name, measure in turns[:: 1 if number % 2 else -1]:
            with served_by(side.served):
                if number == 0:
                    measure()
                side.costs[name].append(measure())


def looks_compared(sides: tuple[Asking, Asking]) -> list[Comparison]:
    short, long = sides[0].costs, sides[1].costs
    found = []
    for what, (_, demanded) in SETS.items():
        found += [
            Comparison(f"{what}, five years", long[what], long[f"{what}, bare"], "index", demanded),
            Comparison(f"{what}, long past", long[what], short[what], "short past", FLAT),
            Comparison(f"{what}, five years", long[what], long[f"{what}, a day"], "a day", FLAT),
        ]
    return found


def write(side: Asking, number: int) -> None:
    """Cases one by one and many at once, with the triggers and without, now these first and now those."""
    with served_by(side.served):
        for state in ("ENABLE", "DISABLE")[:: 1 if number % 2 else -1]:
            execute(f"ALTER TABLE incidents_incident {state} TRIGGER count_insert")
            side.costs[f"single, {state}"].append(cost_of(write_singly).per(SINGLY))
            side.costs[f"bulk, {state}"].append(cost_of(write_in_bulk).per(IN_BULK))
            fold_counts()
            side.costs[f"folded, {state}"].append(cost_of(write_and_fold).per(IN_BULK))


def writes_compared(side: Asking) -> list[Comparison]:
    return [
        Comparison(
            name, side.costs[f"{what}, ENABLE"], side.costs[f"{what}, DISABLE"], "no triggers", most
        )
        for what, name, most in WRITES
    ]


def write_singly() -> None:
    sql = f"""
INSERT INTO incidents_incident (code, {COLUMNS})
SELECT %s, {COLUMNS} FROM incidents_incident WHERE id = (SELECT max(id) FROM incidents_incident)
"""
    for _ in range(SINGLY):
        execute(sql, [uuid4().hex[:24]])


def write_and_fold() -> None:
    write_in_bulk()
    fold_counts()


def write_in_bulk() -> None:
    with connection.cursor() as cursor:
        codes = CASES.replace("'BENCH-'", f"'{uuid4().hex[:12]}-'")
        cursor.execute(codes, {"cases": IN_BULK, "open": 0})
