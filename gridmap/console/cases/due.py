"""What is due in a person's own cells: the list beside the map, and its pins."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from gridmap.accounts.scope import Scope
from gridmap.console.cases.wording import due_in, progress_of
from gridmap.console.notices import unread_notices
from gridmap.console.queries import name_language, shown_name
from gridmap.console.times import Due
from gridmap.incidents.models import Incident
from gridmap.incidents.states import State

# More than a person can walk to; the list of cases has them all.
MOST = 300


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
            "kind": self.due.tone,
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


def in_scope(scope: Scope) -> dict[str, QuerySet[Any]]:
    """The open cases of the cells and posts that a person holds by name, and the unread notices."""
    own = scope.by_name
    # By cell, because of open cases there is an index by cell; a post lies in one.
    mine = Incident.objects.open().visible_to(own).filter(cell__in=own.cells().values("pk"))
    return {"cases": mine, "notices": unread_notices(scope)}


def due_cases(row: Sequence[Any], now: datetime) -> DueCases:
    """What the columns of `DUE` say."""
    count, cases, unread = row
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
        FROM (SELECT * FROM mine ORDER BY due_at, id LIMIT {MOST}) AS listed)::text,
       (SELECT count(*) FROM incidents_notice WHERE id IN ({{notices}}))
"""  # noqa: S608 - constants of this module
