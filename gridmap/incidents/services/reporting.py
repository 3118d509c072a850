"""A report comes in: where it is, who answers, by when; or it joins a case that is there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from geodata.crs import ImpossibleCoordinates, UnknownSystem, parse_system, to_cgcs2000
from geodata.models import Building
from geodata.querysets import TOUCHING, day_of
from gridmap.accounts.models import User
from gridmap.incidents.drafts import ReportDraft
from gridmap.incidents.intake import INTAKE, TYPES, VALUES
from gridmap.incidents.models import Incident, Party, Report, ReportConflict, Topic
from gridmap.incidents.services.errors import KeyTaken, ReportRefused
from gridmap.incidents.services.followers import tell_followers
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
        Unknown topic or building, impossible coordinates, no time limit that covers the topic.
    """
    values = values_of(draft, by=by, at=at)

    def write() -> Receipt | None:
        found = run(INTAKE, values)
        if found is not None:
            add_parties(draft, found.incident_id)
            tell_followers([found.incident_id])
        return found

    return take_once(draft, write, by=by, at=at)


def take_once(
    draft: ReportDraft, write: Callable[[], Receipt | None], *, by: User, at: datetime
) -> Receipt:
    """The receipt of what is written now, or of the try before; `write` gives None where the key is known."""
    try:
        with transaction.atomic():
            receipt = write()
    except IntegrityError as error:
        receipt = None
        if not Report.objects.filter(key=draft.key).exists():
            raise _explained(error, draft) from error
    return receipt or _known(draft, by=by, at=at)


def run(statement: str, values: dict[str, Any]) -> Receipt | None:
    """What one of the statements of `intake` wrote; None where it wrote nothing."""
    with connection.cursor() as cursor:
        text = cursor.mogrify(VALUES, values).decode()
    found: dict[str, Any] = fetch_value(TYPES, statement, text)
    if found["report"] is None:
        return None
    return Receipt(found["report"], found["incident"], found["code"], is_new=True)


def add_parties(draft: ReportDraft, incident_id: int) -> None:
    if draft.parties:
        Party.objects.bulk_create(
            (Party(incident_id=incident_id, **vars(party)) for party in draft.parties),
            # Asks for no keys back: who takes a case down for another place may not see them.
            ignore_conflicts=True,
        )


def values_of(
    draft: ReportDraft, *, by: User, at: datetime, incident: int | None = None
) -> dict[str, Any]:
    """The parameters of the statements of `intake`.

    Raises
    ------
    ReportRefused
        Something in the draft cannot be.
    """
    lon, lat = place_of(draft.lon, draft.lat, draft.datum)
    if draft.building_id and not Building.objects.filter(pk=draft.building_id).exists():
        raise ReportRefused(_("没有这栋楼。"), "building_id")
    return vars(draft) | {
        "digest": draft.digest,
        "title": draft.title or _title(draft),
        "lon": lon,
        "lat": lat,
        "key": str(draft.key),
        "at": at,
        "by": by.pk,
        "day": day_of(at),
        "prefix": settings.CITY.case_prefix,
        "touching": TOUCHING,
        "incident": incident,
    }


def place_of(
    lon: float | None, lat: float | None, datum: str
) -> tuple[float, float] | tuple[None, None]:
    """The point in CGCS2000 degrees, whatever system it came in.

    Raises
    ------
    ReportRefused
        Unknown system, or coordinates that cannot be.
    """
    if lon is None or lat is None:
        return None, None
    try:
        east, north = to_cgcs2000(lon, lat, parse_system(datum))
    except UnknownSystem as error:
        raise ReportRefused(
            _("不认识这个坐标系：%(datum)s。") % {"datum": datum}, "datum"
        ) from error
    except ImpossibleCoordinates as error:
        words = _("坐标不对：经度 %(lon)s，纬度 %(lat)s。") % {"lon": lon, "lat": lat}
        raise ReportRefused(words, "place") from error
    return float(east), float(north)


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
    report = Report.objects.filter(key=draft.key).first()
    if report is None:
        raise ReportRefused(_("没有这个专题：%(topic)s。") % {"topic": draft.topic}, "topic")
    if bytes(report.digest) != draft.digest:
        ReportConflict.objects.get_or_create(
            key=draft.key,
            digest=draft.digest,
            defaults={"body": draft.body(), "received_at": at, "received_by": by},
        )
        raise KeyTaken(_("这个编号下已经有另一份来件，两份都留着，等人核对。"), "key")
    # The case that the sender was told of, wherever the report is by now.
    incident = Incident.objects.get(code=report.registered_as)
    return Receipt(report.pk, incident.pk, incident.code, is_new=False)


def _explained(error: IntegrityError, draft: ReportDraft) -> Exception:
    """What an integrity error means for the person who reports."""
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    if constraint == "report_once_per_channel":
        words = _("来源编号 %(number)s 已经登记过。") % {"number": draft.channel_reference}
        return ReportRefused(words, "channel_reference")
    if "due_at" in str(error):
        return ReportRefused(_("时限表里没有适用的一行，先在时限表里补上。"), "topic")
    return error
