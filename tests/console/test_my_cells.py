import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from gridmap.accounts.models import Appointment, Role
from gridmap.accounts.scope import scope, today
from gridmap.console.my_cells import MyCells, read_ground, read_my_cells
from tests.makers import (
    SmallCity,
    appoint,
    make_building,
    make_landmark,
    make_post,
    make_small_city,
    make_street,
    make_user,
    square,
)
from tests.statements import statements_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


def signed_in(username: str, role: Role, place: object) -> Client:
    client = Client()
    user = make_user(username)
    appoint(user, role, place)  # type: ignore[arg-type]
    client.force_login(user)
    return client


def read(city: SmallCity, cell: str = "a", *, english: bool = False) -> MyCells:
    member = make_user(f"member-{cell}")
    appoint(member, Role.GRID_MEMBER, city.cells[cell])
    mine = read_my_cells(scope(member), timezone.now(), english=english)
    assert mine is not None
    return mine


def lead(city: SmallCity, post: str, name: str, phone: str = "", **fields: object) -> Appointment:
    leader = make_user(f"leader-{name}", name=name, phone=phone)
    return appoint(leader, Role.BUILDING_LEADER, city.posts[post], **fields)


def test_a_member_sees_the_buildings_and_posts_of_the_own_cell_only(city: SmallCity) -> None:
    mine = read(city, "a")
    assert [cell["code"] for cell in mine.cells] == [city.cells["a"].code]
    assert [place["name"] for place in mine.cells[0]["buildings"]] == ["building-a1", "building-a2"]
    assert [place["name"] for place in mine.cells[0]["posts"]] == ["post-a1", "post-a2"]
    assert mine.community["name"] == "area-p"


def test_two_cells_stand_one_after_the_other_by_code(city: SmallCity) -> None:
    member = make_user()
    for cell in "ba":
        appoint(member, Role.GRID_MEMBER, city.cells[cell])
    mine = read_my_cells(scope(member), timezone.now(), english=False)
    assert mine is not None
    assert [cell["number"] for cell in mine.cells] == ["001", "002"]
    assert (mine.buildings, mine.posts) == (3, 3)


def test_a_building_names_its_leaders_with_telephones(city: SmallCity) -> None:
    lead(city, "a1", "wang", "13800000001")
    first, second = read(city).cells[0]["buildings"]
    assert first["leaders"] == [{"name": "wang", "phone": "13800000001"}]
    assert second["leaders"] == []


def test_a_stand_in_is_named_in_place_of_the_leader(city: SmallCity) -> None:
    stand_in = make_user("li", name="li", phone="13800000002")
    span = {"stand_in_from": today(), "stand_in_to": today() + timedelta(days=1)}
    lead(city, "a1", "wang", stand_in=stand_in, **span)
    assert read(city).cells[0]["posts"][0]["leaders"] == [{"name": "li", "phone": "13800000002"}]


def test_a_leader_whose_time_is_over_is_not_named(city: SmallCity) -> None:
    lead(city, "a1", "wang", ends_on=today())
    assert read(city).cells[0]["posts"][0]["leaders"] == []


def test_buildings_stand_by_number_and_not_by_letter(city: SmallCity) -> None:
    community = city.areas["p"]
    for n, number in enumerate(("10", "9", "")):
        code = f"{community.code}{90 + n:05d}"
        shape = square(0.3 + n / 2, 1.8, width=0.2, height=0.1)
        make_building(community, code, shape, estate="garden", number=number, name=f"no {number}")
    numbers = [place["number"] for place in read(city).cells[0]["buildings"]]
    assert numbers[-3:] == ["9", "10", ""]


def test_a_building_leader_sees_the_own_post_inside_its_cell(city: SmallCity) -> None:
    leader = lead(city, "a1", "wang").user
    mine = read_my_cells(scope(leader), timezone.now(), english=False)
    assert mine is not None
    assert [cell["code"] for cell in mine.cells] == [city.cells["a"].code]
    assert [place["name"] for place in mine.cells[0]["buildings"]] == ["building-a1"]
    assert [place["name"] for place in mine.cells[0]["posts"]] == ["post-a1"]


def test_names_are_english_where_there_are_english_ones(city: SmallCity) -> None:
    city.cells["a"].name_en = "Garden"
    city.cells["a"].save()
    cell = read(city, "a", english=True).cells[0]
    assert (cell["name"], cell["lang"]) == ("Garden", None)
    assert cell["buildings"][0]["lang"] == "zh-Hans"


def test_the_picture_counts_in_tenths_of_a_metre_from_its_corner(city: SmallCity) -> None:
    picture = read(city).picture
    # Two squares of 0.004° east-west are 890.6 m of web Mercator; the frame begins 1,300 m before.
    start = re.match(r"M (-?\d+) (-?\d+)", picture["cells"][0]["path"])
    assert start is not None
    assert abs(int(start[1]) - 13_000) <= 10
    east = max(int(x) for x in re.findall(r"(-?\d+) -?\d+", picture["cells"][0]["path"])[1:])
    assert abs(east - 8_906) <= 10
    assert picture["size"][0] == pytest.approx(8_906 + 26_000, abs=20)


