"""A conflict is confirmed, owned, planned for, tried at and closed by those above it, and all of it is on record."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from gridmap.accounts.models import Role, User
from gridmap.incidents.log import verify
from gridmap.incidents.models import LogEntry
from gridmap.recurring.models import ConflictRecord, Measure, RecurringConflict
from gridmap.recurring.services.errors import ConflictOvertaken, ConflictRefused
from gridmap.recurring.services.following import follow_conflicts
from gridmap.recurring.services.handling import (
    close_conflict,
    confirm_conflict,
    dismiss_conflict,
    give_owner,
    note_measure,
    take_back,
    write_plan,
)
from gridmap.recurring.states import STEPS, TRANSITIONS, State
from tests.incidents.log_history import seal
from tests.incidents.makers import NOW
from tests.makers import appoint, make_small_city, make_team, make_user
from tests.recurring.makers import make_conflict

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 14)
LATER = NOW + timedelta(days=100)


class Cast:
    """A commander over sub-district x, officers of communities p and q, a guide, and a conflict in p."""

    def __init__(self) -> None:
        self.city = make_small_city()
        self.chen, self.li, self.sun, self.ma, self.gao = (
            make_user(name) for name in ("chen", "li", "sun", "ma", "gao")
        )
        self.team = make_team()
        appoint(self.chen, Role.DISTRICT_COMMANDER, self.city.areas["x"])
        appoint(self.li, Role.COMMUNITY_OFFICER, self.city.areas["p"])
        appoint(self.sun, Role.COMMUNITY_OFFICER, self.city.areas["q"])
        appoint(self.ma, Role.GRID_MEMBER, self.city.cells["a"])
        appoint(self.gao, Role.GUIDE, self.team)
        self.conflict = make_conflict(self.city.areas["p"])

    def confirm(self, by: User | None = None) -> ConflictRecord:
        return confirm_conflict(conflict=self.conflict, by=by or self.chen, at=NOW)

    def own(self, owner: User | None = None) -> ConflictRecord:
        return give_owner(
            conflict=self.conflict, owner=owner or self.li, team=self.team, by=self.chen, at=NOW
        )

    def plan(self, by: User, plan: str = "换泵", due: date = DAY) -> ConflictRecord:
        return write_plan(conflict=self.conflict, plan=plan, due=due, by=by, at=NOW)

    def measure(self, by: User, taken_on: date = DAY) -> Measure:
        return note_measure(
            conflict=self.conflict,
            words="换了泵",
            taken_on=taken_on,
            taken_by="供水公司",
            by=by,
            at=NOW,
        )

    @property
    def now(self) -> RecurringConflict:
        found: RecurringConflict = RecurringConflict.objects.get(pk=self.conflict.pk)
        return found


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_from_candidate_to_closed_and_every_act_is_on_record(cast: Cast) -> None:
    cast.confirm()
    cast.own()
    cast.plan(cast.li)
    cast.measure(cast.gao)
    follow_conflicts(LATER)
    close_conflict(conflict=cast.conflict, reason="半年没有来件", by=cast.chen, at=LATER)
    acts = ConflictRecord.objects.values_list("act", "from_state", "to_state", "by__username")
    assert list(acts) == [
        ("find", "", "candidate", None),
        ("confirm", "candidate", "confirmed", "chen"),
        ("own", "confirmed", "confirmed", "chen"),
        ("plan", "confirmed", "under_plan", "li"),
        ("measure", "under_plan", "under_plan", "gao"),
        ("rest", "under_plan", "quiet", None),
        ("close", "quiet", "closed", "chen"),
    ]
    assert (cast.now.owner, cast.now.team, cast.now.plan, cast.now.version) == (
        cast.li,
        cast.team,
        "换泵",
        6,
    )


def test_the_log_tells_of_every_act_and_of_a_hand_that_changed_one(cast: Cast) -> None:
    cast.confirm()
    seal()
    assert [str(fault) for fault in verify().faults] == []
    tables = set(LogEntry.objects.values_list("table", flat=True))
    assert {"recurring_recurringconflict", "recurring_conflictrecord"} <= tables
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE recurring_conflictrecord DISABLE TRIGGER log_update")
        cursor.execute("UPDATE recurring_conflictrecord SET note = 'x' WHERE act = 'confirm'")
        cursor.execute("ALTER TABLE recurring_conflictrecord ENABLE TRIGGER log_update")
    assert [fault.table for fault in verify().faults] == ["recurring_conflictrecord"]


def test_only_those_above_it_and_only_in_its_turn(cast: Cast) -> None:
    for stranger in (cast.sun, cast.ma, cast.gao):
        with pytest.raises(ConflictRefused, match="你不能"):
            cast.confirm(stranger)
    for too_early in (cast.own, lambda: cast.plan(cast.li), lambda: cast.measure(cast.li)):
        with pytest.raises(ConflictRefused, match="待确认"):
            too_early()
    cast.confirm()
    with pytest.raises(ConflictRefused, match="先定负责人"):
        cast.plan(cast.li)
    with pytest.raises(ConflictRefused, match="已确认"):
        close_conflict(conflict=cast.conflict, reason="没有了", by=cast.li, at=NOW)
    assert ConflictRecord.objects.count() == 2


def test_what_is_missing_is_told_with_its_field(cast: Cast) -> None:
    cast.confirm()
    cast.own()
    tries: list[tuple[str, Callable[[], object]]] = [
        ("plan", lambda: cast.plan(cast.li, plan=" ")),
        ("due", lambda: cast.plan(cast.li, due=DAY - timedelta(days=1))),
        ("taken_on", lambda: cast.measure(cast.li, DAY + timedelta(days=1))),
        ("owner", lambda: cast.own(cast.sun)),
    ]
    for field, attempt in tries:
        with pytest.raises(ConflictRefused) as refused:
            attempt()
        assert refused.value.field == field


def test_who_comes_second_is_told_that_somebody_was_first(cast: Cast) -> None:
    cast.confirm()
    with pytest.raises(ConflictOvertaken):
        dismiss_conflict(conflict=cast.conflict, reason="巧合", by=cast.li, at=NOW, version=1)


def test_what_was_done_at_once_is_taken_back_until_something_else_is_done(cast: Cast) -> None:
    cast.confirm()
    take_back(conflict=cast.conflict, by=cast.li, at=NOW)
    assert (cast.now.state, cast.now.confirmed_at) == ("candidate", None)
    dismiss_conflict(conflict=cast.conflict, reason="巧合", by=cast.li, at=NOW)
    assert cast.now.is_dismissed
    take_back(conflict=cast.conflict, by=cast.li, at=NOW)
    cast.confirm()
    cast.own()
    with pytest.raises(ConflictRefused, match="不能撤销"):
        take_back(conflict=cast.conflict, by=cast.li, at=NOW)


def test_the_database_lets_no_write_leave_the_life_of_a_conflict() -> None:
    """By raw writes, with whatever else the state needs: what the services know, the triggers know."""
    cast = Cast()
    for source, target in product(State, State):
        if source == target:
            continue
        with transaction.atomic():
            for state in path_to(source):
                put(cast.conflict, state)
            is_allowed = (source, target) in TRANSITIONS
            if is_allowed:
                put(cast.conflict, target)
            else:
                with pytest.raises(IntegrityError, match="cannot come from"), transaction.atomic():
                    put(cast.conflict, target)
            transaction.set_rollback(True)


def path_to(state: State) -> list[State]:
    ways = {
        State.CANDIDATE: [],
        State.CONFIRMED: [State.CONFIRMED],
        State.UNDER_PLAN: [State.CONFIRMED, State.UNDER_PLAN],
        State.QUIET: [State.CONFIRMED, State.QUIET],
        State.CLOSED: [State.CONFIRMED, State.QUIET, State.CLOSED],
        State.CAME_BACK: [State.CONFIRMED, State.QUIET, State.CAME_BACK],
    }
    return ways[state]


def put(conflict: RecurringConflict, state: State) -> None:
    """The state with the moments and words that the constraints demand of it."""
    rests = state in {State.QUIET, State.CLOSED}
    owner = User.objects.get(username="li")
    RecurringConflict.objects.filter(pk=conflict.pk).update(
        state=state,
        confirmed_at=None if state is State.CANDIDATE else NOW,
        quiet_since=NOW if rests else None,
        plan="换泵",
        plan_due=DAY,
        owner=owner,
    )


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": "confirmed"}, "conflict_at_work_is_confirmed"),
        ({"state": "closed", "confirmed_at": NOW}, "conflict_rests_since"),
        ({"confirmed_at": NOW}, "conflict_at_work_is_confirmed"),
        ({"code": "JYG-R9999"}, "stay"),
    ],
)
def test_the_database_knows_no_half_states(
    cast: Cast, fields: dict[str, object], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RecurringConflict.objects.update(**fields)


def test_the_database_knows_no_plan_without_an_owner_and_a_day(cast: Cast) -> None:
    cast.confirm()
    with pytest.raises(IntegrityError, match="conflict_plan_has"), transaction.atomic():
        RecurringConflict.objects.update(state="under_plan", plan="换泵", plan_due=DAY)


def test_every_state_can_be_left() -> None:
    assert {source for source, _target in TRANSITIONS} == set(State)
    assert {step.target for step in STEPS.values() if step.target} | {State.CANDIDATE} == set(State)
