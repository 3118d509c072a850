"""Reading cases for pages: always within the scope of who asks."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from math import cos, radians
from typing import Any

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from geodata.models import DRAWN
from geodata.querysets import BEIJING
from gridmap.accounts.scope import Scope
from gridmap.console.cases.wording import Due, due_in, progress_of
from gridmap.console.queries import name_language, one_row, shown_name
from gridmap.incidents.models import Incident, Notice
from gridmap.incidents.querysets import WITHOUT_CASES
from gridmap.incidents.states import State

PAGE = 50
# More than a person can walk to; the list of cases has them all.
MOST_DUE = 300


class NoSuchCase(LookupError):
    """No case of this code is in scope, or there is none at all: nobody is told which."""


def find_case(scope: Scope, code: str) -> Incident:
    """One case with its place, topic and team.

    Raises
    ------
    NoSuchCase
        There is none, or it is not for this person.
    """
    rows = Incident.objects.visible_to(scope).select_related(
        "area", "cell__community", "building", "topic", "lead_team", "unit", "raised_to",
        "merged_into", "post",
    )  # fmt: skip
    found: Incident | None = rows.filter(code=code).first()
    if found is None:
        raise NoSuchCase(code)
    return found


def works_with_cases(scope: Scope) -> bool:
    """Whether there are cases for this person at all: a planner works on places and topics."""
    return bool(scope.roles - WITHOUT_CASES)


# What is due in my cells


@dataclass(frozen=True)
class DueCase:
    """A row of the list and a pin on the map, which has the row's number."""

    number: int
    id: int
    code: str
    title: str
    place: str
    place_lang: str
    unit_no: str
    topic: str
    topic_lang: str
    progress: str
    due: Due
    building: int | None
    x: float | None
    y: float | None

    def pin(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "number": self.number,
            "kind": self.due.kind,
            "building": self.building,
            "x": self.x,
            "y": self.y,
        }


@dataclass(frozen=True)
class DueCases:
    """The open cases of a person's own cells, due soonest first, and how many notices wait."""

    count: int
    cases: list[DueCase]
    unread: int

    @property
    def pins(self) -> list[dict[str, Any]]:
        """What the map draws: those that have a place."""
        return [case.pin() for case in self.cases if case.x is not None]


def read_due_cases(scope: Scope, now: datetime, *, english: bool) -> DueCases:
    """The open cases of the cells and posts that a person holds by name; one statement."""
    own = replace(scope, area_ids=frozenset(), team_ids=frozenset())
    # By cell, because of open cases there is an index by cell; a post lies in one.
    mine = Incident.objects.open().visible_to(own).filter(cell__in=own.cells().values("pk"))
    scoped = {"cases": mine, "notices": unread_notices(scope)}
    try:
        row = one_row(DUE, scoped, english=english, most=MOST_DUE)
    except EmptyResultSet:
        row = None
    count, cases, unread = row or (0, "[]", 0)
    rows = enumerate(json.loads(cases), 1)
    return DueCases(count, [_due_case(number, one, now) for number, one in rows], unread)


def _due_case(number: int, row: dict[str, Any], now: datetime) -> DueCase:
    state, step, is_dispute = State(row.pop("state")), row.pop("step"), row.pop("is_dispute")
    due = due_in(state, datetime.fromisoformat(row.pop("due_at")), now)
    said = progress_of(state, step, is_dispute=is_dispute)
    return DueCase(number=number, progress=said, due=due, **row)


DUE = f"""
WITH mine AS (
    SELECT incident.id, incident.code, incident.title, incident.state, incident.step, incident.is_dispute,
           incident.due_at, incident.unit_no, incident.building_id AS building,
           ST_X(incident.geom_3857) AS x, ST_Y(incident.geom_3857) AS y,
           CASE WHEN %(english)s AND topic.name_en <> '' THEN topic.name_en ELSE topic.name END AS topic,
           {name_language("topic")} AS topic_lang,
           coalesce({shown_name("building")}, nullif(incident.address, ''), {shown_name("cell")}) AS place,
           CASE WHEN building.id IS NULL THEN 'zh-Hans' ELSE {name_language("building")} END AS place_lang
    FROM incidents_incident AS incident
    JOIN incidents_topic AS topic ON topic.id = incident.topic_id
    JOIN geodata_cell AS cell ON cell.id = incident.cell_id
    LEFT JOIN geodata_building AS building ON building.id = incident.building_id
    WHERE incident.id IN ({{cases}})
)
SELECT (SELECT count(*) FROM mine),
       (SELECT coalesce(json_agg(listed), '[]')
        FROM (SELECT * FROM mine ORDER BY due_at, id LIMIT %(most)s) AS listed)::text,
       (SELECT count(*) FROM incidents_notice WHERE id IN ({{notices}}))
"""  # noqa: S608 - constants of this module


# Lists


def list_cases(scope: Scope, shown: str, words: str, now: datetime) -> QuerySet[Incident]:
    """The cases of a list: open ones due soonest first, those that are done the newest first."""
    rows = Incident.objects.visible_to(scope)
    if shown == "done":
        rows = rows.filter(is_open=False).order_by("-registered_at", "-pk")
    else:
        rows = rows.open().order_by("due_at", "pk")
    if shown == "overdue":
        rows = rows.overdue(now)
    if shown == "today":
        midnight = datetime.combine(now.astimezone(BEIJING).date(), time.min, BEIJING)
        rows = rows.filter(due_at__gte=now, due_at__lt=midnight + timedelta(days=1))
    if words:
        rows = rows.filter(
            Q(code__icontains=words)
            | Q(title__icontains=words)
            | Q(address__icontains=words)
            | Q(building__name__icontains=words)
        )
    return rows.select_related("topic", "cell__community", "building", "area")


def page_of_cases(rows: QuerySet[Incident], number: int) -> Page[Incident]:
    return Paginator(rows, PAGE).get_page(number)


def next_due(scope: Scope, now: datetime) -> Incident | None:
    """What comes next, for a list that is empty."""
    rows = Incident.objects.visible_to(scope).open().filter(due_at__gte=now)
    found: Incident | None = rows.order_by("due_at").first()
    return found


# Notices


def unread_notices(scope: Scope) -> QuerySet[Notice]:
    """Those about cases that the person may still see."""
    return notices_of(scope).filter(read_at__isnull=True)


def notices_of(scope: Scope) -> QuerySet[Notice]:
    visible = Incident.objects.visible_to(scope).values("pk")
    return Notice.objects.filter(user=scope.user_id, incident__in=visible)


def page_of_notices(scope: Scope, number: int) -> Page[Notice]:
    rows = notices_of(scope).select_related("incident").order_by("-at", "-pk")
    return Paginator(rows, PAGE).get_page(number)


# What is near


def near_open_cases(
    scope: Scope, place: Point, metres: float, *, but: int | None = None
) -> QuerySet[Incident]:
    """Open cases around a point (EPSG:4490), the nearest first; `metres` on the ground."""
    drawn = place.transform(DRAWN, clone=True)
    around = drawn.buffer(metres / cos(radians(place.y)))
    rows = Incident.objects.visible_to(scope).open().filter(geom_3857__within=around)
    return (
        rows.exclude(pk=but)
        .select_related("topic", "cell__community", "building", "area")
        .order_by(Distance("geom_3857", drawn), "pk")
    )
