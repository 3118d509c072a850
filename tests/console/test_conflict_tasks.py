"""A joint task by the pages: given on the page of its conflict, done at the desk of its team."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gridmap.accounts.models import Role, User
from gridmap.recurring.models import JointTask, RecurringConflict
from gridmap.recurring.services.handling import confirm_conflict
from tests.makers import appoint, make_small_city, make_team, make_user
from tests.recurring.makers import make_conflict

pytestmark = pytest.mark.django_db


class Cast:
    """A commander over sub-district x, a guide, and a confirmed conflict."""

    def __init__(self) -> None:
        city, now = make_small_city(), timezone.now()
        self.team = make_team("城市管理")
        self.chen, self.gao = make_user("chen"), make_user("gao")
        appoint(self.chen, Role.DISTRICT_COMMANDER, city.areas["x"])
        appoint(self.gao, Role.GUIDE, self.team)
        self.conflict = make_conflict(city.areas["p"], at=now)
        confirm_conflict(conflict=self.conflict, by=self.chen, at=now)
        self.due = now + timedelta(days=5)

    def give(self, **fields: Any) -> Any:
        said = {"teams": [self.team.pk], "note": "查一个星期", "due": f"{self.due:%Y-%m-%d}"}
        version = RecurringConflict.objects.get().version
        address = f"/conflicts/{self.conflict.code}/task/"
        return browser(self.chen).post(address, said | {"version": version} | fields)

    def finish(self, **fields: Any) -> Any:
        return browser(self.gao).post(self.address, {"result": "查了三次", **fields})

    @property
    def address(self) -> str:
        return f"/conflicts/{self.conflict.code}/tasks/{JointTask.objects.get().pk}/"


@pytest.fixture
def cast() -> Cast:
    return Cast()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_task_is_given_shown_to_its_team_and_done(cast: Cast) -> None:
    assert "布置联合任务" in browser(cast.chen).get(f"/conflicts/{cast.conflict.code}/").text
    assert cast.give().status_code == 302
    desk = browser(cast.gao).get("/desk/teams/").text
    assert "联合任务 1 项" in desk
    assert cast.address in desk
    assert "查一个星期" in browser(cast.gao).get(cast.address).text
    assert cast.finish().headers["Location"] == "/desk/teams/"
    assert "联合任务 1 项" not in browser(cast.gao).get("/desk/teams/").text
    page = browser(cast.chen).get(f"/conflicts/{cast.conflict.code}/").text
    assert "查了三次" in page
    assert "办完了联合任务" in page


def test_the_toast_takes_it_back_at_once(cast: Cast) -> None:
    chen = browser(cast.chen)
    cast.give()
    page = chen.get(f"/conflicts/{cast.conflict.code}/").text
    assert "查一个星期" in page
    version = RecurringConflict.objects.get().version
    chen.post(f"/conflicts/{cast.conflict.code}/take_back/", {"version": version})
    assert "联合任务 1 项" not in browser(cast.gao).get("/desk/teams/").text
    assert browser(cast.gao).get(cast.address).status_code == 404


def test_refused_words_stay_and_who_comes_second_is_told(cast: Cast) -> None:
    answer = cast.give(teams=[], note="查夜市")
    assert answer.status_code == 422
    assert "至少选一支队伍。" in answer.text
    assert "查夜市" in answer.text
    cast.give()
    assert cast.finish(result=" ").status_code == 422
    cast.finish()
    again = cast.finish()
    assert again.status_code == 409
    assert "已经办完" in again.text
