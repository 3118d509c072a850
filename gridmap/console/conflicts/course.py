"""When its cases happened: month by month, over the week, and before and after what was tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from geodata.querysets import BEIJING, day_of
from gridmap.recurring.models import Measure
from layers.hotspots.before_after import change
from layers.styles import LADDER

MONTHS = 60
YEAR = timedelta(days=365)
# Sooner nobody looks whether it helped.
LEAST_DAYS = 30
# Measures so many days apart have room for words on a phone, for so many signs of them.
ROOM, WORDS = timedelta(days=600), 9


@dataclass(frozen=True)
class Month:
    """Its first day, its cases, and between which numbers they lie where the usual happens (None where that is not
    known); the last one is not over."""

    first: date
    count: int
    is_unfinished: bool
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Course:
    """Cases by month, beside what is usual in its season."""

    months: list[Month]
    marks: list[dict[str, str]]

    @property
    def shows_usual(self) -> bool:
        """Where nothing is usual there is no range to be drawn."""
        return any(month.high for month in self.months)

    @property
    def total(self) -> int:
        return sum(month.count for month in self.months)

    @property
    def chart(self) -> dict[str, Any]:
        """As `layers/charts.js` takes a trend."""
        counts = [month.count for month in self.months]
        said = _("{month}：{n} 件")
        found: dict[str, Any] = {
            "months": [f"{month.first:%Y-%m}" for month in self.months],
            "counts": counts,
            "measures": self.marks,
            "open": True,
        }
        if self.shows_usual:
            said = _("{month}：{n} 件，平常 {low}～{high} 件")
            found["low"] = [month.low for month in self.months]
            found["high"] = [month.high for month in self.months]
        return found | {"says": said}


def course_of(
    moments: Sequence[datetime],
    measures: Sequence[Measure],
    claims: Mapping[str, Any],
    now: datetime,
) -> Course:
    """Of the last five years; what is usual as a run says in its claims (`usual_months`)."""
    firsts = _months_until(day_of(now))
    counts = dict.fromkeys(firsts, 0)
    for at in moments:
        first = at.astimezone(BEIJING).date().replace(day=1)
        if first in counts:
            counts[first] += 1
    usual = claims.get("usual_months") or {}
    lows, highs = (usual.get(end) or [None] * 12 for end in ("low", "high"))
    months = [
        Month(first, n, first == firsts[-1], lows[first.month - 1], highs[first.month - 1])
        for first, n in counts.items()
    ]
    return Course(months, _marks(measures, firsts[0]))


def _marks(measures: Sequence[Measure], begins: date) -> list[dict[str, str]]:
    """Numbered as in the table; with their first words, where there are few."""
    days = [one.taken_on for one in measures]
    has_room = all(after - before >= ROOM for before, after in pairwise(days))
    return [
        {
            "month": f"{one.taken_on:%Y-%m}",
            "label": f"{number} {one.words[:WORDS]}" if has_room else f"{number}",
        }
        for number, one in enumerate(measures, 1)
        if one.taken_on >= begins
    ]


def _months_until(today: date) -> list[date]:
    last = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(last - MONTHS + 1, last + 1)]


@dataclass(frozen=True)
class Day:
    """A row of the week: its name and the cases of its 24 hours."""

    name: str
    counts: list[int]


def week_of(moments: Sequence[datetime]) -> list[Day]:
    """Cases by day and hour in Beijing."""
    counts = [[0] * 24 for _day in range(7)]
    for at in moments:
        local = at.astimezone(BEIJING)
        counts[local.weekday()][local.hour] += 1
    return [Day(str(WEEKDAYS_ABBR[day]), row) for day, row in enumerate(counts)]


def rhythm_chart(week: Sequence[Day]) -> dict[str, Any]:
    """As `layers/charts.js` takes a rhythm."""
    return {
        "counts": [count for day in week for count in day.counts],
        "ladder": list(LADDER),
        "says": _("{day} {from}～{to} 时：{n} 件"),
    }


@dataclass(frozen=True)
class Tried:
    """A measure, and cases in two periods of one length: before it and after it."""

    measure: Measure
    before: int
    after: int
    days: int
    change: str
    verdict: str
    tone: str


def tried_of(
    measures: Sequence[Measure], moments: Sequence[datetime], now: datetime
) -> list[Tried]:
    """The later period begins with the measure and lasts a year at most; the earlier one is the same part of the
    year before, so that a summer is compared with a summer."""
    days = [at.astimezone(BEIJING).date() for at in moments]
    today = day_of(now)
    return [_tried(one, days, today) for one in measures]


def _tried(one: Measure, days: Sequence[date], today: date) -> Tried:
    length = min(YEAR, today - one.taken_on)
    begins = one.taken_on - YEAR
    before = sum(begins <= day < begins + length for day in days)
    after = sum(one.taken_on <= day < one.taken_on + length for day in days)
    if length.days < LEAST_DAYS:
        return Tried(one, before, after, length.days, "", _("还太早"), "")
    found = change(before, after)
    if found is None:
        return Tried(one, before, after, length.days, "", _("没有案件可比"), "")
    words = _("{change}（{low} 到 {high}）").format(
        change=_percent(found.ratio), low=_percent(found.low), high=_percent(found.high)
    )
    if found.is_less:
        return Tried(one, before, after, length.days, words, _("少了"), "grn")
    if found.is_more:
        return Tried(one, before, after, length.days, words, _("多了"), "red")
    return Tried(one, before, after, length.days, words, _("看不出"), "")


def _percent(ratio: float) -> str:
    """+22%, −54%; a true minus, and no number where nothing was before."""
    if ratio == float("inf"):
        return "+∞"
    change = round((ratio - 1) * 100)
    return f"+{change}%" if change > 0 else f"−{-change}%" if change else "0%"
