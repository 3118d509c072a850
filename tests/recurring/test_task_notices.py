"""Who is told of a joint task: its team once when it is given, who gave it once when it is done, nobody of what is not theirs."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from gridmap.accounts.models import Appointment, GuideTeam, Role, User
from gridmap.accounts.scope import scope
from gridmap.incidents.models import Notice
from gridmap.recurring.models import ConflictRecord, JointTask
from gridmap.recurring.services import tasks as services
from gridmap.recurring.services.errors import ConflictOvertaken
from gridmap.recurring.services.handling import confirm_conflict, take_back
from gridmap.recurring.services.tasks import finish_task, give_tasks
from gridmap.recurring.services.telling import tell_of_end, tell_of_tasks
from tests.incidents.makers import NOW, make_incident
from tests.makers import appoint, make_small_city, make_team, make_user
from tests.recurring.makers import make_conflict

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = date(2026, 7, 14)


class Cast:
    """A commander over sub-district x, one guide in each of two teams, and a confirmed conflict."""

    def __init__(self) -> None:
        self.city = make_small_city()
        self.teams = [make_team("城市管理"), make_team("市场监管")]
        self.chen, self.gao, self.wu = (self.person(name) for name in ("chen", "gao", "wu"))
        appoint(self.chen, Role.DISTRICT_COMMANDER, self.city.areas["x"])
        for guide, team in zip((self.gao, self.wu), self.teams, strict=True):
            appoint(guide, Role.GUIDE, team)
        self.conflict = make_conflict(self.city.areas["p"])
        confirm_conflict(conflict=self.conflict, by=self.chen, at=NOW)

    def person(self, name: str, **fields: Any) -> User:
        return make_user(name, password=None, **fields)

    def give(self, *teams: GuideTeam) -> ConflictRecord:
        return give_tasks(
            conflict=self.conflict,
            teams=teams or self.teams,
            note="查一个星期",
            due=TODAY + 6 * DAY,
            by=self.chen,
            at=NOW,
        )

    def finish(self, team: GuideTeam, by: User) -> ConflictRecord:
        task = JointTask.objects.get(team=team)
        return finish_task(task=task, result="查了三次", by=by, at=NOW)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def told(kind: Notice.Kind) -> list[tuple[str, str]]:
    """Who was told, and of the task of which team."""
    teams = dict(JointTask.objects.values_list("pk", "team__name"))
    rows = Notice.objects.filter(kind=kind).values_list("user__username", "task_id")
    return sorted((name, teams[task]) for name, task in rows if task is not None)


def concerns(user: User) -> bool:
    return bool(JointTask.objects.told_to(scope(user)).exists())


def test_everybody_in_a_team_is_told_once_and_whoever_cannot_act_in_it_is_not(cast: Cast) -> None:
    one, other = cast.teams
    here, away, gone, later, former = (
        cast.person(name) for name in ("here", "away", "gone", "later", "former")
    )
    appoint(cast.gao, Role.HANDLING_UNIT, one)
    span = {"stand_in": here, "stand_in_from": TODAY, "stand_in_to": TODAY + DAY}
    appoint(away, Role.GUIDE, one, **span)
    appoint(gone, Role.GUIDE, one)
    appoint(later, Role.GUIDE, one, begins_on=TODAY + DAY)
    appoint(former, Role.GUIDE, one, ends_on=TODAY)
    appoint(cast.chen, Role.GUIDE, one)
    appoint(cast.person("elsewhere"), Role.GUIDE, make_team("司法法律"))
    User.objects.filter(pk=gone.pk).update(is_active=False)
    cast.give()
    assert told(Notice.Kind.TASK) == [("gao", one.name), ("here", one.name), ("wu", other.name)]
    assert set(Notice.objects.values_list("at", "read_at", "incident")) == {(NOW, None, None)}


def test_who_gave_it_is_told_when_a_team_is_done_and_of_each_team_once(cast: Cast) -> None:
    cast.give()
    cast.finish(cast.teams[0], cast.gao)
    with pytest.raises(ConflictOvertaken):
        cast.finish(cast.teams[0], cast.gao)
    assert told(Notice.Kind.TASK_DONE) == [("chen", "城市管理")]
    cast.finish(cast.teams[1], cast.wu)
    assert told(Notice.Kind.TASK_DONE) == [("chen", "城市管理"), ("chen", "市场监管")]


def test_nobody_is_told_what_they_did_themselves_or_cannot_read(cast: Cast) -> None:
    appoint(cast.chen, Role.GUIDE, cast.teams[0])
    cast.give()
    cast.finish(cast.teams[0], cast.chen)
    User.objects.filter(pk=cast.chen.pk).update(is_active=False)
    cast.finish(cast.teams[1], cast.wu)
    assert told(Notice.Kind.TASK_DONE) == []


def tell_again(cast: Cast) -> int:
    """How many are unread when all that was told, and read, is told once more."""
    given = cast.give()
    done = cast.finish(cast.teams[0], cast.gao)
    assert Notice.objects.update(read_at=NOW) == 3
    tell_of_tasks(given)
    tell_of_end(JointTask.objects.get(team=cast.teams[0]), done)
    return Notice.objects.filter(read_at=None).count()


def test_what_is_told_again_is_not_told_twice(cast: Cast) -> None:
    assert tell_again(cast) == 0


def test_without_the_key_it_is_told_twice(cast: Cast) -> None:
    """The control."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX notice_of_a_task_once")
    assert tell_again(cast) == 3


