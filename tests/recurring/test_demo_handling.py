"""The invented people confirm two conflicts of the demonstration: one has a plan, one a joint task, others wait."""

from datetime import datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from geodata.models import Area
from gridmap.accounts.models import Role, User
from gridmap.recurring.demo_handling import handle_demo_conflicts
from gridmap.recurring.models import RecurringConflict
from gridmap.recurring.services.handling import confirm_conflict, take_back
from tests.journeys.cases import ZIXUAN
from tests.recurring.makers import make_conflict


@pytest.fixture
def now(demo_city: None) -> datetime:
    """Three conflicts of the demonstration are found, without a search."""
    at = timezone.now()
    area = Area.objects.get(code=ZIXUAN)
    make_conflict(area, "noise_road", at=at, name="G30 嘉峪关收费站 · 交通噪音 · 夜间")
    make_conflict(area, "water_supply", at=at, name="紫轩花苑 · 供排水", rank=2)
    make_conflict(area, "heating", at=at, name="铁山雅居 · 供暖", rank=3)
    return at


def found(topic: str) -> RecurringConflict:
    return RecurringConflict.objects.get(topic__code=topic)


def test_one_has_a_plan_one_a_joint_task_and_the_others_wait(now: datetime) -> None:
    handle_demo_conflicts(now)
    toll, water = found("noise_road"), found("water_supply")
    assert (toll.state, water.state, found("heating").state) == ("under_plan", "confirmed", "candidate")  # fmt: skip
    assert toll.plan
    assert toll.measures.count() == 3
    days = [one.taken_on for one in toll.measures.all()]
    assert days == sorted(days)
    assert days[-1] < now.date()
    assert {task.team.name for task in water.tasks.all()} == {"住建物业", "司法法律"}
    for one in (toll, water):
        assert one.owner is not None
        assert one.owner.is_demonstration


def test_it_is_told_once_and_never_over_what_somebody_did(now: datetime) -> None:
    admin = User.objects.filter(appointments__role=Role.CITY_ADMIN).order_by("pk")[0]
    confirm_conflict(conflict=found("noise_road"), by=admin, at=now)
    take_back(conflict=found("noise_road"), by=admin, at=now)
    assert handle_demo_conflicts(now) == [found("water_supply")]
    assert handle_demo_conflicts(now) == []
    assert found("noise_road").state == "candidate"


@pytest.mark.django_db
def test_without_invented_people_nothing_is_done_and_in_production_it_is_refused(
    settings: Any,
) -> None:
    assert handle_demo_conflicts(timezone.now()) == []
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("handle_demo_conflicts")
