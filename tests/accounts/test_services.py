from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from geodata.versions import access_version
from gridmap.accounts.models import AccountChange, Appointment, Role, Session, User
from gridmap.accounts.scope import scope, today
from gridmap.accounts.services import (
    AppointmentRefused,
    appoint,
    change_password,
    disable_user,
    end_appointment,
    set_stand_in,
)
from tests import makers
from tests.makers import SmallCity, make_small_city, make_team, make_user

pytestmark = pytest.mark.django_db

AT = datetime(2026, 7, 13, 8, tzinfo=UTC)
MONDAY, TUESDAY, FRIDAY = date(2026, 7, 13), date(2026, 7, 14), date(2026, 7, 17)


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


def entrust(user: User, role: Role, place: Any, **fields: Any) -> Appointment:
    return appoint(
        user=user,
        role=role,
        place=place,
        **{"begins_on": MONDAY, "by": "admin", "at": AT, **fields},
    )


def test_an_appointment_entrusts_the_place_and_is_recorded(city: SmallCity) -> None:
    zhou = make_user("zhou")
    held = entrust(zhou, Role.GRID_MEMBER, city.cells["a"])
    assert scope(zhou, on=MONDAY).cell_ids == {city.cells["a"].pk}
    change = AccountChange.objects.get()
    assert (change.action, change.user, change.appointment) == ("appoint", zhou, held)
    assert (change.made_by, change.made_at) == ("admin", AT)


@pytest.mark.parametrize("role", [Role.GRID_MEMBER, Role.BUILDING_LEADER, Role.GUIDE])
def test_a_role_that_does_not_go_with_the_place_is_refused(city: SmallCity, role: Role) -> None:
    with pytest.raises(AppointmentRefused, match="不能任用"):
        entrust(make_user(), role, city.areas["p"])
    assert not Appointment.objects.exists()
    assert not AccountChange.objects.exists()


def test_every_role_has_a_place_it_can_be_appointed_to(city: SmallCity) -> None:
    places = (city.areas["p"], city.cells["a"], city.posts["a1"], make_team())
    for role in Role:
        accepted = 0
        for place in places:
            try:
                entrust(make_user(f"{role}-{type(place).__name__}"), role, place)
                accepted += 1
            except AppointmentRefused:
                continue
        assert accepted >= 1, role


def test_the_same_appointment_twice_at_a_time_is_refused(city: SmallCity) -> None:
    zhou = make_user("zhou")
    entrust(zhou, Role.GRID_MEMBER, city.cells["a"], ends_on=FRIDAY)
    with pytest.raises(AppointmentRefused, match="同样的任用"):
        entrust(zhou, Role.GRID_MEMBER, city.cells["a"], begins_on=TUESDAY)
    entrust(zhou, Role.GRID_MEMBER, city.cells["a"], begins_on=FRIDAY)


def test_a_disabled_person_cannot_be_appointed(city: SmallCity) -> None:
    with pytest.raises(AppointmentRefused, match="已停用"):
        entrust(make_user(is_active=False), Role.GRID_MEMBER, city.cells["a"])


def test_an_ended_appointment_no_longer_counts_on_its_last_day(city: SmallCity) -> None:
    zhou = make_user("zhou")
    held = entrust(zhou, Role.GRID_MEMBER, city.cells["a"])
    end_appointment(appointment=held, ends_on=FRIDAY, by="admin", at=AT)
    assert not scope(zhou, on=TUESDAY).is_empty
    assert scope(zhou, on=FRIDAY).is_empty


def test_an_appointment_made_by_mistake_can_end_on_its_first_day(city: SmallCity) -> None:
    zhou = make_user("zhou")
    held = entrust(zhou, Role.GRID_MEMBER, city.cells["a"])
    end_appointment(appointment=held, ends_on=MONDAY, by="admin", at=AT)
    assert scope(zhou, on=MONDAY).is_empty


def test_an_end_before_the_beginning_is_refused(city: SmallCity) -> None:
    held = entrust(make_user(), Role.GRID_MEMBER, city.cells["a"], begins_on=TUESDAY)
    with pytest.raises(AppointmentRefused, match="结束不能早于开始"):
        end_appointment(appointment=held, ends_on=MONDAY, by="admin", at=AT)


def test_a_stand_in_gets_the_scope_for_the_period(city: SmallCity) -> None:
    zhou, li = make_user("zhou"), make_user("li")
    held = entrust(zhou, Role.GRID_MEMBER, city.cells["a"])
    set_stand_in(
        appointment=held, stand_in=li, begins_on=TUESDAY, ends_on=FRIDAY, by="admin", at=AT
    )
    assert [scope(li, on=day).is_empty for day in (MONDAY, TUESDAY, FRIDAY)] == [True, False, True]


@pytest.mark.parametrize(
    ("name", "begins_on", "ends_on", "reason"),
    [
        ("zhou", TUESDAY, FRIDAY, "不能给自己代班"),
        ("li", FRIDAY, FRIDAY, "结束要晚于开始"),
        ("gone", TUESDAY, FRIDAY, "已停用"),
    ],
)
def test_a_stand_in_that_makes_no_sense_is_refused(
    city: SmallCity, name: str, begins_on: date, ends_on: date, reason: str
) -> None:
    people = {
        "zhou": make_user("zhou"),
        "li": make_user("li"),
        "gone": make_user("gone", is_active=False),
    }
    held = entrust(people["zhou"], Role.GRID_MEMBER, city.cells["a"])
    with pytest.raises(AppointmentRefused, match=reason):
        set_stand_in(
            appointment=held,
            stand_in=people[name],
            begins_on=begins_on,
            ends_on=ends_on,
            by="admin",
            at=AT,
        )


def test_disabling_a_person_ends_every_session_and_shuts_the_door() -> None:
    zhou, phone, desk = make_user("zhou"), Client(), Client()
    phone.force_login(zhou)
    desk.force_login(zhou)
    other = Client()
    other.force_login(make_user("li"))
    disable_user(user=zhou, by="admin", at=AT)
    assert list(Session.objects.values_list("user__username", flat=True)) == ["li"]
    answer = Client().post("/login/", {"username": "zhou", "password": makers.PASSWORD})
    assert answer.status_code == 200
    assert not Session.objects.filter(user=zhou).exists()


def test_a_new_password_ends_every_session_of_the_person() -> None:
    zhou, phone = make_user("zhou"), Client()
    phone.force_login(zhou)
    change_password(user=zhou, password="another-2026", by="zhou", at=AT)
    assert not Session.objects.exists()
    assert User.objects.get().check_password("another-2026")


def test_every_change_of_rights_tells_the_other_processes(
    city: SmallCity, django_capture_on_commit_callbacks: Any
) -> None:
    zhou, li = make_user("zhou"), make_user("li")

    def told(act: Any) -> bool:
        before = access_version()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return access_version() > before

    held = entrust(zhou, Role.GRID_MEMBER, city.cells["a"])
    period = {"begins_on": TUESDAY, "ends_on": FRIDAY}
    record = {"by": "admin", "at": AT}
    assert told(lambda: entrust(zhou, Role.GRID_MEMBER, city.cells["b"]))
    assert told(lambda: set_stand_in(appointment=held, stand_in=li, **period, **record))
    assert told(lambda: end_appointment(appointment=held, ends_on=today(), **record))
    assert told(lambda: change_password(user=zhou, password="another-2026", by="zhou", at=AT))
    assert told(lambda: disable_user(user=zhou, **record))
