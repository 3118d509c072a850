"""Every address × every identity, from one reviewed table without a blank."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from gridmap.accounts.models import Role
from tests.case_matrix_city import CASE_TARGETS, CaseCity
from tests.matrix import ANSWERS, LEADS, LEADS_INTO, rows
from tests.matrix_asked import asked
from tests.matrix_city import IDENTITIES, TARGETS, MatrixCity

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
    assert asked(MatrixCity).differences == []


@pytest.mark.django_db
def test_the_case_file_answers_as_the_matrix_says() -> None:
    assert asked(CaseCity).differences == []
