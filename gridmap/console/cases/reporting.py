"""A report from the page: which topics are common here, and what becomes of what was sent."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from geodata.querysets import day_of
from gridmap.accounts.models import User
from gridmap.accounts.scope import Scope
from gridmap.incidents.drafts import ReportDraft
from gridmap.incidents.models import Incident, Report, TimeLimit, Topic
from gridmap.incidents.photo_press import Pressed
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.errors import KeyTaken, ReportRefused
from gridmap.incidents.services.joining import join_report
from gridmap.incidents.services.moving import move_incident
from gridmap.incidents.services.photos import add_photos_of_report
from gridmap.incidents.services.reporting import Receipt, report_incident
from gridmap.incidents.states import MOVES, Name, State

# The latest cases of the communities decide which topics are common there, however long the past is.
LATEST = 500
# Topics on the grid; the rest stands behind the last of them.
GRID = 7
OTHER = "other"
# More places than a person walks in have no common topics.
MOST_AREAS = 3


@dataclass(frozen=True)
class Topics:
    """The topics of the grid, those behind “other”, and whether the order is that of this place."""

    first: list[Topic]
    rest: list[Topic]
    is_local: bool


def topics_for(scope: Scope) -> Topics:
    """Those common in the own communities first, else in the order of the table; two statements."""
    topics = list(Topic.objects.all())
    counted = _common(scope)
    ordered = sorted(topics, key=lambda topic: -counted[topic.pk])
    first = [topic for topic in ordered if topic.code != OTHER][:GRID]
    return Topics(first, [topic for topic in topics if topic not in first], bool(counted))


def _common(scope: Scope) -> Counter[int]:
    """How often each topic came among the latest cases of the own communities."""
    areas: Any = scope.area_ids
    if scope.cell_ids or scope.post_ids:
        areas = scope.cells().values("community")
    elif len(scope.area_ids) > MOST_AREAS:
        return Counter()
    rows = Incident.objects.filter(area__in=areas).order_by("-registered_at")
    return Counter(rows.values_list("topic", flat=True)[:LATEST])


def take_report(
    *,
    draft: ReportDraft,
    joins: str,
    resolution: str,
    by: User,
    at: datetime,
    pictures: Sequence[Pressed] = (),
) -> Receipt:
    """As a case of its own, or with one that is there; settled at once where it says how.

    Sent again it is the same report, and each of its pictures the same photo.

    Raises
    ------
    KeyTaken, ReportRefused, MoveRefused
        As the services say; but for a conflict of keys nothing is kept then.
    """
    receipt = _take(draft, joins, resolution, by=by, at=at)
    add_photos_of_report(receipt=receipt, pictures=pictures, by=by, at=at)
    return receipt


def _take(draft: ReportDraft, joins: str, resolution: str, *, by: User, at: datetime) -> Receipt:
    if joins:
        case = Incident.objects.filter(code=joins).first()
        if case is None:
            raise ReportRefused(_("没有这个案件。"), "joins")
        return join_report(draft=draft, incident=case, by=by, at=at)
    with transaction.atomic():
        try:
            receipt = report_incident(draft=draft, by=by, at=at)
        except KeyTaken as error:
            # Raised again outside, so that the second body stays on record.
            taken = error
        else:
            if resolution:
                _settle(receipt, draft.key, resolution, by=by, at=at)
            return receipt
    raise taken


def _settle(receipt: Receipt, key: UUID, resolution: str, *, by: User, at: datetime) -> None:
    move_incident(
        incident=Incident.objects.get(pk=receipt.incident_id),
        name=Name.SETTLE_ON_SITE,
        by=by,
        at=at,
        details=Details(text=resolution, key=uuid5(key, Name.SETTLE_ON_SITE)),
    )


def own_report(user: User, key: UUID) -> Report | None:
    """What this person sent under a key."""
    rows = Report.objects.filter(key=key, received_by=user)
    found: Report | None = rows.select_related(
        "incident__topic", "incident__cell__community", "incident__area", "incident__lead_team",
        "incident__raised_to", "incident__unit", "incident__building",
    ).first()  # fmt: skip
    return found


def limit_of(case: Incident, at: datetime) -> TimeLimit | None:
    """The time limit that the deadlines of a case came from."""
    rows = TimeLimit.objects.valid_on(day_of(at)).filter(urgency__in=(case.urgency, ""))
    found: TimeLimit | None = (
        (rows.filter(topic=case.topic) | rows.filter(topic__isnull=True))
        .order_by(F("topic").asc(nulls_last=True), "-urgency", "pk")
        .first()
    )
    return found


def is_first(report: Report) -> bool:
    """Whether the case began with this report; others have joined it."""
    case = report.incident
    is_same = report.registered_as == case.code and report.received_at == case.registered_at
    return is_same and report.received_by_id == case.registered_by_id


def may_withdraw(report: Report) -> bool:
    """As long as nobody has finished it, and only a case that is this report's own."""
    case = report.incident
    return is_first(report) and State(case.state) in MOVES[Name.WITHDRAW].sources


def withdraw_report(report: Report, *, by: User, at: datetime) -> None:
    """Take back what was sent by mistake."""
    move_incident(
        incident=report.incident,
        name=Name.WITHDRAW,
        by=by,
        at=at,
        details=Details(reason=_("上报人撤回"), key=uuid5(report.key, Name.WITHDRAW)),
    )
