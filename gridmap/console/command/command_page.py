"""What the templates of the commander's page are given."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from geodata.querysets import day_of
from geodata.versions import data_version
from gridmap.console.command.asking import Asked
from gridmap.console.command.filtering import filters_of, named_area
from gridmap.console.command.happenings import read_happenings
from gridmap.console.command.kept import kept, key_of
from gridmap.console.command.modules import modules_of
from gridmap.console.command.recurring import read_listed
from gridmap.console.command.state import LISTS
from gridmap.console.command.steps import quarters_until
from gridmap.console.command.words import words_for_scripts
from gridmap.console.desk.boards import TRIAGE
from gridmap.console.desk.wording import today_words
from gridmap.console.pages import is_english
from gridmap.incidents.counting.plain import condition_of
from gridmap.performance.areas import over_areas
from gridmap.performance.situation import Situation, read_situation


def page_values(asked: Asked) -> dict[str, Any]:
    """All of the page; a wall has no filters, and a foot."""
    return {
        **situation_values(asked),
        **conflict_values(asked),
        "filters": filters_of(asked),
        "bounds": asked.known.bounds,
        "faults": asked.faults,
        "window": asked.period,
        "quarters": [] if asked.sees_cases else _quarters(asked.now),
        "last_day": asked.period.until - timedelta(days=1),
        # From afar cells are read better than a density.
        "wall_query": asked.shown.query(is_wall=True, view="cells", conflict=""),
        "modules": modules_of("console/command/page.js"),
        "words": words_for_scripts(settings.CITY.residents_per_household),
        "addresses": _addresses(asked),
        "city": settings.CITY.name_en if is_english() else settings.CITY.name,
        "kept": [(kind, value) for kind in LISTS for value in getattr(asked.shown, kind)],
        **({"theme": asked.shown.wall_theme} if asked.shown.wall_theme else {}),
    }


def situation_values(asked: Asked) -> dict[str, Any]:
    """The figures with the time of which they are, and on a wall what happened last."""
    row = next((row for row in asked.known.areas if row["code"] == asked.area), None)
    situation = _situation(asked)
    return {
        **_frame(asked),
        "situation": situation,
        "at": situation.at if situation else asked.now,
        "opens_desk": bool(asked.scope.roles & TRIAGE.roles),
        "opens_briefing": bool(over_areas(asked.scope).area_ids),
        "area": row,
        "today": today_words(asked.now),
        "happenings": read_happenings(asked) if asked.shown.is_wall else [],
    }


def conflict_values(asked: Asked) -> dict[str, Any]:
    return {**_frame(asked), "listed": read_listed(asked)}


def _frame(asked: Asked) -> dict[str, Any]:
    return {
        "asked": asked,
        "shown": asked.shown,
        "now": asked.now,
        "area_name": named_area(asked),
        "sees_cases": asked.sees_cases,
        "sees_people": asked.scope.sees_people,
    }


def _quarters(now: datetime) -> list[dict[str, Any]]:
    """Whoever sees merged counts chooses a whole quarter."""
    words = _("{year} 年第 {n} 季度")
    return [
        {
            "since": one.since,
            "until": one.until,
            "name": words.format(year=one.since.year, n=one.number),
        }
        for one in quarters_until(day_of(now))
    ]


def _situation(asked: Asked) -> Situation | None:
    """Of the full minute, the same for all who see the same."""
    key = key_of("situation", asked.whole, asked.now, asked.shown.cases)
    only = condition_of(asked.chosen)
    return kept(key, asked.now, lambda at: read_situation(asked.scope, at, only=only))


def _addresses(asked: Asked) -> dict[str, str]:
    """Where the scripts ask, without a query. The ground's address changes with what it answers."""
    version = f"{data_version():x}-{asked.whole.digest}-{get_language()}"
    names = ("cube", "points", "outlines", "cells")
    return {
        "places": reverse("command-places", kwargs={"version": version}),
        **{name: reverse(f"command-{name}") for name in names},
    }
