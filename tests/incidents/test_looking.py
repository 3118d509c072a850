"""Who sees the parties of a case, and what is written down of it."""

import pytest

from gridmap.accounts.models import Role, User
from gridmap.incidents.drafts import PartyDraft
from gridmap.incidents.models import Incident, PartyLook
from gridmap.incidents.services.errors import MoveRefused
from gridmap.incidents.services.looking import reveal_parties
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import appoint, make_small_city, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Incident:
    city = make_small_city()
    make_rule(make_team("housing"))
    appoint(make_user("ma"), Role.GRID_MEMBER, city.cells["a"])
    appoint(make_user("bai"), Role.GRID_MEMBER, city.cells["b"])
    appoint(make_user("lou"), Role.BUILDING_LEADER, city.posts["a1"])
    operator = make_user("hua")
    appoint(operator, Role.HOTLINE_OPERATOR, city.areas["r"])
    return make_incident(operator, parties=(PartyDraft("reporter", "李敏", "12000006620"),))


def person(username: str) -> User:
    return User.objects.get(username=username)


def test_a_look_shows_the_parties_and_says_who_looked_and_why(case: Incident) -> None:
    seen = reveal_parties(incident=case, reason="contact", by=person("ma"), at=NOW)
    assert [(party.name, party.phone) for party in seen] == [("李敏", "12000006620")]
    look = PartyLook.objects.get()
    assert (look.incident, look.user, look.reason, look.at) == (case, person("ma"), "contact", NOW)


@pytest.mark.parametrize("username", ["bai", "lou", "hua"])
def test_who_does_not_work_on_the_case_sees_nothing(case: Incident, username: str) -> None:
    """A neighbour, the leader of the building, and who took it down for another place."""
    with pytest.raises(MoveRefused):
        reveal_parties(incident=case, reason="contact", by=person(username), at=NOW)
    assert not PartyLook.objects.exists()


@pytest.mark.parametrize("reason", ["", "curiosity"])
def test_without_a_reason_of_the_list_nothing_is_shown(case: Incident, reason: str) -> None:
    with pytest.raises(MoveRefused) as refused:
        reveal_parties(incident=case, reason=reason, by=person("ma"), at=NOW)
    assert refused.value.field == "reason"
    assert not PartyLook.objects.exists()
