"""The working days of China, as far as the State Council has announced them, and what is assumed after.

The announced years come from chinesecalendar. For the years after, the week and the holidays with a
fixed date are assumed (State Council decree 795 of 2024).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from chinese_calendar.constants import holidays, workdays

from geodata.errors import gettext_noop as _

FIRST_YEAR = 2004
# Years after the present one for which the calendar has days, announced or not.
YEARS_AHEAD = 2
LAST_ANNOUNCED = max(holidays).year
# In force for years that are not announced yet: month and day.
FIXED: dict[tuple[int, int], str] = {
    (1, 1): _("元旦"),
    (5, 1): _("劳动节"),
    (5, 2): _("劳动节"),
    (10, 1): _("国庆节"),
    (10, 2): _("国庆节"),
    (10, 3): _("国庆节"),
}
NAMES = {
    "New Year's Day": _("元旦"),
    "Spring Festival": _("春节"),
    "Tomb-sweeping Day": _("清明节"),
    "Labour Day": _("劳动节"),
    "Dragon Boat Festival": _("端午节"),
    "National Day": _("国庆节"),
    "Mid-autumn Festival": _("中秋节"),
    "Anti-Fascist 70th Day": _("抗战胜利纪念日"),
}


@dataclass(frozen=True)
class Day:
    """One day; the name is that of the holiday, also on a day that makes up for one."""

    day: date
    is_working: bool
    name: str
    is_provisional: bool


def days(last_year: int) -> Iterator[Day]:
    """Every day from 2004 to the end of a year."""
    day = date(FIRST_YEAR, 1, 1)
    while day.year <= last_year:
        yield _announced(day) if day.year <= LAST_ANNOUNCED else _assumed(day)
        day += timedelta(days=1)


def _announced(day: date) -> Day:
    name = workdays.get(day) or holidays.get(day)
    is_working = day in workdays or (day.weekday() < 5 and not name)
    return Day(day, is_working, NAMES[name] if name else "", is_provisional=False)


def _assumed(day: date) -> Day:
    name = FIXED.get((day.month, day.day), "")
    return Day(day, day.weekday() < 5 and not name, name, is_provisional=True)
