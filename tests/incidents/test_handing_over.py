"""A cell changes hands with all that is open in it; chosen cases go elsewhere together."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from gridmap.accounts.models import Appointment, Role, User
from gridmap.accounts.scope import scope
from gridmap.incidents.models import HandOver, Incident, MoveRecord, Notice
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.errors import HandOverRefused, MoveRefused
from gridmap.incidents.services.handing_over import hand_over_cases, hand_over_cell
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.states import Name
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 14)
TOMORROW = TODAY + timedelta(days=1)


class Cast:
    def __init__(self) -> None:
        self.city: SmallCity = make_small_city()
        self.team, self.other = make_team("housing"), make_team("justice")
        make_rule(self.team)
        self.ma = self._person("ma", Role.GRID_MEMBER, self.city.cells["a"])
        self.bai = make_user("bai")
        self.officer = self._person("li", Role.COMMUNITY_OFFICER, self.city.areas["p"])
        self.stranger = self._person("qi", Role.COMMUNITY_OFFICER, self.city.areas["q"])
        self.leader = self._person("zu", Role.GRID_LEADER, self.city.cells["a"])
        self.commander = self._person("chen", Role.DISTRICT_COMMANDER, self.city.areas["x"])
        self.mediator = self._person("yan", Role.MEDIATOR, self.city.areas["p"])
        appoint(self.mediator, Role.GRID_LEADER, self.city.cells["b"])
        self.dispatcher = self._person("sun", Role.DISPATCHER, self.city.areas["city"])
        self.cases = [make_incident(self.ma) for _ in range(3)]

    def _person(self, username: str, role: Role, place: object) -> User:
        user = make_user(username, password=None)
        appoint(user, role, place)  # type: ignore[arg-type]
        return user

    def hand_over(self, by: User | None = None, **fields: object) -> int:
        given = {"cell": self.city.cells["a"], "from_user": self.ma, "to_user": self.bai}
        values = {**given, "begins_on": TODAY, **fields}
        return hand_over_cell(by=by or self.officer, at=NOW, **values)  # type: ignore[arg-type]

    def seen_by(self, user: User, on: date) -> int:
        return Incident.objects.visible_to(scope(User.objects.get(pk=user.pk), on)).count()


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_a_cell_changes_hands_with_all_that_is_open(cast: Cast) -> None:
    move_incident(
        incident=cast.cases[2],
        name=Name.WITHDRAW,
        by=cast.dispatcher,
        at=NOW,
        details=Details(reason="好了"),
    )
    assert cast.hand_over(begins_on=TOMORROW, note="调走") == 2
    assert [cast.seen_by(user, TODAY) for user in (cast.ma, cast.bai)] == [3, 0]
    assert [cast.seen_by(user, TOMORROW) for user in (cast.ma, cast.bai)] == [0, 3]
    records = HandOver.objects.values_list("incident", "from_user", "to_user", "by", "note")
    assert set(records) == {
        (case.pk, cast.ma.pk, cast.bai.pk, cast.officer.pk, "调走") for case in cast.cases[:2]
    }
    for user, kind in ((cast.bai, "arrived"), (cast.ma, "moved")):
        assert Notice.objects.filter(user=user, kind=kind, at=NOW).count() >= 2


def test_who_wrote_on_an_open_page_is_told_of_the_hand_over(cast: Cast) -> None:
    cast.hand_over()
    versions = Incident.objects.order_by("pk").values_list("version", flat=True)
    assert list(versions) == [2, 2, 2]


@pytest.mark.parametrize("name", ["officer", "leader", "commander"])
def test_those_above_the_cell_hand_it_over(cast: Cast, name: str) -> None:
    assert cast.hand_over(getattr(cast, name)) == 3


@pytest.mark.parametrize("name", ["ma", "bai", "stranger", "mediator", "dispatcher"])
def test_nobody_else_hands_it_over(cast: Cast, name: str) -> None:
    with pytest.raises(HandOverRefused):
        cast.hand_over(getattr(cast, name))
    assert not HandOver.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"begins_on": TODAY - timedelta(days=1)}, "begins_on"),
        ({"from_user": "officer"}, "from_user"),
        ({"to_user": "ma"}, "to_user"),
        ({"to_user": "gone"}, "to_user"),
    ],
)
def test_a_hand_over_that_cannot_be_is_refused_by_field_and_whole(
    cast: Cast, fields: dict[str, object], field: str
) -> None:
    cast.gone = make_user("gone", is_active=False)  # type: ignore[attr-defined]
    people = {n: getattr(cast, v) for n, v in fields.items() if isinstance(v, str)}
    with pytest.raises(HandOverRefused) as refused:
        cast.hand_over(**{**fields, **people})
    assert refused.value.field == field
    assert Appointment.objects.get(user=cast.ma).ends_on is None


def test_chosen_cases_go_to_another_cell_and_team_together(cast: Cast) -> None:
    appoint(cast.bai, Role.GRID_MEMBER, cast.city.cells["b"])
    for case in cast.cases:
        dispatch_incident(incident=case, by=cast.dispatcher, at=NOW)
    details = Details(cell=cast.city.cells["b"], team=cast.other, reason="人手不够", key=uuid4())
    for _ in range(2):
        records = hand_over_cases(
            incidents=Incident.objects.all(), details=details, by=cast.dispatcher, at=NOW
        )
        assert len({record.pk for record in records}) == 3
    assert MoveRecord.objects.filter(name="hand_over").count() == 3
    rows = set(Incident.objects.values_list("cell__name", "lead_team__name", "raised_to"))
    assert rows == {("cell-b", "justice", None)}


def test_one_that_cannot_go_keeps_all_and_is_named(cast: Cast) -> None:
    for case in cast.cases[:2]:
        dispatch_incident(incident=case, by=cast.dispatcher, at=NOW)
    details = Details(team=cast.other, reason="人手不够")
    with pytest.raises(MoveRefused, match=cast.cases[2].code):
        hand_over_cases(incidents=cast.cases, details=details, by=cast.dispatcher, at=NOW)
    assert not Incident.objects.filter(lead_team=cast.other).exists()
    assert not MoveRecord.objects.filter(name="hand_over").exists()
