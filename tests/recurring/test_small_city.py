"""A city that is still being set up is told so, by day and by night."""

import logging
from datetime import datetime, timedelta

import pytest

from gridmap.recurring.services import finding
from gridmap.recurring.services.errors import RunRefused
from gridmap.recurring.services.finding import find_recurring
from gridmap.recurring.services.nightly import find_nightly
from tests.incidents.makers import NOW, make_incident
from tests.makers import make_small_city, make_user

pytestmark = pytest.mark.django_db


def test_a_city_without_places_is_told_what_is_missing() -> None:
    with pytest.raises(RunRefused, match="先装入网格和楼栋"):
        find_recurring(at=NOW)


def test_what_cannot_be_searched_yet_is_no_failure_of_the_night(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_small_city()
    make_incident(make_user("ma"))

    def refuse(*, at: datetime) -> None:
        raise RunRefused("nothing to compare")

    monkeypatch.setattr(finding, "find_recurring", refuse)
    with caplog.at_level(logging.WARNING):
        assert find_nightly(NOW + timedelta(hours=1)) == []
    assert "not searched" in caplog.text


def test_a_city_without_streets_and_estates_is_searched_all_the_same() -> None:
    make_small_city()
    make_incident(make_user("ma"))
    assert find_recurring(at=NOW + timedelta(hours=1)).cases == 1
