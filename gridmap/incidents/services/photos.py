"""Photos of a case: added once, and the files that belong to no case swept."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from geodata.errors import gettext_noop
from gridmap.accounts.models import User
from gridmap.incidents import photos
from gridmap.incidents.models import Incident, Photo, Report
from gridmap.incidents.photo_press import NoPicture, Pressed
from gridmap.incidents.services.errors import PhotoRefused

logger = logging.getLogger(__name__)
# Longer than any request lasts: a younger file may get its row yet.
UNCLAIMED = timedelta(hours=1)
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
        Too large, none of the formats, or broken.
    """
    try:
        return photos.press_apart(data)
    except NoPicture as refusal:
        raise PhotoRefused(_(REASONS[str(refusal)]), field) from refusal


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
    if missing:
        logger.error("photos without their file: %d, the first %s", len(missing), min(missing))
    return Sweep(removed, len(missing))
