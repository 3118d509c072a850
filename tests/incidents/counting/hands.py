"""Hands that do anything at all to cases, past the services, and the counts that cases have by looking at each."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection

from geodata.models import Cell
from geodata.querysets import BEIJING
from gridmap.incidents.counting import Chosen
from gridmap.incidents.models import Incident, Topic
from gridmap.incidents.states import NOT_COUNTED
from tests.makers import SIDE, SOUTH, WEST

FIRST, DAYS = date(2024, 11, 20), 600
STATES = ("registered", "in_progress", "suspended", *NOT_COUNTED)
# What is drawn anew for each case; of the rest all are like the first.
DRAWN = ("code", "topic_id", "cell_id", "occurred_at", "geom", "state", "merged_into_id")
FIXED = {"state_reason": "'x'", "suspended_until": "now()::date", "is_imported": "true"}
POINT = "ST_SetSRID(ST_MakePoint({x}, {y}), 4490)"
ADD = f"""
WITH one AS (SELECT * FROM incidents_incident WHERE id = %s)
INSERT INTO incidents_incident ({", ".join(DRAWN + tuple(FIXED))}, {{listed}})
SELECT left(md5(random()::text), 24), topic, cell, at, {POINT.format(x="lon", y="lat")}, made.state, CASE made.state WHEN 'merged' THEN one.id END,
       {", ".join(FIXED.values())}, {{ones}}
FROM one, unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[], %s::float8[], %s::float8[])
    AS made (topic, cell, at, state, lon, lat)
"""
# Some at random that nobody else has in hand.
SOME = """
(SELECT id FROM incidents_incident WHERE id <> %s ORDER BY md5(id || %s) LIMIT %s FOR UPDATE SKIP LOCKED)
"""
CHANGE = f"UPDATE incidents_incident SET {{what}} WHERE id IN {SOME}"
DELETE = f"DELETE FROM incidents_incident WHERE id IN {SOME}"
# Ways and records of a case are no matter of counts.
FREE = """
ALTER TABLE incidents_incident DISABLE TRIGGER refuse_transition, DISABLE TRIGGER refuse_unrecorded
"""


def execute(sql: str, values: Sequence[Any] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []


# Topic, cell, moment, state, degrees.
Row = tuple[int, int | None, datetime, str, float | None, float | None]
# Where there is more than one.
SPOT = (WEST + SIDE / 3, SOUTH + SIDE / 3)


@dataclass
class Hand:
    """Acts on cases at random; `first` is a case that stays."""

    first: Incident
    draw: random.Random

    def __post_init__(self) -> None:
        columns = [
            field.column
            for field in Incident._meta.local_concrete_fields
            if not field.generated and field.column not in {"id", *DRAWN, *FIXED}
        ]
        ones = ", ".join(f"one.{column}" for column in columns)
        self._add = ADD.format(listed=", ".join(columns), ones=ones)
        self._topics = list(Topic.objects.values_list("pk", flat=True))

    def act(self) -> None:
        acts = (self.add, self.add, self.move, self.set_topic, self.set_state, self.delete)
        self.draw.choice(acts)()

    def add(self) -> None:
        number = self.draw.choice((1, 1, 2, 30))
        self.add_rows([self.row() for _ in range(number)])

    def row(self) -> Row:
        return (
            self.topic(),
            self.cell(),
            self.at(),
            self.draw.choice(STATES),
            *self.draw.choice((self.point(), (None, None), SPOT)),
        )

    def add_rows(self, rows: Sequence[Row]) -> None:
        """All in one statement."""
        execute(self._add, [self.first.pk, *map(list, zip(*rows, strict=True))])

    def move(self) -> None:
        what, values = self.draw.choice(
            (
                ("cell_id = %s", [self.cell()]),
                ("occurred_at = %s", [self.at()]),
                ("occurred_at = occurred_at + %s", [timedelta(days=self.draw.randint(-40, 40))]),
                ("cell_id = %s, occurred_at = %s, topic_id = %s",
                 [self.cell(), self.at(), self.topic()]),
                (f"geom = {POINT.format(x='%s', y='%s')}", [*self.point()]),
                ("title = %s", ["y"]),
            )
        )  # fmt: skip
        self.change(what, values)

    def set_topic(self) -> None:
        self.change("topic_id = %s", [self.topic()])

    def set_state(self) -> None:
        state = self.draw.choice(STATES)
        merged = self.first.pk if state == "merged" else None
        self.change("state = %s, merged_into_id = %s", [state, merged])

    def delete(self) -> None:
        execute(DELETE, self._some(5))

    def change(self, what: str, values: list[Any]) -> None:
        execute(CHANGE.format(what=what), [*values, *self._some(10)])

    def _some(self, most: int) -> list[Any]:
        return [self.first.pk, str(self.draw.random()), self.draw.choice((1, 1, most))]

    def topic(self) -> int:
        return self.draw.choice(self._topics)

    def cell(self) -> int | None:
        """Also one that is no more, and none."""
        return self.draw.choice([None, *Cell.objects.values_list("pk", flat=True)])

    def point(self) -> tuple[float, float]:
        """Somewhere on the chessboard."""
        return WEST + SIDE * self.draw.uniform(0, 8), SOUTH + SIDE * self.draw.uniform(0, 2)

    def at(self) -> datetime:
        """Often right at the end of a day or month."""
        day = FIRST + timedelta(days=self.draw.randrange(DAYS))
        if self.draw.random() < 0.3:
            day = day.replace(day=1)
        begins = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
        return begins + timedelta(seconds=self.draw.choice((-1, 0, 40_000)))

    def question(self) -> tuple[list[date], Chosen]:
        """Edges of steps, and topics: none, one, few, most, all."""
        days = self.draw.sample(range(-10, DAYS + 10), self.draw.choice((2, 2, 3, 12)))
        edges = [FIRST + timedelta(days=day) for day in sorted(days)]
        if self.draw.random() < 0.5:
            edges = sorted({day.replace(day=1) for day in edges} | {date(2027, 1, 1)})
        number = self.draw.choice((0, 1, 3, len(self._topics) - 2, len(self._topics)))
        return edges, Chosen(topics=tuple(self.draw.sample(self._topics, number)))


RAW = """
SELECT cell_id, count(*) FROM incidents_incident
WHERE state NOT IN ('merged', 'withdrawn', 'declined') AND cell_id = ANY (%s)
  AND (occurred_at AT TIME ZONE 'Asia/Shanghai')::date >= %s
  AND (occurred_at AT TIME ZONE 'Asia/Shanghai')::date < %s AND (%s::bigint[] = '{}' OR topic_id = ANY (%s))
GROUP BY cell_id
"""


def raw_counts(
    cells: Collection[int], edges: Sequence[date], topics: Sequence[int]
) -> list[list[int]]:
    """Cells × steps."""
    steps = [
        dict(execute(RAW, [list(cells), since, until, list(topics), list(topics)]))
        for since, until in pairwise(edges)
    ]
    return [[step.get(cell, 0) for step in steps] for cell in cells]
