"""Ways of a case that are walked seldom: back, up and across, without a place, without people."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope
from gridmap.incidents.models import Incident, MoveRecord, Notice, StepRecord
from gridmap.incidents.parts import parts_of, possible_moves
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.errors import MoveRefused
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.services.steps import ask_extension, decide_extension, record_step
from gridmap.incidents.standing import standing_of
from gridmap.incidents.states import STEPS, Name
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 14)


class Cast:
    def __init__(self) -> None:
        self.city: SmallCity = make_small_city()
        self.team = make_team("housing")
        make_rule(self.team)
        self.member = self._person("ma", Role.GRID_MEMBER, self.city.cells["a"])
        self.officer = self._person("li", Role.COMMUNITY_OFFICER, self.city.areas["p"])
        self.commander = self._person("chen", Role.DISTRICT_COMMANDER, self.city.areas["x"])
        self.admin = self._person("he", Role.CITY_ADMIN, self.city.areas["city"])
        self.guide = self._person("zhang", Role.GUIDE, self.team)

    def _person(self, username: str, role: Role, place: object) -> User:
        user = make_user(username, password=None)
        appoint(user, role, place)  # type: ignore[arg-type]
        return user

    def move(self, case: Incident, name: Name, by: User, **details: object) -> Incident:
        given = Details(**{"reason": "原因", **details})  # type: ignore[arg-type]
        move_incident(incident=case, name=name, by=by, at=NOW, details=given)
        return Incident.objects.get(pk=case.pk)

    def shown(self, case: Incident, by: User) -> set[Name]:
        standing = standing_of(case, TODAY)
        return {
            move.name for move in possible_moves(standing, parts_of(standing, scope(by, TODAY)))
        }

    def in_progress(self, **fields: object) -> Incident:
        case = make_incident(self.member, **fields)  # type: ignore[arg-type]
        dispatch_incident(incident=case, by=self.admin, at=NOW)
        return self.move(case, Name.START, self.member)

    def nowhere(self) -> Incident:
        return make_incident(self.member, lon=None, lat=None)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_what_was_read_as_new_is_dispatched_with_one_button(cast: Cast) -> None:
    case = make_incident(cast.member)
    details = Details(version=case.version)
    dispatch_incident(incident=case, by=cast.admin, at=NOW, details=details)
    assert Incident.objects.get().state == "dispatched"


def test_what_is_settled_may_still_be_closed_on_the_spot(cast: Cast) -> None:
    case = cast.in_progress()
    for step in STEPS:
        record_step(incident=case, step=step, by=cast.guide, at=NOW, note="谈过了")
    case = cast.move(case, Name.SETTLE_ON_SITE, cast.member, text="当场说和")
    assert case.state == "closed"
    assert StepRecord.objects.count() == 5


def test_what_has_no_place_is_reopened_into_the_queue(cast: Cast) -> None:
    case = cast.move(cast.nowhere(), Name.SETTLE_ON_SITE, cast.guide, text="电话里说清了")
    case = cast.move(case, Name.REOPEN, cast.admin)
    assert (case.state, case.unrouted_reason) == ("reopened", "no_place")


def test_what_has_no_place_lies_with_the_city_and_climbs_no_more(cast: Cast) -> None:
    case = cast.move(cast.nowhere(), Name.DECLINE, cast.admin)
    case = cast.move(case, Name.REOPEN, cast.admin)
    assert Name.ESCALATE not in cast.shown(case, cast.admin)
    with pytest.raises(MoveRefused):
        cast.move(case, Name.ESCALATE, cast.admin)


def test_to_a_cell_without_a_member_a_case_goes_by_the_area_above(cast: Cast) -> None:
    case = cast.move(cast.in_progress(), Name.HAND_OVER, cast.admin, cell=cast.city.cells["b"])
    assert case.raised_to == cast.city.areas["p"]
    assert Notice.objects.filter(user=cast.officer, kind="arrived").exists()


def test_a_case_taken_up_above_goes_down_with_another_cell(cast: Cast) -> None:
    case = cast.move(cast.in_progress(), Name.ESCALATE, cast.member)
    case = cast.move(case, Name.TAKE_UP, cast.officer)
    appoint(make_user("bai"), Role.GRID_MEMBER, cast.city.cells["b"])
    case = cast.move(case, Name.HAND_OVER, cast.officer, cell=cast.city.cells["b"])
    assert (case.state, case.raised_to) == ("in_progress", None)


@pytest.mark.parametrize(("climbs", "level"), [(1, "x"), (2, "x"), (3, "city")])
def test_an_escalated_case_stays_raised_where_it_is_still_below(
    cast: Cast, climbs: int, level: str
) -> None:
    """To cell c of community q, where nobody is appointed: under x like before, not under p."""
    case = cast.in_progress()
    for _ in range(climbs):
        case = cast.move(case, Name.ESCALATE, cast.admin)
    case = cast.move(case, Name.HAND_OVER, cast.admin, cell=cast.city.cells["c"])
    assert (case.state, case.raised_to) == ("escalated", cast.city.areas[level])


def test_a_case_climbs_past_areas_in_which_nobody_is_left(cast: Cast) -> None:
    case = cast.move(cast.in_progress(), Name.ESCALATE, cast.member)
    User.objects.filter(pk=cast.officer.pk).update(is_active=False)
    case = cast.move(case, Name.ESCALATE, cast.admin)
    assert case.raised_to == cast.city.areas["x"]
    case = cast.move(case, Name.PULL_DOWN, cast.admin)
    assert (case.state, case.raised_to) == ("dispatched", None)


def test_nothing_is_pulled_down_to_nobody(cast: Cast) -> None:
    case = cast.move(cast.in_progress(), Name.ESCALATE, cast.member)
    assert Name.PULL_DOWN in cast.shown(case, cast.officer)
    User.objects.filter(pk=cast.member.pk).update(is_active=False)
    assert Name.PULL_DOWN not in cast.shown(case, cast.officer)
    with pytest.raises(MoveRefused):
        cast.move(case, Name.PULL_DOWN, cast.officer)


def test_a_stand_in_holds_the_cell_and_is_told(cast: Cast) -> None:
    hu = make_user("hu")
    gone = make_user("gone", is_active=False)
    appoint(
        gone, Role.GRID_MEMBER, cast.city.cells["b"],
        stand_in=hu, stand_in_from=TODAY, stand_in_to=TODAY + timedelta(days=2),
    )  # fmt: skip
    case = cast.move(cast.in_progress(), Name.HAND_OVER, cast.admin, cell=cast.city.cells["b"])
    assert case.raised_to is None
    assert set(
        Notice.objects.filter(kind="arrived", incident=case).values_list("user", flat=True)
    ) >= {hu.pk}
    assert not Notice.objects.filter(user=gone).exists()


def test_more_time_never_makes_a_deadline_earlier(cast: Cast) -> None:
    case = cast.in_progress()
    until = case.due_at + timedelta(hours=1)
    asked = ask_extension(incident=case, until=until, reason="等材料", by=cast.member, at=NOW)
    later = until + timedelta(days=30)
    Incident.objects.filter(pk=case.pk).update(due_at=later, contact_due_at=later)
    decide_extension(extension=asked, is_granted=True, by=cast.officer, at=NOW)
    assert Incident.objects.get().due_at == later


def test_a_case_is_merged_only_into_one_that_is_seen(cast: Cast) -> None:
    case, other = make_incident(cast.member), make_incident(cast.member, column=6.5)
    with pytest.raises(MoveRefused) as refused:
        cast.move(case, Name.MERGE, cast.commander, other=other)
    assert refused.value.field == "other"
    assert cast.move(case, Name.MERGE, cast.admin, other=other).merged_into == other


@pytest.mark.parametrize(("field", "length"), [("reason", 501), ("text", 2001)])
def test_too_many_words_are_refused_by_field(cast: Cast, field: str, length: int) -> None:
    case = make_incident(cast.member)
    with pytest.raises(MoveRefused) as refused:
        cast.move(case, Name.WITHDRAW, cast.admin, **{field: "字" * length})
    assert refused.value.field == field


def test_rights_are_those_of_the_day_of_the_move(cast: Cast) -> None:
    case = make_incident(cast.member)
    late = make_user("late")
    appoint(late, Role.DISPATCHER, cast.city.areas["city"], begins_on=TODAY + timedelta(days=1))
    with pytest.raises(MoveRefused):
        move_incident(incident=case, name=Name.ACCEPT, by=late, at=NOW)
    move_incident(incident=case, name=Name.ACCEPT, by=late, at=NOW + timedelta(days=1))


@pytest.mark.parametrize(
    "change",
    [
        "step = 'settle'",
        "round = 2",
        "is_visited = true",
        "state = 'reopened', state_reason = 'x', closed_at = NULL",
        "state = 'reopened', state_reason = 'x', closed_at = NULL, round = 3, step = '', outcome = '', is_visited = false",
    ],
)
def test_a_flag_says_nothing_that_no_record_says(cast: Cast, change: str) -> None:
    case = make_incident(cast.member, topic="repair")
    cast.move(case, Name.SETTLE_ON_SITE, cast.member, text="修好了")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE incidents_incident SET {change}")
    assert MoveRecord.objects.filter(name="settle_on_site").exists()


def test_more_time_is_for_who_has_the_case(cast: Cast) -> None:
    """As the page has it: nothing is asked for before a case is sent out, nor while it is looked at."""
    case = make_incident(cast.member)
    until = case.due_at + timedelta(days=1)
    with pytest.raises(MoveRefused, match="不能对这个案件"):
        ask_extension(incident=case, until=until, reason="等材料", by=cast.member, at=NOW)
