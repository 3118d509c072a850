from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import today
from tests.makers import SmallCity, appoint, make_small_city, make_user, point

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


@pytest.fixture
def member(client: Client, city: SmallCity) -> Client:
    """Signed in with cell a; wang leads the post a1."""
    user = make_user("li", name="李", phone="139")
    appoint(user, Role.GRID_MEMBER, city.cells["a"])
    appoint(make_user("wang", name="王", phone="138"), Role.BUILDING_LEADER, city.posts["a1"])
    client.force_login(user)
    return client


def here(client: Client, column: float, row: float) -> Any:
    place = point(column, row)
    return client.get("/map/identify/", {"lon": place.x, "lat": place.y})


def test_one_click_tells_cell_building_post_and_who_answers(
    member: Client, city: SmallCity
) -> None:
    found = here(member, 0.4, 0.4).json()
    (cell,), (building,), (post,) = found["cells"], found["buildings"], found["posts"]
    assert (cell["code"], cell["name"]) == ("620201001001001", "cell-a")
    assert [area["name"] for area in cell["areas"]] == ["area-p", "area-x", "area-city"]
    assert cell["people"] == [{"name": "李", "phone": "139", "role": "网格员"}]
    assert building["name"] == "building-a1"
    assert [post["name"] for post in building["posts"]] == ["post-a1"]
    wang = [{"name": "王", "phone": "138", "role": "楼栋长"}]
    assert building["posts"][0]["people"] == post["people"] == wang


def test_open_ground_tells_its_cell_alone(member: Client) -> None:
    found = here(member, 1.9, 0.05).json()
    assert [cell["name"] for cell in found["cells"]] == ["cell-a"]
    assert (found["buildings"], found["posts"]) == ([], [])


def test_outside_the_scope_nothing_is_found(member: Client) -> None:
    assert here(member, 2.4, 0.4).status_code == 404
    assert here(member, 90, 90).status_code == 404


def test_a_border_belongs_to_the_cell_that_the_registry_says(
    client: Client, city: SmallCity
) -> None:
    user = make_user("commander")
    appoint(user, Role.DISTRICT_COMMANDER, city.areas["city"])
    client.force_login(user)
    assert [cell["name"] for cell in here(client, 2, 1).json()["cells"]] == ["cell-a"]


def test_the_border_of_a_neighbour_is_not_mine(client: Client, city: SmallCity) -> None:
    user = make_user("neighbour")
    appoint(user, Role.GRID_MEMBER, city.cells["b"])
    client.force_login(user)
    assert here(client, 2, 1).status_code == 404


def test_a_stand_in_is_named_in_the_place_of_whom_they_stand_in_for(
    member: Client, city: SmallCity
) -> None:
    day = today()
    appoint(
        make_user("zhao", name="赵"),
        Role.BUILDING_LEADER,
        city.posts["a2"],
        stand_in=make_user("sun", name="孙"),
        stand_in_from=day,
        stand_in_to=day + timedelta(days=1),
    )
    (post,) = here(member, 0.4, 1.4).json()["posts"]
    assert [person["name"] for person in post["people"]] == ["孙"]


def test_a_planner_learns_the_place_and_no_person(client: Client, city: SmallCity) -> None:
    appoint(make_user("wang"), Role.BUILDING_LEADER, city.posts["a1"])
    planner = make_user("planner")
    appoint(planner, Role.PLANNER, city.areas["city"])
    client.force_login(planner)
    found = here(client, 0.4, 0.4).json()
    assert found["posts"][0]["name"] == "post-a1"
    assert found["posts"][0]["people"] == found["cells"][0]["people"] == []


def test_a_building_leader_learns_the_own_post(client: Client, city: SmallCity) -> None:
    wang = make_user("wang", name="王")
    appoint(wang, Role.BUILDING_LEADER, city.posts["a1"])
    client.force_login(wang)
    found = here(client, 0.4, 0.4).json()
    assert found["posts"][0]["people"][0]["name"] == "王"
    beside = here(client, 0.4, 1.4).json()
    assert (len(beside["cells"]), beside["buildings"], beside["posts"]) == (1, [], [])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "lon"),
        ({"lon": "98.2"}, "lat"),
        ({"lon": "nan", "lat": "39.7"}, "lon"),
        ({"lon": "98.2", "lat": "inf"}, "lat"),
        ({"lon": "98.2", "lat": "-1e999"}, "lat"),
        ({"lon": "181", "lat": "39.7"}, "lon"),
        ({"lon": "39.7", "lat": "98.2"}, "lat"),
        ({"lon": "here", "lat": "39.7"}, "lon"),
        ({"lon": "98.2\0", "lat": "39.7"}, "lon"),
    ],
)
def test_a_place_that_cannot_be_is_refused_with_its_field(
    member: Client, query: dict[str, str], field: str
) -> None:
    answer = member.get("/map/identify/", query)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_an_outsider_learns_nothing(client: Client, city: SmallCity) -> None:
    assert here(client, 0.4, 0.4).status_code == 302
    nobody: User = make_user("nobody")
    client.force_login(nobody)
    assert here(client, 0.4, 0.4).status_code == 404
