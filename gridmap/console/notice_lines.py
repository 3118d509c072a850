"""Notices as they are read: the list, and where each of them leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator

from gridmap.accounts.scope import Scope
from gridmap.console.addresses import case_address, tasks_address
from gridmap.console.conflicts.tasks import Task, tasks_of_notices
from gridmap.console.notices import notices_of
from gridmap.console.times import moment
from gridmap.incidents.models import Notice
from gridmap.recurring.models import RecurringConflict

PAGE = 50
TONES = {
    Notice.Kind.OVERDUE: "red",
    Notice.Kind.UNROUTED: "red",
    Notice.Kind.DUE: "amb",
    Notice.Kind.SUPERVISED: "amb",
    Notice.Kind.ESCALATED: "vio",
    Notice.Kind.TASK_DONE: "grn",
}


@dataclass(frozen=True)
class Said:
    """Some words and, where it is not the reader's, their language."""

    words: str
    lang: str = ""


@dataclass(frozen=True)
class Line:
    """One notice as it is shown: `tone` colours its chip, `notes` stand behind the code."""

    id: int
    label: str
    tone: str
    code: str
    title: Said
    notes: list[Said]
    at: datetime
    when: str
    is_read: bool


@dataclass(frozen=True)
class Lines:
    """One page of the list: `number` of `pages`."""

    lines: list[Line]
    number: int
    pages: int


def read_lines(scope: Scope, number: int, now: datetime) -> Lines:
    """The lines of a page, the latest first, of the last page where there are fewer; two statements, three with
    tasks."""
    rows = notices_of(scope).select_related("incident").order_by("-at", "-pk")
    found = Paginator(rows, PAGE).get_page(number)
    tasks = tasks_of_notices(found, scope, now)
    lines = [_line(row, tasks, now) for row in found]
    return Lines(lines, found.number, found.paginator.num_pages)


def opened_by(notice: Notice) -> str:
    """The page that a notice leads to."""
    if notice.incident is not None:
        return case_address(notice.incident.code)
    conflicts = RecurringConflict.objects.filter(tasks=notice.task_id)
    return tasks_address(conflicts.values_list("code", flat=True).get())


def _line(notice: Notice, tasks: Mapping[int | None, Task], now: datetime) -> Line:
    code, title, notes = _told(notice, tasks)
    return Line(
        id=notice.pk,
        label=notice.get_kind_display(),
        tone=TONES.get(Notice.Kind(notice.kind), "pri"),
        code=code,
        title=title,
        notes=notes,
        at=notice.at,
        when=moment(notice.at, now),
        is_read=notice.read_at is not None,
    )


def _told(notice: Notice, tasks: Mapping[int | None, Task]) -> tuple[str, Said, list[Said]]:
    """Code, title and notes: of a case where it is, of a task until when and what, once it is done whose and the
    result."""
    case = notice.incident
    if case is not None:
        notes = [Said(case.address, "zh-Hans")] if case.address else []
        return case.code, Said(case.title, "zh-Hans"), notes
    task = tasks[notice.task_id]
    if notice.kind == Notice.Kind.TASK_DONE:
        notes = [Said(task.team, task.lang), Said(task.result, "zh-Hans")]
    else:
        notes = [Said(task.when), Said(task.note, "zh-Hans")]
    return task.code, Said(task.conflict), notes
