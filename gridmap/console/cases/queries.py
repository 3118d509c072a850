"""Reading cases for pages: always within the scope of who asks."""

from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet

from gridmap.accounts.scope import Scope
from gridmap.incidents.models import Incident
from gridmap.incidents.querysets import IS_RUNNING

PAGE = 50


class NoSuchCase(LookupError):
    """No case of this code is in scope, or there is none at all: nobody is told which."""


def find_case(scope: Scope, code: str) -> Incident:
    """One case with its place, topic and team, and the case that it was merged into if that one is in scope.

    Raises
    ------
    NoSuchCase
        There is none, or it is not for this person.
    """
    visible = Incident.objects.visible_to(scope)
    rows = visible.select_related(
        "area", "cell__community", "building", "topic", "lead_team", "unit", "raised_to", "post"
    ).prefetch_related(Prefetch("merged_into", visible))
    found: Incident | None = rows.filter(code=code).first()
    if found is None:
        raise NoSuchCase(code)
    return found


def has_photo(scope: Scope, code: str, digest: str) -> bool:
    """Whether a case in scope has this photo."""
    seen = Incident.objects.visible_to(scope).filter(code=code)
    return seen.filter(photos__digest=digest).exists()


def list_cases(scope: Scope, shown: str, words: str, now: datetime) -> QuerySet[Incident]:
    """The cases of a list: open ones due soonest first, those that are done the newest first."""
    rows = Incident.objects.visible_to(scope)
    if shown == "done":
        rows = rows.filter(is_open=False).order_by("-registered_at", "-pk")
    else:
        rows = rows.open().order_by("due_at", "pk")
    if shown == "overdue":
        rows = rows.overdue(now)
    if shown == "today":
        rows = rows.due_today(now)
    if words:
        rows = rows.filter(
            Q(code__icontains=words)
            | Q(title__icontains=words)
            | Q(address__icontains=words)
            | Q(building__name__icontains=words)
        )
    return rows.select_related("topic", "cell__community", "building", "area")


def page_of_cases(rows: QuerySet[Incident], number: int) -> Page[Incident]:
    return Paginator(rows, PAGE).get_page(number)


def next_due(scope: Scope, now: datetime) -> Incident | None:
    """What comes next, for a list that is empty."""
    rows = Incident.objects.visible_to(scope).filter(IS_RUNNING, due_at__gte=now)
    found: Incident | None = rows.order_by("due_at").first()
    return found
