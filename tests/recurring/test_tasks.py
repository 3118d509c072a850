"""A joint task is given to several teams, taken back at once or done with a result, and all of it is on record."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from gridmap.accounts.models import GuideTeam, Role, User
from gridmap.accounts.scope import scope
from gridmap.incidents.log import verify
from gridmap.incidents.models import LogEntry
from gridmap.recurring.models import ConflictRecord, JointTask, RecurringConflict
from gridmap.recurring.services.errors import ConflictOvertaken, ConflictRefused
from gridmap.recurring.services.handling import confirm_conflict, take_back
from gridmap.recurring.services.tasks import finish_task, give_tasks
from tests.incidents.log_history import seal
from tests.incidents.makers import NOW
from tests.makers import appoint, make_small_city, make_team, make_user
from tests.recurring.makers import make_conflict

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 20)


class Cast:
    """A commander over sub-district x, a guide in each of two teams, and a confirmed conflict."""

    def __init__(self) -> None:
        self.city = make_small_city()
        self.teams = [make_team("城市管理"), make_team("市场监管")]
        self.chen, self.gao, self.wu = (make_user(name) for name in ("chen", "gao", "wu"))
        appoint(self.chen, Role.DISTRICT_COMMANDER, self.city.areas["x"])
        for guide, team in zip((self.gao, self.wu), self.teams, strict=True):
            appoint(guide, Role.GUIDE, team)
        self.conflict = make_conflict(self.city.areas["p"])
        confirm_conflict(conflict=self.conflict, by=self.chen, at=NOW)

    def give(
        self, teams: list[GuideTeam] | None = None, note: str = "查一个星期", due: date = DAY
    ) -> ConflictRecord:
        chosen = self.teams if teams is None else teams
        return give_tasks(
            conflict=self.conflict, teams=chosen, note=note, due=due, by=self.chen, at=NOW
        )

    def finish(self, by: User, result: str = "查了三次") -> ConflictRecord:
        return finish_task(task=self.of(by), result=result, by=by, at=NOW)

    def of(self, guide: User) -> JointTask:
        found: JointTask = JointTask.objects.get(team__appointments__user=guide)
        return found


@pytest.fixture
def cast() -> Cast:
    return Cast()


def sees(user: User) -> bool:
    return bool(RecurringConflict.objects.visible_to(scope(user)).exists())


def test_every_team_gets_the_task_and_sees_what_it_is_about(cast: Cast) -> None:
    assert not sees(cast.wu)
    cast.give()
    assert sees(cast.wu)
    assert [task.team for task in JointTask.objects.open()] == cast.teams
    assert ConflictRecord.objects.get(act="task").note == "城市管理、市场监管：查一个星期"


def test_what_is_taken_back_is_gone_from_the_teams(cast: Cast) -> None:
    cast.give()
    take_back(conflict=cast.conflict, by=cast.chen, at=NOW)
    assert not JointTask.objects.open().exists()
    assert not sees(cast.wu)
    with pytest.raises(ConflictOvertaken):
        cast.finish(cast.gao)


def test_a_team_says_what_came_of_it_and_nobody_does_so_twice(cast: Cast) -> None:
    cast.give()
    cast.finish(cast.gao)
    task = cast.of(cast.gao)
    assert (task.result, task.done_by, task.done_at) == ("查了三次", cast.gao, NOW)
    assert ConflictRecord.objects.get(act="finish").note == "城市管理：查了三次"
    with pytest.raises(ConflictOvertaken):
        cast.finish(cast.gao)
    with pytest.raises(ConflictRefused, match="不能撤销"):
        take_back(conflict=cast.conflict, by=cast.chen, at=NOW)


def test_no_team_finishes_the_task_of_another(cast: Cast) -> None:
    cast.give()
    with pytest.raises(ConflictRefused, match="不是你们队"):
        finish_task(task=cast.of(cast.gao), result="查了", by=cast.wu, at=NOW)


def test_what_is_missing_is_told_with_its_field(cast: Cast) -> None:
    tries: list[tuple[str, Callable[[], object]]] = [
        ("teams", lambda: cast.give(teams=[])),
        ("note", lambda: cast.give(note=" ")),
        ("note", lambda: cast.give(note="查" * 501)),
        ("due", lambda: cast.give(due=NOW.date() - timedelta(days=1))),
    ]
    for field, attempt in tries:
        with pytest.raises(ConflictRefused) as refused:
            attempt()
        assert refused.value.field == field
    cast.give()
    with pytest.raises(ConflictRefused) as refused:
        cast.finish(cast.gao, result="")
    assert refused.value.field == "result"


def test_only_those_above_a_confirmed_conflict_give_tasks(cast: Cast) -> None:
    ask = {"teams": cast.teams, "note": "查", "due": DAY, "at": NOW}
    with pytest.raises(ConflictRefused, match="你不能"):
        give_tasks(conflict=cast.conflict, by=cast.gao, **ask)
    candidate = make_conflict(cast.city.areas["p"], key="other")
    with pytest.raises(ConflictRefused, match="待确认"):
        give_tasks(conflict=candidate, by=cast.chen, **ask)


def test_the_log_tells_of_tasks_and_the_database_knows_no_half_done_ones(cast: Cast) -> None:
    cast.give()
    cast.finish(cast.gao)
    seal()
    assert [str(fault) for fault in verify().faults] == []
    assert "recurring_jointtask" in set(LogEntry.objects.values_list("table", flat=True))
    with pytest.raises(IntegrityError, match="task_done_by"), transaction.atomic():
        JointTask.objects.open().update(done_at=NOW)
