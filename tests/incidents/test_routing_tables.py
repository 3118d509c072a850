"""The tables that a city edits are checked when saved, and cases that wait find their owners."""

from datetime import date, timedelta

import pytest

from gridmap.accounts.models import GuideTeam, Role, User
from gridmap.incidents.models import HandOver, Incident, Notice, RoutingRule, TimeLimit, Topic
from gridmap.incidents.services.errors import MoveRefused, RuleRefused
from gridmap.incidents.services.rerouting import route_again
from gridmap.incidents.services.routing import add_limit, add_rule, end_limit, end_rule
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 14)
TOMORROW, NEXT_WEEK = TODAY + timedelta(days=1), TODAY + timedelta(days=7)


class Cast:
    def __init__(self) -> None:
        self.city: SmallCity = make_small_city()
        self.team = self._manned("housing")
        self.other = self._manned("justice")
        self.empty = make_team("market")
        self.admin = self._person("he", Role.CITY_ADMIN, self.city.areas["city"])
        self.officer = self._person("li", Role.COMMUNITY_OFFICER, self.city.areas["p"])
        self.member = self._person("ma", Role.GRID_MEMBER, self.city.cells["a"])
        self.water = Topic.objects.get(code="water_supply")

    def _person(self, username: str, role: Role, place: object) -> User:
        user = make_user(username, password=None)
        appoint(user, role, place)  # type: ignore[arg-type]
        return user

    def _manned(self, name: str) -> GuideTeam:
        team = make_team(name)
        self._person(f"of-{name}", Role.GUIDE, team)
        return team

    def rule(self, by: User | None = None, **fields: object) -> RoutingRule:
        given = {"lead_team": self.team, "topic": self.water, "valid_from": TODAY}
        extra = {
            name: fields.pop(name) for name in ("assisting_teams", "replaces") if name in fields
        }
        rule = RoutingRule(**{**given, **fields})
        return add_rule(rule=rule, by=by or self.admin, at=NOW, **extra)  # type: ignore[arg-type]

    def limit(self, by: User | None = None, **fields: object) -> TimeLimit:
        given = {"contact_minutes": 30, "settle_minutes": 60, "valid_from": TODAY}
        extra = {"replaces": fields.pop("replaces", None)}
        limit = TimeLimit(**{**given, **fields})
        return add_limit(limit=limit, by=by or self.admin, at=NOW, **extra)  # type: ignore[arg-type]


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_a_new_rule_routes_the_next_report(cast: Cast) -> None:
    rule = cast.rule(assisting_teams=[cast.other])
    case = make_incident(cast.member)
    assert (case.rule, case.lead_team) == (rule, cast.team)
    assert list(case.assisting_teams.all()) == [cast.other]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"urgency": "soon"}, "urgency"),
        ({"valid_from": TODAY - timedelta(days=1)}, "valid_from"),
        ({"valid_to": TODAY}, "valid_to"),
        ({"lead_team": "empty"}, "lead_team"),
        ({"assisting_teams": ["other", "empty"]}, "assisting_teams"),
        ({"assisting_teams": ["team"]}, "assisting_teams"),
    ],
)
def test_a_rule_that_cannot_stand_is_refused_by_field(
    cast: Cast, fields: dict[str, object], field: str
) -> None:
    named = {
        name: getattr(cast, value)
        if name == "lead_team"
        else [getattr(cast, team) for team in value]  # type: ignore[attr-defined]
        for name, value in fields.items()
        if name.endswith(("team", "teams"))
    }
    with pytest.raises(RuleRefused) as refused:
        cast.rule(**{**fields, **named})
    assert refused.value.field == field
    assert not RoutingRule.objects.exists()


def test_a_team_whose_only_member_is_disabled_serves_nobody(cast: Cast) -> None:
    User.objects.filter(username="of-housing").update(is_active=False)
    with pytest.raises(RuleRefused) as refused:
        cast.rule()
    assert refused.value.field == "lead_team"


