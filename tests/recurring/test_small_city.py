"""A city that is still being set up is told so, by day and by night."""

import logging
from datetime import timedelta

import pytest

from gridmap.recurring.services.errors import RunRefused
from gridmap.recurring.services.finding import find_recurring
from gridmap.recurring.services.nightly import find_nightly
from tests.incidents.makers import NOW, make_incident
from tests.makers import make_small_city, make_user

pytestmark = pytest.mark.django_db


def test_a_city_without_streets_is_told_what_is_missing(caplog: pytest.LogCaptureFixture) -> None:
    make_small_city()
    make_incident(make_user("ma"))
    with pytest.raises(RunRefused, match="没有一个路段"):
        find_recurring(at=NOW)
    with caplog.at_level(logging.WARNING):
        assert find_nightly(NOW + timedelta(hours=1)) == []
    assert "not searched" in caplog.text
