"""Who answers for many cases and by when, by the rules of an intake."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from geodata.querysets import BEIJING
from geodata.times import Moments, to_local, to_utc
from gridmap.accounts.models import Role
from gridmap.accounts.querysets import exercised
from gridmap.incidents.bulk.places import NONE, Ids, Places
from gridmap.incidents.models import CalendarDay, TimeLimit
from gridmap.incidents.routing import chosen_rule
from gridmap.incidents.topics import ACCURATE_M, URGENCIES

DAY = np.timedelta64(1, "D").astype("timedelta64[us]")
MINUTE = np.timedelta64(1, "m").astype("timedelta64[us]")
ZONE = BEIJING.key

RULE = chosen_rule(
    topic="asked.topic_id", urgency="asked.urgency", day="%(day)s", above="above.id = rule.area_id"
)
RULES = f"""
SELECT rule.id, rule.lead_team_id, rule.unit_id
FROM unnest(%(topics)s::bigint[], %(communities)s::bigint[], %(urgencies)s::text[])
     WITH ORDINALITY AS asked (topic_id, community_id, urgency, n)
LEFT JOIN LATERAL (
    WITH RECURSIVE above AS (
        SELECT asked.community_id AS id, 0 AS height WHERE asked.community_id IS NOT NULL
        UNION ALL
        SELECT area.parent_id, above.height + 1 FROM above JOIN geodata_area AS area ON area.id = above.id
        WHERE area.parent_id IS NOT NULL
    )
    {RULE}
) AS rule ON true
ORDER BY asked.n
"""  # noqa: S608 - constants of this package
# As the `holder` of an intake, for all cells.
HELD = f"""
SELECT DISTINCT held.cell_id FROM ({exercised("%(day)s")}) AS held
WHERE held.role = %(role)s AND held.cell_id IS NOT NULL
"""  # noqa: S608 - constants of this package
CITY = "SELECT id FROM geodata_area WHERE parent_id IS NULL ORDER BY id LIMIT 1"


@dataclass(frozen=True)
class Owners:
    """The area and the rule of each case, why it is unrouted, and its deadlines; `NONE` and `NaT` where none."""

    area: Ids
    rule: Ids
    lead_team: Ids
    unit: Ids
    unrouted_reason: npt.NDArray[np.str_]
    contact_due_at: Moments
    due_at: Moments


class Routing:
    """The rules and the people of one day."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._rules: dict[tuple[int, int, str], tuple[int, int, int]] = {}
        with connection.cursor() as cursor:
            cursor.execute(HELD, {"day": day, "role": Role.GRID_MEMBER})
            self._held = np.array(sorted(cell for (cell,) in cursor.fetchall()), np.int64)
            cursor.execute(CITY)
            self._city = int((cursor.fetchone() or (NONE,))[0])
        self._limits = Limits()

    def owners(
        self,
        places: Places,
        topic: Ids,
        urgency: npt.NDArray[np.str_],
        accuracy_m: npt.NDArray[np.float64],
        registered_at: Moments,
    ) -> Owners:
        rule, lead_team, unit = self._rules_of(topic, places.community, urgency).T
        with np.errstate(invalid="ignore"):
            reasons = {
                "outside": places.cell == NONE,
                "inaccurate": accuracy_m > ACCURATE_M,
                "no_member": ~np.isin(places.cell, self._held),
                "no_rule": rule == NONE,
            }
        contact_due_at, due_at = self._limits.deadlines(topic, urgency, registered_at)
        return Owners(
            np.where(places.community == NONE, self._city, places.community),
            rule,
            lead_team,
            unit,
            np.select(list(reasons.values()), list(reasons), ""),
            contact_due_at,
            due_at,
        )

    def _rules_of(self, topic: Ids, community: Ids, urgency: npt.NDArray[np.str_]) -> Ids:
        """Rule, leading team and unit of each; every combination is asked for once."""
        order = list(URGENCIES)
        coded = np.select([urgency == one for one in order], list(range(len(order))))
        marks = ((topic << 32) + community + 1) * len(order) + coded
        _marks, first, of_row = np.unique(marks, return_index=True, return_inverse=True)
        wanted = [(int(topic[at]), int(community[at]), str(urgency[at])) for at in first]
        self._ask([one for one in wanted if one not in self._rules])
        found = np.array([self._rules[one] for one in wanted], np.int64).reshape(-1, 3)
        rules: Ids = found[of_row]
        return rules

    def _ask(self, wanted: list[tuple[int, int, str]]) -> None:
        if not wanted:
            return
        topics, communities, urgencies = zip(*wanted, strict=True)
        values: dict[str, Any] = {
            "topics": list(topics),
            "communities": [None if one == NONE else one for one in communities],
            "urgencies": list(urgencies),
            "day": self._day,
        }
        with connection.cursor() as cursor:
            cursor.execute(RULES, values)
            for one, ids in zip(wanted, cursor.fetchall(), strict=True):
                rule, team, unit = (NONE if value is None else int(value) for value in ids)
                self._rules[one] = rule, team, unit


