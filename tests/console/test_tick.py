"""What is periodic."""

import os
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from gridmap.accounts.models import Session

pytestmark = pytest.mark.django_db


def test_expired_sessions_end_and_the_others_stay():
    now = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(hours=1))
    Session.objects.create(session_key="new", session_data="", expire_date=now + timedelta(hours=1))
    call_command("tick")
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]


def test_uploads_are_forgotten_after_a_day(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "upload.gpkg").touch()
    yesterday = (timezone.now() - timedelta(hours=25)).timestamp()
    os.utime(old, (yesterday, yesterday))
    call_command("tick")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
