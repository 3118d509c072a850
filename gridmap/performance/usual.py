"""Which days a day is compared with: the same weekday, the same season, working or not. Pure."""

from datetime import date, timedelta

# The same weekday in the weeks just before, and around the same day of the years before.
RECENT_WEEKS = 8
SEASON_WEEKS = 3
YEARS = 5
# A year of whole weeks keeps the weekday.
_YEAR = timedelta(weeks=52)
_WEEK = timedelta(weeks=1)
# Every fifth or sixth year the weeks fall a week behind the sun.
_DRIFT_DAYS = 1.2425


def days_alike(day: date) -> list[date]:
    """The days that a day is compared with, the latest first; whether they are working days is not asked here."""
    recent = [day - _WEEK * n for n in range(1, RECENT_WEEKS + 1)]
    past = [
        _years_before(day, years) + _WEEK * n
        for years in range(1, YEARS + 1)
        for n in range(SEASON_WEEKS, -SEASON_WEEKS - 1, -1)
    ]
    return recent + past


def _years_before(day: date, years: int) -> date:
    """The same weekday nearest to the same day of the year."""
    behind = round(years * _DRIFT_DAYS / 7)
    return day - _YEAR * years - _WEEK * behind
