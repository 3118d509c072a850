"""Removing the scope from any one place turns the matrix red."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.matrix import Row, rows
from tests.matrix_city import MatrixCity
from tests.mutants import REACHED, Mutant, Site, mutants, sites, watchers
from tests.test_matrix import differences

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"


@contextmanager
def fresh_city() -> Iterator[MatrixCity]:
    with transaction.atomic():
        yield MatrixCity()
        transaction.set_rollback(True)


@cache
def rows_by_site() -> dict[Site, list[Row]]:
    """The rows of the matrix that reach a call: no other row can miss it."""
    found: dict[Site, list[Row]] = {site: [] for site in sites()}
    with ExitStack() as watched:
        city = watched.enter_context(fresh_city())
        for watcher in watchers():
            watched.enter_context(watcher.at_work())
        for row in rows():
            REACHED.clear()
            assert not list(differences(city, [row])), "watching changes no answer"
            for site in REACHED:
                found[site].append(row)
    return found


# A call that another one in the same function doubles is missed only together with that one:
# paper asks for the rows and, before anything is drawn, for the key under which they are shared.
DOUBLED = {"paper.<locals>.<lambda>": "paper.<locals>.<lambda>"}


def removed(site: Site) -> list[list[Mutant]]:
    """The ways to take a call out: in each function object that holds it, with its double."""
    found = mutants(site)
    names = {mutant.function.__qualname__ for mutant in found}
    doubles = [
        double
        for other in sites()
        if other.path == site.path and other != site
        for double in mutants(other)
        if double.function.__qualname__ in {DOUBLED.get(name) for name in names}
    ]
    return [[mutant, *doubles] for mutant in found]


def refusals(row: Row) -> int:
    """Where much is refused, too much shows first."""
    return sum(word in {"404", "none"} for word in row.answers.values())


@pytest.mark.parametrize("site", sites(), ids=str)
def test_the_matrix_turns_red_without_this_call(site: Site) -> None:
    candidates = sorted(rows_by_site()[site], key=refusals, reverse=True)
    assert candidates, f"no row of the matrix reaches {site}"
    ways = removed(site)
    assert ways, f"no function of the product holds {site}"
    for way in ways:
        with ExitStack() as work:
            city = work.enter_context(fresh_city())
            for mutant in way:
                work.enter_context(mutant.at_work())
            assert next(iter(differences(city, candidates)), None), f"nobody misses {way[0]}"