def test_two_rules_for_the_same_share_no_day(cast: Cast) -> None:
    first = cast.rule(valid_to=NEXT_WEEK)
    for begins in (TODAY, NEXT_WEEK - timedelta(days=1)):
        with pytest.raises(RuleRefused) as refused:
            cast.rule(valid_from=begins)
        assert refused.value.field == "valid_from"
    cast.rule(valid_from=NEXT_WEEK)
    cast.rule(topic=None)
    cast.rule(area=cast.city.areas["p"])
    cast.rule(urgency="urgent")
    assert RoutingRule.objects.filter(topic=first.topic).count() == 4


def test_a_rule_is_replaced_without_a_day_between(cast: Cast) -> None:
    first = cast.rule()
    second = cast.rule(lead_team=cast.other, valid_from=TOMORROW, replaces=first)
    first.refresh_from_db()
    assert (first.valid_to, second.valid_from) == (TOMORROW, TOMORROW)
    with pytest.raises(RuleRefused) as refused:
        cast.rule(topic=None, valid_from=NEXT_WEEK, replaces=second)
    assert refused.value.field == "replaces"


def test_a_rule_ends_on_a_day_to_come_and_one_to_come_is_taken_back(cast: Cast) -> None:
    rule, later = cast.rule(), cast.rule(topic=None, valid_from=NEXT_WEEK)
    for day in (TODAY - timedelta(days=1), TODAY):
        with pytest.raises(RuleRefused):
            end_rule(rule=rule, ends_on=day, by=cast.admin, at=NOW)
    end_rule(rule=rule, ends_on=TOMORROW, by=cast.admin, at=NOW)
    with pytest.raises(RuleRefused):
        end_rule(rule=rule, ends_on=NEXT_WEEK, by=cast.admin, at=NOW)
    end_rule(rule=later, ends_on=TOMORROW, by=cast.admin, at=NOW)
    assert list(RoutingRule.objects.values_list("pk", "valid_to")) == [(rule.pk, TOMORROW)]


def test_only_the_administrator_of_the_city_edits_the_tables(cast: Cast) -> None:
    rule, limit = cast.rule(), TimeLimit.objects.get(urgency="urgent")
    with pytest.raises(RuleRefused):
        cast.rule(by=cast.officer, topic=None)
    with pytest.raises(RuleRefused):
        cast.limit(by=cast.officer, topic=cast.water)
    with pytest.raises(RuleRefused):
        end_rule(rule=rule, ends_on=NEXT_WEEK, by=cast.officer, at=NOW)
    with pytest.raises(RuleRefused):
        end_limit(limit=limit, ends_on=NEXT_WEEK, by=cast.officer, at=NOW)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"contact_minutes": 0}, "contact_minutes"),
        ({"settle_minutes": 10}, "settle_minutes"),
        ({"urgency": "soon"}, "urgency"),
    ],
)
def test_a_limit_that_cannot_stand_is_refused_by_field(
    cast: Cast, fields: dict[str, object], field: str
) -> None:
    before = TimeLimit.objects.count()
    with pytest.raises(RuleRefused) as refused:
        cast.limit(topic=cast.water, **fields)
    assert refused.value.field == field
    assert TimeLimit.objects.count() == before


def test_no_topic_is_left_without_a_limit(cast: Cast) -> None:
    """The row for everything is the last that catches what the others let through."""
    fallback = TimeLimit.objects.get(topic=None, urgency="")
    with pytest.raises(RuleRefused) as refused:
        end_limit(limit=fallback, ends_on=NEXT_WEEK, by=cast.admin, at=NOW)
    assert refused.value.field == "ends_on"
    with pytest.raises(RuleRefused) as refused:
        cast.limit(valid_from=TOMORROW, valid_to=NEXT_WEEK, replaces=fallback)
    assert refused.value.field == "valid_to"
    cast.limit(valid_from=TOMORROW, replaces=fallback)
    end_limit(
        limit=TimeLimit.objects.get(topic=None, urgency="urgent"),
        ends_on=NEXT_WEEK,
        by=cast.admin,
        at=NOW,
    )


def test_rows_for_every_topic_may_stand_in_for_the_row_for_all(cast: Cast) -> None:
    fallback = TimeLimit.objects.get(topic=None, urgency="")
    for topic in Topic.objects.all():
        cast.limit(topic=topic, valid_from=TOMORROW)
    end_limit(limit=fallback, ends_on=NEXT_WEEK, by=cast.admin, at=NOW)
    with pytest.raises(RuleRefused):
        end_limit(
            limit=TimeLimit.objects.get(topic=cast.water),
            ends_on=NEXT_WEEK,
            by=cast.admin,
            at=NOW,
        )


