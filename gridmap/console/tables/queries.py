"""Reading the tables: which rows apply to a topic and an area, and what no rule covers."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, Q

from geodata.models import Area
from gridmap.console.pages import is_english
from gridmap.console.queries import name_language, shown_name
from gridmap.incidents.models import RoutingRule, TimeLimit, Topic
from gridmap.incidents.querysets import DatedQuerySet
from gridmap.incidents.topics import URGENCIES

# Names of so many communities are said; of more, how many there are.
MOST_NAMED = 3


@dataclass(frozen=True)
class Hole:
    """Reports on a topic that no rule would reach from a day on: how urgent, in which communities."""

    topic: str
    code: str
    lang: str
    day: date
    urgencies: list[str]
    communities: list[dict[str, str]]
    count: int
    is_everywhere: bool


def rules_for(
    topic: Topic | None, area: Area | None, today: date, *, with_past: bool
) -> DatedQuerySet:
    """The rules that a report on the topic, in or around the area, may meet."""
    rows = _of_topic(RoutingRule.objects.all(), topic, today, with_past=with_past)
    if area is not None:
        rows = rows.filter(Q(area=None) | Q(area__in=_line_through(area)))
    return (
        rows.select_related("topic", "area", "lead_team", "unit")
        .prefetch_related("assisting_teams")
        .order_by(F("topic__position").asc(nulls_last=True), "topic", F("area__code").asc(nulls_last=True),
                  "urgency", "valid_from", "pk")
    )  # fmt: skip


def limits_for(topic: Topic | None, today: date, *, with_past: bool) -> DatedQuerySet:
    rows = _of_topic(TimeLimit.objects.all(), topic, today, with_past=with_past)
    return rows.select_related("topic").order_by(
        F("topic__position").asc(nulls_last=True), "topic", "urgency", "valid_from", "pk"
    )


def _of_topic(rows: Any, topic: Topic | None, today: date, *, with_past: bool) -> DatedQuerySet:
    found: DatedQuerySet = rows if with_past else rows.overlapping(today, None)
    return found if topic is None else found.filter(Q(topic=None) | Q(topic=topic))


def _line_through(area: Area) -> list[int]:
    """The ids of an area, of those around it and of those in it."""
    with connection.cursor() as cursor:
        cursor.execute(LINE, {"area": area.pk})
        return [number for (number,) in cursor.fetchall()]


def read_holes(today: date) -> list[Hole]:
    """What no rule covers, today or from the day on which one ends: the first such day of each topic."""
    values: dict[str, Any] = {
        "today": today,
        "urgencies": list(URGENCIES),
        "english": is_english(),
        "most": MOST_NAMED,
    }
    with connection.cursor() as cursor:
        cursor.execute(HOLES, values)
        rows = [json.loads(text) for (text,) in cursor.fetchall()]
    return [Hole(**{**row, "day": date.fromisoformat(row["day"])}) for row in rows]


LINE = """
WITH RECURSIVE above AS (
    SELECT id, parent_id FROM geodata_area WHERE id = %(area)s
    UNION ALL SELECT area.id, area.parent_id FROM above JOIN geodata_area AS area ON area.id = above.parent_id
),
below AS (
    SELECT id FROM geodata_area WHERE id = %(area)s
    UNION ALL SELECT area.id FROM below JOIN geodata_area AS area ON area.parent_id = below.id
)
SELECT id FROM above UNION SELECT id FROM below
"""
HOLES = f"""
WITH RECURSIVE chain AS (
    SELECT id AS community, id, parent_id FROM geodata_area AS area
    WHERE NOT EXISTS (SELECT FROM geodata_area AS below WHERE below.parent_id = area.id)
    UNION ALL
    SELECT chain.community, area.id, area.parent_id
    FROM chain JOIN geodata_area AS area ON area.id = chain.parent_id
),
community AS (
    SELECT area.id, area.code, {shown_name("area")} AS name, {name_language("area")} AS lang
    FROM geodata_area AS area WHERE area.id IN (SELECT chain.community FROM chain)
),
-- A hole begins today or where a rule ends.
begin AS (
    SELECT %(today)s::date AS day
    UNION SELECT valid_to FROM incidents_routingrule WHERE valid_to > %(today)s
),
hole AS (
    SELECT begin.day, topic.id AS topic_id, wanted.urgency, community.id AS community_id,
           min(begin.day) OVER (PARTITION BY topic.id) AS first
    FROM begin
    CROSS JOIN incidents_topic AS topic
    CROSS JOIN unnest(%(urgencies)s::text[]) AS wanted (urgency)
    CROSS JOIN community
    WHERE NOT EXISTS (
        SELECT FROM incidents_routingrule AS rule
        WHERE rule.valid_from <= begin.day AND (rule.valid_to > begin.day OR rule.valid_to IS NULL)
          AND (rule.topic_id = topic.id OR rule.topic_id IS NULL)
          AND rule.urgency IN (wanted.urgency, '')
          AND (rule.area_id IS NULL OR EXISTS (
              SELECT FROM chain WHERE chain.community = community.id AND chain.id = rule.area_id))
    )
)
SELECT json_build_object(
    'topic', {shown_name("topic")}, 'code', topic.code, 'lang', coalesce({name_language("topic")}, ''),
    'day', found.day,
    'urgencies', found.urgencies,
    'count', cardinality(found.communities),
    'is_everywhere', cardinality(found.communities) = (SELECT count(*) FROM community),
    'communities', (
        SELECT json_agg(json_build_object('name', named.name, 'lang', coalesce(named.lang, '')) ORDER BY named.code)
        FROM (SELECT * FROM community WHERE community.id = ANY (found.communities)
              ORDER BY community.code LIMIT %(most)s) AS named))::text
FROM (
    SELECT topic_id, day, array_agg(DISTINCT urgency) AS urgencies, array_agg(DISTINCT community_id) AS communities
    FROM hole WHERE day = first GROUP BY topic_id, day
) AS found JOIN incidents_topic AS topic ON topic.id = found.topic_id
ORDER BY found.day, topic.position, topic.id
"""  # noqa: S608 - constants of this module
