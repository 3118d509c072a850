"""The tables that the city edits: what is listed, what no rule covers, and how a row is written."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import today
from gridmap.incidents.models import RoutingRule, TimeLimit, Topic
from tests.incidents.makers import make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user
from tests.statements import AssertStatements

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Tables:
    """The small city with two teams in which somebody serves, and one without anybody."""

    def __init__(self) -> None:
        self.city: SmallCity = make_small_city()
        self.team, self.other, self.empty = (make_team(name) for name in ("t1", "t2", "t3"))
        for number, team in enumerate((self.team, self.other)):
            appoint(make_user(f"g{number}"), Role.GUIDE, team)
        self.admin = make_user("he")
        appoint(self.admin, Role.CITY_ADMIN, self.city.areas["city"])
        self.client = self.sign_in(self.admin)

    def sign_in(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    def page(self, query: str = "", table: str = "") -> str:
        answer = self.client.get(f"/desk/rules/{table}{query}")
        assert answer.status_code == 200
        return answer.content.decode()

    def send(self, query: str, table: str = "", **fields: Any) -> Any:
        return self.client.post(f"/desk/rules/{table}{query}", fields)

    def rule(self, **fields: Any) -> dict[str, Any]:
        """What a form for a new rule sends."""
        return {"topic": "water_supply", "area": "", "urgency": "", "lead_team": self.team.pk, "unit": "",
                "valid_from": today().isoformat(), "valid_to": "", **fields}  # fmt: skip


@pytest.fixture
def tables() -> Tables:
    return Tables()


def rows(page: str) -> int:
    return page.count('<th scope="row">')


def holes(page: str) -> list[str]:
    found = re.findall(r'<li class="row"><span class="grow">(.*?)</span><a', page)
    return [re.sub("<[^>]*>", " ", text) for text in found]


# Looking


def test_only_the_administrator_of_the_city_has_these_pages(tables: Tables) -> None:
    dispatcher = make_user("sun")
    appoint(dispatcher, Role.DISPATCHER, tables.city.areas["city"])
    client = tables.sign_in(dispatcher)
    for address in ("", "limits/", "calendar/"):
        assert client.get(f"/desk/rules/{address}").status_code == 404
        assert client.post(f"/desk/rules/{address}?act=add", tables.rule()).status_code == 404
    assert "/desk/rules/" not in client.get("/desk/").content.decode()
    assert "/desk/rules/" in tables.client.get("/contacts/").content.decode()


def test_what_no_rule_covers_stands_on_top(tables: Tables) -> None:
    assert len(holes(tables.page())) == Topic.objects.count()
    make_rule(tables.team)
    assert holes(tables.page()) == []


def test_a_hole_names_the_communities_and_the_urgency(tables: Tables) -> None:
    make_rule(tables.team, "wages", area=tables.city.areas["x"])
    for topic in Topic.objects.exclude(code="wages"):
        make_rule(tables.team, topic.code)
    make_rule(tables.team, "wages", area=tables.city.areas["r"], urgency="urgent")
    (hole,) = holes(tables.page())
    assert "欠薪" in hole
    assert tables.city.areas["r"].name in hole
    assert "一般、特急" in hole


def test_a_rule_that_ends_leaves_a_hole_from_that_day_on(tables: Tables) -> None:
    rule = make_rule(tables.team)
    RoutingRule.objects.filter(pk=rule.pk).update(valid_to=today() + 3 * DAY)
    assert len(holes(tables.page())) == Topic.objects.count()
    make_rule(tables.other, valid_from=today() + 3 * DAY)
    assert holes(tables.page()) == []


def test_the_filters_show_what_a_report_may_meet(tables: Tables) -> None:
    areas = tables.city.areas
    make_rule(tables.team)
    make_rule(tables.team, "wages", area=areas["p"])
    make_rule(tables.team, "wages", area=areas["y"])
    make_rule(tables.team, "heating")
    assert rows(tables.page()) == 4
    assert rows(tables.page("?topic=wages")) == 3
    assert rows(tables.page(f"?topic=wages&area={areas['p'].code}")) == 2
    assert rows(tables.page(f"?topic=wages&area={areas['city'].code}")) == 3
    assert tables.client.get("/desk/rules/?topic=nothing").status_code == 404
    assert tables.client.get("/desk/rules/?area=999").status_code == 404


def test_what_is_over_is_shown_only_when_asked_for(tables: Tables) -> None:
    make_rule(tables.team, valid_to=date(2021, 1, 1))
    assert "还没有规则" in tables.page()
    page = tables.page("?past=1")
    assert "已失效" in page
    assert "act=change" not in page


def test_the_page_costs_as_many_statements_for_many_rules(
    tables: Tables, assert_statements: AssertStatements
) -> None:
    for topic in Topic.objects.all():
        make_rule(tables.team, topic.code).assisting_teams.add(tables.other)
    # Who asks and the badges; rules, their assisting teams, holes, topics, areas.
    with assert_statements(7):
        tables.client.get("/desk/rules/")


# Writing


def test_a_rule_is_added_changed_from_a_day_on_and_ended(tables: Tables) -> None:
    sent = tables.rule(assisting_teams=[tables.other.pk], area=tables.city.areas["p"].code)
    answer = tables.send("?act=add", **sent)
    assert answer.status_code == 302
    assert "加好了" in tables.client.get(answer["Location"]).content.decode()
    rule = RoutingRule.objects.get()
    assert (rule.topic.code, rule.area, rule.lead_team) == (  # type: ignore[union-attr]
        "water_supply", tables.city.areas["p"], tables.team,
    )  # fmt: skip
    assert list(rule.assisting_teams.all()) == [tables.other]
    tomorrow = (today() + DAY).isoformat()
    changed = {"lead_team": tables.other.pk, "unit": "", "valid_from": tomorrow, "valid_to": ""}
    assert tables.send(f"?act=change&row={rule.pk}", **changed).status_code == 302
    rule.refresh_from_db()
    assert rule.valid_to == today() + DAY
    later = RoutingRule.objects.exclude(pk=rule.pk).get()
    assert (later.topic, later.area, later.lead_team) == (rule.topic, rule.area, tables.other)
    # What has not begun is taken back.
    page = tables.page(f"?act=end&row={later.pk}")
    assert "收回这一行？" in page
    ended = tables.send(f"?act=end&row={later.pk}", ends_on=today().isoformat())
    assert ended.status_code == 302
    assert not RoutingRule.objects.filter(pk=later.pk).exists()


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"lead_team": "empty"}, "lead_team", "没有人，先任用队员。"),
        ({"lead_team": ""}, "lead_team", ""),
        ({"assisting_teams": "team"}, "assisting_teams", "牵头队伍不能同时协办。"),
        ({"assisting_teams": "empty"}, "assisting_teams", "没有人，先任用队员。"),
        ({"valid_from": "2020-01-01"}, "valid_from", "不能在过去生效。"),
        ({"valid_from": "soon"}, "valid_from", ""),
        ({"valid_to": "today"}, "valid_to", "失效要晚于生效。"),
        ({"topic": "wages"}, "valid_from", "先让它失效。"),
        ({"urgency": "soon"}, "urgency", ""),
        ({"topic": "nothing"}, "topic", ""),
    ],
)
def test_every_refusal_stands_at_its_field(
    tables: Tables, fields: dict[str, str], field: str, words: str
) -> None:
    make_rule(tables.team, "wages")
    known = {"team": tables.team.pk, "empty": tables.empty.pk, "today": today().isoformat()}
    given = {name: known.get(value, value) for name, value in fields.items()}
    answer = tables.send("?act=add", **tables.rule(**given))
    assert answer.status_code == 422
    page = answer.content.decode()
    part = page[page.index(f'id="id_{field}_error"') :]
    assert words in part[: part.index("</p>")]
    assert RoutingRule.objects.count() == 1
    # Nothing typed is lost.
    assert 'value="water_supply" selected' in page or "topic" in fields


def test_the_end_of_a_rule_is_refused_at_its_day(tables: Tables) -> None:
    rule = make_rule(tables.team)
    for day in (today() - DAY, "never"):
        answer = tables.send(f"?act=end&row={rule.pk}", ends_on=day)
        assert answer.status_code == 422
        assert 'id="id_ends_on_error"' in answer.content.decode()
    rule.refresh_from_db()
    assert rule.valid_to is None


@pytest.mark.parametrize("query", ["?act=change&row=999999", "?act=end&row=x", "?act=end", ""])
def test_a_row_that_is_not_there_cannot_be_written(tables: Tables, query: str) -> None:
    assert tables.send(query, **tables.rule()).status_code == 404


# Time limits


def test_a_limit_is_added_and_changed(tables: Tables) -> None:
    page = tables.page(table="limits/")
    assert rows(page) == TimeLimit.objects.count()
    sent = {"topic": "wages", "urgency": "urgent", "contact_minutes": 30, "settle_minutes": 4320,
            "is_working_time": "True", "valid_from": today().isoformat(), "valid_to": ""}  # fmt: skip
    assert tables.send("?act=add", "limits/", **sent).status_code == 302
    limit = TimeLimit.objects.get(topic__code="wages")
    assert (limit.contact_minutes, limit.settle_minutes, limit.is_working_time) == (30, 4320, True)
    page = tables.page("?topic=wages", "limits/")
    assert "30 分钟" in page
    assert "3 天" in page
    changed = {**sent, "is_working_time": "False", "valid_from": (today() + DAY).isoformat()}
    assert tables.send(f"?act=change&row={limit.pk}", "limits/", **changed).status_code == 302
    later = TimeLimit.objects.filter(topic__code="wages").exclude(pk=limit.pk).get()
    assert (later.urgency, later.is_working_time) == ("urgent", False)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"contact_minutes": 0}, "contact_minutes"),
        ({"contact_minutes": 99_999_999_999}, "contact_minutes"),
        ({"settle_minutes": 10}, "settle_minutes"),
        ({"settle_minutes": ""}, "settle_minutes"),
        ({"is_working_time": ""}, "is_working_time"),
    ],
)
def test_a_limit_that_cannot_stand_is_refused_at_its_field(
    tables: Tables, fields: dict[str, Any], field: str
) -> None:
    sent = {"topic": "wages", "urgency": "", "contact_minutes": 30, "settle_minutes": 60,
            "is_working_time": "True", "valid_from": today().isoformat(), "valid_to": "", **fields}  # fmt: skip
    answer = tables.send("?act=add", "limits/", **sent)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


def test_a_limit_without_which_some_topic_had_none_does_not_end(tables: Tables) -> None:
    limit = TimeLimit.objects.filter(topic=None).order_by("pk")[0]
    answer = tables.send(f"?act=end&row={limit.pk}", "limits/", ends_on=today() + DAY)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "没有时限，先补上另一行。" in page[page.index('id="id_ends_on_error"') :]
