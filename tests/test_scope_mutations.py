"""Removing the scope from any one place turns the matrix red."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.case_matrix_city import CaseCity
from tests.matrix import Row, rows
from tests.matrix_city import MatrixCity
from tests.mutants import REACHED, Mutant, Site, mutants, sites, watchers
from tests.test_matrix import differences, times_asked

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    settings.PHOTO_DIR = tmp_path / "photos"


@contextmanager
def fresh_city(kind: type[MatrixCity]) -> Iterator[MatrixCity]:
    with transaction.atomic():
        yield kind()
        transaction.set_rollback(True)


def by_city(chosen: Iterable[Row]) -> list[tuple[type[MatrixCity], list[Row]]]:
    """The rows with the city in which each is asked; the city with rows only."""
    chosen = list(chosen)
    parted = (
        (MatrixCity, [row for row in chosen if not row.is_of_case_file]),
        (CaseCity, [row for row in chosen if row.is_of_case_file]),
    )
    return [(kind, part) for kind, part in parted if part]


@cache
def rows_by_call() -> dict[tuple[int, int], list[Row]]:
    """The rows of the matrix that reach a call in a function. Of those whom a row answers alike one is asked.

    A row that is red already would prove nothing; test_matrix reports it.
    """
    found: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for kind, part in by_city(rows()):
        with ExitStack() as watched:
            city = watched.enter_context(fresh_city(kind))
            for watcher in watchers():
                watched.enter_context(watcher.at_work())
            for row in part:
                REACHED.clear()
                for _ in range(times_asked(row)):
                    for who in {word: who for who, word in row.answers.items()}.values():
                        city.ask(who, row.method, row.route, row.target)
                for call in REACHED:
                    found[call].append(row)
    return found


# A call that another one doubles is missed only together with that one: paper asks for the rows and, before
# anything is drawn, for the key under which they are shared; a merge looks for the other case in scope, and
# whoever offers it has done so before; a task is looked for among those of the own teams before its service asks
# whose it is; the pages of the city's tables and of the hand-over exist only for
# those from whom the services take it.
DOUBLED = {
    "paper.<locals>.<lambda>": {"paper.<locals>.<lambda>"},
    "merge": {"MovesView.post"},
    "MovesView.post": {"merge"},
    "finish_task": {"conflict_task"},
    "_demand_above": {"hand_over"},
    "_demand_admin": {"page_of.<locals>.view"},
    "_set": {"calendar"},
}


def doubles_of(mutant: Mutant) -> list[Mutant]:
    """The other calls that do the same work."""
    wanted = DOUBLED.get(mutant.function.__qualname__, set())
    others = [other for site in sites() if site != mutant.site for other in mutants(site)]
    return [other for other in others if other.function.__qualname__ in wanted]


@pytest.mark.parametrize("site", sites(), ids=str)
def test_the_matrix_turns_red_without_this_call(site: Site) -> None:
    found = mutants(site)
    assert found, f"no function of the product holds {site}"
    for mutant in found:
        candidates = rows_by_call()[id(mutant.function), site.number]
        assert candidates, f"no row of the matrix reaches {mutant}"
        is_missed = any(misses(mutant, *parted) for parted in by_city(candidates))
        assert is_missed, f"nobody misses {mutant}"


def misses(mutant: Mutant, kind: type[MatrixCity], candidates: list[Row]) -> bool:
    """Whether an answer differs once the call is gone."""
    with ExitStack() as work:
        city = work.enter_context(fresh_city(kind))
        for removed in (mutant, *doubles_of(mutant)):
            work.enter_context(removed.at_work())
        red = differences(city, sorted(candidates, key=refusals, reverse=True))
        return next(iter(red), None) is not None


def refusals(row: Row) -> tuple[int, bool]:
    """Where much is refused, too much shows first."""
    count = sum(word in {"404", "none"} for word in row.answers.values())
    return count, row.target == "former"
