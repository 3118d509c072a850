"""Removing the scope from any one place turns the matrix red."""

from collections import defaultdict
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
def rows_by_call() -> dict[tuple[int, int], list[Row]]:
    """The rows of the matrix that reach a call in a function: no other row can miss it."""
    found: dict[tuple[int, int], list[Row]] = defaultdict(list)
    with ExitStack() as watched:
        city = watched.enter_context(fresh_city())
        for watcher in watchers():
            watched.enter_context(watcher.at_work())
        for row in rows():
            REACHED.clear()
            # A row that is red already would prove nothing; test_matrix reports it.
            if not list(differences(city, [row])):
                for call in REACHED:
                    found[call].append(row)
    return found


# A call that another one in the same function doubles is missed only together with that one:
# paper asks for the rows and, before anything is drawn, for the key under which they are shared.
DOUBLED = {"paper.<locals>.<lambda>"}


def doubles_of(mutant: Mutant) -> list[Mutant]:
    """The other calls that do the same work."""
    name = mutant.function.__qualname__
    others = [other for site in sites() if site != mutant.site for other in mutants(site)]
    return [other for other in others if other.function.__qualname__ == name and name in DOUBLED]


@pytest.mark.parametrize("site", sites(), ids=str)
def test_the_matrix_turns_red_without_this_call(site: Site) -> None:
    found = mutants(site)
    assert found, f"no function of the product holds {site}"
    for mutant in found:
        candidates = rows_by_call()[id(mutant.function), site.number]
        assert candidates, f"no row of the matrix reaches {mutant}"
        with ExitStack() as work:
            city = work.enter_context(fresh_city())
            for removed in (mutant, *doubles_of(mutant)):
                work.enter_context(removed.at_work())
            red = differences(city, sorted(candidates, key=refusals, reverse=True))
            assert next(iter(red), None), f"nobody misses {mutant}"


def refusals(row: Row) -> tuple[int, bool]:
    """Where much is refused, too much shows first."""
    count = sum(word in {"404", "none"} for word in row.answers.values())
    return count, row.target == "former"
