"""Rows of the tables as a person reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from geodata.querysets import day_of
from gridmap.console.desk.wording import Name, named
from gridmap.console.tables.queries import Hole
from gridmap.console.times import day_words
from gridmap.incidents.models import RoutingRule, TimeLimit
from gridmap.incidents.topics import URGENCIES

HOUR, DAY = 60, 1440


@dataclass(frozen=True)
class Line:
    """One row: for which reports, who or how long, from when to when."""

    id: int
    topic: Name
    urgency: str
    is_narrow: bool
    days: str
    state: str
    tone: str
    is_past: bool
    area: Name | None = None
    lead: Name | None = None
    assisting: Sequence[Name] = ()
    unit: Name | None = None
    contact: str = ""
    settle: str = ""
    counts: str = ""


@dataclass(frozen=True)
class HoleLine:
    """What is not covered, in words, and the topic to add a rule for."""

    topic: Name
    code: str
    when: str
    urgencies: str
    communities: list[Name]
    more: int
    is_everywhere: bool


def topic_name(topic: Any) -> Name:
    return named(topic) if topic else Name(_("任何专题"))


def area_name(area: Any) -> Name:
    return named(area) if area else Name(_("全市"))


def urgency_name(urgency: str) -> str:
    return _(URGENCIES[urgency]) if urgency else _("任何紧急程度")


def name_of(row: RoutingRule | TimeLimit) -> list[Name]:
    """For which reports a row is."""
    area = [area_name(row.area)] if isinstance(row, RoutingRule) else []
    return [topic_name(row.topic), *area, Name(urgency_name(row.urgency))]


def span_words(minutes: int) -> str:
    """30 分钟, 4 小时, 15 天."""
    if minutes % DAY == 0:
        days = minutes // DAY
        return ngettext("{n} 天", "{n} 天", days).format(n=days)
    if minutes % HOUR == 0:
        hours = minutes // HOUR
        return ngettext("{n} 小时", "{n} 小时", hours).format(n=hours)
    return ngettext("{n} 分钟", "{n} 分钟", minutes).format(n=f"{minutes:,}")


def rule_line(row: RoutingRule, now: datetime) -> Line:
    return replace(
        _line(row, now),
        area=area_name(row.area),
        lead=named(row.lead_team),
        assisting=[named(team) for team in row.assisting_teams.all()],
        unit=named(row.unit) if row.unit else None,
    )


def limit_line(row: TimeLimit, now: datetime) -> Line:
    return replace(
        _line(row, now),
        contact=span_words(row.contact_minutes),
        settle=span_words(row.settle_minutes),
        counts=_("只算工作日") if row.is_working_time else _("每天都算"),
    )


def _line(row: RoutingRule | TimeLimit, now: datetime) -> Line:
    """What the rows of both tables say."""
    today = day_of(now)
    state, tone = _state(row, today)
    return Line(
        id=row.pk,
        topic=topic_name(row.topic),
        urgency=urgency_name(row.urgency),
        is_narrow=bool(row.urgency),
        days=_days(row, now),
        state=state,
        tone=tone,
        is_past=row.valid_to is not None and row.valid_to <= today,
    )


def _days(row: RoutingRule | TimeLimit, now: datetime) -> str:
    """2021年1月1日起, and where it ends 到 7月20日."""
    since = _("{day} 起").format(day=day_words(row.valid_from, now))
    if row.valid_to is None:
        return since
    return _("{since}，到 {day}").format(since=since, day=day_words(row.valid_to, now))


def _state(row: RoutingRule | TimeLimit, today: date) -> tuple[str, str]:
    """In force, to come, or over: a word, and the colour of its chip."""
    if row.valid_to is not None and row.valid_to <= today:
        return _("已失效"), "line"
    return (_("还没生效"), "pri") if row.valid_from > today else (pgettext("row", "有效"), "grn")


def hole_lines(holes: list[Hole], now: datetime) -> list[HoleLine]:
    return [
        HoleLine(
            topic=Name(hole.topic, hole.lang),
            code=hole.code,
            when="" if hole.day == day_of(now) else day_words(hole.day, now),
            urgencies=_urgencies(hole.urgencies),
            communities=[Name(one["name"], one["lang"]) for one in hole.communities],
            more=hole.count - len(hole.communities),
            is_everywhere=hole.is_everywhere,
        )
        for hole in holes
    ]


def _urgencies(found: list[str]) -> str:
    """Empty where it is so for every urgency."""
    if len(found) == len(URGENCIES):
        return ""
    return _("、").join(_(label) for code, label in URGENCIES.items() if code in found)
