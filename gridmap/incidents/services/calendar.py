"""The calendar of working days: loaded, edited, and the deadlines that follow it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from geodata.querysets import BEIJING, midnight
from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope
from gridmap.incidents.calendar import FIRST_YEAR, LAST_ANNOUNCED, YEARS_AHEAD, Day, days
from gridmap.incidents.clock_rules import NEW_ROUND
from gridmap.incidents.models import CalendarDay, Notice
from gridmap.incidents.services.errors import CalendarRefused
from gridmap.incidents.services.notices import tell_responsible


@dataclass(frozen=True)
class Loaded:
    """What a loading changed: days of the calendar, cases whose deadline moved."""

    days: int
    cases: int


@transaction.atomic
def load_calendar(*, at: datetime) -> Loaded:
    """Every day from 2004 to two years ahead; what a person has set stays as it is."""
    wanted = list(days(max(LAST_ANNOUNCED, at.astimezone(BEIJING).year + YEARS_AHEAD)))
    since = _first_difference(wanted)
    followers = _hold_computed(since) if since else []
    written = _write(wanted)
    return Loaded(written, recompute_deadlines(cases=followers, at=at))


@transaction.atomic
def set_calendar_day(
    *, day: date, is_working: bool, name: str, by: User, at: datetime
) -> CalendarDay:
    """Say whether a day counts, whatever was announced or assumed; deadlines follow.

    Raises
    ------
    CalendarRefused
        Not the city's administrator, a day outside of the calendar, a name that is too long.
    """
    edited, _moved = _set(day, is_working=is_working, name=name, by=by, at=at)
    return edited


def deadlines_moved_by(*, day: date, is_working: bool, name: str, by: User, at: datetime) -> int:
    """How many open cases would get another deadline if the day were set so; nothing is changed.

    Raises
    ------
    CalendarRefused
        As for setting the day.
    """
    with transaction.atomic():
        _edited, moved = _set(day, is_working=is_working, name=name, by=by, at=at)
        transaction.set_rollback(True)
    return moved


def _set(
    day: date, *, is_working: bool, name: str, by: User, at: datetime
) -> tuple[CalendarDay, int]:
    if Role.CITY_ADMIN not in scope(by).roles:
        raise CalendarRefused(_("工作日历只由市级管理员修改。"))
    if not FIRST_YEAR <= day.year <= at.astimezone(BEIJING).year + YEARS_AHEAD:
        raise CalendarRefused(_("日历里没有这一天。"), "day")
    edited = CalendarDay(day=day, is_working=is_working, name=name.strip(), is_edited=True)
    try:
        edited.full_clean(validate_unique=False)
    except ValidationError as error:
        raise CalendarRefused(" ".join(error.messages), next(iter(error.message_dict))) from error
    followers = _hold_computed(day)
    edited.save()
    return edited, recompute_deadlines(cases=followers, at=at)


def recompute_deadlines(*, cases: Sequence[int], at: datetime) -> int:
    """Give open cases the deadlines that the calendar says now, and tell whom it concerns.

    `cases` are those whose deadlines the clock had computed: what somebody granted or brought along
    from another system is not overwritten. Returns how many deadlines moved.
    """
    with connection.cursor() as cursor:
        cursor.execute(RECOMPUTE, {"cases": list(cases), "new_round": NEW_ROUND})
        moved = [incident for (incident,) in cursor.fetchall()]
    tell_responsible(moved, Notice.Kind.MOVED, at)
    return len(moved)


def _hold_computed(since: date) -> list[int]:
    """The open cases whose deadlines are as computed and end after a day begins.

    Nobody moves them until the transaction ends, and nobody reads the calendar: a case that is
    registered meanwhile gets its deadlines from the new one. Cases come first, because whoever moves
    a case holds it before looking at the calendar.
    """
    values: dict[str, Any] = {
        "since": midnight(since),
        "new_round": NEW_ROUND,
    }
    with connection.cursor() as cursor:
        cursor.execute(HOLD_CASES, values)
        _close_calendar()
        cursor.execute(COMPUTED, values)
        return [incident for (incident,) in cursor.fetchall()]


def _close_calendar() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE incidents_calendarday IN ACCESS EXCLUSIVE MODE")


def _first_difference(wanted: Iterable[Day]) -> date | None:
    """The first day that will count and did not, or the other way round."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST_DIFFERENCE, _columns(wanted))
        (first,) = cursor.fetchone()
    day: date | None = first
    return day


