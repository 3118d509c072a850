"""Writing on a case past the services, as the application's role could."""

from datetime import datetime
from typing import Any

from django.db import connection

from geodata.querysets import day_of
from gridmap.incidents.models import Incident
from gridmap.incidents.states import State

# What a move would write beside the state; a forger writes it too.
FORGED: dict[str, Any] = {
    "state_reason": "伪造",
    "no_visit_reason": "anonymous",
    "outcome": "referred",
    "explanation": "伪造",
}


def forgery(case: Incident, state: State, at: datetime, other: int, n: int) -> dict[str, Any]:
    """What would make the state look right; `n` varies what is said of steps and visits."""
    is_new = state is State.REOPENED
    return FORGED | {
        "closed_at": at if state is State.CLOSED else None,
        "suspended_until": day_of(at),
        "merged_into_id": other if state is State.MERGED else None,
        "raised_to_id": case.area_id,
        "round": case.round + is_new,
        "step": "" if is_new else "settle" if n % 2 else case.step,
        "outcome": "" if is_new else "referred",
        "is_visited": not is_new and bool(n % 3),
    }


def _by_sql(case: Incident, columns: dict[str, Any]) -> None:
    names = ", ".join(f"{name} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE incidents_incident SET {names} WHERE id = %s", [*columns.values(), case.pk]
        )


def _by_queryset(case: Incident, columns: dict[str, Any]) -> None:
    Incident.objects.filter(pk=case.pk).update(**columns)


def _by_bulk(case: Incident, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(case, name, value)
    fields = [name.removesuffix("_id") for name in columns]
    Incident.objects.bulk_update([case], fields)


ROADS = {"sql": _by_sql, "queryset": _by_queryset, "bulk": _by_bulk}
