"""A conflict is confirmed, planned for, tried at and closed by those above it, and a new case belongs to it at once."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope
from gridmap.recurring.models import ConflictRecord, RecurringConflict
from gridmap.recurring.services.errors import ConflictRefused
from gridmap.recurring.services.handling import (
    close_conflict,
    confirm_conflict,
    plan_conflict,
    record_measure,
)
from tests.incidents.makers import NOW, make_incident
from tests.makers import appoint, make_small_city, make_user
from tests.recurring.makers import make_conflict, square

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 14)


class Cast:
    """A commander over sub-district x, an officer of community p, a neighbour of q, and a conflict in p."""

    def __init__(self) -> None:
        self.city = make_small_city()
        self.chen, self.li, self.sun, self.ma = (
            make_user(name) for name in ("chen", "li", "sun", "ma")
        )
        appoint(self.chen, Role.DISTRICT_COMMANDER, self.city.areas["x"])
        appoint(self.li, Role.COMMUNITY_OFFICER, self.city.areas["p"])
        appoint(self.sun, Role.COMMUNITY_OFFICER, self.city.areas["q"])
        appoint(self.ma, Role.GRID_MEMBER, self.city.cells["a"])
        self.conflict = make_conflict(self.city.areas["p"])

    def plan(self, by: User, plan: str = "换泵") -> RecurringConflict:
        return plan_conflict(conflict=self.conflict, plan=plan, owner=self.li, by=by, at=NOW)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_from_candidate_to_a_plan_and_every_step_is_on_record(cast: Cast) -> None:
    confirm_conflict(conflict=cast.conflict, by=cast.chen, at=NOW)
    planned = cast.plan(cast.chen)
    assert (planned.state, planned.owner, planned.plan, planned.version) == (
        "under_plan",
        cast.li,
        "换泵",
        3,
    )
    steps = ConflictRecord.objects.values_list("act", "from_state", "to_state", "by__username")
    assert list(steps) == [
        ("confirm", "candidate", "confirmed", "chen"),
        ("plan", "confirmed", "under_plan", "chen"),
    ]


def test_only_those_above_it_and_only_in_its_turn(cast: Cast) -> None:
    for stranger in (cast.sun, cast.ma):
        with pytest.raises(ConflictRefused, match="不能"):
            confirm_conflict(conflict=cast.conflict, by=stranger, at=NOW)
    with pytest.raises(ConflictRefused, match="待确认"):
        cast.plan(cast.li)
    with pytest.raises(ConflictRefused) as refused:
        cast.plan(cast.li, plan=" ")
    assert refused.value.field == "plan"
    assert not ConflictRecord.objects.exists()


def test_the_database_knows_no_plan_without_an_owner(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RecurringConflict.objects.update(state="under_plan", plan="换泵")


def test_a_candidate_is_closed_with_a_reason_and_one_at_work_is_not(cast: Cast) -> None:
    confirm_conflict(conflict=cast.conflict, by=cast.li, at=NOW)
    with pytest.raises(ConflictRefused, match="已确认"):
        close_conflict(conflict=cast.conflict, reason="没有了", by=cast.li, at=NOW)
    other = make_conflict(cast.city.areas["p"])
    assert close_conflict(conflict=other, reason="巧合", by=cast.li, at=NOW).state == "closed"


def test_the_owner_says_what_was_tried_and_a_stranger_does_not(cast: Cast) -> None:
    RecurringConflict.objects.update(owner=cast.ma)
    cast.conflict.refresh_from_db()
    record_measure(conflict=cast.conflict, words="换了泵", taken_on=DAY, by=cast.ma, at=NOW)
    with pytest.raises(ConflictRefused):
        record_measure(conflict=cast.conflict, words="x", taken_on=DAY, by=cast.sun, at=NOW)
    with pytest.raises(ConflictRefused) as refused:
        record_measure(
            conflict=cast.conflict, words="x", taken_on=DAY + timedelta(days=1), by=cast.li, at=NOW
        )
    assert refused.value.field == "taken_on"


def test_a_conflict_is_seen_in_its_area_and_nowhere_else(cast: Cast) -> None:
    def seen(user: User) -> bool:
        return RecurringConflict.objects.visible_to(scope(user, DAY)).exists()

    assert [seen(user) for user in (cast.chen, cast.li, cast.sun, cast.ma)] == [
        True,
        True,
        False,
        False,
    ]
    cast.conflict.cases.add(make_incident(cast.ma))
    assert seen(cast.ma)


def test_a_new_case_belongs_to_the_conflict_of_its_place_and_topic_at_once(cast: Cast) -> None:
    case = make_incident(cast.ma)
    assert list(RecurringConflict.objects.of_case(case)) == [cast.conflict]
    for stranger in (make_incident(cast.ma, topic="wages"), make_incident(cast.ma, column=1.5)):
        assert not RecurringConflict.objects.of_case(stranger).exists()
    # A conflict of a building is that of its own cases, however near the others lie.
    RecurringConflict.objects.update(building=case.building, geom=square(0, 0, 2))
    assert case.building is not None
    assert list(RecurringConflict.objects.of_case(case)) == [cast.conflict]
    assert not RecurringConflict.objects.of_case(make_incident(cast.ma, column=1.5)).exists()
    nowhere = make_incident(cast.ma, lon=None, lat=None)
    assert not RecurringConflict.objects.of_case(nowhere).exists()
