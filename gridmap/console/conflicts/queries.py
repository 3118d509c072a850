"""Reading conflicts for pages: always within the scope of who asks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from django.db.models import Count, OuterRef, QuerySet, Subquery

from gridmap.accounts.models import Appointment, Role
from gridmap.accounts.scope import Scope
from gridmap.incidents.models import Incident
from gridmap.incidents.states import NOT_COUNTED
from gridmap.recurring.models import (
    ConflictRecord,
    Evidence,
    Measure,
    RecurringConflict,
    Run,
)
from gridmap.recurring.querysets import ConflictQuerySet
from gridmap.recurring.states import CODE, State

CASES_SHOWN = 6
# Grid members who are named; a conflict over many cells is its owner's.
MEMBERS_SHOWN = 3


def seen_conflicts(scope: Scope) -> ConflictQuerySet:
    """With all that a row of the list says; the one that could avoid most cases first."""
    counted = Incident.objects.exclude(state__in=NOT_COUNTED)
    last = counted.filter(conflicts=OuterRef("pk")).order_by("-occurred_at")
    found: ConflictQuerySet = (
        RecurringConflict.objects.visible_to(scope)
        .known()
        .ranked()
        .select_related("owner", "team")
        .annotate(last_case_at=Subquery(last.values("occurred_at")[:1]))
    )
    return found


def list_conflicts(
    scope: Scope, *, state: str, topic: str, areas: Collection[int] | None
) -> list[RecurringConflict]:
    """Of one state, topic and some areas; without a state what is not at an end."""
    rows = seen_conflicts(scope)
    rows = rows.filter(state=state) if state else rows.exclude(state=State.CLOSED)
    if topic:
        rows = rows.filter(topic__code=topic)
    if areas is not None:
        rows = rows.filter(area__in=areas)
    return list(rows)


def find_conflict(scope: Scope, code: str) -> RecurringConflict | None:
    """One conflict of this code, dismissed ones as well, if it is in scope."""
    if not CODE.fullmatch(code):
        return None
    rows = RecurringConflict.objects.visible_to(scope).defer("geom", "geom_3857")
    rows = rows.select_related("topic", "area__parent__parent", "owner", "team", "latest__run")
    found: RecurringConflict | None = rows.filter(code=code).first()
    return found


def last_run() -> Run | None:
    """The last search over all topics; one of an earlier period is not the last."""
    return Run.objects.filter(topics=[]).order_by("-until", "-pk").first()


def moments_of(conflict: RecurringConflict) -> list[datetime]:
    """When its cases happened; no more of them than that."""
    cases = conflict.cases.exclude(state__in=NOT_COUNTED)
    return list(cases.order_by("occurred_at").values_list("occurred_at", flat=True))


@dataclass(frozen=True)
class Shown:
    """The cases that this person may see, the newest first, of `count`."""

    cases: list[Incident]
    count: int


def cases_of(conflict: RecurringConflict, scope: Scope, *, all_of_them: bool) -> Shown:
    rows: QuerySet[Incident] = Incident.objects.visible_to(scope).filter(conflicts=conflict)
    rows = rows.select_related("cell__community", "building", "area", "topic")
    rows = rows.order_by("-occurred_at", "-pk")
    count = rows.count()
    return Shown(list(rows if all_of_them else rows[:CASES_SHOWN]), count)


def records_of(conflict: RecurringConflict) -> list[ConflictRecord]:
    return list(conflict.records.select_related("by", "owner").order_by("-at", "-pk"))


def evidence_of(conflict: RecurringConflict, *, of_city: bool) -> list[Evidence]:
    """What the first run and the last one saw, and each that saw something else than the one before it, the newest
    first; ranks differ `of_city`. Most nights say the same, and years of them are compared as bare numbers.
    """
    rows = conflict.evidence.order_by("-run__at", "-pk")
    said = [
        (pk, rank if of_city else rank is not None, round(ratio, 1))
        for pk, rank, ratio in rows.values_list("pk", "rank", "ratio")
    ]
    told = [
        one[0]
        for one, before in pairwise([*said, None])
        if one is not None and (one is said[0] or before is None or one[1:] != before[1:])
    ]
    shown = ("rank", "observed", "expected", "ratio", "ratio_low", "ratio_high")
    changes = rows.filter(pk__in=told).select_related("run")
    return list(changes.only("conflict", "run__at", *shown))


def measures_of(conflict: RecurringConflict) -> list[Measure]:
    return list(conflict.measures.all())


def members_of(conflict: RecurringConflict, day: date) -> list[Appointment]:
    """The grid members of the cells with most of its cases."""
    cells = conflict.cases.exclude(cell=None).values("cell").annotate(n=Count("pk"))
    chosen = list(cells.order_by("-n", "cell").values_list("cell", flat=True)[:MEMBERS_SHOWN])
    held = Appointment.objects.exercised_on(day).filter(cell__in=chosen, role=Role.GRID_MEMBER)
    rows = held.select_related("user", "stand_in", "cell__community").order_by("pk")
    return sorted(rows, key=lambda row: chosen.index(row.cell_id))