class Limits:
    """The table of limits and the calendar, for many deadlines at once; as `case_deadlines` counts them."""

    def __init__(self) -> None:
        rows = TimeLimit.objects.all()
        # From the one that anything else precedes to the one that precedes.
        self._limits = sorted(
            rows, key=lambda row: (row.topic_id is not None, row.urgency != "", -row.pk)
        )
        self._begins = min((np.datetime64(row.valid_from) for row in rows), default=None)
        known = CalendarDay.objects.values_list("day", "is_working").order_by("day")
        self._days = np.array([day for day, _working in known], "datetime64[D]")
        self._is_working = np.array([working for _day, working in known], bool)

    def deadlines(
        self, topic: Ids, urgency: npt.NDArray[np.str_], begins: Moments
    ) -> tuple[Moments, Moments]:
        """First contact and settling; a day before the table begins is measured by its first rows."""
        chosen = self._chosen(topic, urgency, to_local(begins, ZONE).astype("datetime64[D]"))
        contact = np.full(len(begins), np.datetime64("NaT", "us"))
        due = contact.copy()
        for position, limit in enumerate(self._limits):
            mine = np.flatnonzero(chosen == position)
            for moments, minutes in ((contact, limit.contact_minutes), (due, limit.settle_minutes)):
                moments[mine] = (
                    self._after_working(begins[mine], minutes)
                    if limit.is_working_time
                    else begins[mine] + minutes * MINUTE
                )
        return contact, due

    def _chosen(
        self, topic: Ids, urgency: npt.NDArray[np.str_], day: npt.NDArray[np.datetime64]
    ) -> Ids:
        chosen = np.full(len(topic), NONE, np.int64)
        day = day if self._begins is None else np.maximum(day, self._begins)
        for position, limit in enumerate(self._limits):
            fits = day >= np.datetime64(limit.valid_from)
            if limit.valid_to is not None:
                fits &= day < np.datetime64(limit.valid_to)
            if limit.topic_id is not None:
                fits &= topic == limit.topic_id
            if limit.urgency:
                fits &= urgency == limit.urgency
            chosen[fits] = position
        return chosen

    def _after_working(self, begins: Moments, minutes: int) -> Moments:
        """Minutes of working days later; a span that ends at midnight ends with its day."""
        if not len(begins):
            return begins
        local = to_local(begins, ZONE)
        day = local.astype("datetime64[D]")
        working = self._working_days(day.min(), day.max() + 31 + minutes // 1440 * 2)
        first = np.searchsorted(working, day)
        since_midnight = np.where(working[first] == day, local - day, 0 * DAY)
        total = minutes * MINUTE + since_midnight
        days = np.maximum(-(-total // DAY) - 1, 0)
        ends = working[first + days].astype("datetime64[us]") + (total - days * DAY)
        return to_utc(ends, ZONE)

    def _working_days(
        self, first: np.datetime64, last: np.datetime64
    ) -> npt.NDArray[np.datetime64]:
        days = np.arange(first, last + 1)
        is_working = np.is_busday(days)
        if len(self._days):
            at = np.searchsorted(self._days, days).clip(0, len(self._days) - 1)
            is_working = np.where(self._days[at] == days, self._is_working[at], is_working)
        return days[is_working]
