"""Whoever answers for a place or a team sees its cases, and nobody else does: against brute force."""

import pytest
from django.core.management import call_command
from django.db import connection

from geodata.querysets import day_of
from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import act_as, scope
from gridmap.accounts.services import appoint, end_appointment
from gridmap.incidents.models import Incident, Party
from gridmap.incidents.parts import parts_of
from gridmap.incidents.standing import standing_of
from tests.incidents.makers import NOW, make_incident
from tests.incidents.random_offices import RandomOffices
from tests.makers import appoint as make_appointment
from tests.makers import make_small_city, make_user


def test_everybody_sees_the_cases_that_brute_force_says(offices: RandomOffices) -> None:
    cases = offices.rows()
    standings = [standing_of(case, offices.day) for case in cases]
    seeing = 0
    for sight in offices.sights(User.objects.all()):
        user, held = sight.user, sight.held
        found = scope(user, offices.day)
        codes = set(Incident.objects.visible_to(found).values_list("code", flat=True))
        assert codes == sight.codes(), held
        seeing += bool(codes)
        for case, standing in zip(cases, standings, strict=True):
            expected = offices.oracle.parts(user.pk, held, case) if user.is_active else set()
            assert {str(part) for part in parts_of(standing, found)} == expected, (held, case)
    assert seeing > 100


def test_the_parties_of_a_case_are_seen_by_those_who_see_the_case(offices: RandomOffices) -> None:
    """The second lock: the database itself, asked for everything by the application's role."""
    call_command("grant_app")
    Party.objects.bulk_create(
        Party(incident=case, role=Party.Role.REPORTER, name=f"n{case.pk}")
        for case in offices.rows()
    )
    active = User.objects.filter(is_active=True).order_by("pk")[:80]
    visible = {
        user: set(
            Incident.objects.visible_to(scope(user, offices.day)).values_list("pk", flat=True)
        )
        for user in active
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE gridmap_app")
    for user, ids in visible.items():
        act_as(user, offices.day)
        assert set(Party.objects.values_list("incident", flat=True)) == ids
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.mark.django_db
def test_a_transfer_takes_effect_on_the_next_question() -> None:
    city = make_small_city()
    ma, bai = make_user("ma"), make_user("bai")
    appointment = make_appointment(ma, Role.GRID_MEMBER, city.cells["a"])
    case = make_incident(ma)

    def who_sees() -> list[str]:
        users = (User.objects.get(pk=user.pk) for user in (ma, bai))
        return [
            u.username for u in users if case in Incident.objects.visible_to(scope(u, day_of(NOW)))
        ]

    assert who_sees() == ["ma"]
    end_appointment(appointment=appointment, ends_on=day_of(NOW), by="he", at=NOW)
    assert who_sees() == []
    appoint(
        user=bai,
        role=Role.GRID_MEMBER,
        place=city.cells["a"],
        begins_on=day_of(NOW),
        by="he",
        at=NOW,
    )
    assert who_sees() == ["bai"]


@pytest.mark.django_db
def test_a_planner_sees_no_case_and_no_more_through_another_office() -> None:
    city = make_small_city()
    planner = make_user("lu")
    make_appointment(planner, Role.PLANNER, city.areas["city"])
    cases = [make_incident(planner, column=column) for column in (0.5, 2.5)]
    assert not Incident.objects.visible_to(scope(planner)).exists()
    make_appointment(planner, Role.GRID_MEMBER, city.cells["b"])
    assert list(Incident.objects.visible_to(scope(planner))) == cases[1:]
