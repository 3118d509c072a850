"""Photos of a case: added once, and the files that belong to no case swept."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from geodata.errors import gettext_noop
from geodata.querysets import day_of
from gridmap.accounts.models import User
from gridmap.accounts.scope import scope
from gridmap.incidents import photos
from gridmap.incidents.models import Incident, Photo, Report
from gridmap.incidents.parts import can_add_photo, parts_of
from gridmap.incidents.photo_press import NoPicture, Pressed
from gridmap.incidents.services.errors import MoveRefused, PhotoBusy, PhotoRefused
from gridmap.incidents.services.reporting import Receipt
from gridmap.incidents.standing import standing_of

logger = logging.getLogger(__name__)
# Longer than any request lasts: a younger file may get its row yet.
UNCLAIMED = timedelta(hours=1)
SWEPT_EVERY = timedelta(hours=1)
REASONS = {
    "size": gettext_noop("照片超过 10 MB，缩小后再传。"),
    "pixels": gettext_noop("照片超过 4000 万像素，缩小后再传。"),
    "format": gettext_noop("这不是照片，或者这种格式读不了。用 JPEG、PNG 或 WebP。"),
    "broken": gettext_noop("照片读不完整，重新拍一张或者换一张。"),
    "busy": gettext_noop("现在照片太多，过一会儿再传。"),
}


@dataclass(frozen=True)
class Sweep:
    """What a sweep found: files that were nobody's and are gone, and photos without their file."""

    removed: int
    missing: int


def read_picture(data: bytes, field: str = "photo") -> Pressed:
    """Our own picture of what was sent; `field` names where it came from.

    Raises
    ------
    PhotoRefused
        Too large, none of the formats, or broken; `PhotoBusy` where only the moment is wrong.
    """
    try:
        return photos.press_apart(data)
    except NoPicture as refusal:
        kind = PhotoBusy if str(refusal) == "busy" else PhotoRefused
        raise kind(_(REASONS[str(refusal)]), field) from refusal


def read_pictures(sent: Iterable[bytes], field: str = "photos") -> list[Pressed]:
    """Our own pictures of several files.

    Raises
    ------
    PhotoRefused
        As `read_picture`; it says which of them, counted from 1.
    """
    pictures = []
    for number, data in enumerate(sent, 1):
        try:
            pictures.append(read_picture(data, field))
        except PhotoRefused as refusal:
            words = _("第 %(number)d 张：%(reason)s") % {"number": number, "reason": refusal}
            raise type(refusal)(words, field) from refusal
    return pictures


def add_photo(
    *,
    incident: Incident,
    picture: Pressed,
    by: User,
    at: datetime,
    report: Report | None = None,
) -> tuple[Photo, bool]:
    """Add a picture to a case; the same again is the same photo, and False.

    The file is there for good before the row is, so that no row is ever without one.
    """
    known = Photo.objects.filter(incident=incident, digest=picture.digest).first()
    if known is not None:
        return known, False
    photos.keep(picture)
    return Photo.objects.get_or_create(
        incident=incident,
        digest=picture.digest,
        defaults={
            "report": report,
            "width": picture.width,
            "height": picture.height,
            "size": len(picture.image),
            "added_at": at,
            "added_by": by,
        },
    )


def add_photos_of_report(
    *, receipt: Receipt, pictures: Iterable[Pressed], by: User, at: datetime
) -> None:
    """Add the pictures that came with a report to the case that its sender was told of."""
    case, voice = Incident(pk=receipt.incident_id), Report(pk=receipt.report_id)
    for picture in pictures:
        add_photo(incident=case, picture=picture, by=by, at=at, report=voice)


@transaction.atomic
def add_photos(*, incident: Incident, sent: Iterable[bytes], by: User, at: datetime) -> None:
    """Add files as pictures to an open case, by somebody who has a part in it; all of them or none.

    Raises
    ------
    MoveRefused
        The case is not open, or this person has no part in it; no file has been read then.
    PhotoRefused
        As `read_pictures`.
    """
    demand_may_add(incident, by, at)
    for picture in read_pictures(sent):
        add_photo(incident=incident, picture=picture, by=by, at=at)


def demand_may_add(incident: Incident, by: User, at: datetime) -> None:
    """Asked before a file is read.

    Raises
    ------
    MoveRefused
        The case is not open, or this person has no part in it.
    """
    case = standing_of(incident, day_of(at))
    if not can_add_photo(case, parts_of(case, scope(by, day_of(at)))):
        raise MoveRefused(_("你不能给这个案件加照片。"))


def sweep_when_due(at: datetime) -> Sweep | None:
    """Sweep about once an hour, however often this is asked; None in between."""
    last = photos.swept_at()
    if last is not None and at - SWEPT_EVERY < last <= at:
        return None
    sweep = sweep_photos(at)
    photos.note_sweep(at)
    return sweep


def sweep_photos(at: datetime) -> Sweep:
    """Remove the files that an hour has left without a row; say which rows have no file."""
    before = at - UNCLAIMED
    found = list(photos.files())
    # Asked after the look at the files: who has its row by now keeps its file.
    rows = set(Photo.objects.values_list("digest", flat=True))
    idle = (file for file in found if file.digest not in rows and file.written_at < before)
    removed = sum(photos.take_away(file.path, before) for file in idle)
    seen = {file.path for file in found}
    missing = [
        digest
        for digest in rows
        if (path := photos.path_of(digest)) not in seen and not path.exists()
    ]
    if removed:
        logger.warning("photos: %d files that belonged to no case are removed", removed)
    if missing:
        logger.error("photos without their file: %d, the first %s", len(missing), min(missing))
    return Sweep(removed, len(missing))
