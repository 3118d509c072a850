"""What is periodic."""

import logging
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from gridmap.accounts.models import Session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.PHOTO_DIR = tmp_path / "photos"
    return tmp_path / "photos"


def test_expired_sessions_end_and_the_others_stay():
    now = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(hours=1))
    Session.objects.create(session_key="new", session_data="", expire_date=now + timedelta(hours=1))
    call_command("tick")
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]


def test_uploads_are_forgotten_after_a_day(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    old, new = settings.UPLOAD_DIR / "old", settings.UPLOAD_DIR / "new"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "upload.gpkg").touch()
    yesterday = (timezone.now() - timedelta(hours=25)).timestamp()
    os.utime(old, (yesterday, yesterday))
    set_time(new, timezone.now())
    call_command("tick")
    assert [path.name for path in settings.UPLOAD_DIR.iterdir()] == ["new"]


def leave_behind(store: Path, digest: str) -> Path:
    """A photo whose request was rolled back two hours ago."""
    file = store / digest[:2] / f"{digest}.jpg"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"left")
    set_time(file, timezone.now() - timedelta(hours=2))
    return file


def set_time(path: Path, at: datetime) -> None:
    os.utime(path, (at.timestamp(), at.timestamp()))


def test_photos_of_no_case_are_swept_once_an_hour_and_it_is_logged(
    store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = leave_behind(store, "a" * 64)
    call_command("tick")
    assert not first.exists()
    assert "1 files that belonged to no case are removed" in caplog.text
    second = leave_behind(store, "b" * 64)
    call_command("tick")
    assert second.exists()
    set_time(store / ".swept", timezone.now() - timedelta(minutes=61))
    call_command("tick")
    assert not second.exists()


def test_a_clock_that_was_put_back_does_not_end_the_sweeping(store: Path) -> None:
    call_command("tick")
    set_time(store / ".swept", timezone.now() + timedelta(days=300))
    left = leave_behind(store, "a" * 64)
    call_command("tick")
    assert not left.exists()


def test_a_sweep_that_fails_stops_nothing_and_is_told(
    store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(hours=1))
    # A disk that is no folder.
    store.write_bytes(b"")
    with caplog.at_level(logging.ERROR), pytest.raises(CommandError, match="照片"):
        call_command("tick")
    assert "the sweep failed" in caplog.text
    assert not Session.objects.exists()