def test_task_and_notices_are_written_together_or_not_at_all(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "tell_of_tasks", lambda _given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cast.give()
    assert not JointTask.objects.exists()
    monkeypatch.undo()
    cast.give()
    monkeypatch.setattr(services, "tell_of_end", lambda _task, _done: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cast.finish(cast.teams[0], cast.gao)
    assert JointTask.objects.open().count() == 2


def test_a_task_concerns_its_team_and_who_gave_it_and_nobody_else(cast: Cast) -> None:
    cast.give(cast.teams[0])
    assert [concerns(user) for user in (cast.gao, cast.chen, cast.wu)] == [True, True, False]
    # Whoever else sees the conflict reads of the task there.
    officer = cast.person("officer")
    appoint(officer, Role.COMMUNITY_OFFICER, cast.city.areas["p"])
    assert not concerns(officer)


def test_whoever_leaves_the_team_or_the_area_is_shown_it_no_more(cast: Cast) -> None:
    cast.give()
    Appointment.objects.filter(user=cast.gao).update(guide_team=cast.teams[1])
    seen = JointTask.objects.told_to(scope(cast.gao)).values_list("team__name", flat=True)
    assert list(seen) == ["市场监管"]
    Appointment.objects.filter(user=cast.chen).update(area=cast.city.areas["y"])
    assert not concerns(cast.chen)


def test_what_is_taken_back_concerns_nobody(cast: Cast) -> None:
    cast.give()
    take_back(conflict=cast.conflict, by=cast.chen, at=NOW)
    assert not any(concerns(user) for user in (cast.gao, cast.wu, cast.chen))


def test_a_task_that_stands_is_told_on_while_another_is_taken_back(cast: Cast) -> None:
    cast.give(cast.teams[0])
    cast.give(cast.teams[1])
    take_back(conflict=cast.conflict, by=cast.chen, at=NOW)
    assert (concerns(cast.gao), concerns(cast.wu)) == (True, False)


def test_the_database_knows_no_notice_of_nothing_of_two_things_or_of_another_kind(
    cast: Cast,
) -> None:
    cast.give()
    task = JointTask.objects.first()
    assert task is not None
    case = make_incident(cast.chen)
    for fields in (
        {"kind": "task"},
        {"kind": "moved"},
        {"kind": "task", "task_id": task.pk, "incident": case},
        {"kind": "task", "incident": case},
        {"kind": "moved", "task_id": task.pk},
    ):
        with pytest.raises(IntegrityError, match="of_a_case_or_a_task"), transaction.atomic():
            Notice.objects.create(user=cast.chen, at=NOW, **fields)
    again = {"user": cast.gao, "at": NOW, "kind": "task"}
    with pytest.raises(IntegrityError, match="of_a_task_once"), transaction.atomic():
        Notice.objects.create(task_id=task.pk, **again)
    Notice.objects.create(task_id=task.pk + 1000, **again)
    with pytest.raises(IntegrityError, match="of_a_known_task"):
        connection.check_constraints()
