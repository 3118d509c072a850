"""The briefing of a week: whose it is, which weeks there are, and that its numbers are those of the cases."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from geodata.models import AreaVersion
from geodata.querysets import BEIJING, day_of
from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope
from gridmap.console.briefing.asking import Week, parse_week, read_asked, week_of
from gridmap.console.briefing.briefing import Briefing, read_briefing
from gridmap.console.briefing.figures import Counts, OfTopic
from gridmap.console.briefing.ground import names_of
from gridmap.console.briefing.wording import area_rows, topic_rows
from gridmap.incidents.models import Incident, Topic
from gridmap.performance.measures import Share
from gridmap.performance.shares import none
from gridmap.recurring.services.handling import confirm_conflict, note_measure
from gridmap.recurring.services.tasks import give_tasks
from layers.hotspots.usual import Usual
from tests.incidents.makers import make_incident
from tests.makers import appoint, make_small_city, make_team, make_user
from tests.recurring.makers import make_conflict

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 26)


class Cast:
    """A commander over sub-district x and an officer of its community q, beside a planner and a guide."""

    def __init__(self) -> None:
        self.city, self.now = make_small_city(), timezone.now()
        self.chen, self.li, self.lin, self.gao, self.op = (
            make_user(name) for name in ("chen", "li", "lin", "gao", "op")
        )
        self.team = make_team()
        appoint(self.chen, Role.DISTRICT_COMMANDER, self.city.areas["x"])
        appoint(self.li, Role.COMMUNITY_OFFICER, self.city.areas["q"])
        appoint(self.lin, Role.PLANNER, self.city.areas["city"])
        appoint(self.gao, Role.GUIDE, self.team)
        self.week = week_of(day_of(self.now)).moved(-1)

    def case(self, days: int, column: float = 0.5, **fields: Any) -> Incident:
        """Registered on a day of the last week, Monday being 0."""
        noon = datetime.combine(self.week.monday, datetime.min.time(), BEIJING)
        at = noon + timedelta(days=days, hours=12)
        return make_incident(self.op, at=at, occurred_at=at, column=column, **fields)

    def read(self, by: User | None = None, **asked: str) -> Briefing:
        words = {"week": "", "area": "", **asked}
        return read_briefing(read_asked(scope(by or self.chen), now=self.now, **words))

    def get(self, by: User, query: str = "") -> Any:
        client = Client()
        client.force_login(by)
        return client.get(f"/briefing/{query}")


@pytest.fixture
def cast() -> Cast:
    return Cast()


def values(found: Briefing) -> dict[str, str]:
    return {one.label: one.value for one in found.figures}


def test_the_last_week_that_is_over_comes_by_itself() -> None:
    assert parse_week("", TODAY).code == "2026-W47"
    assert parse_week("", date(2026, 11, 23)).code == "2026-W47"
    assert parse_week("", date(2026, 11, 22)).code == "2026-W46"


def test_a_year_has_a_53rd_week_or_not() -> None:
    after = date(2027, 2, 1)
    assert parse_week("2026-W53", after).monday == date(2026, 12, 28)
    # The first days of January belong to it.
    assert week_of(date(2027, 1, 3)).code == "2026-W53"
    assert Week(date(2026, 12, 28)).moved(1).code == "2027-W01"
    with pytest.raises(Http404):
        parse_week("2025-W53", after)


@pytest.mark.parametrize(
    "text", ["2026-W49", "2027-W01", "2026-W00", "2026-W54", "2026-47", "W47", "1999-W07", "２０２６-W47", "2026-W47 "]
)  # fmt: skip
def test_what_is_no_week_or_has_not_begun_is_not_found(text: str) -> None:
    with pytest.raises(Http404):
        parse_week(text, TODAY)


def test_a_week_counts_what_was_registered_from_monday_to_sunday(cast: Cast) -> None:
    for days in (-1, 0, 3, 6, 7):
        if cast.week.monday + timedelta(days=days) <= day_of(cast.now):
            cast.case(days)
    found = cast.read()
    assert values(found)["登记"] == "3"
    assert found.counts.by_area == {cast.city.areas["p"].pk: 3}
    assert [(one.name, one.count) for one in found.topics] == [("供排水", 3)]
    assert values(cast.read(week=cast.week.moved(-1).code))["登记"] == "1"
    assert found.situation.figures.open == Incident.objects.open().count()


def test_an_area_has_its_own_and_nothing_of_another(cast: Cast) -> None:
    cast.case(1)
    cast.case(2, column=4.5)
    cast.case(3, column=6.5)
    assert values(cast.read())["登记"] == "2"
    q = cast.city.areas["q"].code
    assert values(cast.read(area=q))["登记"] == values(cast.read(by=cast.li))["登记"] == "1"
    assert cast.get(cast.chen, f"?area={cast.city.areas['r'].code}").status_code == 404
    assert cast.get(cast.li, f"?area={cast.city.areas['x'].code}").status_code == 404


def test_who_works_with_no_cases_in_an_area_finds_no_briefing(cast: Cast) -> None:
    outsider = make_user("outsider")
    for user in (cast.lin, cast.gao, outsider):
        answer = cast.get(user)
        assert answer.status_code == 404, user
        assert 'href="/briefing/"' not in answer.text
    page = cast.get(cast.chen)
    assert page.status_code == 200
    assert 'href="/briefing/" aria-current="page"' in page.text


def test_a_place_without_a_case_says_so(cast: Cast) -> None:
    page = cast.get(cast.chen).text
    assert "这里还没有案件" in page
    assert "指标" not in page


def test_bad_addresses_are_not_found(cast: Cast) -> None:
    for query in ("?week=x", "?area=1", "?format=doc", "?week=2025-W53"):
        assert cast.get(cast.chen, query).status_code == 404, query


def test_the_page_leads_to_the_weeks_beside_it_and_to_no_week_to_come(cast: Cast) -> None:
    cast.case(1)
    code = cast.city.areas["x"].code
    last, current = cast.week, cast.week.moved(1)
    page = cast.get(cast.chen).text
    assert f'href="?week={last.moved(-1).code}&amp;area={code}" rel="prev"' in page
    assert f'href="?week={current.code}&amp;area={code}" rel="next"' in page
    now = cast.get(cast.chen, f"?week={current.code}").text
    assert "本周未完" in now
    assert 'rel="next"' not in now


def test_the_next_week_begins_at_midnight_in_beijing(cast: Cast) -> None:
    scoped, monday = scope(cast.chen), cast.week.until
    for hour, after in ((15, None), (16, Week(monday))):
        at = datetime.combine(monday - timedelta(days=1), time(hour, 30), UTC)
        assert read_asked(scoped, week=cast.week.code, area="", now=at).after == after


def test_conflicts_are_told_with_what_was_done(cast: Cast) -> None:
    conflict = make_conflict(cast.city.areas["p"], at=cast.now)
    for key in range(11):
        make_conflict(cast.city.areas["q"], at=cast.now, key=f"more:{key}", name=f"别处 {key}")
    make_conflict(cast.city.areas["r"], at=cast.now, key="far", name="远处")
    who: Any = {"by": cast.chen, "at": cast.now}
    confirm_conflict(conflict=conflict, **who)
    due, taken = day_of(cast.now) + timedelta(days=3), day_of(cast.now) - timedelta(days=3)
    give_tasks(conflict=conflict, teams=[cast.team], note="查", due=due, **who)
    note_measure(conflict=conflict, words="换泵", taken_on=taken, taken_by="供水公司", **who)
    found = cast.read()
    assert (len(found.conflicts), found.more_conflicts) == (10, 2)
    first = found.conflicts[0]
    assert first.name == "紫轩花苑 · 供排水"
    assert re.match(r"平常的 3.4 倍（2.5～4.5）；\d{4} 年起 48 件", first.evidence)
    assert first.done[0] == "联合任务 1 项，办完 0 项"
    assert first.done[1].endswith("换泵")
    assert "远处" not in {one.name for one in found.conflicts}


def test_the_map_counts_by_cell_and_tells_what_it_does_not_show(cast: Cast) -> None:
    for days in range(3):
        cast.case(days)
    Incident.objects.filter(pk=cast.case(3).pk).update(cell=None)
    conflict = make_conflict(cast.city.areas["p"], at=cast.now)
    ground = cast.read().ground
    assert ground
    assert (ground.cases, ground.no_cell, ground.outside) == (4, 1, 0)
    assert ground.until - ground.since == timedelta(weeks=12)
    svg = ground.picture.svg("x")
    assert ground.legend[1].colour in svg, "a cell with three cases"
    assert "stroke-dasharray" in svg, "a conflict that nobody has confirmed"
    confirm_conflict(conflict=conflict, by=cast.chen, at=cast.now)
    confirmed = cast.read().ground
    assert confirmed
    assert "stroke-dasharray" not in confirmed.picture.svg("x")


def test_names_on_the_map_come_in_the_order_of_the_tree_wherever_their_rows_lie(cast: Cast) -> None:
    asked = read_asked(scope(cast.chen), week="", area="", now=cast.now)
    # Written again, a row lies behind the others.
    AreaVersion.objects.filter(area=cast.city.areas["p"]).update(valid_to=None)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")
    assert list(names_of(asked)) == ["area-p", "area-q"]


def test_a_topic_is_said_to_be_more_or_less_only_beyond_the_usual() -> None:
    topic = Topic(code="wages", name="欠薪")
    usual = Usual(2, 9, 12)
    topics = [OfTopic(topic, count, usual) for count in (10, 9, 2, 1)] + [OfTopic(topic, 3, None)]
    rows = topic_rows(Counts(25, None, topics, {}, 0, 0))
    assert [(one.verdict, one.tone) for one in rows] == [
        ("比平常多", "amb"),
        ("平常", ""),
        ("平常", ""),
        ("比平常少", "pri"),
        ("", ""),
    ]


def test_a_community_is_set_apart_only_by_its_interval(cast: Cast) -> None:
    p, q = cast.city.areas["p"].pk, cast.city.areas["q"].pk
    asked = read_asked(scope(cast.chen), week="", area="", now=cast.now)
    whole = none() | {"on_time_rate": Share(90, 100)}

    def verdicts(left: Share, right: Share) -> list[str]:
        shares = {p: none() | {"on_time_rate": left}, q: none() | {"on_time_rate": right}}
        return [
            one.verdict for one in area_rows(asked, Counts(0, None, [], {}, 0, 0), shares, whole)
        ]

    assert verdicts(Share(20, 40), Share(35, 40)) == ["低于全体", "看不出"]
    assert verdicts(Share(200, 200), Share(2, 8)) == ["高于全体", "看不出"]


def test_it_costs_as_many_statements_however_many_cases_there_are(cast: Cast) -> None:
    cast.case(1)
    make_conflict(cast.city.areas["p"], at=cast.now)
    client, asked = Client(), []
    client.force_login(cast.chen)
    client.get("/briefing/")  # the cells of today are remembered
    for n in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/briefing/")
        asked.append(len(queries))
        for key in range(3):
            cast.case(key, topic="wages")
            make_conflict(cast.city.areas["q"], at=cast.now, key=f"more:{n}:{key}")
    assert asked[0] == asked[1] < 35
