from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gridmap.accounts.models import AccountChange, Role, User
from gridmap.accounts.scope import scope
from tests.makers import SmallCity, make_small_city, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


def people(*words: str) -> None:
    call_command("people", *words, stdout=StringIO())


def test_a_city_gets_its_first_administrator(city: SmallCity, monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("gobi-wind-71\n"))
    people("add", "zhou", "--name", "周", "--phone", "0937-000-0001")
    people("password", "zhou")
    people("appoint", "zhou", "city_admin", "620201000000")
    zhou = User.objects.get()
    assert (zhou.name, zhou.phone, zhou.is_demonstration) == ("周", "0937-000-0001", False)
    assert zhou.check_password("gobi-wind-71")
    assert scope(zhou).cells().count() == 4
    assert scope(zhou).roles == {Role.CITY_ADMIN}
    actions = list(AccountChange.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["add", "password", "appoint"]


def test_every_kind_of_place_can_be_named(city: SmallCity) -> None:
    zhou = make_user("zhou")
    team = make_team("住建物业")
    people("appoint", "zhou", "grid_member", city.cells["b"].code)
    people("appoint", "zhou", "building_leader", f"post:{city.posts['a1'].pk}")
    people("appoint", "zhou", "guide", "住建物业")
    found = scope(zhou)
    assert found.cell_ids == {city.cells["b"].pk}
    assert found.post_ids == {city.posts["a1"].pk}
    assert found.team_ids == {team.pk}


def test_an_appointment_ends_and_is_stood_in_for(city: SmallCity) -> None:
    zhou, li = make_user("zhou"), make_user("li")
    held = ("zhou", "grid_member", city.cells["a"].code)
    people("appoint", *held)
    people("stand-in", *held, "li", "--from", "2020-01-01", "--until", "2100-01-01")
    assert scope(li).cell_ids == scope(zhou).cell_ids == {city.cells["a"].pk}
    people("end", *held)
    assert scope(zhou).is_empty
    assert scope(li).is_empty


def test_a_disabled_person_is_out() -> None:
    make_user("zhou")
    people("disable", "zhou")
    assert not User.objects.get().is_active


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["disable", "nobody"], "没有账号 nobody"),
        (["add", "zhou", "--name", "又一个周"], "已存在"),
        (["add", "with space", "--name", "周"], "合法的用户名"),
        (["appoint", "zhou", "grid_member", "9"], "没有这样的地方"),
        (["appoint", "zhou", "grid_member", "post:x"], "没有这样的地方"),
        (["appoint", "zhou", "grid_member", "620201001000"], "不能任用到这样的地方"),
        (["end", "zhou", "grid_member", "620201001001001"], "没有这样的任用"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    city: SmallCity, words: list[str], reason: str
) -> None:
    make_user("zhou")
    with pytest.raises(CommandError, match=reason):
        people(*words)


def test_a_weak_password_is_refused(monkeypatch: Any) -> None:
    make_user("zhou", password=None)
    monkeypatch.setattr("sys.stdin", StringIO("12345678\n"))
    with pytest.raises(CommandError):
        people("password", "zhou")
    assert not User.objects.get().has_usable_password()
