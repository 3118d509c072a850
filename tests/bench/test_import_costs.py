"""What an import costs up to the assigned rows, beside a join in SQL and Django row by row."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.bench import bare_import
from tests.bench.bare_import import COVERS, RULE, different_rows, empty_tables, head_of, make_file
from tests.bench.lines import Line, lines_table, measured_line
from tests.conftest import connected_to, copy_database, run_beside

SMALL, MIDDLE, LARGE = 100_000, 1_000_000, 5_000_000
SAVED = 1500
TURNS = 3
FOUR_TIMES, FOUR_HUNDRED_TIMES, LINEAR = 4, 400, 1.15

TEXT = """## An import

CPU time of client and server together, in microseconds a row (client + server), on the demonstration city; whole
runs from the file to the last row, with what has to be set up. The server's part is that of the one backend.
Into a bare table: no index, no check, no trigger, so that what is measured is reading, judging, cell, building and writing.

{lines}

{verdicts}

Two joins, because either may be the cheaper one: `ST_Covers`, which takes any cell on a border, and the registry's
rule for borders, whose answers ours are compared with. The verdict is against the cheaper."""


@pytest.fixture(scope="module")
def database(demo_city_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A copy of the demonstration city, gone afterwards."""
    name = f"{demo_city_database}_import"
    with django_db_blocker.unblock():
        copy_database(demo_city_database, name)
        with connected_to(name):
            yield
        run_beside(f'DROP DATABASE "{name}"')


def line_of(what: str, rows: int, act: Callable[[], object], turns: int = 1) -> Line:
    return measured_line(what, rows, act, before=empty_tables, turns=turns)


def test_import_costs(database: None, tmp_path: Path, measured: list[str]) -> None:
    large = tmp_path / "large.csv"
    make_file(large, LARGE)
    middle = head_of(large, MIDDLE, tmp_path / "middle.csv")
    small = head_of(large, SMALL, tmp_path / "small.csv")
    ours = [
        line_of("ours", rows, partial(bare_import.ours, path), turns)
        for path, rows, turns in ((small, SMALL, TURNS), (middle, MIDDLE, TURNS), (large, LARGE, 1))
    ]
    covers = line_of(
        "COPY and a join, ST_Covers", MIDDLE, partial(bare_import.joined, middle, COVERS)
    )
    rule, different = compared(middle)
    joined = min(covers, rule, key=lambda line: line.per_row)
    saved = line_of("Django, row by row", SAVED, partial(bare_import.row_by_row, small, SAVED))
    floor = line_of("COPY alone, nothing assigned", MIDDLE, partial(bare_import.staged, middle))
    verdicts = [
        f"- {joined.per_row / ours[1].per_row:.1f} times cheaper than the join (demanded: {FOUR_TIMES})",
        f"- {saved.per_row / ours[1].per_row:,.0f} times cheaper than row by row (demanded: {FOUR_HUNDRED_TIMES})",
        f"- a row of {LARGE:,} costs {ours[2].per_row / ours[0].per_row:.2f} times one of {SMALL:,} "
        f"and {ours[2].per_row / ours[1].per_row:.2f} times one of {MIDDLE:,} (demanded: at most {LINEAR})",
        f"- rows whose answer differs from the join's: {different} of {MIDDLE:,}",
    ]
    lines = lines_table([*ours, covers, rule, saved, floor])
    measured.append(TEXT.format(lines=lines, verdicts="\n".join(verdicts)))
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
    act = partial(bare_import.joined, path, RULE, "bench_oracle")
    line = measured_line("COPY and a join, the rule", MIDDLE, act)
    return line, different_rows()
