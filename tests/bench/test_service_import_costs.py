"""What an import costs into the product's own tables, beside a join in SQL and Django row by row."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.bench import bare_import, real_import
from tests.bench.bare_import import head_of, make_file
from tests.bench.lines import Line, lines_table, measured_line
from tests.conftest import connected_to, copy_database, run_beside

SMALL = 100_000
LARGE = int(os.environ.get("GRIDMAP_BENCH_IMPORT", "1000000"))
SAVED = 300
# The join does less: it makes neither keys nor numbers of the day, finds neither post nor rule nor deadline.
NEAR_THE_JOIN, THIRTY_TIMES, LINEAR = 1.3, 30, 1.15

TEXT = """## An import into the tables of the product

As above, with keys, numbers of the day, posts, rules and deadlines, and with the indexes, checks, foreign keys and the log
of the tables, which cost every way about the same and cannot be left out. The join writes the same three rows
without keys, posts, rules, deadlines and numbers of the day. Each way begins with the same tables.

{lines}

{verdicts}"""

Fresh = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def fresh(demo_city_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Fresh]:
    """Opens a copy of the demonstration city into which nothing was imported yet."""
    name = f"{demo_city_database}_tables"

    @contextmanager
    def opened() -> Iterator[None]:
        copy_database(demo_city_database, name)
        with connected_to(name):
            bare_import.empty_tables()
            yield
        run_beside(f'DROP DATABASE "{name}"')

    with django_db_blocker.unblock():
        yield opened


def test_service_import_costs(fresh: Fresh, tmp_path: Path, measured: list[str]) -> None:
    large = tmp_path / "large.csv"
    with fresh():
        make_file(large, LARGE)
    small = head_of(large, SMALL, tmp_path / "small.csv")
    ours, joined = [], []
    for path, rows in ((small, SMALL), (large, LARGE)):
        with fresh():
            ours.append(measured_line("ours", rows, partial(real_import.ours, path)))
            different = real_import.different_rows(path)
        with fresh():
            act = partial(real_import.joined, path)
            joined.append(measured_line("COPY and a join in SQL", rows, act))
    with fresh():
        act = partial(real_import.saved, small, SAVED)
        saved = measured_line("Django, row by row", SAVED, act)
    lines = lines_table([*ours, *joined, saved])
    measured.append(TEXT.format(lines=lines, verdicts=verdicts(ours, joined, saved, different)))
    assert different == 0
    assert ours[1].per_row <= NEAR_THE_JOIN * joined[1].per_row
    assert saved.per_row >= THIRTY_TIMES * ours[1].per_row
    assert ours[1].per_row <= LINEAR * ours[0].per_row


def verdicts(ours: list[Line], joined: list[Line], saved: Line, different: int) -> str:
    beside = [own.per_row / its.per_row for own, its in zip(ours, joined, strict=True)]
    return "\n".join(
        [
            f"- {beside[0]:.2f} times the join that does less, and {beside[1]:.2f} times with {LARGE:,} rows "
            f"(kept at most: {NEAR_THE_JOIN})",
            f"- {saved.per_row / ours[1].per_row:.0f} times cheaper than row by row (kept at least: {THIRTY_TIMES})",
            f"- a row of {LARGE:,} costs {ours[1].per_row / ours[0].per_row:.2f} times one of {SMALL:,} "
            f"(kept at most: {LINEAR}); the join's {joined[1].per_row / joined[0].per_row:.2f} times",
            f"- cases whose cell, building, topic, time or place differs from the join's: {different} of {LARGE:,}",
        ]
    )
