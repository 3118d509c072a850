"""The situation and the measures once more, one case at a time in Python: what the statement is held against."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

from django.db.models import Q

from geodata.querysets import BEIJING
from gridmap.incidents.models import Incident, MoveRecord, Visit
from gridmap.incidents.states import RUNNING
from gridmap.performance.figures import Figures
from gridmap.performance.measures import Share

Cases = list[Incident]
DAYS = timedelta(days=1)


@dataclass
class Past:
    """What was done with each case, and what was said of it."""

    acts: dict[int, list[MoveRecord]]
    visits: dict[int, Visit]


def read_cases(at: datetime) -> Cases:
    """All that a figure or a measure of a moment can be about."""
    of_late = Incident.objects.filter(Q(is_open=True) | Q(registered_at__gte=at - 200 * DAYS))
    return list(of_late.defer("geom_3857", "summary", "resolution_text"))


def read_past(at: datetime) -> Past:
    acts: dict[int, list[MoveRecord]] = defaultdict(list)
    for move in MoveRecord.objects.filter(incident__registered_at__gte=at - 90 * DAYS).defer(
        "note"
    ):
        acts[move.incident_id].append(move)
    visits = {visit.incident_id: visit for visit in Visit.objects.order_by("round")}
    return Past(acts, visits)


def day(at: datetime) -> Any:
    return at.astimezone(BEIJING).date()


def figures(cases: Cases, at: datetime) -> Figures:
    opened = [case for case in cases if case.is_open]
    running = [case for case in opened if case.state in RUNNING]
    today = [case for case in running if case.due_at >= at and day(case.due_at) == day(at)]
    lost = [case for case in opened if case.unrouted_reason]
    return Figures(
        new=sum(day(case.registered_at) == day(at) for case in cases),
        yesterday=sum(day(case.registered_at) == day(at) - DAYS for case in cases),
        open=len(opened),
        escalated=sum(case.state == "escalated" for case in opened),
        suspended=sum(case.state == "suspended" for case in opened),
        due_today=len(today),
        due_soon=sum(case.due_at < at + timedelta(hours=2) for case in today),
        overdue=sum(case.due_at < at for case in running),
        unrouted=len(lost),
        to_visit=sum(case.state == "checked" for case in opened),
        unrouted_since=min((case.state_since for case in lost), default=None),
    )


def measures(cases: Cases, at: datetime, past: Past) -> dict[str, Share]:
    counted = [case for case in cases if case.state not in ("merged", "declined", "withdrawn")]
    since = day(at) - 83 * DAYS
    recent = [
        case for case in counted if since <= day(case.registered_at) and case.registered_at <= at
    ]
    closed = [case for case in recent if case.state == "closed"]
    visited = [case for case in recent if case.pk in past.visits]
    said = [past.visits[case.pk] for case in visited]
    judged = [case for case in recent if case.due_at <= at and case.state != "suspended"]
    mediated = [
        case
        for case in closed
        if case.is_dispute
        and case.outcome
        in ("agreement_written", "agreement_oral", "resolved_on_site", "no_agreement")
    ]
    done_here = [case for case in closed if case.contacted_at]
    return {
        "on_time_rate": share(
            judged, lambda case: case.resolved_at and case.resolved_at <= case.due_at
        ),
        "resolution_rate": share(said, lambda visit: visit.result == "solved"),
        "satisfaction_rate": share(
            said, lambda visit: visit.satisfaction in ("satisfied", "basically")
        ),
        "visited_share": Share(len(visited), len({case.pk for case in [*visited, *done_here]})),
        "closing_rate": Share(len(closed), len(recent)),
        "mediation_success_rate": share(mediated, lambda case: case.outcome != "no_agreement"),
        "recurrence_90d": recurrence(counted, at),
        **_by_acts(recent, at, past),
    }


def _by_acts(recent: Cases, at: datetime, past: Past) -> dict[str, Share]:
    names = {case.pk: {act.name for act in past.acts[case.pk]} for case in recent}
    awaited = [
        case for case in recent if "dispatch" in names[case.pk] and case.contact_due_at <= at
    ]
    handled = [case for case in recent if names[case.pk] & {"handle", "settle_on_site"}]

    def again(case: Incident) -> bool:
        return any(
            act.name == "rework"
            or (act.name == "reopen" and act.from_state in ("visited", "closed"))
            for act in past.acts[case.pk]
        )

    return {
        "response_rate": share(
            awaited, lambda case: case.contacted_at and case.contacted_at <= case.contact_due_at
        ),
        "rework_rate": share(handled, again),
    }


def recurrence(counted: Cases, at: datetime) -> Share:
    until = at - 90 * DAYS
    since = day(at) - 83 * DAYS - 90 * DAYS
    old = [
        case
        for case in counted
        if case.closed_at
        and case.closed_at <= until
        and since <= day(case.registered_at)
        and case.registered_at <= until
    ]
    later = defaultdict(list)
    for case in counted:
        if since <= day(case.registered_at) and case.registered_at <= at:
            later[case.topic_id].append(case)
    return share(
        old,
        lambda case: any(
            case.closed_at < other.occurred_at <= case.closed_at + 90 * DAYS
            and is_same_place(case, other)
            for other in later[case.topic_id]
        ),
    )


def is_same_place(one: Incident, other: Incident) -> bool:
    if one.building_id or other.building_id:
        return one.building_id == other.building_id
    if one.cell_id is None or one.cell_id != other.cell_id or not (one.geom and other.geom):
        return False
    return metres(one.geom, other.geom) <= 50


def metres(one: Any, other: Any) -> float:
    """Along a great circle."""
    south, north = radians(one.y), radians(other.y)
    half = sin((north - south) / 2) ** 2
    half += cos(south) * cos(north) * sin(radians(other.x - one.x) / 2) ** 2
    return 2 * 6371008.8 * asin(sqrt(half))


def share(rows: Iterable[Any], holds: Any) -> Share:
    rows = list(rows)
    return Share(sum(bool(holds(row)) for row in rows), len(rows))
