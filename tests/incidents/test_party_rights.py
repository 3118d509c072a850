"""Row-level security on parties: what the application's role sees and writes, whatever it asks for."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import act_as
from gridmap.incidents.drafts import PartyDraft
from gridmap.incidents.models import Incident, Party
from tests.incidents.log_history import execute
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user

pytestmark = pytest.mark.django_db
REPORTER = PartyDraft(role="reporter", name="马建国", phone="0937-0000001")
SETTINGS = ("user", "areas", "cells", "posts", "teams")


class Cast:
    """Two cases with a party each: in cell a, led by a team and assisted by another, and in cell c."""

    def __init__(self) -> None:
        city: SmallCity = make_small_city()
        lead, assisting = make_team("housing"), make_team("law")
        make_rule(lead, "water_supply").assisting_teams.add(assisting)
        self.member = person("ma", Role.GRID_MEMBER, city.cells["a"])
        self.stranger = person("bai", Role.GRID_MEMBER, city.cells["c"])
        self.here = make_incident(self.member, parties=(REPORTER,))
        self.there = make_incident(self.stranger, column=4.5, topic="wages", parties=(REPORTER,))
        self.people = {
            "member": self.member,
            "stranger": self.stranger,
            "leader": person("han", Role.BUILDING_LEADER, city.posts["a1"]),
            "officer": person("li", Role.COMMUNITY_OFFICER, city.areas["p"]),
            "commander": person("chen", Role.DISTRICT_COMMANDER, city.areas["x"]),
            "guide": person("zhang", Role.GUIDE, lead),
            "assistant": person("zhao", Role.GUIDE, assisting),
            "planner": person("tian", Role.PLANNER, city.areas["city"]),
            "nobody": make_user("wu", password=None),
        }


def person(username: str, role: Role, place: object) -> User:
    user = make_user(username, password=None)
    appoint(user, role, place)  # type: ignore[arg-type]
    return user


@pytest.fixture
def cast() -> Iterator[Cast]:
    """The rest of the test has the application's rights, and nobody acts yet."""
    call_command("grant_app")
    made = Cast()
    for name in SETTINGS:
        execute("SELECT set_config(%s, '', true)", [f"gridmap.{name}"])
    execute("SET LOCAL ROLE gridmap_app")
    yield made
    execute("RESET ROLE")


def test_the_owner_sees_every_party(cast: Cast) -> None:
    """The control: without the policy, which does not bind the owner, both are there."""
    execute("RESET ROLE")
    assert Party.objects.count() == 2


def test_nobody_sees_no_party(cast: Cast) -> None:
    assert list(Party.objects.all()) == []
    assert execute("SELECT count(*) FROM incidents_party") == [(0,)]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("member", ["here"]),
        ("leader", ["here"]),
        ("officer", ["here"]),
        ("guide", ["here"]),
        ("assistant", ["here"]),
        ("stranger", ["there"]),
        ("commander", ["here", "there"]),
        ("planner", []),
        ("nobody", []),
    ],
)
def test_each_sees_the_parties_of_the_cases_in_scope(cast: Cast, who: str, seen: list[str]) -> None:
    act_as(cast.people[who], NOW.date())
    expected = {getattr(cast, name).pk for name in seen}
    assert set(Party.objects.values_list("incident", flat=True)) == expected


def test_a_party_in_scope_is_changed_and_another_is_not_there(cast: Cast) -> None:
    act_as(cast.member, NOW.date())
    assert Party.objects.update(phone="0937-0000002") == 1
    execute("RESET ROLE")
    phones = Party.objects.order_by("incident").values_list("phone", flat=True)
    assert list(phones) == ["0937-0000002", "0937-0000001"]


def test_a_party_is_not_moved_to_a_case_out_of_scope(cast: Cast) -> None:
    act_as(cast.member, NOW.date())
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Party.objects.update(incident=cast.there)


def test_no_party_is_added_to_the_case_of_others(cast: Cast) -> None:
    act_as(cast.member, NOW.date())
    Party.objects.create(incident=cast.here, role="other", name="李秀英")
    for way in (add_by_orm, add_by_statement):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            way(cast.there)
    execute("SELECT set_config('gridmap.user', '', true)")
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        add_by_statement(cast.there)


def test_who_takes_a_case_down_for_another_place_writes_its_parties_and_sees_them_no_more(
    cast: Cast,
) -> None:
    act_as(cast.member, NOW.date())
    case = make_incident(cast.member, column=4.5, parties=(REPORTER,))
    add_by_statement(case)
    assert not Party.objects.filter(incident=case).exists()
    act_as(cast.stranger, NOW.date())
    assert Party.objects.filter(incident=case).count() == 2


def test_no_party_is_deleted(cast: Cast) -> None:
    act_as(cast.member, NOW.date())
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        execute("DELETE FROM incidents_party")


def test_the_policy_is_planned_once_for_a_statement_and_uses_the_index(cast: Cast) -> None:
    """As a function it costs forty microseconds a row; written out, a look at the key of the case."""
    act_as(cast.member, NOW.date())
    execute("SET LOCAL enable_seqscan = off")
    explain = f"EXPLAIN SELECT * FROM incidents_party WHERE incident_id = {cast.here.pk}"
    plan = "\n".join(line for (line,) in execute(explain))
    assert "incidents_incident_pkey" in plan
    assert "Index" in plan.splitlines()[0]
    assert "in_scope" not in plan


def add_by_orm(case: Incident) -> None:
    Party.objects.create(incident=case, role="other", name="李秀英")


def add_by_statement(case: Incident) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO incidents_party (incident_id, role, is_organisation, name, phone, address)"
            " VALUES (%s, 'other', false, '李秀英', '', '')",
            [case.pk],
        )
