from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gridmap.accounts.models import Role, Session, User
from gridmap.accounts.scope import today
from gridmap.accounts.services import disable_user, end_appointment
from tests.makers import appoint, make_small_city, make_user
from tests.statements import AssertStatements

pytestmark = pytest.mark.django_db


@pytest.fixture
def zhou() -> User:
    return make_user("zhou")


@pytest.fixture
def inside(zhou: User) -> Client:
    client = Client()
    client.force_login(zhou)
    return client


def is_inside(client: Client) -> bool:
    return client.get("/password/").status_code == 200


def test_a_page_costs_one_statement_for_who_asks(
    inside: Client, assert_statements: AssertStatements
) -> None:
    with assert_statements(1):
        assert is_inside(inside)


def test_a_visitor_costs_none_but_the_question_about_the_demonstration(
    client: Client, assert_statements: AssertStatements
) -> None:
    with assert_statements(1):
        client.get("/login/")


def test_a_key_that_nobody_has_is_taken_out_of_the_browser(client: Client) -> None:
    client.cookies["sessionid"] = "a-key-that-nobody-has"
    answer = client.get("/password/")
    assert answer.status_code == 302
    assert answer.cookies["sessionid"]["max-age"] == 0


def test_an_expired_session_is_out(inside: Client) -> None:
    assert is_inside(inside)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_inside(inside)


def test_a_disabled_person_is_out_with_the_next_request(inside: Client, zhou: User) -> None:
    assert is_inside(inside)
    disable_user(user=zhou, by="admin", at=timezone.now())
    assert not is_inside(inside)


def test_a_password_changed_elsewhere_ends_the_session_with_the_next_request(
    inside: Client, zhou: User
) -> None:
    assert is_inside(inside)
    zhou.set_password("another-2026")
    zhou.save()
    assert not is_inside(inside)


def test_an_ended_appointment_is_gone_with_the_next_request(inside: Client, zhou: User) -> None:
    held = appoint(zhou, Role.GRID_MEMBER, make_small_city().cells["a"])
    assert inside.get("/password/").context["role_ids"] == {"grid_member"}
    end_appointment(appointment=held, ends_on=today(), by="admin", at=timezone.now())
    assert inside.get("/password/").context["role_ids"] == frozenset()


def test_caches_between_are_told_that_the_answer_depends_on_who_asks(
    inside: Client, client: Client
) -> None:
    for answer in (inside.get("/password/"), client.get("/password/"), client.get("/login/")):
        assert "Cookie" in answer["Vary"]


def test_the_frame_names_the_roles_in_the_language_of_the_person(
    inside: Client, zhou: User
) -> None:
    city = make_small_city()
    appoint(zhou, Role.DISPATCHER, city.areas["city"])
    appoint(zhou, Role.GRID_MEMBER, city.cells["a"])
    frame = inside.get("/password/").context
    assert frame["roles"] == [("grid_member", "网格员"), ("dispatcher", "派遣员")]
    assert (frame["theme"], frame["language"]) == ("system", "zh-hans")
    assert frame["is_demonstration"]() is False
