"""What the permission matrix asks of conflicts and notices of tasks, and the two conflicts of its city."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from gridmap.accounts.models import GuideTeam, Role, User
from gridmap.accounts.scope import today
from gridmap.incidents.models import Notice
from gridmap.recurring.models import JointTask, RecurringConflict
from gridmap.recurring.services.handling import confirm_conflict, give_owner, write_plan
from gridmap.recurring.services.tasks import give_tasks
from tests.makers import SmallCity, square
from tests.recurring.makers import make_conflict

# Arguments of the address, and fields of the query or form.
Asked = tuple[dict[str, Any], dict[str, Any]]


def find_conflicts(city: SmallCity, people: dict[str, User]) -> dict[str, RecurringConflict]:
    """One about wages in cell a, which the officer owns and the team helps with and has a task for; one about water in cell d, to
    be confirmed."""
    at = timezone.now()
    found = {
        key: make_conflict(
            city.areas[area],
            topic,
            at=at,
            name=f"conflict-{key}",
            name_en=f"conflict-{key}",
            geom=square(column, 0),
        )
        for key, area, topic, column in (("a", "p", "wages", 0), ("d", "r", "water_supply", 6))
    }
    commander, officer = people[Role.DISTRICT_COMMANDER], people[Role.COMMUNITY_OFFICER]
    confirm_conflict(conflict=found["a"], by=commander, at=at)
    team = GuideTeam.objects.get()
    give_owner(conflict=found["a"], owner=officer, team=team, by=commander, at=at)
    due = today() + timedelta(days=9)
    write_plan(conflict=found["a"], plan="plan-a", due=due, by=officer, at=at)
    give_tasks(conflict=found["a"], teams=[team], note="task-a", due=due, by=commander, at=at)
    return {key: RecurringConflict.objects.get(pk=one.pk) for key, one in found.items()}


def tell_of_task() -> None:
    """Everybody, whoever it concerns."""
    task = JointTask.objects.get()
    Notice.objects.bulk_create(
        Notice(user=user, task_id=task.pk, kind="task", at=timezone.now())
        for user in User.objects.all()
    )


def _conflict(key: str, name: str = "", **fields: Any) -> Callable[[Any], Asked]:
    """The page of a conflict, or an act on it in the version that it has."""

    def target(city: Any) -> Asked:
        conflict = city.conflicts[key]
        address = {"code": conflict.code} | ({"name": name} if name else {})
        return address, ({"version": conflict.version} if name else {}) | fields

    return target


def _task(key: str, **fields: Any) -> Callable[[Any], Asked]:
    """The only task, under the address of a conflict."""

    def target(city: Any) -> Asked:
        number = JointTask.objects.get().pk
        return {"code": city.conflicts[key].code, "number": number}, fields

    return target


def _told(username: str) -> Callable[[Any], Asked]:
    """What somebody was told of the task."""
    return lambda _: ({}, {"open": Notice.objects.get(user__username=username, kind="task").pk})


BRIEFING_TARGETS: dict[tuple[str, str], Callable[[Any], Asked]] = {
    ("briefing", "r"): lambda c: ({}, {"area": c.city.areas["r"].code}),
    ("briefing", "paper-r"): lambda c: ({}, {"area": c.city.areas["r"].code, "format": "pdf"}),
    ("briefing", "week-53"): lambda _: ({}, {"week": "2025-W53"}),
}
CONFLICT_TARGETS: dict[tuple[str, str], Callable[[Any], Asked]] = {
    ("conflicts", "file"): lambda _: ({}, {"format": "csv"}),
    ("conflicts", "community-p"): lambda c: ({}, {"area": c.city.areas["p"].code}),
    ("conflict", "a"): _conflict("a"),
    ("conflict", "d"): _conflict("d"),
    ("conflict", "unknown"): lambda _: ({"code": "JYG-R9999"}, {}),
    ("conflict-act", "own-a"): _conflict("a", "own"),
    ("conflict-act", "measure-a"): _conflict(
        "a", "measure", words="tried", taken_on="2026-07-01", taken_by="somebody"
    ),
    ("conflict-act", "confirm-d"): _conflict("d", "confirm"),
    ("conflict-act", "unknown-a"): _conflict("a", "unknown"),
    ("conflict-task", "a"): _task("a"),
    ("conflict-task", "done-a"): _task("a", result="done"),
    # Under the address of another conflict it is not there.
    ("conflict-task", "of-d"): _task("d"),
    ("notices-read", "of-guide"): _told("guide"),
    # Told of a task that neither was given by the officer nor is of a team of theirs.
    ("notices-read", "of-officer"): _told("community_officer"),
}
