"""What a person was told: the list, and how many lines are unread."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import QuerySet

from gridmap.accounts.scope import Scope
from gridmap.console.addresses import case_address
from gridmap.console.times import moment
from gridmap.incidents.models import Incident, Notice

PAGE = 50
TONES = {
    Notice.Kind.OVERDUE: "red",
    Notice.Kind.UNROUTED: "red",
    Notice.Kind.DUE: "amb",
    Notice.Kind.SUPERVISED: "amb",
    Notice.Kind.ESCALATED: "vio",
}


@dataclass(frozen=True)
class Line:
    """One notice as it is shown; `tone` colours its chip."""

    id: int
    label: str
    tone: str
    code: str
    title: str
    address: str
    at: datetime
    when: str
    is_read: bool

    @property
    def case_address(self) -> str:
        return case_address(self.code)


def notices_of(scope: Scope) -> QuerySet[Notice]:
    """What this person was told about cases that are still theirs to see."""
    return Notice.objects.filter(
        user=scope.user_id, incident__in=Incident.objects.visible_to(scope)
    )


def unread_notices(scope: Scope) -> QuerySet[Notice]:
    return notices_of(scope).filter(read_at__isnull=True)


@dataclass(frozen=True)
class Lines:
    """One page of the list: `number` of `pages`."""

    lines: list[Line]
    number: int
    pages: int


def read_lines(scope: Scope, number: int, now: datetime) -> Lines:
    """The lines of a page, the latest first, of the last page where there are fewer; two statements."""
    rows = notices_of(scope).select_related("incident").order_by("-at", "-pk")
    found = Paginator(rows, PAGE).get_page(number)
    return Lines([_line(row, now) for row in found], found.number, found.paginator.num_pages)


def _line(notice: Notice, now: datetime) -> Line:
    return Line(
        id=notice.pk,
        label=notice.get_kind_display(),
        tone=TONES.get(Notice.Kind(notice.kind), "pri"),
        code=notice.incident.code,
        title=notice.incident.title,
        address=notice.incident.address,
        at=notice.at,
        when=moment(notice.at, now),
        is_read=notice.read_at is not None,
    )
