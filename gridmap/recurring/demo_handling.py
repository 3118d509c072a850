"""What the invented people of the demonstration do about two of the conflicts that were found in it.

Everything goes through the services that the pages use. One conflict gets an owner, what was tried in other years,
and a plan; one an owner and a joint task for two teams; the others wait to be confirmed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from geodata.querysets import day_of
from gridmap.accounts.models import GuideTeam, Role, User
from gridmap.recurring.models import RecurringConflict
from gridmap.recurring.owners import appointments_for
from gridmap.recurring.services.handling import (
    confirm_conflict,
    give_owner,
    note_measure,
    write_plan,
)
from gridmap.recurring.services.tasks import give_tasks
from gridmap.recurring.states import State

PLAN_DAYS, TASK_DAYS = 30, 14


@dataclass(frozen=True)
class Tried:
    """Something that was tried, so many years ago in a month."""

    years_ago: int
    month: int
    words: str
    by: str


@dataclass(frozen=True)
class Story:
    """`topic` and `place` (a part of the name) find the conflict, `team` helps its owner; `plan` or `task` is written."""

    topic: str
    place: str
    team: str
    tried: tuple[Tried, ...]
    plan: str = ""
    task: str = ""
    task_teams: tuple[str, ...] = ()


STORIES = (
    Story(
        "noise_road",
        "收费站",
        "平安综治",
        (
            Tried(3, 5, "夜间限速提示", "市交警支队"),
            Tried(2, 6, "声屏障 220 米", "高速公路管理所"),
            Tried(1, 5, "夜间货车分流", "市交通运输局"),
        ),
        plan="夜间限速、声屏障、货车分流三项一起做，连看两个夏天再下结论。每周三夜里到现场听一次，结果回访来电人。",
    ),
    Story(
        "water_supply",
        "紫轩花苑",
        "住建物业",
        (Tried(1, 4, "换了两台加压泵", "市供水公司"),),
        task="一起查清紫轩花苑二次供水的水箱、水泵和排水管，定下由谁维修、谁出钱，写成协议。",
        task_teams=("住建物业", "司法法律"),
    ),
)


@transaction.atomic
def handle_demo_conflicts(at: datetime) -> list[RecurringConflict]:
    """Tell each story of which the conflict is there and nobody has done anything about it yet."""
    admins = User.objects.filter(is_demonstration=True, appointments__role=Role.CITY_ADMIN)
    admin = admins.order_by("pk").first()
    if admin is None:
        return []
    waiting = RecurringConflict.objects.known().filter(state=State.CANDIDATE)
    waiting = waiting.exclude(records__by__isnull=False)
    told = []
    for story in STORIES:
        found = waiting.filter(topic__code=story.topic, name__contains=story.place)
        conflict = found.order_by("latest__rank", "pk").first()
        if conflict is not None:
            _tell(story, conflict, admin, at)
            told.append(conflict)
    return told


def _tell(story: Story, conflict: RecurringConflict, admin: User, at: datetime) -> None:
    owner = _owner(conflict, day_of(at)) or admin
    teams = {team.name: team for team in GuideTeam.objects.all()}
    confirm_conflict(conflict=conflict, by=admin, at=at)
    give_owner(conflict=conflict, owner=owner, team=teams[story.team], by=admin, at=at)
    for one in story.tried:
        day = date(day_of(at).year - one.years_ago, one.month, 12)
        note_measure(
            conflict=conflict, words=one.words, taken_on=day, taken_by=one.by, by=owner, at=at
        )
    if story.plan:
        due = day_of(at) + timedelta(days=PLAN_DAYS)
        write_plan(conflict=conflict, plan=story.plan, due=due, by=owner, at=at)
    if story.task:
        due = day_of(at) + timedelta(days=TASK_DAYS)
        chosen = [teams[name] for name in story.task_teams]
        give_tasks(conflict=conflict, teams=chosen, note=story.task, due=due, by=admin, at=at)


def _owner(conflict: RecurringConflict, day: date) -> User | None:
    """The officer of its community, where it lies in one; else the commander above."""
    for role in (Role.COMMUNITY_OFFICER, Role.DISTRICT_COMMANDER):
        row = appointments_for(conflict, day).filter(role=role).order_by("pk").first()
        if row is not None:
            return row.holder_on(day)
    return None
