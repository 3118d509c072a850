"""Parts of an area as rows of a page: their names, where they lead, and the bars of their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geodata.models import Area, Cell
from gridmap.accounts.models import GuideTeam
from gridmap.console.cases.wording import called, language_of
from gridmap.console.comparison.asking import Asked
from gridmap.performance.comparison import Comparison, Interval, Part, Place
from gridmap.performance.measures import MEASURES, Measure, Share

FIGURES: dict[str, Any] = {
    "new": gettext_lazy("今天新增"),
    "open": gettext_lazy("在办"),
    "due_today": gettext_lazy("今天到期"),
    "overdue": gettext_lazy("超期"),
    "unrouted": gettext_lazy("无主"),
    "to_visit": gettext_lazy("待回访"),
}
# Somebody has to act.
ALARMS = {"due_today": "amb", "overdue": "red", "unrouted": "red"}
# The measures that stand in the table of all parts; each other one is drawn when it is chosen.
SHOWN = ("on_time_rate", "resolution_rate", "satisfaction_rate", "recurrence_90d")
# The axis of the drawing ends at whole tens of percent.
TENS = 10


@dataclass(frozen=True)
class Row:
    """One place or team; addresses are empty where there is nothing to go to."""

    name: str
    lang: str
    below: str
    cases: str
    part: Part

    @property
    def figures(self) -> list[tuple[int, str]]:
        """Each with its colour."""
        counts = {name: getattr(self.part.figures, name) for name in FIGURES}
        return [(count, ALARMS.get(name, "") if count else "") for name, count in counts.items()]

    @property
    def shares(self) -> list[Share]:
        return [self.part.shares[name] for name in SHOWN]


@dataclass(frozen=True)
class Bar:
    """A row of the drawing, in percent of its width; without `dot` there are too few cases."""

    name: str
    lang: str
    share: Share
    left: float = 0
    length: float = 0
    dot: float | None = None


@dataclass(frozen=True)
class Drawing:
    """Bars on one axis, the edges of which are percents, and the whole with its line."""

    bars: list[Bar]
    whole: Bar
    line: float | None
    ticks: list[tuple[int, float]]


def rows_of(found: Comparison, asked: Asked, *, opens_cases: bool) -> list[Row]:
    rows = [_row(part, found, asked, opens_cases=opens_cases) for part in found.parts]
    return [row for row in rows if row.part.place is not None or _has_cases(row.part)]


def _has_cases(part: Part) -> bool:
    return bool(part.figures.open or any(share.denominator for share in part.shares.values()))


def _row(part: Part, found: Comparison, asked: Asked, *, opens_cases: bool) -> Row:
    place = part.place
    below = asked.query(area=place.code) if isinstance(place, Area) else ""
    return Row(
        name=name_of(place, asked),
        lang=language_of(place) if place else "",
        below=f"?{below}" if below else "",
        cases=_cases(place, found) if opens_cases else "",
        part=part,
    )


def name_of(place: Place | None, asked: Asked) -> str:
    if isinstance(place, Cell):
        return f"{place.code[-3:]} {called(place)}".strip()
    if place is not None:
        return called(place)
    return _("没有牵头队伍") if asked.by == "team" else _("没有落到下一级")


def _cases(place: Place | None, found: Comparison) -> str:
    """The list of its open cases."""
    if isinstance(place, Area):
        chosen: dict[str, Any] = {"area": place.code}
    elif isinstance(place, Cell):
        chosen = {"cell": place.code}
    elif isinstance(place, GuideTeam):
        chosen = {"area": found.codes, "team": place.pk}
    else:
        return ""
    return f"{reverse('desk-cases')}?{urlencode(chosen, doseq=True)}"


def drawing_of(rows: Sequence[Row], intervals: Sequence[Interval], whole: Interval) -> Drawing:
    """On an axis that holds all intervals."""
    ends = [end for one in (*intervals, whole) for end in (one.low, one.high) if end is not None]
    ends += [] if whole.share.value is None else [whole.share.value]
    low = floor(min(ends, default=0) * TENS) * TENS
    high = max(ceil(max(ends, default=1) * TENS) * TENS, low + TENS)
    return Drawing(
        [
            _bar(row.name, row.lang, one, low, high)
            for row, one in zip(rows, intervals, strict=True)
        ],
        _bar(_("你看得到的全部"), "", whole, low, high),
        None if whole.share.value is None else _place(whole.share.value, low, high),
        [(tick, _place(tick / 100, low, high)) for tick in (low, (low + high) // 2, high)],
    )


def _bar(name: str, lang: str, one: Interval, low: int, high: int) -> Bar:
    if one.value is None or one.low is None or one.high is None:
        return Bar(name, lang, one.share)
    left, right = _place(one.low, low, high), _place(one.high, low, high)
    return Bar(name, lang, one.share, left, round(right - left, 1), _place(one.value, low, high))


def _place(value: float, low: int, high: int) -> float:
    return round(100 * (100 * value - low) / (high - low), 1)


def shown_measures() -> list[Measure]:
    return [measure for measure in MEASURES if measure.name in SHOWN]
