"""Who is offered cases on the map of the city, of which days, and which list stands behind them."""

from datetime import date

import pytest
from django.test import Client

from gridmap.accounts.models import Role, User
from gridmap.console.overview_cases import periods_until
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user


def days_until(today: date) -> dict[str, tuple[str, str]]:
    return {
        period.key: (str(period.window.since), str(period.window.until))
        for period in periods_until(today)
    }


def test_periods_end_with_today() -> None:
    assert days_until(date(2026, 11, 27)) == {
        "90d": ("2026-08-30", "2026-11-28"),
        "year": ("2026-01-01", "2026-11-28"),
        "5y": ("2021-11-28", "2026-11-28"),
    }
    assert days_until(date(2028, 2, 29))["5y"] == ("2023-03-01", "2028-03-01")
    assert days_until(date(2029, 1, 1))["year"] == ("2029-01-01", "2029-01-02")


@pytest.fixture
def city(db: None) -> SmallCity:
    return make_small_city()


def shown_to(who: User, query: str = "") -> str:
    client = Client()
    client.force_login(who)
    text: str = client.get(f"/areas/{query}").text
    return text


def test_who_sees_no_case_of_a_cell_is_offered_none(city: SmallCity) -> None:
    planner = make_user("planner")
    appoint(planner, Role.PLANNER, city.areas["city"])
    assert 'id="cases"' not in shown_to(planner, "?cases=5y")
    # Who is in a team besides sees the cases of the team, which no tile shows.
    appoint(planner, Role.GUIDE, make_team("team"))
    assert 'id="cases"' not in shown_to(planner)
    appoint(planner, Role.GRID_MEMBER, city.cells["a"])
    assert 'id="cases"' in shown_to(planner)


def test_the_list_of_the_areas_that_are_shown_stands_behind_for_who_opens_it(
    city: SmallCity,
) -> None:
    commander, mediator = make_user("commander"), make_user("mediator")
    appoint(commander, Role.DISTRICT_COMMANDER, city.areas["p"])
    appoint(commander, Role.DISTRICT_COMMANDER, city.areas["r"])
    appoint(mediator, Role.MEDIATOR, city.areas["p"])
    areas = "&amp;".join(f"area={city.areas[key].code}" for key in "pr")
    address = f'data-address="/desk/cases/?tab=any&amp;counted=yes&amp;{areas}"'
    assert address in shown_to(commander)
    one = shown_to(commander, f"?area={city.areas['r'].code}")
    assert f'counted=yes&amp;area={city.areas["r"].code}"' in one
    text = shown_to(mediator)
    assert 'id="cases"' in text
    assert 'id="cases-list"' not in text
