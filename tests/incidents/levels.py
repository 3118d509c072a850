"""Where a case lies after it climbed or came down: worked out anew from its records and the map."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from gridmap.accounts.querysets import exercised
from gridmap.incidents.states import Name

# A level is an area; None is the cell.
Level = int | None
MANNED = f"""
WITH RECURSIVE held AS MATERIALIZED ({exercised("%(day)s")}),
above AS (
    SELECT id, parent_id, 0 AS height FROM geodata_area WHERE id = %(area)s
    UNION ALL
    SELECT area.id, area.parent_id, above.height + 1
    FROM above JOIN geodata_area AS area ON area.id = above.parent_id
)
SELECT above.id, above.parent_id IS NULL OR EXISTS (
    SELECT FROM held WHERE held.area_id = above.id
    AND held.role IN ('grid_leader', 'community_officer', 'district_commander', 'city_admin'))
FROM above
UNION ALL
SELECT NULL, EXISTS (SELECT FROM held WHERE held.cell_id = %(cell)s AND held.role = 'grid_member')
"""


def faults_of_level(
    old: dict[str, Any], case: dict[str, Any], moves: Sequence[dict[str, Any]], day: date
) -> list[str]:
    """One manned level up for each escalation, one down for each pull-down, and no other ways."""
    # A report that joins or separates is recorded too, and says nothing of a level.
    moves = [move for move in moves if move["name"] in {*Name}]
    if not moves:
        return []
    rungs = _rungs(case, day) if {"escalate", "pull_down", "dispatch"} & _names(moves) else []
    found: list[str] = []
    level: Level = old["raised_to_id"]
    for move in moves:
        if move["name"] != "hand_over":
            expected = _after(move["name"], level, rungs)
            if move["area_id"] not in expected:
                found.append(
                    f"{case['code']} lies at {move['area_id']} after {move['name']} from {level}"
                )
        level = move["area_id"]
    if case["raised_to_id"] != level:
        found.append(f"{case['code']} lies at {case['raised_to_id']}, its records say {level}")
    return found


def _names(moves: Sequence[dict[str, Any]]) -> set[str]:
    return {move["name"] for move in moves}


def _rungs(case: dict[str, Any], day: date) -> list[tuple[Level, bool]]:
    """The cell and the areas over it from below, and whether somebody answers there; the top always."""
    with connection.cursor() as cursor:
        cursor.execute(MANNED, {"day": day, "area": case["area_id"], "cell": case["cell_id"]})
        *areas, cell = cursor.fetchall()
    return [cell, *areas]


def _after(name: str, level: Level, rungs: list[tuple[Level, bool]]) -> list[Level]:
    """Where the case may lie after a move: one place, or none where the move was impossible."""
    if name not in {"escalate", "pull_down", "dispatch"}:
        return [level]
    if name == "dispatch":
        return [place for place, is_manned in rungs if is_manned][:1]
    places = [place for place, _ in rungs]
    if level is not None and level not in places:
        # Raised in a place that it has been taken out of: the top has it, or its cell.
        return [places[-1] if name == "escalate" else None]
    at = places.index(level)
    if name == "escalate":
        return [place for place, is_manned in rungs[at + 1 :] if is_manned][:1]
    return [place for place, is_manned in reversed(rungs[:at]) if is_manned][:1]
