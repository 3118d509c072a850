"""What the city's map offers to whoever sees cases: where they were, in a few periods, drawn from overview tiles."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gridmap.accounts.scope import Scope
from gridmap.console.desk.boards import CASES
from gridmap.console.overview import Overview
from gridmap.incidents.counting import Window
from gridmap.incidents.counting.overview import has_overview

DAYS, YEARS = 90, 5
# The sentences that the scripts fill in: names in braces are theirs.
WORDS: dict[str, str | Promise] = {
    "title": pgettext_lazy("on the map", "案件"),
    "unit": _("件 / {n} 米方格"),
    "and_up": _("{n} 起"),
    "seen": pgettext_lazy("for a script", "图中 {n} 件"),
    "none": _("没有案件"),
    "below": _("不到 {n} 件的方格没有颜色。"),
    "waiting": _("正在取…"),
    "failed": _("没有取到，会再试。"),
    "refused": _("没有取到，过一会儿再试。"),
}


@dataclass(frozen=True)
class Period:
    """`key` stands for it in the address."""

    key: str
    label: str | Promise
    window: Window


@dataclass(frozen=True)
class Offer:
    """Periods up to and including `today`, and the address of the list, if there is one for this person, of the cases of `area`."""

    today: date
    periods: list[Period]
    words: dict[str, str]
    cases: str
    area: dict[str, Any] | None


def offered(scope: Scope, overview: Overview) -> Offer | None:
    """None for whoever may see no cases of a whole cell."""
    if not has_overview(scope):
        return None
    return Offer(
        today=scope.day,
        periods=periods_until(scope.day),
        words={name: str(words) for name, words in WORDS.items()},
        cases=_list_of(overview) if scope.roles & CASES.roles else "",
        area=overview.here,
    )


def periods_until(today: date) -> list[Period]:
    """Each ends with today."""
    begins = {
        "90d": (pgettext_lazy("period", "90 天"), today - timedelta(days=DAYS - 1)),
        "year": (pgettext_lazy("period", "今年"), today.replace(month=1, day=1)),
        "5y": (pgettext_lazy("period", "五年"), _years_before(today)),
    }
    until = today + timedelta(days=1)
    return [Period(key, label, Window(since, until)) for key, (label, since) in begins.items()]


def _years_before(today: date) -> date:
    """The day after that of five years ago."""
    is_leap_day = (today.month, today.day) == (2, 29)
    then = today.replace(year=today.year - YEARS, **({"day": 28} if is_leap_day else {}))
    return then + timedelta(days=1)


def _list_of(overview: Overview) -> str:
    """The cases that count in the areas whose parts are listed; the period comes with what is shown."""
    shown = (
        [overview.here] if overview.here else [one for one in overview.areas if one["depth"] == 1]
    )
    areas = [("area", area["code"]) for area in shown]
    return f"{reverse(CASES.name)}?{urlencode([('tab', 'any'), ('counted', 'yes'), *areas])}"
