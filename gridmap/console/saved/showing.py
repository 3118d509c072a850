"""Kept views as a page shows them: the own ones of this page, and what was just deleted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from gridmap.console.saved.pages import PAGES, Page

# Marks a line that tells of a deleted view; after it follows what brings it back.
RESTORE = "restore?"


@dataclass(frozen=True)
class View:
    """A view in the menu of its page."""

    id: int
    name: str
    address: str


def address_of(page: Page, query: str) -> str:
    return f"{reverse(page.name)}?{query}"


def views_of(rows: Iterable[Mapping[str, Any]], name: str, now: datetime) -> list[View]:
    """Of rows with `id`, `name` and `query` those of this page."""
    page, found = PAGES[name], []
    for row in rows:
        of, _sign, query = row["query"].partition("?")
        if of == name:
            found.append(View(row["id"], row["name"], address_of(page, page.later(query, now))))
    return found


def restored(tags: str | None) -> dict[str, str]:
    """The fields of the form that brings a deleted view back; empty for any other line."""
    if not tags or not tags.startswith(RESTORE):
        return {}
    return QueryDict(tags.removeprefix(RESTORE)).dict()
