"""The figures of the page, for programs."""

import pytest
from django.test import Client

from gridmap.accounts.models import Role
from tests.makers import appoint, make_small_city, make_user
from tests.recurring.makers import make_conflict

pytestmark = pytest.mark.django_db


def test_a_program_gets_the_figures_of_the_page_and_no_persons() -> None:
    city, chen = make_small_city(), make_user("chen")
    appoint(chen, Role.DISTRICT_COMMANDER, city.areas["x"])
    make_conflict(city.areas["p"])
    make_conflict(city.areas["r"], "wages")
    client = Client()
    client.force_login(chen)
    (found,) = client.get("/api/conflicts/").json()["conflicts"]
    seen = found["evidence"]
    assert (found["code"], found["state"], found["topic"]) == (
        "JYG-R0001",
        "candidate",
        "water_supply",
    )
    assert (seen["observed"], seen["ratio"], seen["ratio_low"]) == (48, 3.4, 2.5)
    assert seen["claims"]["recurrent"]["spells"] == 6
    assert "owner" not in found


def test_who_is_not_signed_in_is_told_so() -> None:
    assert Client().get("/api/conflicts/").status_code == 401
