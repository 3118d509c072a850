import re
from time import perf_counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gridmap.accounts.demo_people import VACANT_CELLS, VACANT_POSTS
from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope, today
from gridmap.console.overview import NoSuchArea, Overview, read_overview, search
from tests.makers import SmallCity, appoint, make_small_city, make_user
from tests.statements import statements_of


@pytest.fixture
def city(db: None) -> SmallCity:
    return make_small_city()


@pytest.fixture
def admin(city: SmallCity) -> User:
    user = make_user("he")
    appoint(user, Role.CITY_ADMIN, city.areas["city"])
    return user


def overview(user: User, code: str = "", *, english: bool = False) -> Overview:
    return read_overview(scope(user), code, english=english)


def names(places: list[dict[str, str]]) -> list[str]:
    return [place["name"] for place in places]


def test_the_city_lists_its_parts_with_all_that_lies_below(city: SmallCity, admin: User) -> None:
    seen = overview(admin)
    assert seen.here is not None
    assert seen.here["name"] == "area-city"
    assert [
        (part["depth"], part["name"], part["cells"], part["buildings"]) for part in seen.areas
    ] == [
        (1, "area-x", 3, 4),
        (2, "area-p", 2, 3),
        (2, "area-q", 1, 1),
        (1, "area-y", 1, 1),
        (2, "area-r", 1, 1),
    ]
    assert seen.total == {"cells": 4, "unmanned": 4, "buildings": 5, "posts": 5, "leaderless": 5}


def test_what_has_nobody_is_counted_today(city: SmallCity, admin: User) -> None:
    member, leader, gone = make_user("zhou"), make_user("wang"), make_user("li")
    appoint(member, Role.GRID_MEMBER, city.cells["a"])
    appoint(leader, Role.BUILDING_LEADER, city.posts["a1"])
    appoint(gone, Role.GRID_MEMBER, city.cells["d"], ends_on=today())
    assert overview(admin).total["unmanned"] == 3
    assert overview(admin).total["leaderless"] == 4


def test_a_community_lists_its_cells_with_who_answers(city: SmallCity, admin: User) -> None:
    member = make_user("zhou", name="zhou", phone="13800000001")
    appoint(member, Role.GRID_MEMBER, city.cells["a"])
    seen = overview(admin, city.areas["p"].code)
    assert names(seen.path) == ["area-city", "area-x", "area-p"]
    assert names(seen.cells) == ["cell-a", "cell-b"]
    assert seen.cells[0]["members"] == [{"name": "zhou", "phone": "13800000001"}]
    assert [cell["buildings"] for cell in seen.cells] == [2, 1]
    assert [cell["unmanned"] for cell in seen.cells] == [0, 1]


def test_a_planner_sees_figures_and_no_names(city: SmallCity) -> None:
    planner = make_user("sun")
    appoint(planner, Role.PLANNER, city.areas["city"])
    appoint(make_user("zhou", name="zhou"), Role.GRID_MEMBER, city.cells["a"])
    cell = overview(planner, city.areas["p"].code).cells[0]
    assert (cell["members"], cell["unmanned"]) == ([], 0)


def test_an_officer_begins_at_the_own_community_and_sees_no_way_up(city: SmallCity) -> None:
    officer = make_user()
    appoint(officer, Role.COMMUNITY_OFFICER, city.areas["p"])
    seen = overview(officer)
    assert names(seen.path) == ["area-p"]
    assert names(seen.cells) == ["cell-a", "cell-b"]


def test_two_appointments_stand_side_by_side(city: SmallCity) -> None:
    officer = make_user()
    for area in "pr":
        appoint(officer, Role.COMMUNITY_OFFICER, city.areas[area])
    seen = overview(officer)
    assert seen.here is None
    assert names(seen.areas) == ["area-p", "area-r"]


@pytest.mark.parametrize("code", ["620201002001", "620201000000", "nonsense", "' OR 1=1 --"])
def test_an_area_outside_the_scope_is_not_found(city: SmallCity, code: str) -> None:
    commander = make_user()
    appoint(commander, Role.DISTRICT_COMMANDER, city.areas["x"])
    with pytest.raises(NoSuchArea):
        overview(commander, code)


