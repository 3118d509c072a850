import shutil
import time
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from gridmap.accounts.models import Session

LOCK = 620_201
UPLOADS_KEPT = timedelta(days=1)


class Command(BaseCommand):
    help = "What is periodic, once; with --every, again and again until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS")

    def handle(self, *, every: int | None, **_options: Any) -> None:
        self.tick()
        while every:
            time.sleep(every)
            close_old_connections()
            self.tick()

    def tick(self) -> None:
        """Do nothing where another process is at it."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            (alone,) = cursor.fetchone()
            if alone:
                end_sessions(timezone.now())
                forget_uploads(timezone.now())


def end_sessions(at: datetime) -> None:
    """Delete the sessions that have expired."""
    Session.objects.filter(expire_date__lt=at).delete()


def forget_uploads(at: datetime) -> None:
    """Delete the imports that nobody touched for a day: each has a folder of its own."""
    for folder in settings.UPLOAD_DIR.glob("*/"):
        if datetime.fromtimestamp(folder.stat().st_mtime, UTC) < at - UPLOADS_KEPT:
            shutil.rmtree(folder, ignore_errors=True)
