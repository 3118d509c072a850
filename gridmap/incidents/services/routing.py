"""The tables that say who gets what and by when: each row is checked when it is saved."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.utils.translation import gettext as _

from geodata.models import Area
from geodata.querysets import day_of
from gridmap.accounts.models import Appointment, GuideTeam, Role, User
from gridmap.accounts.scope import scope
from gridmap.incidents.models import RoutingRule, TimeLimit
from gridmap.incidents.services.errors import RuleRefused
from gridmap.incidents.topics import URGENCIES

Row = TypeVar("Row", RoutingRule, TimeLimit)
# What tells the rows of a table apart; two that agree in it share no day.
KEYS: dict[type[RoutingRule | TimeLimit], tuple[str, ...]] = {
    RoutingRule: ("topic", "area", "urgency"),
    TimeLimit: ("topic", "urgency"),
}


@transaction.atomic
def add_rule(
    *,
    rule: RoutingRule,
    by: User,
    at: datetime,
    assisting_teams: Collection[GuideTeam] = (),
    replaces: RoutingRule | None = None,
) -> RoutingRule:
    """Save a new routing rule; `replaces` ends on the day on which it begins.

    Raises
    ------
    RuleRefused
        Not the city's administrator; days in the past or in the wrong order; another rule for the
        same topic, area and urgency on a day in common; a team in which nobody serves.
    """
    _check_new(rule, replaces, by=by, at=at)
    _check_serves(rule.lead_team, "lead_team", rule.valid_from)
    for team in assisting_teams:
        _check_serves(team, "assisting_teams", rule.valid_from)
    if rule.lead_team in assisting_teams:
        raise RuleRefused(_("牵头队伍不能同时协办。"), "assisting_teams")
    rule.save()
    rule.assisting_teams.set(assisting_teams)
    return rule


@transaction.atomic
def end_rule(*, rule: RoutingRule, ends_on: date, by: User, at: datetime) -> None:
    """Let a rule end on a day: that day it no longer counts. One that has not begun is taken back.

    Raises
    ------
    RuleRefused
        Not the city's administrator; the day is past, or not before the rule ends anyway.
    """
    _demand_admin(by, at)
    _end(rule, ends_on, "ends_on", at)


@transaction.atomic
def add_limit(
    *, limit: TimeLimit, by: User, at: datetime, replaces: TimeLimit | None = None
) -> TimeLimit:
    """Save a new time limit; `replaces` ends on the day on which it begins.

    Raises
    ------
    RuleRefused
        As for a rule; no time at all; some topic would stay without a limit on some day.
    """
    _check_new(limit, replaces, by=by, at=at)
    if limit.contact_minutes <= 0:
        raise RuleRefused(_("首次联系的时限要大于零。"), "contact_minutes")
    if limit.settle_minutes < limit.contact_minutes:
        raise RuleRefused(_("办结的时限不能短于首次联系。"), "settle_minutes")
    limit.save()
    if replaces is not None:
        _check_covered("valid_to", at)
    return limit


@transaction.atomic
def end_limit(*, limit: TimeLimit, ends_on: date, by: User, at: datetime) -> None:
    """Let a time limit end on a day: that day it no longer counts. One that has not begun is taken back.

    Raises
    ------
    RuleRefused
        As for a rule; some topic would stay without a limit on some day.
    """
    _demand_admin(by, at)
    _end(limit, ends_on, "ends_on", at)
    _check_covered("ends_on", at)


def _check_new(row: Row, replaces: Row | None, *, by: User, at: datetime) -> None:
    """Who saves it, its days, and that no other row for the same shares a day with it."""
    _demand_admin(by, at)
    _lock_table(type(row))
    if row.urgency and row.urgency not in URGENCIES:
        raise RuleRefused(_("没有这个紧急程度。"), "urgency")
    if row.valid_from < day_of(at):
        raise RuleRefused(_("不能在过去生效。"), "valid_from")
    if row.valid_to is not None and row.valid_to <= row.valid_from:
        raise RuleRefused(_("失效要晚于生效。"), "valid_to")
    if replaces is not None:
        if _keys(replaces) != _keys(row):
            raise RuleRefused(_("只能替换同一种情况的那一行。"), "replaces")
        _end(replaces, row.valid_from, "valid_from", at)
    same = type(row).objects.filter(**_keys(row)).overlapping(row.valid_from, row.valid_to)
    if other := same.order_by("valid_from").first():
        words = _("这种情况从 %(day)s 起已经有一行，先让它失效。")
        raise RuleRefused(words % {"day": other.valid_from}, "valid_from")


def _keys(row: RoutingRule | TimeLimit) -> dict[str, Any]:
    return {name: getattr(row, name) for name in KEYS[type(row)]}


def _end(row: Row, ends_on: date, field: str, at: datetime) -> None:
    locked = type(row).objects.select_for_update().get(pk=row.pk)
    today = day_of(at)
    if ends_on < today:
        raise RuleRefused(_("不能在过去失效。"), field)
    if locked.valid_to is not None and ends_on >= locked.valid_to:
        raise RuleRefused(_("本来就在 %(day)s 失效。") % {"day": locked.valid_to}, field)
    if ends_on > locked.valid_from:
        locked.valid_to = ends_on
        locked.save()
    elif locked.valid_from > today:
        # It never counted.
        locked.delete()
    else:
        raise RuleRefused(_("今天才生效，最早明天失效。"), field)


def _check_serves(team: GuideTeam, field: str, day: date) -> None:
    if not Appointment.objects.exercised_on(day).filter(guide_team=team).exists():
        words = _("%(team)s 在 %(day)s 没有人，先任用队员。")
        raise RuleRefused(words % {"team": team, "day": day}, field)


def _check_covered(field: str, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(UNCOVERED, {"today": day_of(at), "urgencies": list(URGENCIES)})
        hole = cursor.fetchone()
    if hole is not None:
        topic, urgency, day = hole
        words = _("%(topic)s（%(urgency)s）从 %(day)s 起没有时限，先补上另一行。")
        labels = {"topic": topic, "urgency": _(URGENCIES[urgency]), "day": day}
        raise RuleRefused(words % labels, field)


def _demand_admin(by: User, at: datetime) -> None:
    held = scope(by, day_of(at)).areas_of({Role.CITY_ADMIN})
    if not Area.objects.filter(pk__in=held, parent=None).exists():
        raise RuleRefused(_("只有市级管理员可以改这张表。"))


def _lock_table(model: type[RoutingRule | TimeLimit]) -> None:
    """Two who save at once must see each other's row; readers are not kept waiting."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {model._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


# A hole begins today or where a row ends.
UNCOVERED = """
SELECT topic.name, wanted.urgency, first.day
FROM (
    SELECT %(today)s::date AS day
    UNION SELECT valid_to FROM incidents_timelimit WHERE valid_to > %(today)s
) AS first
CROSS JOIN incidents_topic AS topic
CROSS JOIN unnest(%(urgencies)s::text[]) AS wanted (urgency)
WHERE NOT EXISTS (
    SELECT FROM incidents_timelimit AS span
    WHERE span.valid_from <= first.day AND (span.valid_to > first.day OR span.valid_to IS NULL)
      AND (span.topic_id = topic.id OR span.topic_id IS NULL)
      AND span.urgency IN (wanted.urgency, '')
)
ORDER BY first.day, topic.position, topic.id
LIMIT 1
"""
