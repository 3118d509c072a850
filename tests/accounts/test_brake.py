from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.backends import ModelBackend
from django.test import Client
from django.utils import timezone

from gridmap.accounts.models import Session
from tests.makers import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def guess(username: str = "zhou", password: str = "wrong", address: str = "10.1.1.7") -> Any:
    return Client(REMOTE_ADDR=address).post("/login/", {"username": username, "password": password})


def words(answer: Any) -> str:
    return str(answer.context["form"].errors["password"][0])


def test_the_page_tells_how_many_tries_are_left_and_then_until_when() -> None:
    make_user("zhou")
    said = [words(guess()) for _ in range(6)]
    assert said[:4] == [
        f"账号或密码不对。再错 {left} 次，这个账号在此电脑上停用 10 分钟。" for left in (4, 3, 2, 1)
    ]
    until = timezone.localtime() + timedelta(minutes=10)
    near = {f"{until - timedelta(minutes=late):%H:%M}" for late in (0, 1)}
    for text in said[4:]:
        assert any(
            text == f"这个账号在此电脑上停用到 {t}。在那之前再试，会重新计时。" for t in near
        )


def test_a_locked_account_does_not_open_with_the_right_password_either() -> None:
    make_user("zhou")
    for _ in range(5):
        guess()
    answer = guess(password=PASSWORD)
    assert (answer.status_code, answer["Retry-After"]) == (429, "600")
    assert not Session.objects.exists()


def test_a_thousand_guesses_on_one_account_are_hardly_evaluated() -> None:
    make_user("zhou")
    evaluated = 0
    authenticate = ModelBackend.authenticate

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal evaluated
        evaluated += 1
        return authenticate(*args, **kwargs)

    client = Client(REMOTE_ADDR="10.1.1.7")
    with patch.object(ModelBackend, "authenticate", counted):
        for number in range(1000):
            client.post("/login/", {"username": "zhou", "password": f"guess-{number}"})
    assert evaluated == 5


def test_a_colleague_at_the_same_address_gets_in() -> None:
    make_user("zhou")
    make_user("li")
    for _ in range(20):
        guess("zhou")
    assert guess("li", PASSWORD).status_code == 302


def test_the_same_person_gets_in_from_another_address() -> None:
    make_user("zhou")
    for _ in range(20):
        guess()
    assert guess(password=PASSWORD, address="10.1.1.8").status_code == 302


def test_the_account_opens_again_after_ten_minutes() -> None:
    make_user("zhou")
    for _ in range(5):
        guess()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=10, seconds=1))
    assert guess(password=PASSWORD).status_code == 302


def test_a_success_forgets_the_failures_before_it() -> None:
    make_user("zhou")
    for _ in range(4):
        guess()
    assert guess(password=PASSWORD).status_code == 302
    assert "再错 4 次" in words(guess())


def test_another_browser_at_the_same_address_does_not_start_anew() -> None:
    make_user("zhou")
    for number in range(5):
        Client(REMOTE_ADDR="10.1.1.7", HTTP_USER_AGENT=f"browser {number}").post(
            "/login/", {"username": "zhou", "password": "wrong"}
        )
    assert guess(password=PASSWORD).status_code == 429


def test_a_claimed_address_does_not_start_anew(settings: Any) -> None:
    make_user("zhou")
    settings.TRUSTED_PROXIES = 1
    for number in range(5):
        Client().post(
            "/login/",
            {"username": "zhou", "password": "wrong"},
            headers={"X-Forwarded-For": f"1.2.3.{number}, 10.1.1.7"},
        )
    answer = Client().post(
        "/login/",
        {"username": "zhou", "password": PASSWORD},
        headers={"X-Forwarded-For": "9.9.9.9, 10.1.1.7"},
    )
    assert answer.status_code == 429


def test_no_password_is_written_down_with_the_failure() -> None:
    client = Client()
    client.force_login(make_user("zhou"))
    fields = ("old_password", "new_password1", "new_password2")
    client.post("/password/", {field: f"secret-{field}" for field in fields})
    guess(password="secret-guess")
    noted = AccessAttempt.objects.values_list("post_data", flat=True)
    assert len(noted) == 2
    assert not any("secret" in text for text in noted)