def _write(wanted: Iterable[Day]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(WRITE, _columns(wanted))
        return int(cursor.rowcount)


def _columns(wanted: Iterable[Day]) -> dict[str, Any]:
    rows = list(wanted)
    names = ("day", "is_working", "name", "is_provisional")
    return {name: [getattr(row, name) for row in rows] for name in names}


GIVEN = """
unnest(%(day)s::date[], %(is_working)s::boolean[], %(name)s::text[], %(is_provisional)s::boolean[])
    AS given (day, is_working, name, is_provisional)
"""
FIRST_DIFFERENCE = f"""
SELECT min(given.day) FROM {GIVEN} LEFT JOIN incidents_calendarday AS known ON known.day = given.day
WHERE known.is_edited IS NOT TRUE
  AND given.is_working <> coalesce(known.is_working, extract(isodow FROM given.day) < 6)
"""  # noqa: S608 - constants of this module
WRITE = f"""
INSERT INTO incidents_calendarday AS known (day, is_working, name, is_provisional, is_edited)
SELECT given.*, false FROM {GIVEN}
ON CONFLICT (day) DO UPDATE
SET is_working = EXCLUDED.is_working, name = EXCLUDED.name, is_provisional = EXCLUDED.is_provisional
WHERE NOT known.is_edited AND (known.is_working, known.name, known.is_provisional)
      IS DISTINCT FROM (EXCLUDED.is_working, EXCLUDED.name, EXCLUDED.is_provisional)
"""  # noqa: S608 - constants of this module

HOLD_CASES = """
SELECT FROM incidents_incident WHERE is_open AND due_at > %(since)s ORDER BY id FOR UPDATE
"""
# What the clock gives a case now: from the beginning of its present round, and all the time that it was
# set aside since. In UTC a day has 24 hours, whatever the session says.
CLOCKED = """
SELECT incident.id, given.contact_due_at,
       (given.due_at AT TIME ZONE 'UTC' + aside.span) AT TIME ZONE 'UTC' AS due_at
FROM incidents_incident AS incident
CROSS JOIN LATERAL (
    SELECT coalesce(max(move.at), incident.registered_at) AS begins
    FROM incidents_moverecord AS move
    WHERE move.incident_id = incident.id AND move.name = ANY (%(new_round)s)
) AS round
CROSS JOIN LATERAL case_deadlines(incident.topic_id, incident.urgency, round.begins) AS given
CROSS JOIN LATERAL (
    SELECT coalesce(sum(back.at - back.since) FILTER (WHERE back.name = 'resume'), interval '0') AS span
    FROM (
        SELECT move.name, move.at, lag(move.at) OVER (ORDER BY move.at, move.id) AS since
        FROM incidents_moverecord AS move
        WHERE move.incident_id = incident.id AND move.name IN ('suspend', 'resume')
          AND move.at >= round.begins
    ) AS back
) AS aside
"""
COMPUTED = f"""
SELECT incident.id FROM incidents_incident AS incident
JOIN ({CLOCKED} WHERE incident.is_open AND incident.due_at > %(since)s) AS clocked ON clocked.id = incident.id
WHERE (incident.contact_due_at, incident.due_at) = (clocked.contact_due_at, clocked.due_at)
"""  # noqa: S608 - constants of this module
RECOMPUTE = f"""
UPDATE incidents_incident AS incident
SET contact_due_at = clocked.contact_due_at, due_at = clocked.due_at, version = incident.version + 1
FROM ({CLOCKED} WHERE incident.id = ANY (%(cases)s)) AS clocked
WHERE clocked.id = incident.id
  AND (incident.contact_due_at, incident.due_at) <> (clocked.contact_due_at, clocked.due_at)
RETURNING incident.id
"""  # noqa: S608 - constants of this module