def test_the_map_begins_where_the_cells_are(city: SmallCity, admin: User) -> None:
    # x holds three of four cells, y one of four: exactly a quarter is enough.
    west, south, east, north = overview(admin).bounds or []
    assert (west, east) == pytest.approx((98.2, 98.232))
    assert (south, north) == pytest.approx((39.7, 39.708))
    for key in "d":
        city.cells[key].posts.all().delete()
        city.cells[key].versions.all().delete()
    _, _, east, _ = overview(admin).bounds or []
    assert east == pytest.approx(98.224)


def test_a_part_has_an_outline_and_the_city_none(city: SmallCity, admin: User) -> None:
    assert overview(admin).outline is None
    outline = overview(admin, city.areas["p"].code).outline
    assert outline is not None
    assert outline["type"] == "MultiPolygon"


def test_an_area_without_anything_is_no_error(city: SmallCity, admin: User) -> None:
    for cell in city.cells.values():
        cell.posts.all().delete()
        cell.versions.all().delete()
    assert overview(admin, city.areas["r"].code).cells == []


def test_names_are_english_where_there_are_english_ones(city: SmallCity, admin: User) -> None:
    city.areas["x"].name_en = "East"
    city.areas["x"].save()
    first, second, *_ = overview(admin, english=True).areas
    assert (first["name"], first["lang"]) == ("East", None)
    assert (second["name"], second["lang"]) == ("area-p", "zh-Hans")


def test_search_finds_areas_cells_and_buildings(city: SmallCity, admin: User) -> None:
    assert [
        (place["kind"], place["name"]) for place in search(scope(admin), "-A", english=False).places
    ] == [
        ("cell", "001 cell-a"),
        ("building", "building-a1"),
        ("building", "building-a2"),
    ]


def test_search_stays_within_the_scope(city: SmallCity) -> None:
    officer = make_user()
    appoint(officer, Role.COMMUNITY_OFFICER, city.areas["q"])
    found = search(scope(officer), "cell-", english=False)
    assert (found.count, names(found.places)) == (1, ["001 cell-c"])


@pytest.mark.parametrize("words", ["%", "_", "\\", "' OR 1=1 --"])
def test_signs_of_the_database_are_only_signs(city: SmallCity, admin: User, words: str) -> None:
    assert search(scope(admin), words, english=False).count == 0


def test_the_page_costs_one_statement_beside_the_frame_and_a_search_one_more(
    city: SmallCity, admin: User
) -> None:
    client = Client()
    client.force_login(admin)
    for address, most in (("/areas/", 3), ("/areas/?q=cell", 4)):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(statements_of(queries)) <= most


def test_a_figure_stands_with_its_denominator(city: SmallCity, admin: User) -> None:
    client = Client()
    client.force_login(admin)
    page = client.get("/areas/").content.decode()
    assert re.search(r'amb" data-label="没有网格员">3 / 3<', page)
    assert "4 个没有网格员" in page


def test_who_has_no_area_is_told_what_to_do(db: None) -> None:
    client = Client()
    client.force_login(make_user())
    assert "告诉市级管理员" in client.get("/").content.decode()


def test_an_area_of_others_has_no_page(city: SmallCity) -> None:
    client, officer = Client(), make_user()
    appoint(officer, Role.COMMUNITY_OFFICER, city.areas["p"])
    client.force_login(officer)
    assert client.get("/", {"area": city.areas["p"].code}).status_code == 200
    assert client.get("/", {"area": city.areas["q"].code}).status_code == 404


def test_the_demonstration_city_shows_its_vacancies(demo_city: None) -> None:
    client = Client()
    client.force_login(User.objects.get(username="city-admin"))
    page = client.get("/areas/").content.decode()
    assert f"{VACANT_CELLS} 个没有网格员" in page
    assert f"{VACANT_POSTS} 个没有楼栋长" in page


def test_the_whole_city_is_counted_within_a_second(demo_city: None) -> None:
    admin = scope(User.objects.get(username="city-admin"))
    times = []
    for _ in range(3):
        began = perf_counter()
        seen = read_overview(admin, "", english=False)
        times.append(perf_counter() - began)
    assert seen.total["cells"] > 400
    # 0.03 s when quiet; a nested loop over posts and appointments took five.
    assert min(times) < 1
