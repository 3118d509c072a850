"""Every address × every identity, from one reviewed table without a blank."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from gridmap.accounts.models import Role
from tests.case_matrix_city import CASE_TARGETS, CaseCity
from tests.matrix import ANSWERS, LEADS, LEADS_INTO, OFFERED, Row, rows
from tests.matrix_city import IDENTITIES, TARGETS, MatrixCity, Seen

# A visitor may come here; everything else begins with the log-in.
OPEN = {"healthz", "login", "language"}


def routes(patterns: Iterable[URLPattern | URLResolver]) -> list[str]:
    """The names of all addresses that the server answers."""
    found: list[str] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += routes(pattern.url_patterns)
        else:
            found.append(pattern.name or str(pattern.pattern))
    return found


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


@pytest.fixture(autouse=True)
def _own_uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    settings.PHOTO_DIR = tmp_path / "photos"


def test_every_address_stands_in_the_matrix_with_both_methods() -> None:
    listed = {(row.route, method) for row in rows() for method in (row.method,)}
    served = set(routes(get_resolver().url_patterns))
    missing = {(route, method) for route in served for method in ("GET", "POST")} - listed
    assert not missing, "addresses that nobody has decided about"
    assert {route for route, _ in listed} == served, "addresses that nobody serves"


def test_every_row_says_something_for_every_identity() -> None:
    assert set(Role.values) < set(IDENTITIES)
    for row in rows():
        assert set(row.answers) == set(IDENTITIES), row
        words = set(row.answers.values())
        words = {word.rpartition("=")[2] for word in words}
        known = {"ok", "none", *LEADS, *LEADS_INTO, *ANSWERS.get(row.shows, {})}
        assert all(word in known or word.isdigit() for word in words), (row, words - known)


def test_every_answer_and_every_target_is_used() -> None:
    used = {(row.shows, word.rpartition("=")[2]) for row in rows() for word in row.answers.values()}
    assert {(shows, word) for shows in ANSWERS for word in ANSWERS[shows]} <= used
    assert {(row.route, row.target) for row in rows() if row.target != "-"} == set(TARGETS) | set(
        CASE_TARGETS
    )


def test_nothing_but_the_open_pages_is_shown_without_a_log_in() -> None:
    for row in rows():
        for who in ("anonymous", "disabled"):
            # A program is told so; a person is led to the log-in.
            refused = "401" if row.route.startswith("api-") else "in"
            assert row.answers[who] == refused or row.route in OPEN, row


def test_a_person_without_an_appointment_is_shown_no_name_at_all() -> None:
    assert not {row.answers["outsider"] for row in rows()} & {
        word for words in ANSWERS.values() for word in words
    }


@pytest.mark.django_db
def test_the_product_answers_as_the_matrix_says() -> None:
    chosen = [row for row in rows() if not row.is_of_case_file]
    assert list(differences(MatrixCity(), chosen)) == []


@pytest.mark.django_db
def test_the_case_file_answers_as_the_matrix_says() -> None:
    chosen = [row for row in rows() if row.is_of_case_file]
    assert list(differences(CaseCity(), chosen)) == []
