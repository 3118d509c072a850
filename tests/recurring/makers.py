"""Conflicts for tests, without a run of the statistics."""

from datetime import datetime, timedelta
from typing import Any

from geodata.models import Area
from gridmap.incidents.models import Topic
from gridmap.recurring.models import Evidence, RecurringConflict, Run
from gridmap.recurring.services.recording import record_find
from tests.incidents.makers import NOW
from tests.makers import square

# What the statistics say of a conflict, as they write it.
CLAIMS: dict[str, Any] = {
    "intense": {"observed": 48, "expected": 14.1, "ratio": {"value": 3.4, "low": 2.5, "high": 4.5}, "p": 1e-9, "q": 0.001},
    "recurrent": {"course": "recurrent", "spells": 6, "spells_a_year": {"value": 1.2, "low": 0.5, "high": 2.4},
                  "weeks": 31, "returns": 12, "quiet_before_return": 41.0, "p": 0.0004},
    "current": {"a_quarter": {"value": 3.2, "low": 1.9, "high": 5.1}, "days_since": 2.0, "quiet_chance": 0.2,
                "new_p": 0.5, "ended_p": 0.8},
    "rhythmic": {"hours": {"first": 22, "length": 5, "days": "all", "observed": 38, "expected": 14.9, "llr": 20.0,
                           "p_value": 0.001},
                 "months": {"first": 5, "length": 3, "days": "all", "observed": 40, "expected": 13.0, "llr": 21.0,
                            "p_value": 0.001}, "p": 0.002,
                 "when": {"hours": [22, 5], "days": "all", "months": [6, 3]}},
    "burdensome": {"open": 3, "reopened": {"value": 0.4, "low": 0.25, "high": 0.56}, "days_to_settle": 11.4},
    "voices": {"busiest": 7, "share": 0.15, "is_one_voice": False},
    "avoidable": {"value": 9.5, "low": 6.1, "high": 13.2},
    "usual_months": {"low": [0] * 12, "high": [2] * 5 + [4] * 3 + [2] * 4},
}  # fmt: skip


def make_run(at: datetime = NOW, **fields: Any) -> Run:
    usual: dict[str, Any] = {
        "at": at, "since": at - timedelta(days=1826), "until": at, "seed": 1, "digest": "0" * 64,
        "cases": 13_399, "placed": 13_320, "tested": 4_170, "listed": 5, "visible": {"cell": 12, "address": 7},
    }  # fmt: skip
    return Run.objects.create(**(usual | fields))


def make_conflict(
    area: Area,
    topic: str = "water_supply",
    *,
    at: datetime = NOW,
    rank: int | None = 1,
    **fields: Any,
) -> RecurringConflict:
    """On the ground of half a cell around the usual place of a report, seen by a run of that moment."""
    number = RecurringConflict.objects.count() + 1
    usual: dict[str, Any] = {
        "code": f"JYG-R{number:04d}",
        "topic": Topic.objects.get(code=topic),
        "level": "cell",
        "key": f"cell:{number}",
        "name": "紫轩花苑 · 供排水",
        "name_en": "Zixuan Garden · Water",
        "geom": square(0.25, 0.25, width=0.5, height=0.5),
        "area": area,
        "state_since": at,
    }
    conflict = RecurringConflict.objects.create(**(usual | fields))
    record_find(conflict, at)
    see(conflict, make_run(at), rank)
    return conflict


def see(conflict: RecurringConflict, run: Run, rank: int | None = 1) -> Evidence:
    """What a run says of it."""
    intense = CLAIMS["intense"]
    seen = Evidence.objects.create(
        run=run, conflict=conflict, rank=rank, avoidable=9.5, q=0.01, observed=intense["observed"],
        expected=intense["expected"], ratio=3.4, ratio_low=2.5, ratio_high=4.5, claims=CLAIMS,
    )  # fmt: skip
    conflict.latest = seen
    conflict.save(update_fields=["latest"])
    return seen
