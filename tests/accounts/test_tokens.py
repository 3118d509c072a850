"""A token is its person: the same scope, the same actor, and only where programs ask."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from gridmap.accounts import services
from gridmap.accounts.models import AccountChange, ApiToken, Role, User
from gridmap.accounts.tickets import user_of_token
from gridmap.accounts.tokens import digest_of
from tests.makers import appoint, make_small_city, make_user
from tests.statements import AssertStatements

pytestmark = pytest.mark.django_db


@pytest.fixture
def zhou() -> User:
    return make_user("zhou", password=None)


def make(user: User, **fields: Any) -> tuple[ApiToken, str]:
    now = timezone.now()
    values = {"label": "hotline", "expires_at": now + timedelta(days=1), "at": now, **fields}
    return services.make_token(user=user, by="admin", **values)


def ask(secret: str, path: str = "/api/lookups/", **headers: str) -> Any:
    return Client().get(path, headers={"Authorization": f"Bearer {secret}", **headers})


def test_a_token_stands_for_its_person(zhou: User) -> None:
    city = make_small_city()
    appoint(zhou, Role.GRID_MEMBER, city.cells["a"])
    _, secret = make(zhou)
    person = user_of_token(secret)
    assert person == zhou
    assert vars(person)["scope"].cell_ids == {city.cells["a"].pk}


def test_the_secret_is_nowhere_kept(zhou: User) -> None:
    token, secret = make(zhou)
    assert token.digest == digest_of(secret)
    assert secret not in str(vars(token)) + str(vars(AccountChange.objects.get()))


def test_the_database_is_told_who_acts_like_with_a_session(zhou: User) -> None:
    city = make_small_city()
    appoint(zhou, Role.GRID_MEMBER, city.cells["a"])
    session = Client()
    session.force_login(zhou)
    _, secret = make(zhou)
    told = []
    for get in (lambda: session.get("/api/lookups/"), lambda: ask(secret)):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(FORGET)}")
        assert get().status_code == 200
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(SETTINGS)}")
            told.append(cursor.fetchone())
    assert told[0] == told[1] == (str(zhou.pk), "", str(city.cells["a"].pk), "", "")


NAMES = ("user", "areas", "cells", "posts", "teams")
SETTINGS = [f"current_setting('gridmap.{name}', true)" for name in NAMES]
FORGET = [f"set_config('gridmap.{name}', 'forgotten', true)" for name in NAMES]


@pytest.mark.parametrize(
    "end",
    [
        lambda token: services.revoke_token(token=token, by="admin", at=timezone.now()),
        lambda token: services.disable_user(user=token.user, by="admin", at=timezone.now()),
        lambda token: ApiToken.objects.update(
            created_at=timezone.now() - timedelta(days=2), expires_at=timezone.now()
        ),
    ],
)
def test_what_ends_a_token_counts_with_the_next_request(zhou: User, end: Any) -> None:
    token, secret = make(zhou)
    assert ask(secret).status_code == 200
    end(token)
    assert ask(secret).status_code == 401


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer x", "bearer ", "Bearer a b", "Bearer " + "a" * 5000, "Bearer ü"]
)
def test_what_is_no_token_is_answered_401_in_json(zhou: User, shown: str) -> None:
    client = Client()
    client.force_login(zhou)
    client.cookies.clear()
    answer = client.get("/api/lookups/", headers={"Authorization": shown})
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_bad_token_is_not_saved_by_a_session(zhou: User) -> None:
    client = Client()
    client.force_login(zhou)
    answer = client.get("/api/lookups/", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401


def test_a_token_opens_no_page(zhou: User) -> None:
    _, secret = make(zhou)
    for path in ("/", "/password/", "/map/geojson/cells/"):
        assert ask(secret, path).status_code == 302


def test_a_machine_writes_without_a_csrf_token_and_a_browser_does_not(zhou: User) -> None:
    _, secret = make(zhou)
    machine = Client(enforce_csrf_checks=True)
    path, kind = "/api/reports/", "application/json"
    headers = {"Authorization": f"Bearer {secret}"}
    answer = machine.post(path, {}, content_type=kind, headers=headers)
    assert "CSRF" not in answer.content.decode()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(zhou)
    answer = browser.post(path, {}, content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "CSRF" in answer.content.decode()


def test_its_use_is_noted_once_a_minute(zhou: User, assert_statements: AssertStatements) -> None:
    token, secret = make(zhou)
    with assert_statements(2):
        user_of_token(secret)
    token.refresh_from_db()
    assert token.last_used_at is not None
    with assert_statements(1):
        user_of_token(secret)
    with assert_statements(2):
        user_of_token(secret, token.last_used_at + timedelta(minutes=2))


def test_making_and_revoking_are_on_record(zhou: User) -> None:
    token, _ = make(zhou)
    for _ in range(2):
        services.revoke_token(token=token, by="admin", at=timezone.now())
    assert list(AccountChange.objects.values_list("action", "made_by")) == [
        ("token", "admin"),
        ("revoke", "admin"),
    ]


def test_a_disabled_person_gets_no_token(zhou: User) -> None:
    services.disable_user(user=zhou, by="admin", at=timezone.now())
    with pytest.raises(services.AppointmentRefused):
        make(zhou)


@pytest.mark.parametrize("fields", [{"label": ""}, {"label": "x" * 61}])
def test_a_token_says_what_it_is_for(zhou: User, fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        make(zhou, **fields)


def command(*words: str) -> str:
    out = StringIO()
    call_command("api_token", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_makes_lists_and_revokes(zhou: User) -> None:
    secret = command("make", "zhou", "--label", "hotline", "--days", "30").strip()
    assert ask(secret).status_code == 200
    listed = command("list", "zhou")
    assert listed.split("\t")[1:4] == ["zhou", "hotline", "有效"]
    assert secret not in listed
    command("revoke", listed.split("\t")[0])
    assert "已吊销" in command("list")
    assert ask(secret).status_code == 401


@pytest.mark.parametrize(
    "words",
    [
        ("make", "nobody", "--label", "x"),
        ("make", "zhou", "--label", ""),
        ("make", "zhou", "--label", "x", "--days", "0"),
        ("list", "nobody"),
        ("revoke", "999"),
    ],
)
def test_the_command_refuses_with_a_reason(zhou: User, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="。"):
        command(*words)
    assert not ApiToken.objects.exists()
