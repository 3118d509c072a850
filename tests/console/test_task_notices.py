"""The bell tells of joint tasks: each line leads to a page that opens, and is gone with what it is about."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from gridmap.accounts.models import Appointment, Role, User
from gridmap.accounts.scope import today
from gridmap.incidents.models import Notice
from gridmap.recurring.models import JointTask, RecurringConflict
from gridmap.recurring.services.handling import confirm_conflict
from tests.incidents.makers import make_incident, make_rule
from tests.incidents.parallel import Post, post_at_once
from tests.makers import appoint, make_small_city, make_team, make_user
from tests.recurring.makers import make_conflict
from tests.statements import AssertStatements

CLIENTS = 3


class Cast:
    """A commander over sub-district x, a team of two, and a confirmed conflict."""

    def __init__(self) -> None:
        self.city, now = make_small_city(), timezone.now()
        self.team = make_team("城市管理", name_en="City management")
        self.chen, self.gao, self.wu = (make_user(name) for name in ("chen", "gao", "wu"))
        appoint(self.chen, Role.DISTRICT_COMMANDER, self.city.areas["x"])
        for guide in (self.gao, self.wu):
            appoint(guide, Role.GUIDE, self.team)
        self.conflict = make_conflict(self.city.areas["p"], at=now)
        confirm_conflict(conflict=self.conflict, by=self.chen, at=now)

    @property
    def page(self) -> str:
        return f"/conflicts/{self.conflict.code}/"

    def said(self) -> dict[str, Any]:
        """The words of a task, as the page of this moment sends them."""
        due = f"{today() + timedelta(days=5)}"
        version = RecurringConflict.objects.get().version
        return {"teams": [self.team.pk], "note": "查一个星期", "due": due, "version": version}

    def give(self) -> None:
        assert browser(self.chen).post(f"{self.page}task/", self.said()).status_code == 302

    def finish(self) -> None:
        browser(self.gao).post(self.done_at(), {"result": "查了三次"})

    def done_at(self) -> str:
        return f"{self.page}tasks/{JointTask.objects.get().pk}/"


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


@pytest.fixture
def committed(own_database: str) -> Cast:
    """Seen by several connections."""
    return Cast()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def bell(user: User) -> int:
    page = browser(user).get("/contacts/").text
    found = re.search(r'class="bell".*?aria-label="\D*(\d*)', page)
    assert found is not None
    return int(found[1] or 0)


def lines(user: User) -> str:
    """The list of notices without its tags."""
    page = browser(user).get("/notices/").text
    listed = re.search(r'class="card notices">(.*?)</ul>', page, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", listed[1])) if listed else ""


def open_first(user: User) -> tuple[str, str]:
    """Where the first line leads, and the page that opens there."""
    client = browser(user)
    number = re.search(r'name="open" value="(\d+)"', client.get("/notices/").text)
    assert number is not None
    answer = client.post("/notices/read/", {"open": number[1]})
    address = answer.headers["Location"]
    page = client.get(address.partition("#")[0])
    assert page.status_code == 200
    return address, page.text


def test_a_team_is_told_and_comes_to_what_it_has_to_do(cast: Cast) -> None:
    cast.give()
    assert [bell(user) for user in (cast.chen, cast.gao, cast.wu)] == [0, 1, 1]
    assert re.search(
        r"联合任务 紫轩花苑 · 供排水 未读 JYG-R0001 · .*前做完 · 查一个星期", lines(cast.gao)
    )
    address, page = open_first(cast.gao)
    assert address == f"{cast.page}#tasks"
    assert 'id="tasks"' in page
    assert cast.done_at() in page
    assert (bell(cast.gao), bell(cast.wu)) == (0, 1)


def test_who_gave_it_is_told_what_came_of_it(cast: Cast) -> None:
    cast.give()
    cast.finish()
    assert bell(cast.chen) == 1
    assert "任务办完 紫轩花苑 · 供排水 未读 JYG-R0001 · 城市管理 · 查了三次" in lines(cast.chen)
    address, page = open_first(cast.chen)
    assert address == f"{cast.page}#tasks"
    assert "查了三次" in page
    # Who has not looked yet learns that it is done.
    assert re.search(r"联合任务 .*办完 · 查一个星期", lines(cast.wu))


def test_an_english_reader_is_told_in_english(cast: Cast) -> None:
    cast.give()
    cast.finish()
    User.objects.filter(pk=cast.chen.pk).update(language="en")
    page = browser(cast.chen).get("/notices/").text
    assert "Task done" in page
    assert "<span>City management</span>" in page
    assert '<span lang="zh-Hans">查了三次</span>' in page


def test_what_is_taken_back_or_of_another_team_is_told_no_more(cast: Cast) -> None:
    cast.give()
    told = Notice.objects.get(user=cast.gao)
    version = RecurringConflict.objects.get().version
    Appointment.objects.filter(user=cast.wu).update(guide_team=make_team("司法法律"))
    assert [bell(user) for user in (cast.gao, cast.wu)] == [1, 0]
    browser(cast.chen).post(f"{cast.page}take_back/", {"version": version})
    assert [bell(user) for user in (cast.gao, cast.wu)] == [0, 0]
    assert (lines(cast.gao), lines(cast.wu)) == ("", "")
    for user in (cast.gao, cast.wu):
        assert browser(user).post("/notices/read/", {"open": told.pk}).status_code == 404


def test_cases_and_tasks_stand_in_one_list_and_cost_one_statement_more(
    cast: Cast, assert_statements: AssertStatements
) -> None:
    make_rule(cast.team)
    member = make_user("ma")
    appoint(member, Role.GRID_MEMBER, cast.city.cells["a"])
    make_incident(member)
    for _ in range(3):
        cast.give()
    client = browser(cast.gao)
    # Who asks, the badges, how many lines, the lines, their tasks.
    with assert_statements(5):
        page = client.get("/notices/").text
    assert page.count('name="open"') == 4
    assert "早上六点起停水" in page
    client.post("/notices/read/")
    assert bell(cast.gao) == 0


def sender(
    users: Iterator[User], path: str, fields: dict[str, Any]
) -> Callable[[], AbstractContextManager[Post]]:
    """Each client is another of the users, if there are several."""

    @contextmanager
    def client() -> Iterator[Post]:
        try:
            sending = browser(next(users))

            def post(_number: int) -> tuple[int, bytes]:
                answer = sending.post(path, fields)
                return answer.status_code, answer.content

            yield post
        finally:
            connection.close()

    return client


def test_the_same_task_sent_at_once_is_given_and_told_once(committed: Cast) -> None:
    users = iter([committed.chen] * CLIENTS)
    sent = sender(users, f"{committed.page}task/", committed.said())
    (answers,) = post_at_once(1, sent, CLIENTS)
    assert sorted(status for status, _ in answers) == [302, 409, 409]
    told = Notice.objects.values_list("user__username", "kind").order_by("user")
    assert list(told) == [("gao", "task"), ("wu", "task")]

    users = iter([committed.gao, committed.wu, committed.gao])
    sent = sender(users, committed.done_at(), {"result": "查了三次"})
    (answers,) = post_at_once(1, sent, CLIENTS)
    assert sorted(status for status, _ in answers) == [302, 409, 409]
    assert Notice.objects.filter(user=committed.chen, kind="task_done").count() == 1
