"""What an import costs, beside a join in SQL and Django row by row."""

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.bench import bare_import, real_import
from tests.bench.bare_import import (
    COVERS,
    RULE,
    cost_of,
    different_rows,
    empty_tables,
    head_of,
    make_file,
)
from tests.bench.report import table
from tests.bench.servers import Cost
from tests.conftest import connected_to, run_beside

SMALL, MIDDLE, LARGE = 100_000, 1_000_000, 5_000_000
SAVED, SAVED_IN_SERVICE, IN_SERVICE = 1500, 300, 100_000
TURNS = 3
FOUR_TIMES, FOUR_HUNDRED_TIMES, LINEAR = 4, 400, 1.15

TEXT = """## An import

CPU time of client and server together, in microseconds a row (client + server), on the demonstration city; whole
runs from the file to the last row, with what has to be set up. The server's part is that of the one backend.

### Reading and assigning, into a bare table

No index, no check, no trigger on the table: what is measured is reading, judging, cell, building and writing.

{bare}

{verdicts}

Two joins, because either may be the cheaper one: `ST_Covers`, which takes any cell on a border, and the registry's
rule for borders, whose answers ours are compared with. The verdict is against the cheaper.

### The whole import, into the tables of the product

With keys, numbers of the day, posts, rules, deadlines, and with 23 indexes, checks, foreign keys and the log of the tables,
which cost every way about the same and cannot be left out. The join here is the first of the two; it writes the same three
rows without posts, rules, deadlines and numbers of the day.

{service}"""


@dataclass(frozen=True)
class Line:
    what: str
    rows: int
    costs: list[Cost]

    @property
    def per_row(self) -> float:
        return statistics.median(cost.total for cost in self.costs) / self.rows * 1e6

    def cells(self) -> list[str]:
        client, server = (
            statistics.median(getattr(cost, part) for cost in self.costs) / self.rows * 1e6
            for part in ("python", "database")
        )
        speed = 1e6 / self.per_row
        return [
            self.what,
            f"{self.rows:,}",
            f"{self.per_row:.2f}",
            f"{client:.2f} + {server:.2f}",
            f"{speed:,.0f}",
        ]


HEADS = ["way", "rows", "µs a row", "client + server", "rows a CPU second"]


@pytest.fixture(scope="module")
def database(demo_city_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A copy of the demonstration city, gone afterwards."""
    name = f"{demo_city_database}_import"
    with django_db_blocker.unblock():
        run_beside(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        run_beside(f'CREATE DATABASE "{name}" TEMPLATE "{demo_city_database}"')
        with connected_to(name):
            yield
        run_beside(f'DROP DATABASE "{name}" WITH (FORCE)')


def line_of(what: str, rows: int, act: Callable[[], object], turns: int = 1) -> Line:
    costs = []
    for _ in range(turns):
        empty_tables()
        costs.append(cost_of(act))
    return shown(Line(what, rows, costs))


def shown(line: Line) -> Line:
    print(*line.cells(), sep=" | ", flush=True)
    return line


def test_import_costs(database: None, tmp_path: Path, measured: list[str]) -> None:
    large = tmp_path / "large.csv"
    make_file(large, LARGE)
    middle = head_of(large, MIDDLE, tmp_path / "middle.csv")
    small = head_of(large, SMALL, tmp_path / "small.csv")
    ours = [
        line_of("ours", rows, lambda path=path: bare_import.ours(path), turns)  # type: ignore[misc]
        for path, rows, turns in ((small, SMALL, TURNS), (middle, MIDDLE, TURNS), (large, LARGE, 1))
    ]
    covers = line_of(
        "COPY and a join, ST_Covers", MIDDLE, lambda: bare_import.joined(middle, COVERS)
    )
    rule, different = compared(middle)
    joined = min(covers, rule, key=lambda line: line.per_row)
    saved = line_of("Django, row by row", SAVED, lambda: bare_import.row_by_row(small, SAVED))
    floor = line_of("COPY alone, nothing assigned", MIDDLE, lambda: bare_import.staged(middle))
    verdicts = [
        f"- {joined.per_row / ours[1].per_row:.1f} times cheaper than the join (demanded: {FOUR_TIMES})",
        f"- {saved.per_row / ours[1].per_row:,.0f} times cheaper than row by row (demanded: {FOUR_HUNDRED_TIMES})",
        f"- a row of {LARGE:,} costs {ours[2].per_row / ours[0].per_row:.2f} times one of {SMALL:,} "
        f"and {ours[2].per_row / ours[1].per_row:.2f} times one of {MIDDLE:,} (demanded: at most {LINEAR})",
        f"- rows whose answer differs from the join's: {different} of {MIDDLE:,}",
    ]
    service = in_service(head_of(large, IN_SERVICE, tmp_path / "service.csv"))
    measured.append(
        TEXT.format(
            bare=table(HEADS, [line.cells() for line in (*ours, covers, rule, saved, floor)]),
            verdicts="\n".join(verdicts),
            service=table(HEADS, [line.cells() for line in service]),
        )
    )
    assert different == 0
    assert joined.per_row >= FOUR_TIMES * ours[1].per_row
    assert saved.per_row >= FOUR_HUNDRED_TIMES * ours[1].per_row
    assert ours[2].per_row <= LINEAR * ours[0].per_row
    # Against the middle, too: the small one bears what is set up.
    assert ours[2].per_row <= LINEAR * ours[1].per_row


def compared(path: Path) -> tuple[Line, int]:
    """What the join with the registry's rule costs, and the rows where our answer is another."""
    empty_tables()
    bare_import.ours(path)
    cost = cost_of(lambda: bare_import.joined(path, RULE, "bench_oracle"))
    line = shown(Line("COPY and a join, the rule", MIDDLE, [cost]))
    return line, different_rows()


def in_service(path: Path) -> list[Line]:
    return [
        line_of("ours", IN_SERVICE, lambda: real_import.ours(path)),
        line_of("COPY and a join in SQL", IN_SERVICE, lambda: real_import.joined(path)),
        line_of(
            "Django, row by row",
            SAVED_IN_SERVICE,
            lambda: real_import.saved(path, SAVED_IN_SERVICE),
        ),
    ]
