"""The statements of a board: how many in each tab, the rows of a page, what an empty list lacks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from gridmap.accounts.scope import Scope
from gridmap.console.desk.boards import Board, Tab
from gridmap.console.desk.filters import Filters, conditions
from gridmap.incidents.models import Incident
from gridmap.incidents.querysets import IS_RUNNING
from gridmap.recurring.models import RecurringConflict

PAGE = 50


@dataclass(frozen=True)
class Page:
    """The rows of one page of a tab, of `count` in all, and the counts of every tab."""

    rows: list[Incident]
    count: int
    counts: Mapping[str, int]
    next_due: datetime | None
    # Of an empty list: how many there would be without one kind of filter.
    without: Mapping[str, int]

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))


def read_page(
    scope: Scope, board: Board, filters: Filters, areas: Collection[int], now: datetime
) -> Page:
    """Two statements, whatever is shown."""
    tab = board.tab(filters.tab)
    wanted = conditions(filters, areas)
    seen: QuerySet[Incident] = Incident.objects.visible_to(scope)
    if not board.with_ended:
        seen = seen.open()  # type: ignore[attr-defined]
    counts = seen.filter(*wanted.values()).aggregate(
        **{f"n_{one.key}": Count("pk", filter=one.condition(scope, now)) for one in board.tabs},
        next_due=Min("due_at", filter=IS_RUNNING & Q(due_at__gte=now)),
    )
    count = counts[f"n_{tab.key}"]
    chosen = tab.condition(scope, now)
    return Page(
        rows=list(_page_of(seen.filter(*wanted.values()), tab, chosen, filters.page, scope))
        if count
        else [],
        count=count,
        counts={one.key: counts[f"n_{one.key}"] for one in board.tabs},
        next_due=counts["next_due"],
        without={} if count else _without(seen.filter(chosen), wanted),
    )


def _conflicts(scope: Scope) -> QuerySet[Any]:
    """What a case belongs to of what keeps coming back."""
    seen = RecurringConflict.objects.visible_to(scope).known().values("pk")
    links = RecurringConflict.cases.through.objects.filter(incident=OuterRef("pk"))
    return links.filter(recurringconflict__in=seen)


def _page_of(
    rows: QuerySet[Incident], tab: Tab, chosen: Q, page: int, scope: Scope
) -> QuerySet[Incident]:
    first = (page - 1) * PAGE
    return (
        rows.filter(chosen)
        .select_related(
            "area", "cell__community", "building", "topic", "lead_team", "unit", "raised_to"
        )
        .annotate(is_recurring=Exists(_conflicts(scope)))
        .order_by(*tab.order)[first : first + PAGE]
    )


def _without(rows: QuerySet[Incident], wanted: Mapping[str, Q]) -> Mapping[str, int]:
    """How many cases there are without each one of the filters."""
    if not wanted:
        return {}
    found: dict[str, int] = rows.aggregate(
        **{f"n_{kind}": Count("pk", filter=_all_but(wanted, kind)) for kind in wanted}
    )
    return {kind: found[f"n_{kind}"] for kind in wanted if found[f"n_{kind}"]}


def _all_but(wanted: Mapping[str, Q], kind: str) -> Q:
    found = Q()
    for other, condition in wanted.items():
        if other != kind:
            found &= condition
    return found
