"""A report comes in: where it is, who answers, by when; or it joins a case that is there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from geodata.crs import ImpossibleCoordinates, UnknownSystem, parse_system, to_cgcs2000
from geodata.querysets import BEIJING, TOUCHING
from gridmap.accounts.models import User
from gridmap.incidents.drafts import ReportDraft
from gridmap.incidents.intake import INTAKE, TYPES, VALUES
from gridmap.incidents.models import Party, Report, ReportConflict, Topic
from gridmap.incidents.services.errors import KeyTaken, ReportRefused
from layers.prepared import fetch_value

TITLE_LENGTH = 40


@dataclass(frozen=True)
class Receipt:
    """What the sender is told: the same for every try."""

    report_id: int
    incident_id: int
    code: str
    is_new: bool


def report_incident(*, draft: ReportDraft, by: User, at: datetime) -> Receipt:
    """Take a report down as a new case, once, however often it is sent.

    Raises
    ------
    KeyTaken
        The key is known with another body; both are kept, this one as a conflict.
    ReportRefused
        Unknown topic, impossible coordinates, no time limit that covers the topic.
    """
    values = _values(draft, by=by, at=at)
    try:
        with transaction.atomic():
            found = _write(draft, values)
    except IntegrityError as error:
        found = None
        if not Report.objects.filter(key=draft.key).exists():
            raise _explained(error, draft) from error
    if found is not None:
        return Receipt(found["report"], found["incident"], found["code"], is_new=True)
    return _known(draft, by=by, at=at)


def _write(draft: ReportDraft, values: dict[str, Any]) -> dict[str, Any] | None:
    """The rows of a new case, or None where the key is known."""
    with connection.cursor() as cursor:
        text = cursor.mogrify(VALUES, values).decode()
    found: dict[str, Any] = fetch_value(TYPES, INTAKE, text)
    if found["report"] is None:
        if not Topic.objects.filter(code=draft.topic).exists():
            raise ReportRefused(_("没有这个专题：%(topic)s。") % {"topic": draft.topic}, "topic")
        return None
    if draft.parties:
        Party.objects.bulk_create(
            Party(incident_id=found["incident"], **vars(party)) for party in draft.parties
        )
    return found


def _values(draft: ReportDraft, *, by: User, at: datetime) -> dict[str, Any]:
    values: dict[str, Any] = dict(vars(draft))
    lon, lat = _place(draft)
    return values | {
        "digest": draft.digest,
        "title": draft.title or _title(draft),
        "lon": lon,
        "lat": lat,
        "key": str(draft.key),
        "at": at,
        "by": by.pk,
        "day": at.astimezone(BEIJING).date(),
        "prefix": settings.CITY.case_prefix,
        "touching": TOUCHING,
    }


def _place(draft: ReportDraft) -> tuple[float | None, float | None]:
    """The point in CGCS2000 degrees, whatever system it came in."""
    if draft.lon is None or draft.lat is None:
        return None, None
    try:
        lon, lat = to_cgcs2000(draft.lon, draft.lat, parse_system(draft.datum))
    except UnknownSystem as error:
        raise ReportRefused(
            _("不认识这个坐标系：%(datum)s。") % {"datum": draft.datum}, "datum"
        ) from error
    except ImpossibleCoordinates as error:
        raise ReportRefused(
            _("坐标不对：经度 %(lon)s，纬度 %(lat)s。") % vars(draft), "place"
        ) from error
    return float(lon), float(lat)


def _title(draft: ReportDraft) -> str:
    """The first sentence of what was said, else the name of the topic."""
    first = draft.words.strip().splitlines()[0] if draft.words.strip() else ""
    for stop in "。！？；":
        first = first.split(stop)[0]
    if first:
        return first[:TITLE_LENGTH]
    return str(Topic.objects.filter(code=draft.topic).values_list("name", flat=True).first() or "")


def _known(draft: ReportDraft, *, by: User, at: datetime) -> Receipt:
    """The receipt of the report that came under this key before, if it is the same report."""
    report = Report.objects.get(key=draft.key)
    if bytes(report.digest) != draft.digest:
        ReportConflict.objects.get_or_create(
            key=draft.key,
            digest=draft.digest,
            defaults={"body": draft.body(), "received_at": at, "received_by": by},
        )
        raise KeyTaken(_("这个编号下已经有另一份来件，两份都留着，等人核对。"), "key")
    return Receipt(report.pk, report.incident_id, report.registered_as, is_new=False)


def _explained(error: IntegrityError, draft: ReportDraft) -> Exception:
    """What an integrity error means for the person who reports."""
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    if constraint == "report_once_per_channel":
        words = _("来源编号 %(number)s 已经登记过。") % {"number": draft.channel_reference}
        return ReportRefused(words, "channel_reference")
    if "due_at" in str(error):
        return ReportRefused(_("时限表里没有适用的一行，先在时限表里补上。"), "topic")
    return error
