"""Open cases that a new report may be about: of its topic, near its place, of these weeks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gridmap.accounts.scope import Scope
from gridmap.console.desk.opened import MOST_NEAR, SAME_DAYS, SAME_M
from gridmap.console.desk.wording import Name, chinese
from gridmap.console.queries import one_row
from gridmap.console.times import moment
from gridmap.incidents.models import Incident
from gridmap.incidents.states import STATE_LABELS, State


@dataclass(frozen=True)
class Near:
    """One of them as it is offered."""

    code: str
    title: Name
    note: str


def near_cases(scope: Scope, topic: str, lon: float, lat: float, now: datetime) -> list[Near]:
    """The nearest first; one statement."""
    row = one_row(
        NEAR,
        {"open": Incident.objects.visible_to(scope).open()},
        topic=topic,
        lon=lon,
        lat=lat,
        since=now,
        same_m=SAME_M,
        days=SAME_DAYS,
        most=MOST_NEAR,
    )
    found: list[Mapping[str, Any]] = json.loads(row[0]) if row else []
    return [_near(other, now) for other in found]


def _near(other: Mapping[str, Any], now: datetime) -> Near:
    state = pgettext("state", STATE_LABELS[State(other["state"])])
    at = moment(datetime.fromisoformat(other["registered_at"]), now)
    words = _("{metres} 米外，{when}登记，{state}")
    note = words.format(metres=int(other["metres"]), when=at, state=state)
    return Near(other["code"], chinese(other["title"]), note)


NEAR = """
WITH spot AS (
    SELECT ST_Transform(point, 3857) AS drawn, cos(radians(%(lat)s)) AS shrink
    FROM (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4490) AS point) AS given
    WHERE point && city_envelope()
)
SELECT coalesce(json_agg(found ORDER BY metres, code), '[]')::text FROM (
    SELECT other.code, other.title, other.state, other.registered_at,
           round(ST_Distance(other.geom_3857, spot.drawn) * spot.shrink) AS metres
    FROM spot JOIN incidents_incident AS other
      ON ST_DWithin(other.geom_3857, spot.drawn, %(same_m)s / spot.shrink)
    JOIN incidents_topic AS topic ON topic.id = other.topic_id AND topic.code = %(topic)s
    WHERE other.registered_at > %(since)s - %(days)s * interval '1 day' AND other.id IN ({open})
    ORDER BY metres, other.id LIMIT %(most)s
) AS found
"""
