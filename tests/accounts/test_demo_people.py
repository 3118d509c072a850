"""The people of the demonstration city."""

import re
from collections import Counter
from datetime import timedelta
from io import StringIO
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from geodata.models import Area, Cell, LeaderPost
from gridmap.accounts.demo_people import (
    HOME,
    PASSWORD,
    VACANT_CELLS,
    VACANT_POSTS,
    impossible_phone,
    invented_names,
    spread,
)
from gridmap.accounts.models import Appointment, GuideTeam, Role, User
from gridmap.accounts.scope import scope, today
from tests.makers import make_area


def test_no_telephone_can_have_one_of_the_invented_numbers() -> None:
    phones = [impossible_phone(number) for number in range(5000)]
    # Jiayuguan's area code, then a subscriber number that begins with the trunk prefix.
    assert all(re.fullmatch(r"0937-0\d\d-\d{4}", phone) for phone in phones)
    assert len(set(phones)) == len(phones)
    assert impossible_phone(0) == "0937-000-0000"
    assert impossible_phone(1) == "0937-038-4621"


def test_the_same_seed_invents_the_same_names() -> None:
    first, second = (invented_names(7) for _ in range(2))
    names = [next(first) for _ in range(200)]
    assert names == [next(second) for _ in range(200)]
    assert {len(name) for name in names} == {2, 3}
    assert len(set(names)) > 150


def test_places_are_spread_at_even_distances() -> None:
    assert list(spread(range(10), 2)) == [2, 7]
    assert list(spread(range(11), 3)) == [1, 4, 7]
    assert list(spread(range(4), 4)) == [0, 1, 2, 3]


def test_every_cell_but_the_vacant_has_exactly_one_grid_member(demo_city: None) -> None:
    members = Appointment.objects.valid_on(today()).filter(role=Role.GRID_MEMBER)
    answered = Counter(members.values_list("cell__code", flat=True))
    assert set(answered) <= set(Cell.objects.values_list("code", flat=True))
    assert len(answered) == Cell.objects.count() - VACANT_CELLS
    assert set(answered.values()) == {1}


def test_base_cells_of_four_communities_are_vacant_and_none_at_home(demo_city: None) -> None:
    vacant = Cell.objects.exclude(appointments__role=Role.GRID_MEMBER)
    assert set(vacant.values_list("kind", flat=True)) == {Cell.Kind.BASE}
    communities = set(vacant.values_list("community__code", flat=True))
    assert len(communities) == vacant.count() == 4
    assert HOME not in communities


def test_about_five_hundred_members_hold_one_cell_or_two_that_touch_by_number(
    demo_city: None,
) -> None:
    held: dict[int, list[str]] = {}
    members = Appointment.objects.filter(role=Role.GRID_MEMBER).order_by("cell__code")
    for user, code in members.values_list("user_id", "cell__code"):
        held.setdefault(user, []).append(code)
    assert 440 <= len(held) <= 520
    pairs = [codes for codes in held.values() if len(codes) == 2]
    assert 10 <= len(pairs) <= 50
    assert len(held) + len(pairs) == Cell.objects.count() - VACANT_CELLS
    gaps = np.array([int(second) - int(first) for first, second in pairs])
    assert gaps.min() == 1
    assert gaps.max() <= 2


def test_every_post_but_the_vacant_has_a_leader(demo_city: None) -> None:
    leaders = Appointment.objects.filter(role=Role.BUILDING_LEADER)
    led = leaders.values("post").distinct().count()
    assert led == LeaderPost.objects.count() - VACANT_POSTS > 1500
    vacant = LeaderPost.objects.exclude(appointments__role=Role.BUILDING_LEADER)
    assert vacant.count() == 12
    assert not vacant.filter(cell__community__code=HOME).exists()


def test_every_community_has_those_who_answer(demo_city: None) -> None:
    for role in (Role.GRID_LEADER, Role.COMMUNITY_OFFICER, Role.MEDIATOR):
        areas = Appointment.objects.filter(role=role).values_list("area__code", flat=True)
        assert len(areas) == len(set(areas)) == 48
    commanded = Appointment.objects.filter(role=Role.DISTRICT_COMMANDER)
    names = set(commanded.values_list("area__name", flat=True))
    assert names == {"雄关街道", "钢城街道", "郊区"}


def test_there_are_seven_teams_with_guides(demo_city: None) -> None:
    guides = Appointment.objects.filter(role=Role.GUIDE).values_list("guide_team__name", flat=True)
    assert GuideTeam.objects.count() == len(set(guides)) == 7


def test_nobody_without_an_account_can_log_in(demo_city: None) -> None:
    people = [person for person in User.objects.all() if person.has_usable_password()]
    assert {person.username for person in people} == {role.value.replace("_", "-") for role in Role}
    assert not User.objects.filter(is_demonstration=False).exists()
    assert not User.objects.exclude(phone__startswith="0937-0").exists()


@pytest.mark.parametrize("role", Role)
def test_each_role_has_an_account_that_holds_this_role_and_no_other(
    demo_city: None, role: Role
) -> None:
    client = Client()
    fields = {"username": role.value.replace("_", "-"), "password": PASSWORD}
    assert client.post("/login/", fields).status_code == 302
    person = User.objects.get(username=fields["username"])
    assert scope(person).roles == {role}


def test_the_grid_member_answers_for_two_cells_of_zixuan(demo_city: None) -> None:
    found = scope(User.objects.get(username="grid-member"))
    assert [cell.code for cell in found.cells()] == ["620201002012002", "620201002012003"]
    assert {cell.community.name for cell in found.cells()} == {"紫轩社区"}
    assert found.buildings().exists()
    assert found.posts().exists()


def test_somebody_is_away_and_somebody_stands_in(demo_city: None) -> None:
    (away,) = Appointment.objects.filter(stand_in__isnull=False)
    assert away.cell is not None
    assert away.cell_id in scope(away.stand_in).cell_ids  # type: ignore[arg-type]
    later = today() + timedelta(days=31)
    assert away.cell_id not in scope(away.stand_in, on=later).cell_ids  # type: ignore[arg-type]


def test_loading_twice_changes_nothing(demo_city: None) -> None:
    before = User.objects.count(), Appointment.objects.count(), Area.objects.count()
    said = StringIO()
    call_command("load_demo_city", stdout=said)
    assert "已经在库里" in said.getvalue()
    assert (User.objects.count(), Appointment.objects.count(), Area.objects.count()) == before


def test_the_accounts_are_printed_one_for_each_role(demo_city: None) -> None:
    said = StringIO()
    call_command("demo_accounts", stdout=said)
    lines = said.getvalue().splitlines()
    assert len(lines) == len(Role)
    assert lines[0].split() == ["grid-member", PASSWORD, "网格员"]


@pytest.mark.django_db
def test_the_demonstration_city_is_refused_in_production(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="生产环境"):
        call_command("load_demo_city")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_registry_with_places_of_its_own_is_left_alone() -> None:
    make_area()
    said = StringIO()
    call_command("load_demo_city", stdout=said)
    assert "已经有别的地方" in said.getvalue()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_without_demonstration_there_are_no_accounts_to_print() -> None:
    said = StringIO()
    call_command("demo_accounts", stdout=said)
    assert said.getvalue() == ""
