"""The matrix asked once, for all tests that want to know what is answered otherwise, and which calls a row reaches."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache

from django.db import transaction

from tests.case_matrix_city import CaseCity
from tests.matrix import ANSWERS, LEADS, LEADS_INTO, OFFERED, Row, rows
from tests.matrix_city import IDENTITIES, MatrixCity, Seen
from tests.mutants import REACHED, watchers

# The function and the number of a call that narrows.
Call = tuple[int, int]


@dataclass(frozen=True)
class Asked:
    """What came of all rows of a city, each asked as everybody."""

    differences: list[str]
    rows_by_call: dict[Call, list[Row]]


@cache
def asked(kind: type[MatrixCity]) -> Asked:
    """While the product is asked it also tells which of its calls that narrow a row reaches."""
    found: list[str] = []
    reaching: dict[Call, list[Row]] = defaultdict(list)
    with ExitStack() as watched:
        city = watched.enter_context(fresh_city(kind))
        for watcher in watchers():
            watched.enter_context(watcher.at_work())
        for row in rows_of(kind, rows()):
            REACHED.clear()
            found += differences(city, [row])
            for call in REACHED:
                reaching[call].append(row)
    return Asked(found, reaching)


def rows_of(kind: type[MatrixCity], chosen: Iterable[Row]) -> list[Row]:
    """Those that are asked in a city of this kind."""
    return [row for row in chosen if row.is_of_case_file == (kind is CaseCity)]


@contextmanager
def fresh_city(kind: type[MatrixCity]) -> Iterator[MatrixCity]:
    with transaction.atomic():
        yield kind()
        transaction.set_rollback(True)


def differences(city: MatrixCity, chosen: Iterable[Row]) -> Iterable[str]:
    """What the product answers otherwise than the table, in words."""
    for row in chosen:
        for _ in range(times_asked(row)):
            for who in IDENTITIES:
                seen = city.ask(who, row.method, row.route, row.target)
                fault = fault_of(row, who, seen, city)
                if fault:
                    yield f"{row} as {who}: {fault}"


def times_asked(row: Row) -> int:
    """What is answered early was kept when another person asked: twice."""
    return 2 if row.method == "EARLY" else 1


def fault_of(row: Row, who: str, seen: Seen, city: MatrixCity) -> str:
    """Empty where the answer is the expected one."""
    word = row.answers[who]
    status, location, tokens = expected(row, word)
    tokens -= {city.people[who].name} if who in city.people else set()
    if seen.status != status or not seen.location.startswith(location):
        return f"expected {word}, got {seen.status} {seen.location}"
    if word in LEADS and seen.location != location:
        return f"expected {word}, got {seen.location}"
    if seen.tokens != tokens:
        shown, hidden = sorted(seen.tokens - tokens), sorted(tokens - seen.tokens)
        return f"expected {word}, shows {shown}, hides {hidden}"
    if word in ("ok", "none") and seen.is_empty != (word == "none"):
        return f"expected {word}, got {'nothing' if seen.is_empty else 'something'}"
    return frame_fault_of(who, seen, 0 if row.is_of_case_file else told_of(who))


def frame_fault_of(who: str, seen: Seen, told: int) -> str:
    """What every page must keep to: name the own roles, offer nothing that is not for this person, and tell
    how many notices are unread."""
    refused = {page for page in seen.offers if who not in OFFERED[page]}
    foreign = seen.roles - {who}
    if refused or foreign:
        return f"offers {refused}, names the roles {foreign}"
    return f"{seen.unread} unread, not {told}" if seen.unread not in (None, told) else ""


@cache
def told_of(who: str) -> int:
    """How many notices are about what somebody may see: everybody was told of all."""
    (row,) = (row for row in rows() if (row.route, row.method) == ("notices", "GET"))
    tokens = ANSWERS[row.shows].get(row.answers[who], "").split()
    return sum(token.startswith(("case-", "conflict-")) for token in tokens)


def expected(row: Row, word: str) -> tuple[int, str, set[str]]:
    """Status, where it leads, the names shown."""
    if word in LEADS or word in LEADS_INTO:
        return 302, (LEADS | LEADS_INTO)[word], set()
    status, _, names = word.rpartition("=")
    if names.isdigit():
        return int(names), "", set()
    shown = "" if names in ("ok", "none") else ANSWERS[row.shows][names]
    return int(status or 200), "", set(shown.split())
