"""A case goes its way: what each move changes, who may make it, and what is refused."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope
from gridmap.incidents.models import HandOver, Incident, MoveRecord, Notice, StepRecord, Transition
from gridmap.incidents.services.details import Details, VisitDraft
from gridmap.incidents.services.errors import KeyTaken, MoveRefused, Overtaken
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.services.steps import record_step
from gridmap.incidents.standing import parts_in
from gridmap.incidents.states import ENDS, OPEN, STEPS, TRANSITIONS, Name, Part, State, Step
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user

pytestmark = pytest.mark.django_db
CONTENT = VisitDraft(way="phone", result="solved", satisfaction="satisfied")
UNHAPPY = VisitDraft(way="phone", result="partly", satisfaction="not")


class Cast:
    """The people around one case in cell a."""

    def __init__(self) -> None:
        self.city: SmallCity = make_small_city()
        self.team = make_team("housing")
        make_rule(self.team)
        self.member = self._person("ma", Role.GRID_MEMBER, self.city.cells["a"])
        self.neighbour = self._person("bai", Role.GRID_MEMBER, self.city.cells["b"])
        self.officer = self._person("li", Role.COMMUNITY_OFFICER, self.city.areas["p"])
        self.commander = self._person("chen", Role.DISTRICT_COMMANDER, self.city.areas["x"])
        self.dispatcher = self._person("sun", Role.DISPATCHER, self.city.areas["city"])
        self.visitor = self._person("wu", Role.VISITOR, self.city.areas["city"])
        self.admin = self._person("he", Role.CITY_ADMIN, self.city.areas["city"])
        self.guide = self._person("zhang", Role.GUIDE, self.team)
        self.case = make_incident(self.member)

    def _person(self, username: str, role: Role, place: object) -> User:
        user = make_user(username, password=None)
        appoint(user, role, place)  # type: ignore[arg-type]
        return user

    def move(self, name: Name, by: User | None, **details: object) -> MoveRecord:
        self.case.refresh_from_db()
        return move_incident(
            incident=self.case,
            name=name,
            by=by,
            at=NOW,
            details=Details(**details),  # type: ignore[arg-type]
        )

    def in_progress(self) -> None:
        dispatch_incident(incident=self.case, by=self.dispatcher, at=NOW)
        self.move(Name.START, self.member)

    def settle(self) -> None:
        for step in STEPS:
            self.case.refresh_from_db()
            record_step(incident=self.case, step=step, by=self.guide, at=NOW, note=f"做了{step}")

    def fresh(self) -> Incident:
        self.case.refresh_from_db()
        return self.case

    @property
    def state(self) -> str:
        return self.fresh().state


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_the_database_knows_the_same_transitions() -> None:
    known = set(Transition.objects.values_list("from_state", "to_state"))
    assert known == {(str(source), str(target)) for source, target in TRANSITIONS}


def test_every_state_can_reach_an_end() -> None:
    reached = set(ENDS)
    while grown := {s for s, t in TRANSITIONS if t in reached and s not in reached}:
        reached |= grown
    assert reached == set(State)
    assert {source for source, _ in TRANSITIONS} >= OPEN


def test_the_whole_way_from_report_to_close(cast: Cast) -> None:
    cast.in_progress()
    cast.settle()
    cast.move(Name.HANDLE, cast.guide, outcome="agreement_written", text="换了浮球阀")
    cast.move(Name.CHECK, cast.officer)
    cast.move(Name.VISIT, cast.visitor, visit=CONTENT)
    cast.move(Name.CLOSE, cast.visitor)
    case = Incident.objects.get()
    assert (case.state, case.is_open, case.succeeded) == ("closed", False, True)
    assert (case.accepted_at, case.contacted_at, case.closed_at) == (NOW, NOW, NOW)
    names = [str(name) for name in MoveRecord.objects.values_list("name", flat=True)]
    assert names == [
        "register",
        "accept",
        "file",
        "dispatch",
        "start",
        "handle",
        "check",
        "visit",
        "close",
    ]
    assert StepRecord.objects.count() == 5


def test_a_dispute_is_not_handled_before_it_is_settled(cast: Cast) -> None:
    cast.in_progress()
    with pytest.raises(MoveRefused):
        cast.move(Name.HANDLE, cast.member, outcome="agreement_oral", text="说好了")


def test_steps_come_in_their_order(cast: Cast) -> None:
    cast.in_progress()
    with pytest.raises(MoveRefused):
        record_step(incident=cast.case, step=Step.MEDIATE, by=cast.member, at=NOW, note="调")


def test_a_patrol_find_settled_on_the_spot_closes_in_one_act(cast: Cast) -> None:
    cast.move(Name.SETTLE_ON_SITE, cast.member, text="当场说和", outcome="resolved_on_site")
    case = Incident.objects.get()
    assert (case.state, case.no_visit_reason, case.step) == ("closed", "on_site", "settle")


def test_what_is_settled_already_may_still_close_on_the_spot(cast: Cast) -> None:
    cast.in_progress()
    cast.settle()
    cast.move(Name.SETTLE_ON_SITE, cast.member, text="当场说和")
    assert cast.state == "closed"
    assert StepRecord.objects.filter(step="settle").count() == 1


def test_without_a_visit_a_reason_must_be_given(cast: Cast) -> None:
    cast.in_progress()
    cast.settle()
    cast.move(Name.HANDLE, cast.member, outcome="agreement_oral", text="说好了")
    cast.move(Name.CHECK, cast.officer)
    with pytest.raises(MoveRefused) as refused:
        cast.move(Name.CLOSE, cast.officer)
    assert refused.value.field == "no_visit_reason"
    cast.move(Name.CLOSE, cast.officer, no_visit_reason="anonymous")


def test_a_dissatisfied_visit_is_reopened_or_explained(cast: Cast) -> None:
    cast.in_progress()
    cast.settle()
    cast.move(Name.HANDLE, cast.member, outcome="agreement_oral", text="说好了")
    cast.move(Name.CHECK, cast.officer)
    cast.move(Name.VISIT, cast.visitor, visit=UNHAPPY)
    with pytest.raises(MoveRefused):
        cast.move(Name.CLOSE, cast.visitor)
    cast.move(Name.REOPEN, cast.visitor, reason="水压还是低")
    case = Incident.objects.get()
    assert (case.round, case.step, case.outcome, case.is_visited) == (2, "", "", False)
    cast.move(Name.DISPATCH, cast.dispatcher)
    cast.move(Name.START, cast.member)
    cast.settle()


def test_a_stuck_case_climbs_rung_by_rung_and_comes_back(cast: Cast) -> None:
    cast.in_progress()
    rungs = []
    for climber in (cast.member, cast.officer, cast.commander):
        cast.move(Name.ESCALATE, climber, reason="办不动")
        rungs.append(cast.case.__class__.objects.get().raised_to)
    assert rungs == [cast.city.areas[key] for key in ("p", "x", "city")]
    with pytest.raises(MoveRefused):
        cast.move(Name.ESCALATE, cast.dispatcher, reason="还办不动")
    for _ in range(3):
        cast.move(Name.PULL_DOWN, cast.admin, reason="办得了")
        if Incident.objects.get().raised_to is not None:
            cast.move(Name.ESCALATE, cast.admin, reason="x")
            break
    assert cast.state in {"escalated", "dispatched"}


def test_a_suspended_case_gets_back_the_time_it_waited(cast: Cast) -> None:
    cast.in_progress()
    due = Incident.objects.get().due_at
    cast.move(Name.SUSPEND, cast.officer, reason="等材料", until=date(2026, 8, 1))
    move_incident(
        incident=cast.case, name=Name.RESUME, by=None, at=NOW + timedelta(days=3), details=Details()
    )
    assert Incident.objects.get().due_at == due + timedelta(days=3)


def test_a_hand_over_to_another_cell_is_recorded_and_ends_the_old_right(cast: Cast) -> None:
    cast.in_progress()
    cast.move(Name.HAND_OVER, cast.dispatcher, cell=cast.city.cells["b"], reason="在隔壁")
    case = Incident.objects.get()
    assert parts_in(case, scope(cast.member)) == {Part.REPORTER}
    assert Part.TERRITORY in parts_in(case, scope(cast.neighbour))
    assert HandOver.objects.get().to_cell == cast.city.cells["b"]
    assert Notice.objects.filter(user=cast.neighbour, kind="arrived").exists()


def test_the_desk_takes_back_what_it_has_sent_out(cast: Cast) -> None:
    dispatch_incident(incident=cast.case, by=cast.dispatcher, at=NOW)
    cast.move(Name.RETURN, cast.dispatcher, reason="派错了")
    assert cast.state == "returned"
    assert Notice.objects.filter(user=cast.member, kind="moved").exists()
    with pytest.raises(MoveRefused):
        cast.move(Name.RETURN, cast.dispatcher, reason="再撤一次")


def test_who_writes_on_what_has_changed_is_told(cast: Cast) -> None:
    cast.in_progress()
    stale = Incident.objects.get().version
    cast.move(Name.ESCALATE, cast.member, reason="办不动")
    with pytest.raises(Overtaken) as overtaken:
        cast.move(Name.TAKE_UP, cast.officer, version=stale)
    assert (overtaken.value.who, overtaken.value.at) == ("ma", NOW)


def test_a_step_by_somebody_else_is_told_as_theirs(cast: Cast) -> None:
    cast.in_progress()
    stale = Incident.objects.get().version
    later = NOW + timedelta(hours=1)
    record_step(incident=cast.case, step=Step.LISTEN, by=cast.guide, at=later, note="听了")
    with pytest.raises(Overtaken) as overtaken:
        cast.move(Name.ESCALATE, cast.member, reason="办不动", version=stale)
    assert (overtaken.value.who, overtaken.value.at) == ("zhang", later)


def test_the_same_move_again_is_one_move_although_its_version_is_old_by_then(cast: Cast) -> None:
    cast.in_progress()
    details = {"reason": "办不动", "key": uuid4(), "version": cast.fresh().version}
    first, second = (cast.move(Name.ESCALATE, cast.member, **details) for _ in range(2))
    assert first == second
    assert MoveRecord.objects.filter(name="escalate").count() == 1


def test_a_key_stands_for_one_move_of_one_case(cast: Cast) -> None:
    cast.in_progress()
    key = uuid4()
    cast.move(Name.ESCALATE, cast.member, reason="办不动", key=key)
    with pytest.raises(KeyTaken):
        cast.move(Name.TAKE_UP, cast.officer, key=key)
    other = make_incident(cast.member)
    with pytest.raises(KeyTaken):
        move_incident(
            incident=other, name=Name.ESCALATE, by=cast.member, at=NOW, details=Details(key=key)
        )


def test_a_new_case_is_dispatched_with_the_version_that_was_read(cast: Cast) -> None:
    details = Details(version=cast.fresh().version)
    dispatch_incident(incident=cast.case, by=cast.dispatcher, at=NOW, details=details)
    assert cast.state == "dispatched"


def test_the_same_step_again_is_one_step(cast: Cast) -> None:
    cast.in_progress()
    version = cast.fresh().version
    first, second = (
        record_step(
            incident=cast.case, step=Step.LISTEN, by=cast.guide, at=NOW, note="听", version=version
        )
        for _ in range(2)
    )
    assert first == second
    assert StepRecord.objects.count() == 1


def test_somebody_without_a_part_may_do_nothing(cast: Cast) -> None:
    for name in Name:
        with pytest.raises(MoveRefused):
            cast.move(name, cast.neighbour, reason="x", text="x", outcome="referred")


@pytest.mark.parametrize(
    "change",
    [
        "state = 'closed', closed_at = now()",
        "state = 'checked', outcome = 'referred'",
        "state = 'filed'",
        "cell_id = NULL",
        "due_at = NULL",
        "code = 'JYG-1'",
        "is_imported = true",
    ],
)
def test_a_raw_update_cannot_make_what_no_move_makes(cast: Cast, change: str) -> None:
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE incidents_incident SET {change}")
    assert cast.state == "registered"
