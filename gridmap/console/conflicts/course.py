"""When its cases happened: month by month, over the week, and before and after what was tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from geodata.querysets import BEIJING, day_of
from gridmap.recurring.models import Measure
from layers.hotspots.before_after import change

MONTHS = 60
# Six classes of colour, as everywhere; nothing has none.
CLASSES = 6
YEAR = timedelta(days=365)
# Sooner nobody looks whether it helped.
LEAST_DAYS = 30
LEAST_DRAWN = 0.05
# Units of the drawing.
WIDTH, HEIGHT, TOP, LEFT = 660.0, 150.0, 26.0, 24.0


@dataclass(frozen=True)
class Month:
    """A bar: its month, cases, and where it is drawn."""

    first: date
    count: int
    is_unfinished: bool
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Mark:
    """A measure on the course: its number and where it stands."""

    number: int
    x: float


@dataclass(frozen=True)
class Tick:
    """A line or a year of the axes."""

    label: str
    at: float


@dataclass(frozen=True)
class Course:
    """Cases by month with the usual number a month."""

    months: list[Month]
    marks: list[Mark]
    counts: list[Tick]
    years: list[Tick]
    usual: float
    usual_y: float

    @property
    def shows_usual(self) -> bool:
        """What would be written as 0.0 is no line."""
        return self.usual >= LEAST_DRAWN

    @property
    def total(self) -> int:
        return sum(month.count for month in self.months)


def course_of(
    moments: Sequence[datetime],
    measures: Sequence[Measure],
    usual: float,
    now: datetime,
) -> Course:
    """Of the last five years; `usual` are cases a month."""
    today = day_of(now)
    firsts = _months_until(today)
    counts = dict.fromkeys(firsts, 0)
    for at in moments:
        first = at.astimezone(BEIJING).date().replace(day=1)
        if first in counts:
            counts[first] += 1
    top = _round_up(max(*counts.values(), usual, 2))
    step = (WIDTH - LEFT) / MONTHS

    def y_of(value: float) -> float:
        return round(HEIGHT - value / top * (HEIGHT - TOP), 1)

    months = [
        Month(first, n, first == firsts[-1], round(LEFT + at * step + 1, 1), y_of(n), round(step - 2, 1),
              round(HEIGHT - y_of(n), 1))
        for at, (first, n) in enumerate(counts.items())
    ]  # fmt: skip
    begins = firsts[0]
    span = (today - begins).days or 1
    marks = [
        Mark(number, round(LEFT + (one.taken_on - begins).days / span * (WIDTH - LEFT), 1))
        for number, one in enumerate(measures, 1)
        if one.taken_on >= begins
    ]
    years = [Tick(str(month.first.year), month.x) for month in months if month.first.month == 1]
    lines = [Tick(f"{value:g}", y_of(value)) for value in (0, top / 2, top)]
    return Course(months, marks, lines, years, usual, y_of(usual))


def _months_until(today: date) -> list[date]:
    last = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(last - MONTHS + 1, last + 1)]


def _round_up(most: float) -> int:
    """An even number, so that its half is one too."""
    return int(-(-most // 2) * 2)


@dataclass(frozen=True)
class Hour:
    count: int
    tone: int


@dataclass(frozen=True)
class Day:
    """A row of the week: its name and 24 hours."""

    name: str
    hours: list[Hour]


def week_of(moments: Sequence[datetime]) -> list[Day]:
    """Cases by day and hour in Beijing; the darkest is what has most, six at least."""
    counts = [[0] * 24 for _day in range(7)]
    for at in moments:
        local = at.astimezone(BEIJING)
        counts[local.weekday()][local.hour] += 1
    # Where little happens, one case is not a dark one.
    most = max(CLASSES, *map(max, counts))
    return [
        Day(str(WEEKDAYS_ABBR[day]), [Hour(n, _tone(n, most)) for n in row])
        for day, row in enumerate(counts)
    ]


def _tone(count: int, most: int) -> int:
    return -(-count * CLASSES // most)


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
