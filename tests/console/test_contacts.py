from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope, today
from gridmap.console.contacts import PAGE, Contacts, read_contacts
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user
from tests.statements import statements_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


@pytest.fixture
def member(city: SmallCity) -> User:
    user = make_user("zhou", name="zhou", phone="13800000009")
    appoint(user, Role.GRID_MEMBER, city.cells["a"])
    return user


def contacts(user: User, words: str = "", page: int = 1) -> Contacts:
    return read_contacts(scope(user), words, page, english=False)


def names(found: Contacts) -> list[str]:
    return [person["name"] for person in found.people]


def lead(city: SmallCity, post: str, name: str, **fields: object) -> None:
    leader = make_user(f"leader-{name}", name=name)
    appoint(leader, Role.BUILDING_LEADER, city.posts[post], **fields)


def test_a_member_sees_the_leaders_of_the_own_cell(city: SmallCity, member: User) -> None:
    lead(city, "a1", "wang")
    lead(city, "b1", "li")
    assert names(contacts(member)) == ["zhou", "wang"]


def test_a_member_sees_the_staff_of_the_community_and_who_stands_in(
    city: SmallCity, member: User
) -> None:
    span = {"stand_in_from": today(), "stand_in_to": today() + timedelta(days=1)}
    officer, leader, chen = (make_user(name, name=name) for name in ("wei", "song", "chen"))
    appoint(officer, Role.COMMUNITY_OFFICER, city.areas["p"])
    appoint(leader, Role.GRID_LEADER, city.areas["p"], stand_in=chen, **span)
    found = contacts(member)
    assert names(found) == ["chen", "wei", "zhou"]
    assert [person["places"][0]["name"] for person in found.people[:2]] == ["area-p"] * 2


def test_a_stand_in_is_listed_in_place_of_the_leader(city: SmallCity, member: User) -> None:
    span = {"stand_in_from": today(), "stand_in_to": today() + timedelta(days=1)}
    lead(city, "a1", "wang", stand_in=make_user("chen", name="chen"), **span)
    assert names(contacts(member)) == ["zhou", "chen"]


def test_who_answers_for_two_cells_is_one_person(city: SmallCity, member: User) -> None:
    appoint(member, Role.GRID_MEMBER, city.cells["b"])
    found = contacts(member)
    assert (found.count, names(found)) == (1, ["zhou"])
    assert [place["number"] for place in found.people[0]["places"]] == ["001", "002"]


def test_colleagues_of_a_team_are_listed(city: SmallCity) -> None:
    team = make_team()
    guides = [make_user(name, name=name) for name in ("gu", "he")]
    for guide in guides:
        appoint(guide, Role.GUIDE, team)
    assert names(contacts(guides[0])) == ["gu", "he"]


def test_a_planner_sees_nobody(city: SmallCity, member: User) -> None:
    planner = make_user("sun")
    appoint(planner, Role.PLANNER, city.areas["city"])
    assert contacts(planner) == Contacts(0, [], 1)


def test_an_outsider_sees_nobody(city: SmallCity, member: User) -> None:
    assert contacts(make_user("gao")).count == 0


def test_words_find_name_place_and_telephone(city: SmallCity, member: User) -> None:
    lead(city, "a1", "wang")
    assert names(contacts(member, "WAN")) == ["wang"]
    assert names(contacts(member, "post-a1")) == ["wang"]
    assert names(contacts(member, "0009")) == ["zhou"]
    assert contacts(member, "%").count == 0


def test_a_long_list_is_paged(city: SmallCity, member: User) -> None:
    for n in range(PAGE + 5):
        lead(city, "a1", f"leader {n:02d}")
    assert (contacts(member).pages, len(contacts(member).people)) == (2, PAGE)
    assert len(contacts(member, page=2).people) == 6
    assert contacts(member, page=3).people == []


def test_the_page_costs_one_statement_beside_the_frame(city: SmallCity, member: User) -> None:
    client = Client()
    client.force_login(member)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("contacts")).content.decode()
    assert 'href="tel:13800000009"' in page
    # Who asks, the badges, the people.
    assert len(statements_of(queries)) <= 3


@pytest.mark.parametrize("page", ["0", "-1", "x", "９", "1000000", ""])
def test_what_is_no_page_number_is_not_found(member: User, page: str) -> None:
    client = Client()
    client.force_login(member)
    assert client.get(reverse("contacts"), {"page": page}).status_code == 404
