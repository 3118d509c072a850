"""A cell gets another member: what goes along is shown first, and goes along whole."""

from datetime import timedelta

import pytest
from django.test import Client

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope, today
from gridmap.incidents.models import HandOver, Incident
from gridmap.incidents.services.moving import dispatch_incident
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user
from tests.statements import AssertStatements

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> SmallCity:
    city = make_small_city()
    make_rule(make_team("housing"))
    return city


@pytest.fixture
def member(city: SmallCity) -> User:
    user = make_user("ma", name="马晓燕")
    appoint(user, Role.GRID_MEMBER, city.cells["a"])
    return user


@pytest.fixture
def client(city: SmallCity) -> Client:
    officer = make_user("li")
    appoint(officer, Role.COMMUNITY_OFFICER, city.areas["p"])
    client = Client()
    client.force_login(officer)
    return client


def address(city: SmallCity, key: str = "a") -> str:
    return f"/desk/hand-over/?cell={city.cells[key].code}"


def test_the_open_cases_are_shown_and_go_along(
    client: Client, city: SmallCity, member: User
) -> None:
    cases = [make_incident(member) for _ in range(2)]
    dispatch_incident(incident=cases[0], by=_dispatcher(city), at=NOW)
    page = client.get(address(city)).content.decode()
    assert "2 件在办一起移交" in page
    assert page.count('class="pin') == 2
    assert f'value="{today().isoformat()}"' in page
    other = make_user("bai", name="白云")
    sent = {"from_user": member.pk, "to_user": "白云", "begins_on": today().isoformat(), "note": ""}
    answer = client.post(address(city), sent)
    assert answer.status_code == 302
    assert "移交好了：2 件在办归 白云" in client.get(answer["Location"]).content.decode()
    assert HandOver.objects.filter(from_user=member, to_user=other).count() == 2
    assert set(Incident.objects.visible_to(scope(other))) == set(cases)
    assert not Incident.objects.visible_to(scope(member)).exists()


def _dispatcher(city: SmallCity) -> User:
    user = make_user("sun")
    appoint(user, Role.DISPATCHER, city.areas["city"])
    return user


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"to_user": "nobody"}, "没有这个人。"),
        ({"to_user": "namesake"}, "有几个人叫这个名字，写账号。"),
        ({"to_user": "ma"}, "移交要给另一个人。"),
        ({"to_user": ""}, "err"),
        ({"begins_on": (today() - timedelta(days=7)).isoformat()}, "不能从过去的一天起移交。"),
        ({"begins_on": "soon"}, "err"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(
    client: Client, city: SmallCity, member: User, fields: dict[str, str], words: str
) -> None:
    make_user("bai")
    for number in range(2):
        make_user(f"n{number}", name="namesake")
    sent = {"from_user": member.pk, "to_user": "bai", "begins_on": today().isoformat(), **fields}
    answer = client.post(address(city), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert scope(member).cell_ids == {city.cells["a"].pk}


def test_a_cell_of_another_community_is_not_there(
    client: Client, city: SmallCity, member: User
) -> None:
    page = client.get(address(city, "d")).content.decode()
    assert "先选一个网格" in page
    assert client.post(address(city, "d"), {}).status_code == 404


def test_a_vacant_cell_has_nothing_to_hand_over(client: Client, city: SmallCity) -> None:
    assert "没有可以移交的" in client.get(address(city, "b")).content.decode()


def test_the_page_costs_two_statements_for_its_data(
    client: Client, city: SmallCity, member: User, assert_statements: AssertStatements
) -> None:
    for _ in range(3):
        make_incident(member)
    # Who asks and the badges; the cells and the cases.
    with assert_statements(4):
        client.get(address(city))
