"""Removing the scope from any one place turns the matrix red."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from geodata.versions import bump_access_version, bump_data_version
from layers import tiles
from layers.caches import LeastRecent
from tests.case_matrix_city import CaseCity
from tests.conftest import a_database_of_its_own
from tests.matrix import Row
from tests.matrix_asked import asked, differences, fresh_city
from tests.matrix_city import MatrixCity
from tests.mutants import Mutant, Site, mutants, sites

KINDS = (MatrixCity, CaseCity)


class Cities:
    """The city that stands in the database for mutant after mutant; the other kind takes its place when it is asked
    for."""

    def __init__(self, held: ExitStack) -> None:
        self.standing = held.enter_context(ExitStack())
        self.city: MatrixCity | None = None

    def of(self, kind: type[MatrixCity]) -> MatrixCity:
        """As if it were new: nothing is kept of what was answered before."""
        if type(self.city) is not kind:
            self.standing.close()
            self.city = self.standing.enter_context(fresh_city(kind))
        forget()
        return self.city


def forget() -> None:
    """What was kept of an answer is of an earlier version."""
    bump_data_version()
    bump_access_version()


@pytest.fixture(scope="module")
def cities(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cities]:
    with django_db_blocker.unblock(), a_database_of_its_own("mutants"), ExitStack() as standing:
        # Statements are kept whatever the version is: here none.
        patch = standing.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(tiles, "_statements", LeastRecent(0, len))
        yield Cities(standing)


@pytest.fixture(autouse=True)
def _own_uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    settings.PHOTO_DIR = tmp_path / "photos"


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
def test_the_matrix_turns_red_without_this_call(site: Site, cities: Cities) -> None:
    found = mutants(site)
    assert found, f"no function of the product holds {site}"
    for mutant in found:
        candidates = {kind: rows_that_reach(mutant, kind) for kind in KINDS}
        assert any(candidates.values()), f"no row of the matrix reaches {mutant}"
        is_missed = any(misses(mutant, cities, kind) for kind in KINDS if candidates[kind])
        assert is_missed, f"nobody misses {mutant}"


@pytest.mark.parametrize(
    ("path", "method"), [("gridmap/map_sources.py", "EARLY"), ("gridmap/console/command/", "GET")]
)
def test_what_is_answered_without_a_call_is_not_kept_for_the_next(
    path: str, method: str, cities: Cities
) -> None:
    """The control of the city that stands: the same rows are as they should be once the call is back."""
    for site in (site for site in sites() if site.path.startswith(path)):
        city = cities.of(MatrixCity)
        chosen = [r for r in rows_that_reach(mutants(site)[0], MatrixCity) if r.method == method]
        red = next(red_rows(mutants(site)[0], city, chosen[:1]), None)
        if red:
            break
    assert red
    assert list(differences(cities.of(MatrixCity), [red])) == []


def rows_that_reach(mutant: Mutant, kind: type[MatrixCity]) -> list[Row]:
    """A row that is red already would prove nothing; test_matrix reports it."""
    return asked(kind).rows_by_call.get((id(mutant.function), mutant.site.number), [])


def misses(mutant: Mutant, cities: Cities, kind: type[MatrixCity]) -> bool:
    """Whether an answer differs once the call is gone."""
    chosen = sorted(rows_that_reach(mutant, kind), key=refusals, reverse=True)
    return next(red_rows(mutant, cities.of(kind), chosen), None) is not None


def red_rows(mutant: Mutant, city: MatrixCity, chosen: Iterable[Row]) -> Iterator[Row]:
    with ExitStack() as work:
        for removed in (mutant, *doubles_of(mutant)):
            work.enter_context(removed.at_work())
        yield from (row for row in chosen if next(iter(differences(city, [row])), None))


def refusals(row: Row) -> tuple[int, bool]:
    """Where much is refused, too much shows first."""
    count = sum(word in {"404", "none"} for word in row.answers.values())
    return count, row.target == "former"
