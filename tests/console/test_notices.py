"""The bell and the list: what a person was told about cases that are still theirs."""

import re

import pytest
from django.test import Client

from gridmap.accounts.models import Appointment, Role, User
from gridmap.accounts.scope import scope, today
from gridmap.console.notices import notices_of
from gridmap.incidents.models import Incident, Notice
from tests.incidents.makers import NOW, make_incident
from tests.makers import SmallCity, appoint, make_small_city, make_user
from tests.statements import AssertStatements

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


@pytest.fixture
def member(city: SmallCity) -> User:
    user = make_user("ma")
    appoint(user, Role.GRID_MEMBER, city.cells["a"])
    return user


@pytest.fixture
def client(member: User) -> Client:
    client = Client()
    client.force_login(member)
    return client


def tell(user: User, case: Incident, **fields: object) -> Notice:
    return Notice.objects.create(
        **{"user": user, "incident": case, "kind": "moved", "at": NOW, **fields}
    )


def bell(client: Client) -> str:
    page = client.get("/contacts/").content.decode()
    found = re.search(r'class="bell".*?aria-label="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_the_bell_counts_what_is_unread(client: Client, member: User) -> None:
    assert bell(client) == "通知"
    case = make_incident(member)
    for _ in range(2):
        tell(member, case)
    tell(member, case, read_at=NOW)
    tell(make_user("bai"), case)
    assert bell(client) == "通知，2 条未读"


def test_opening_a_line_reads_it_and_leads_to_the_case(client: Client, member: User) -> None:
    case = make_incident(member)
    first, _second = tell(member, case), tell(member, case)
    answer = client.post("/notices/read/", {"open": first.pk})
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.code}/")
    assert notices_of(scope(member)).filter(read_at=None).count() == 1
    client.post("/notices/read/")
    assert notices_of(scope(member)).filter(read_at=None).count() == 0


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 40, "٣"])
def test_a_line_that_is_not_there_is_not_found(client: Client, number: str) -> None:
    assert client.post("/notices/read/", {"open": number}).status_code == 404


def test_a_strangers_line_is_not_found_and_stays_unread(client: Client, member: User) -> None:
    stranger = make_user("bai")
    line = tell(stranger, make_incident(member))
    assert client.post("/notices/read/", {"open": line.pk}).status_code == 404
    client.post("/notices/read/")
    line.refresh_from_db()
    assert line.read_at is None


def test_who_hands_over_a_cell_is_told_nothing_more_of_its_cases(
    client: Client, member: User
) -> None:
    tell(member, make_incident(member))
    assert "早上六点起停水" in client.get("/notices/").content.decode()
    Appointment.objects.filter(user=member).update(ends_on=today())
    page = client.get("/notices/").content.decode()
    assert "早上六点起停水" not in page
    assert "没有通知" in page


def test_the_list_costs_the_same_however_long_it_is(
    client: Client, member: User, assert_statements: AssertStatements
) -> None:
    cases = [make_incident(member) for _ in range(3)]
    for length in (3, 60):
        Notice.objects.bulk_create(
            Notice(user=member, incident=cases[n % 3], kind="due", at=NOW) for n in range(length)
        )
        # Who asks, the badges, how many lines, the lines.
        with assert_statements(4):
            page = client.get("/notices/").content.decode()
    assert page.count('name="open"') == 50
    assert 'href="?page=2"' in page
