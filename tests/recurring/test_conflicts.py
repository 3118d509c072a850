"""Who sees a conflict; a new case belongs to it at once; it rests and comes back by what the cases say."""

from datetime import date, timedelta

import pytest

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope
from gridmap.incidents.models import Incident
from gridmap.recurring.models import ConflictRecord, RecurringConflict
from gridmap.recurring.services.following import follow_conflicts
from gridmap.recurring.services.handling import confirm_conflict, dismiss_conflict, give_owner
from tests.incidents.makers import NOW, make_incident
from tests.makers import appoint, make_small_city, make_team, make_user, square
from tests.recurring.makers import make_conflict

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 14)


class Cast:
    """A commander over sub-district x, officers of p and q, the member of cell a, and a conflict in p."""

    def __init__(self) -> None:
        self.city = make_small_city()
        self.chen, self.li, self.sun, self.ma, self.gao, self.lin = (
            make_user(name) for name in ("chen", "li", "sun", "ma", "gao", "lin")
        )
        self.team = make_team()
        appoint(self.chen, Role.DISTRICT_COMMANDER, self.city.areas["x"])
        appoint(self.li, Role.COMMUNITY_OFFICER, self.city.areas["p"])
        appoint(self.sun, Role.COMMUNITY_OFFICER, self.city.areas["q"])
        appoint(self.ma, Role.GRID_MEMBER, self.city.cells["a"])
        appoint(self.gao, Role.GUIDE, self.team)
        appoint(self.lin, Role.PLANNER, self.city.areas["city"])
        self.conflict = make_conflict(self.city.areas["p"])

    def seen_by(self, user: User) -> bool:
        return RecurringConflict.objects.visible_to(scope(user, DAY)).exists()

    @property
    def state(self) -> str:
        return str(RecurringConflict.objects.get(pk=self.conflict.pk).state)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_a_conflict_is_seen_in_its_area_and_nowhere_else(cast: Cast) -> None:
    people = (cast.chen, cast.li, cast.lin, cast.sun, cast.ma, cast.gao)
    assert [cast.seen_by(user) for user in people] == [True, True, True, False, False, False]


def test_those_whose_cell_team_or_charge_it_is_see_it_too(cast: Cast) -> None:
    make_incident(cast.ma)
    assert cast.seen_by(cast.ma)
    confirm_conflict(conflict=cast.conflict, by=cast.chen, at=NOW)
    give_owner(conflict=cast.conflict, owner=cast.ma, team=cast.team, by=cast.chen, at=NOW)
    RecurringConflict.cases.through.objects.all().delete()
    assert cast.seen_by(cast.ma)
    assert cast.seen_by(cast.gao)


def conflicts_of(case: Incident) -> list[RecurringConflict]:
    return list(case.conflicts.all())


def test_a_new_case_belongs_to_the_conflict_of_its_place_and_topic_at_once(cast: Cast) -> None:
    assert conflicts_of(make_incident(cast.ma)) == [cast.conflict]
    for other in ({"topic": "wages"}, {"column": 1.5}, {"lon": None, "lat": None}):
        assert conflicts_of(make_incident(cast.ma, **other)) == []


def test_a_conflict_of_a_building_is_that_of_its_own_cases(cast: Cast) -> None:
    building = make_incident(cast.ma).building
    assert building is not None
    RecurringConflict.objects.update(building=building, geom=square(0, 0, width=2, height=2))
    assert conflicts_of(make_incident(cast.ma)) == [cast.conflict]
    assert conflicts_of(make_incident(cast.ma, column=1.5)) == []


def test_a_case_belongs_to_nothing_that_was_found_to_be_none(cast: Cast) -> None:
    dismiss_conflict(conflict=cast.conflict, reason="巧合", by=cast.li, at=NOW)
    assert conflicts_of(make_incident(cast.ma)) == []


def test_after_ninety_days_without_a_case_it_rests_and_with_the_next_it_is_back(cast: Cast) -> None:
    confirm_conflict(conflict=cast.conflict, by=cast.chen, at=NOW)
    last = NOW + timedelta(days=10)
    make_incident(cast.ma, at=last, occurred_at=last)
    follow_conflicts(last + timedelta(days=90))
    assert cast.state == "confirmed"
    rests = last + timedelta(days=90, seconds=1)
    follow_conflicts(rests)
    follow_conflicts(rests + timedelta(days=1))
    assert cast.state == "quiet"
    # What happened before it rested and was told late is no return.
    make_incident(cast.ma, at=rests + timedelta(days=2), occurred_at=last)
    follow_conflicts(rests + timedelta(days=2))
    assert cast.state == "quiet"
    back = rests + timedelta(days=3)
    make_incident(cast.ma, at=back, occurred_at=back)
    follow_conflicts(back + timedelta(minutes=1))
    assert cast.state == "came_back"
    acts = ConflictRecord.objects.values_list("act", flat=True)
    assert list(acts) == ["find", "confirm", "rest", "return"]


def test_cases_that_never_were_cases_keep_nothing_awake(cast: Cast) -> None:
    confirm_conflict(conflict=cast.conflict, by=cast.chen, at=NOW)
    late = NOW + timedelta(days=95)
    case = make_incident(cast.ma, at=late, occurred_at=late)
    Incident.objects.filter(pk=case.pk).update(state="declined", state_reason="不是")
    follow_conflicts(late)
    assert cast.state == "quiet"


def test_a_conflict_that_is_none_stays_so_whatever_comes(cast: Cast) -> None:
    case = make_incident(cast.ma)
    dismiss_conflict(conflict=cast.conflict, reason="巧合", by=cast.li, at=NOW)
    Incident.objects.filter(pk=case.pk).update(occurred_at=NOW + timedelta(days=5))
    follow_conflicts(NOW + timedelta(days=300))
    assert cast.state == "closed"
