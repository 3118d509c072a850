from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from gridmap.accounts import tickets, views
from gridmap.accounts.models import Session, User
from tests.makers import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def log_in(client: Client, password: str = PASSWORD, **fields: str) -> Any:
    return client.post("/login/", {"username": "zhou", "password": password, **fields})


@pytest.fixture
def zhou() -> User:
    return make_user("zhou", name="周")


@pytest.fixture
def inside(zhou: User) -> Client:
    client = Client()
    client.force_login(zhou)
    return client


def test_the_right_password_opens_the_home_page(client: Client, zhou: User) -> None:
    answer = log_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert Session.objects.get().user == zhou


def test_log_in_goes_on_to_the_page_that_was_asked_for(client: Client, zhou: User) -> None:
    wanted = client.get("/password/")
    assert wanted["Location"] == "/login/?next=/password/"
    assert log_in(client, next="/password/")["Location"] == "/password/"


def test_log_in_never_leads_to_another_host(client: Client, zhou: User) -> None:
    assert log_in(client, next="https://example.org/")["Location"] == "/"


def test_log_in_of_who_is_inside_goes_home(inside: Client) -> None:
    assert inside.get("/login/")["Location"] == "/"


def test_log_in_gives_a_new_session_key(inside: Client) -> None:
    before = inside.session.session_key
    inside.cookies["csrftoken"] = "x"
    log_in(inside)
    assert inside.session.session_key != before or Session.objects.count() == 1


@pytest.mark.parametrize(
    ("username", "password"),
    [("nobody", PASSWORD), ("zhou", "wrong"), ("gone", PASSWORD), ("paper", ""), ("paper", "!")],
)
def test_a_wrong_name_password_or_a_closed_account_get_the_same_words(
    client: Client, zhou: User, username: str, password: str
) -> None:
    make_user("gone", is_active=False)
    make_user("paper", password=None)
    answer = client.post("/login/", {"username": username, "password": password or " "})
    words = "账号或密码不对。再错 4 次，这个账号在此电脑上停用 10 分钟。"
    assert answer.context["form"].errors == {"password": [words]}
    assert not Session.objects.exists()


def test_the_error_is_tied_to_the_field(client: Client, zhou: User) -> None:
    page = log_in(client, "wrong").content.decode()
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_password_error"' in page
    assert 'id="id_password_error"' in page


@pytest.mark.parametrize("username", ["x" * 300, "a\0b", ""])
def test_a_name_that_cannot_be_is_refused_before_the_brake(client: Client, username: str) -> None:
    answer = client.post("/login/", {"username": username, "password": "x"})
    assert answer.status_code == 200
    assert "username" in answer.context["form"].errors


def test_log_out_deletes_the_session(inside: Client) -> None:
    assert inside.post("/logout/")["Location"] == "/login/"
    assert not Session.objects.exists()
    assert inside.get("/password/").status_code == 302


def test_log_out_is_not_a_link(inside: Client) -> None:
    assert inside.get("/logout/").status_code == 405


def test_forms_without_a_token_are_refused(zhou: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert log_in(strict).status_code == 403
    strict.force_login(zhou)
    for path in ("/logout/", "/password/", "/language/", "/theme/"):
        assert strict.post(path, {"language": "en", "theme": "dark"}).status_code == 403


def change(client: Client, old: str = PASSWORD, new: str = "gobi-wind-71", again: str = "") -> Any:
    fields = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return client.post("/password/", fields)


def test_a_new_password_keeps_this_log_in_and_ends_the_others(inside: Client, zhou: User) -> None:
    phone = Client()
    phone.force_login(zhou)
    answer = change(inside)
    assert answer["Location"] == "/password/?changed"
    assert "其他设备上的登录都已结束" in inside.get(answer["Location"]).content.decode()
    assert phone.get("/password/").status_code == 302
    zhou.refresh_from_db()
    assert zhou.check_password("gobi-wind-71")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"old": "wrong"}, "old_password"),
        ({"again": "another-one-72"}, "new_password2"),
        ({"new": "12345678"}, "new_password2"),
    ],
)
def test_a_password_that_breaks_a_rule_changes_nothing(
    inside: Client, zhou: User, fields: dict[str, str], wrong: str
) -> None:
    answer = change(inside, **fields)
    assert list(answer.context["form"].errors) == [wrong]
    zhou.refresh_from_db()
    assert zhou.check_password(PASSWORD)


def test_the_old_password_is_braked_like_a_log_in(inside: Client) -> None:
    codes = [change(inside, old="wrong").status_code for _ in range(6)]
    assert codes == [200, 200, 200, 200, 429, 429]
    assert change(inside).status_code == 429


