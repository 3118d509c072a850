from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.utils import timezone

from gridmap.accounts.models import Role, Session, User
from gridmap.accounts.scope import scope
from gridmap.accounts.sessions import SessionStore
from gridmap.accounts.tickets import Ticket, ticket
from tests.makers import appoint, make_small_city, make_user

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> str:
    client = Client()
    client.force_login(user)
    return str(client.session.session_key)


def test_a_session_gives_its_person_and_scope_in_one_statement(
    django_assert_num_queries: object,
) -> None:
    city, user = make_small_city(), make_user("zhou", name="周")
    appoint(user, Role.GRID_MEMBER, city.cells["a"])
    key = signed_in(user)
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = ticket(key)
        assert isinstance(found, Ticket)
        seen = scope(found.user)
    assert type(found.user) is User
    assert (found.user, found.user.name, found.user.is_active) == (user, "周", True)
    assert seen.cell_ids == {city.cells["a"].pk}
    assert seen is found.scope


def test_an_unknown_key_gives_no_ticket() -> None:
    assert ticket("nobody-has-this-key") is None


def test_an_expired_session_gives_no_ticket() -> None:
    key = signed_in(make_user())
    assert ticket(key, timezone.now() + timedelta(hours=11)) is not None
    assert ticket(key, timezone.now() + timedelta(hours=13)) is None


def test_a_disabled_person_has_no_ticket() -> None:
    user = make_user()
    key = signed_in(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert ticket(key) is None


def test_a_session_of_an_old_password_gives_no_ticket() -> None:
    user = make_user()
    key = signed_in(user)
    user.set_password("another-2026")
    user.save()
    assert ticket(key) is None


def test_session_data_that_was_tampered_with_gives_no_ticket() -> None:
    key = signed_in(make_user())
    Session.objects.filter(pk=key).update(session_data="forged")
    assert ticket(key) is None


def test_a_session_moved_to_another_person_gives_no_ticket() -> None:
    key = signed_in(make_user())
    Session.objects.filter(pk=key).update(user=make_user("other"))
    assert ticket(key) is None


def test_a_session_without_a_person_gives_no_ticket() -> None:
    store = SessionStore()
    store["note"] = "visitor"
    store.save()
    assert ticket(str(store.session_key)) is None


def test_nobody_is_an_anonymous_user_with_an_empty_scope() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert scope(request.user).is_empty