def test_a_person_without_cells_or_posts_has_no_picture(city: SmallCity) -> None:
    commander = make_user()
    appoint(commander, Role.DISTRICT_COMMANDER, city.areas["x"])
    assert read_my_cells(scope(commander), timezone.now(), english=False) is None
    assert read_ground(scope(commander), english=False) is None


def test_a_cell_without_buildings_is_shown(city: SmallCity) -> None:
    city.posts["d1"].buildings.clear()
    city.posts["d1"].delete()
    city.buildings["d1"].delete()
    mine = read(city, "d")
    assert mine.cells[0]["buildings"] == []
    assert mine.picture["buildings"] == []


def test_the_ground_holds_paper_of_the_neighbours_without_names(city: SmallCity) -> None:
    make_street(name="main road", row=1)
    make_landmark()
    member = make_user()
    appoint(member, Role.GRID_MEMBER, city.cells["a"])
    ground = json.loads(read_ground(scope(member), english=False) or "")
    assert [street["name"] for street in ground["streets"]] == ["main road"]
    assert [place["name"] for place in ground["landmarks"]] == ["toll station"]
    # Two of the own cell, one of b, and one of c; d lies farther away than a kilometre.
    assert ground["buildings"].count("M") == 4
    assert "building-" not in json.dumps(ground)


def test_an_empty_ground_is_no_error(city: SmallCity) -> None:
    member = make_user()
    appoint(member, Role.GRID_MEMBER, city.cells["a"])
    ground = json.loads(read_ground(scope(member), english=False) or "")
    assert (ground["fills"], ground["streets"], ground["landmarks"]) == ({}, [], [])


def test_page_and_ground_need_four_statements_and_one_request_for_data(city: SmallCity) -> None:
    client = signed_in("zhou", Role.GRID_MEMBER, city.cells["a"])
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("my-cells")).content.decode()
        addresses = re.findall(r'data-ground="([^"]+)"', page)
        ground = client.get(addresses[0])
    assert len(addresses) == 1
    assert ground.status_code == 200
    # Who asks, twice; the cells with what is due in them and the badges of the frame; the ground.
    assert len(statements_of(queries)) == 4, [query["sql"][:80] for query in queries]


def test_the_page_lists_what_its_map_shows(city: SmallCity) -> None:
    lead(city, "a1", "wang", "13800000001")
    client = signed_in("zhou", Role.GRID_MEMBER, city.cells["a"])
    page = client.get(reverse("my-cells")).content.decode()
    assert 'href="tel:13800000001"' in page
    assert "楼栋长空缺" in page
    assert "building-b1" not in page


def test_a_name_cannot_break_out_of_the_page(city: SmallCity) -> None:
    city.cells["a"].name = "</script><script>alert(1)</script>"
    city.cells["a"].save()
    client = signed_in("zhou", Role.GRID_MEMBER, city.cells["a"])
    assert "<script>alert" not in client.get(reverse("my-cells")).content.decode()


def test_the_ground_may_be_kept_until_the_data_change(city: SmallCity) -> None:
    client = signed_in("zhou", Role.GRID_MEMBER, city.cells["a"])
    answer = client.get(reverse("my-cells-ground", args=["v1"]))
    assert "immutable" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert answer.json()["buildings"]


def test_page_and_ground_travel_compressed(city: SmallCity) -> None:
    client = signed_in("zhou", Role.GRID_MEMBER, city.cells["a"])
    for address in (reverse("my-cells"), reverse("my-cells-ground", args=["v1"])):
        assert (
            client.get(address, headers={"Accept-Encoding": "gzip"})["Content-Encoding"] == "gzip"
        )


def test_an_outsider_is_told_what_to_do_and_gets_no_ground(city: SmallCity) -> None:
    client = signed_in("gao", Role.DISTRICT_COMMANDER, city.areas["x"])
    assert "没有网格分在你名下" in client.get(reverse("my-cells")).content.decode()
    assert client.get(reverse("my-cells-ground", args=["v1"])).status_code == 404


def test_home_leads_a_member_to_the_own_cells(city: SmallCity) -> None:
    client = signed_in("zhou", Role.GRID_MEMBER, city.cells["a"])
    assert client.get("/").headers["Location"] == reverse("my-cells")


def test_posts_of_a_building_are_counted_whole_even_where_a_part_is_elsewhere(
    city: SmallCity,
) -> None:
    make_post(city.cells["b"], square(2.2, 1.2, width=0.4, height=0.4), city.buildings["b1"])
    posts = read(city, "b").cells[0]["posts"]
    assert [post["buildings"]["count"] for post in posts] == [1, 1]
