"""The tick lets conflicts rest and come back, and searches by night; two at once do it once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from gridmap.accounts.models import Role, Session
from gridmap.console.management.commands.tick import alone
from gridmap.recurring.models import RecurringConflict
from gridmap.recurring.services import nightly
from gridmap.recurring.services.handling import confirm_conflict
from tests.makers import appoint, make_small_city, make_user
from tests.recurring.makers import make_conflict


@pytest.mark.django_db
def test_what_has_been_quiet_rests_with_the_next_tick(settings: Any, tmp_path: Any) -> None:
    settings.PHOTO_DIR = tmp_path
    city, chen = make_small_city(), make_user("chen")
    appoint(chen, Role.COMMUNITY_OFFICER, city.areas["p"])
    at = timezone.now() - timedelta(days=100)
    conflict = make_conflict(city.areas["p"], at=at)
    confirm_conflict(conflict=conflict, by=chen, at=at)
    call_command("tick")
    assert RecurringConflict.objects.get().state == "quiet"


@pytest.mark.django_db
def test_a_search_that_fails_stops_nothing_and_is_told(
    settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PHOTO_DIR = tmp_path
    monkeypatch.setattr(nightly, "_due", lambda at: nightly.Night(day=at.date(), tried_at=at))
    monkeypatch.setattr(nightly, "_search", lambda _at: 1 / 0)
    now = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(hours=1))
    with pytest.raises(CommandError, match="反复矛盾"):
        call_command("tick")
    assert not Session.objects.exists()


def test_of_two_ticks_at_once_one_is_alone(own_database: None) -> None:
    found: list[bool] = []

    def second() -> None:
        with alone() as is_alone:
            found.append(is_alone)
        connection.close()

    with alone() as is_alone:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert (is_alone, found) == (True, [False])
