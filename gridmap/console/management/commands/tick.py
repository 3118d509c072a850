import logging
import shutil
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from geodata.querysets import BEIJING
from gridmap.accounts.models import Session
from gridmap.incidents.counting.folding import fold_counts
from gridmap.incidents.models import CalendarDay
from gridmap.incidents.services.calendar import load_calendar
from gridmap.incidents.services.clocks import strike
from gridmap.incidents.services.photos import sweep_when_due
from gridmap.recurring.services.following import follow_conflicts
from gridmap.recurring.services.nightly import find_nightly

logger = logging.getLogger(__name__)
LOCK = 620_201
UPLOADS_KEPT = timedelta(days=1)


class Command(BaseCommand):
    help = "What is periodic, once; with --every, again and again until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS")

    def handle(self, *, every: int | None, **_options: Any) -> None:
        failed = self.tick()
        while every:
            time.sleep(every)
            close_old_connections()
            self.tick()
        if failed:
            raise CommandError(_("时钟出了错，下次再试：%(what)s") % {"what": ", ".join(failed)})

    def tick(self) -> list[str]:
        """Do nothing where another process is at it; what the clock failed on."""
        with alone() as is_alone:
            if not is_alone:
                return []
            end_sessions(timezone.now())
            forget_uploads(timezone.now())
            if not CalendarDay.objects.reaches(timezone.localdate(timezone=BEIJING)):
                load_calendar(at=timezone.now())
            failed = [*strike(at=timezone.now()).failed, *sweep(timezone.now())]
            return [*failed, *fold(), *tend_conflicts(timezone.now())]


@contextmanager
def alone() -> Iterator[bool]:
    """Whether this is the only process at it; no transaction, because each case has its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (is_alone,) = cursor.fetchone()
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def sweep(at: datetime) -> list[str]:
    """Remove the files of photos that are nobody's; what that failed on. No case waits for it."""
    try:
        sweep_when_due(at)
    except OSError:
        logger.exception("photos: the sweep failed")
        return [_("照片")]
    return []


def fold() -> list[str]:
    """Fold what has changed into the counts that are kept; what that failed on. They are right without it, only slower."""
    try:
        fold_counts()
    except DatabaseError:
        logger.exception("counts: not folded")
        return [_("计数")]
    return []


def tend_conflicts(at: datetime) -> list[str]:
    """Let conflicts rest and come back, and search by night; what that failed on."""
    try:
        follow_conflicts(at)
    except DatabaseError:
        logger.exception("conflicts: what rests and what came back is not known")
        return [_("反复矛盾")]
    return find_nightly(at)


def end_sessions(at: datetime) -> None:
    """Delete the sessions that have expired."""
    Session.objects.filter(expire_date__lt=at).delete()


def forget_uploads(at: datetime) -> None:
    """Delete the imports that nobody touched for a day: each has a folder of its own."""
    for folder in settings.UPLOAD_DIR.glob("*/"):
        if datetime.fromtimestamp(folder.stat().st_mtime, UTC) < at - UPLOADS_KEPT:
            shutil.rmtree(folder, ignore_errors=True)