def test_a_language_is_kept_with_the_person_and_in_the_browser(inside: Client, zhou: User) -> None:
    answer = inside.post("/language/", {"language": "en", "next": "/password/"})
    assert answer["Location"] == "/password/"
    assert answer.cookies["django_language"].value == "en"
    zhou.refresh_from_db()
    assert zhou.language == "en"
    assert inside.get("/password/")["Content-Language"] == "en"


def test_a_visitor_chooses_the_language_by_a_cookie(client: Client) -> None:
    assert client.get("/login/")["Content-Language"] == "zh-hans"
    client.post("/language/", {"language": "en", "next": "/login/"})
    assert client.get("/login/")["Content-Language"] == "en"


@pytest.mark.parametrize("accepted", ["en", "fr,en;q=0.8", "en-GB"])
def test_chinese_is_the_default_whatever_the_browser_prefers(client: Client, accepted: str) -> None:
    page = client.get("/login/", headers={"Accept-Language": accepted})
    assert page["Content-Language"] == "zh-hans"
    assert "用单位发给你的账号" in page.content.decode()


def test_the_language_of_the_person_wins_over_the_cookie(inside: Client) -> None:
    inside.cookies["django_language"] = "en"
    assert inside.get("/password/")["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("path", ["/language/", "/theme/"])
def test_a_choice_that_does_not_exist_is_refused(inside: Client, path: str) -> None:
    assert inside.post(path, {"language": "de", "theme": "pink"}).status_code == 400


def test_the_way_back_never_leaves_this_host(inside: Client) -> None:
    answer = inside.post("/theme/", {"theme": "dark", "next": "//example.org/"})
    assert answer["Location"] == "/"


def test_a_theme_is_kept_with_the_person_and_in_the_browser(inside: Client, zhou: User) -> None:
    answer = inside.post("/theme/", {"theme": "dark", "next": "/password/"})
    assert answer.cookies["theme"].value == "dark"
    zhou.refresh_from_db()
    assert zhou.theme == "dark"
    inside.post("/logout/")
    assert inside.get("/login/").context["theme"] == "dark"


def test_the_log_in_page_says_where_people_are_made_up(client: Client) -> None:
    assert "虚构" not in client.get("/login/").content.decode()
    make_user("demo", is_demonstration=True)
    assert "虚构" in client.get("/login/").content.decode()


def test_the_watchman_is_told_that_all_is_well(client: Client) -> None:
    answer = client.get("/healthz/")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok"})
    assert "no-store" in answer["Cache-Control"]


def no_database(*_: Any, **__: Any) -> None:
    raise OperationalError("the server closed the connection")


def test_the_watchman_is_told_that_the_database_is_away(client: Client) -> None:
    with connection.execute_wrapper(no_database):
        answer = client.get("/healthz/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json() == {"status": "unavailable", "database": "unavailable"}


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "数据库"), ("en", "database")])
def test_a_page_says_when_the_database_is_away_and_when_to_come_back(
    inside: Client, language: str, word: str
) -> None:
    inside.cookies["django_language"] = language
    with connection.execute_wrapper(no_database):
        answer = inside.get("/password/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert word in answer.content.decode()


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_who_opens_a_page_while_the_database_is_away_sees_one_that_tries_again(
    inside: Client, error: type[Exception]
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise error("connection already closed")

    with connection.execute_wrapper(gone):
        answer = inside.get("/password/", headers={"Accept": "text/html"})
        part = inside.get("/password/", headers={"Accept": "text/html", "HX-Request": "true"})
        sent = inside.post("/password/", headers={"Accept": "text/html"})
    for one in (answer, part, sent):
        assert (one.status_code, one["Retry-After"]) == (503, "5")
        assert one["Cache-Control"] == "private, no-store"
        assert "connection" not in one.content.decode()
    assert b'http-equiv="refresh"' in answer.content
    assert b'http-equiv="refresh"' not in sent.content
    assert b"<" not in part.content


def test_a_statement_that_takes_too_long_is_given_up(
    inside: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    monkeypatch.setattr(tickets, "PATIENCE", "20ms")
    monkeypatch.setattr(views, "_person", sleep)
    assert inside.get("/password/").status_code == 503


def test_a_log_in_while_the_database_is_away_is_no_crash(client: Client) -> None:
    with connection.execute_wrapper(no_database):
        assert log_in(client).status_code == 503


def test_the_language_chosen_before_the_log_in_stays(client: Client, zhou: User) -> None:
    client.post("/language/", {"language": "en"})
    log_in(client)
    zhou.refresh_from_db()
    assert zhou.language == "en"