def test_a_case_without_a_rule_finds_its_team_once_there_is_one(cast: Cast) -> None:
    case = make_incident(cast.member)
    assert case.unrouted_reason == "no_rule"
    rule = cast.rule(assisting_teams=[cast.other])
    later = NOW + timedelta(hours=1)
    fresh = route_again(incident=case, by=cast.admin, at=later)
    assert (fresh.unrouted_reason, fresh.rule, fresh.lead_team) == ("", rule, cast.team)
    assert list(fresh.assisting_teams.all()) == [cast.other]
    assert (fresh.due_at, fresh.state, fresh.version) == (case.due_at, "registered", 2)
    assert set(Notice.objects.filter(kind="arrived").values_list("user__username", flat=True)) == {
        "ma",
        "of-housing",
    }


def test_the_cell_and_the_team_that_somebody_chose_stay(cast: Cast) -> None:
    """Its point lies in cell a, and the rules would send it to another team."""
    case, cell = make_incident(cast.member), cast.city.cells["b"]
    cast.rule(lead_team=cast.other)
    Incident.objects.filter(pk=case.pk).update(
        cell=cell, lead_team=cast.team, unrouted_reason="no_member"
    )
    assert route_again(incident=case, by=cast.admin, at=NOW).unrouted_reason == "no_member"
    appoint(make_user("bai"), Role.GRID_MEMBER, cell)
    fresh = route_again(incident=case, by=cast.admin, at=NOW)
    assert (fresh.unrouted_reason, fresh.cell, fresh.lead_team) == ("", cell, cast.team)


def test_a_place_that_was_not_known_is_found_and_the_owners_with_it(cast: Cast) -> None:
    case = make_incident(cast.member, accuracy_m=900.0)
    Incident.objects.filter(pk=case.pk).update(location_accuracy_m=5.0)
    cast.rule()
    fresh = route_again(incident=case, by=cast.admin, at=NOW)
    assert (fresh.unrouted_reason, fresh.cell) == ("", cast.city.cells["a"])
    record = HandOver.objects.get()
    assert (record.to_team, record.to_cell, record.to_user) == (
        cast.team,
        cast.city.cells["a"],
        cast.member,
    )


def test_a_member_who_comes_shows_that_the_rule_is_missing(cast: Cast) -> None:
    case = make_incident(cast.member, column=2.5)
    appoint(make_user("bai"), Role.GRID_MEMBER, cast.city.cells["b"])
    assert route_again(incident=case, by=cast.admin, at=NOW).unrouted_reason == "no_rule"


@pytest.mark.parametrize(
    "fields", [{}, {"accuracy_m": 900.0}, {"column": 4.5}, {"lon": None, "lat": None}]
)
def test_waiting_or_new_a_report_is_routed_alike(cast: Cast, fields: dict[str, object]) -> None:
    """However a case comes to its owners."""
    waiting = make_incident(cast.member, **fields)  # type: ignore[arg-type]
    cast.rule(area=cast.city.areas["x"], assisting_teams=[cast.other])
    cast.rule(topic=None, lead_team=cast.other)
    route_again(incident=waiting, by=cast.admin, at=NOW)
    new = make_incident(cast.member, **fields)  # type: ignore[arg-type]
    waiting.refresh_from_db()
    assert waiting.unrouted_reason == new.unrouted_reason
    if not new.unrouted_reason:
        assert (waiting.cell, waiting.rule, waiting.lead_team) == (
            new.cell,
            new.rule,
            new.lead_team,
        )


def test_only_those_above_route_again_and_only_what_waits(cast: Cast) -> None:
    case = make_incident(cast.member)
    with pytest.raises(MoveRefused):
        route_again(incident=case, by=cast.member, at=NOW)
    make_rule(cast.team)
    route_again(incident=case, by=cast.officer, at=NOW)
    with pytest.raises(MoveRefused):
        route_again(incident=case, by=cast.officer, at=NOW)
