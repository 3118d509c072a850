"""Several reports of one matter: a report joins an open case, or becomes a case of its own again."""

from datetime import datetime
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from geodata.crs import CGCS2000
from geodata.models import STORED, Building
from geodata.querysets import day_of
from gridmap.accounts.models import User
from gridmap.accounts.scope import Scope, scope
from gridmap.incidents.drafts import ReportDraft
from gridmap.incidents.intake import JOINING, SEPARATION
from gridmap.incidents.models import Incident, MoveRecord, Notice, Report, Topic
from gridmap.incidents.parts import can_direct, parts_of
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.incidents.services.errors import KeyTaken, MoveRefused, ReportRefused
from gridmap.incidents.services.followers import tell_followers
from gridmap.incidents.services.moving import lock, save
from gridmap.incidents.services.notices import responsible, tell
from gridmap.incidents.services.reporting import (
    Receipt,
    add_parties,
    place_of,
    run,
    take_once,
    values_of,
)
from gridmap.incidents.standing import standing_of


def near_open_cases(
    *,
    topic: str,
    at: datetime,
    scope: Scope,
    lon: float | None = None,
    lat: float | None = None,
    datum: str = CGCS2000,
    building_id: int | None = None,
) -> IncidentQuerySet:
    """The open cases in scope that a report may be about, nearest first; none for one without a place.

    Raises
    ------
    ReportRefused
        Coordinates that cannot be, or an unknown system.
    """
    place = _point(lon, lat, datum, building_id)
    if place is None:
        return Incident.objects.none()
    return (
        Incident.objects.visible_to(scope).open().filter(topic__code=topic).lately(at).near(place)
    )


def _point(
    lon: float | None, lat: float | None, datum: str, building_id: int | None
) -> Point | None:
    x, y = place_of(lon, lat, datum)
    if x is not None and y is not None:
        return Point(x, y, srid=STORED)
    building = Building.objects.filter(pk=building_id).first() if building_id else None
    return building.geom.point_on_surface if building else None


def join_report(*, draft: ReportDraft, incident: Incident, by: User, at: datetime) -> Receipt:
    """Take a report down as another voice of an open case, once, however often it is sent.

    Raises
    ------
    KeyTaken, ReportRefused
        As for a report that becomes a case; the case is not open, or not in scope.
    """
    values = values_of(draft, by=by, at=at, incident=incident.pk)
    if not Topic.objects.filter(code=draft.topic).exists():
        raise ReportRefused(_("没有这个专题：%(topic)s。") % {"topic": draft.topic}, "topic")

    def write() -> Receipt | None:
        if Report.objects.filter(key=draft.key).exists():
            return None
        locked = _joinable(incident, by, at)
        receipt = run(JOINING, values)
        if receipt is not None:
            add_parties(draft, locked.pk)
            _record(locked, "report", by=by, at=at)
        return receipt

    return take_once(draft, write, by=by, at=at)


def _joinable(incident: Incident, by: User, at: datetime) -> Incident:
    if not Incident.objects.visible_to(scope(by, day_of(at))).filter(pk=incident.pk).exists():
        raise ReportRefused(_("没有这个案件。"), "incident")
    locked = lock(incident)
    if not locked.is_open:
        raise ReportRefused(
            _("%(code)s 已经办完，来件不能并进去。") % {"code": locked.code}, "incident"
        )
    return locked


@transaction.atomic
def separate_report(
    *, report: Report, reason: str, by: User, at: datetime, key: UUID | None = None
) -> Incident:
    """Let a report become a case of its own; it is registered now, with an own clock.

    The report keeps its place and words, the rest comes from the case that it stood in. The same key
    again gives the same case.

    Raises
    ------
    KeyTaken
        Another move came under this key before.
    MoveRefused
        Not above the case, not open, no reason, or the case has no other report.
    """
    locked = lock(report.incident)
    # Only now: the first of two tries may have ended while the second waited for the case.
    known = MoveRecord.objects.filter(key=key).select_related("other").first() if key else None
    if known is not None:
        return _separated(known)
    _check_separable(locked, by, at)
    if not reason.strip():
        raise MoveRefused(_("写明原因。"), "reason")
    draft = _draft_of(report, locked)
    values = values_of(draft, by=by, at=at, incident=locked.pk)
    receipt = run(SEPARATION, values)
    if receipt is None:
        raise MoveRefused(_("这份来件已经不在这个案件里。"))
    other = Incident.objects.get(pk=receipt.incident_id)
    tell_followers([other.pk])
    _record(locked, "separate", by=by, at=at, other=other, note=reason, key=key)
    return other


def _separated(known: MoveRecord) -> Incident:
    """The case that the separation under a key made."""
    if known.name != "separate" or known.other is None:
        raise KeyTaken(_("这个编号下已经有另一个动作。"), "key")
    return known.other


def _check_separable(locked: Incident, by: User, at: datetime) -> None:
    standing = standing_of(locked, day_of(at))
    if not can_direct(standing, parts_of(standing, scope(by, day_of(at)))):
        raise MoveRefused(_("你不能对这个案件这样做。"))
    if locked.reports.count() == 1:
        raise MoveRefused(_("这个案件只有一份来件，没有可以分出的。"))


def _draft_of(report: Report, case: Incident) -> ReportDraft:
    """The report as it would have come in by itself."""
    place: Point | None = report.geom or case.geom
    return ReportDraft(
        key=report.key,
        source=report.source,
        topic=case.topic.code,
        occurred_at=report.reported_at,
        words=report.words,
        title="" if report.words.strip() else case.title,
        lon=place.x if place else None,
        lat=place.y if place else None,
        datum=CGCS2000,
        address=report.address or case.address,
        building_id=None if report.geom else case.building_id,
        scale=case.scale,
        risk_level=case.risk_level,
        urgency=case.urgency,
    )


def _record(
    case: Incident,
    name: str,
    *,
    by: User,
    at: datetime,
    note: str = "",
    other: Incident | None = None,
    key: UUID | None = None,
) -> None:
    """What happened to a case without changing its state; those who have it are told."""
    save(case)
    MoveRecord.objects.create(
        incident=case,
        key=key,
        name=name,
        from_state=case.state,
        to_state=case.state,
        by=by,
        at=at,
        note=note,
        other=other,
    )
    tell(case, responsible(case, day_of(at)) - {by.pk}, Notice.Kind.MOVED, at)
