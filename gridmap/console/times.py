"""Moments as people say them: in Beijing, this year without its number, near ones by their distance."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import dateformat
from django.utils.translation import gettext, ngettext

from geodata.querysets import BEIJING

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Nearer than this a deadline is told by what is left of it.
NEAR = 4 * HOUR


@dataclass(frozen=True)
class Due:
    """A deadline in words; `tone` is “over”, “today”, “open”, or “none” where none runs."""

    words: str
    tone: str


def due(due_at: datetime, now: datetime) -> Due:
    """How a deadline stands: 超期 5 小时, 还剩 35 分钟, 今天 18:00, 明天 08:30, 7月16日 12:00."""
    if due_at < now:
        return Due(gettext("超期 {span}").format(span=span(now - due_at)), "over")
    tone = "today" if _days_until(due_at, now) == 0 else "open"
    if due_at - now < NEAR:
        return Due(gettext("还剩 {span}").format(span=span(due_at - now)), tone)
    return Due(moment(due_at, now), tone)


def moment(at: datetime, now: datetime) -> str:
    """昨天 23:10, 今天 18:00, 明天 08:30, 7月16日 12:00, 2027年1月3日 12:00."""
    local = at.astimezone(BEIJING)
    time = f"{local:%H:%M}"
    near = {
        -1: gettext("昨天 {time}"),
        0: gettext("今天 {time}"),
        1: gettext("明天 {time}"),
    }
    word = near.get(_days_until(at, now))
    if word:
        return word.format(time=time)
    is_this_year = local.year == now.astimezone(BEIJING).year
    pattern = gettext("n月j日 H:i") if is_this_year else gettext("Y年n月j日 H:i")
    return dateformat.format(local, pattern)


def day(at: datetime, now: datetime) -> str:
    """7月16日, or 2025年7月16日 in another year: the day of a moment."""
    return day_words(at.astimezone(BEIJING).date(), now)


def day_words(one: date, now: datetime) -> str:
    """7月14日, or 2027年1月3日 in another year."""
    is_this_year = one.year == now.astimezone(BEIJING).year
    pattern = gettext("n月j日") if is_this_year else gettext("Y年n月j日")
    return dateformat.format(one, pattern)


def long_ago(at: datetime, now: datetime) -> str:
    """刚刚, 3 分钟前, 5 小时前, else the day."""
    passed = now - at
    if passed < timedelta(minutes=1):
        return gettext("刚刚")
    if passed < HOUR:
        minutes = passed // timedelta(minutes=1)
        return ngettext("%(n)s 分钟前", "%(n)s 分钟前", minutes) % {"n": minutes}
    if passed < DAY:
        hours = passed // HOUR
        return ngettext("%(n)s 小时前", "%(n)s 小时前", hours) % {"n": hours}
    return day(at, now)


def span(length: timedelta) -> str:
    """40 分钟, 47 小时, 3 天: whole units, rounded down, at least one minute; hours below two days."""
    if length < HOUR:
        minutes = max(1, int(length / timedelta(minutes=1)))
        return ngettext("{n} 分钟", "{n} 分钟", minutes).format(n=minutes)
    if length < 2 * DAY:
        hours = int(length / HOUR)
        return ngettext("{n} 小时", "{n} 小时", hours).format(n=hours)
    days = length.days
    return ngettext("{n} 天", "{n} 天", days).format(n=days)


def _days_until(at: datetime, now: datetime) -> int:
    return (at.astimezone(BEIJING).date() - now.astimezone(BEIJING).date()).days
