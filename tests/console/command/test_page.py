"""The commander's page: who opens it, what it shows, what it says of an address that cannot be."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gridmap.accounts.models import Role
from gridmap.incidents.models import Incident
from gridmap.recurring.services.handling import confirm_conflict
from tests.console.command.cast import Cast
from tests.incidents.makers import make_rule
from tests.makers import appoint, make_team, make_user
from tests.recurring.makers import make_conflict
from tests.statements import AssertStatements

pytestmark = pytest.mark.django_db

DATA = ("cube/", "points/?box=98,39,99,40&", "outlines/", "situation/", "conflicts/", "cells.csv")


def text(answer: Any) -> str:
    """The page, with the dots between words as they are read."""
    return str(answer.content.decode()).replace('<span class="dot"> · </span>', " · ")


def test_the_page_shows_figures_map_time_and_what_keeps_coming_back(cast: Cast) -> None:
    conflict = make_conflict(cast.city.areas["p"], at=cast.now - timedelta(days=30))
    answer = cast.browser("chen").get("/command/")
    page = text(answer)
    for part in (
        'id="command"', 'data-cube="/command/cube/"', "data-sees-cases", 'id="map"', 'id="strip"', 'id="rhythm"',
        'id="legend-note"', 'data-view="density"', 'id="play"', f'data-conflict="{conflict.code}"', 'id="announce"',
        "在办", "平常的 3.4 倍（2.5～4.5）", "检验了许多“地点 × 专题”", "12:00 更新",
    ):  # fmt: skip
        assert part in page, part
    assert answer.status_code == 200


def test_the_scripts_have_their_words_in_the_readers_language(cast: Cast) -> None:
    chen = cast.people["chen"]
    for language, said in (("zh-hans", "密度是图画"), ("en", "A density is a picture")):
        chen.language = language
        chen.save()
        page = text(cast.browser("chen").get("/command/"))
        words = json.loads(
            page.split('id="words" type="application/json">')[1].split("</script>")[0]
        )
        assert words["density_note"].startswith(said)
        assert "2.6" in words["rate_note"]
        assert "{value}" in words["rate_note"]


def test_an_english_page_marks_every_chinese_word(cast: Cast) -> None:
    chen = cast.people["chen"]
    chen.language = "en"
    chen.save()
    make_conflict(cast.city.areas["p"], at=cast.now)
    for address in ("/command/", "/command/?wall", "/command/?view=nothing"):
        page = cast.browser("chen").get(address).content.decode()
        marked = re.sub(r'<[^>]*lang="zh-Hans"[^>]*>[^<]*', "", page)
        assert re.findall(r"[\u4e00-\u9fff]+", re.sub(r"<[^>]+>", " ", marked)) == [], address


def test_who_holds_no_area_has_no_such_page(cast: Cast) -> None:
    team = make_team()
    guide, member = make_user("guide"), make_user("member")
    appoint(guide, Role.GUIDE, team)
    appoint(member, Role.GRID_MEMBER, cast.city.cells["a"])
    cast.people |= {"guide": guide, "member": member}
    for name in ("nobody", "guide", "member"):
        browser = cast.browser(name)
        for part in ("", "?wall", "places/1/", *DATA):
            assert browser.get(f"/command/{part}").status_code == 404, (name, part)


def test_commanders_and_administrators_begin_their_day_here(cast: Cast) -> None:
    for name, leads in (("chen", True), ("admin", True), ("lin", False), ("nobody", False)):
        answer = cast.browser(name).get("/")
        assert (answer.status_code == 302 and answer.headers["Location"] == "/command/") == leads


def test_a_cell_leads_to_its_cases_in_the_list_of_the_desk(cast: Cast) -> None:
    chen = cast.browser("chen")
    assert 'data-cases="/desk/cases/"' in text(chen.get("/command/"))
    query = f"tab=any&cell={cast.city.cells['b'].code}"
    page = text(chen.get(f"/desk/cases/?{query}"))
    assert page.count(">case-b<") == 2
    assert "case-a" not in page
    # The form keeps what has no choice of its own.
    assert f'name="cell" value="{cast.city.cells["b"].code}"' in page
    assert ">case-" not in text(chen.get(f"/desk/cases/?tab=any&cell={cast.city.cells['d'].code}"))


def test_who_has_two_hats_sees_the_cases_of_one(cast: Cast) -> None:
    appoint(cast.people["chen"], Role.PLANNER, cast.city.areas["city"])
    page = text(cast.browser("chen").get("/command/"))
    assert "data-sees-cases" in page
    assert "area-r" not in page


def test_a_planner_sees_neither_density_nor_play_nor_people(cast: Cast) -> None:
    make_conflict(cast.city.areas["p"], at=cast.now)
    page = text(cast.browser("lin").get("/command/"))
    for part in (
        "data-sees-cases",
        'data-view="density"',
        'id="play"',
        'id="rhythm"',
        "尚无负责人",
        "今天到期",
    ):
        assert part not in page, part
    assert "件数太少的合并或者不公布" in page
    assert 'data-conflict="' in page
    assert 'id="steps"' not in page, "merged counts are of quarters"
    assert '<select id="quarter"' in page


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("area=620201009999", "area", "没有这个区域"),
        ("topic=nothing", "topic", "没有这个专题：nothing"),
        ("step=year", "step", "没有这种时段：year"),
        ("from=2030-01-01&to=2030-02-01", "from", "能选 2025-04-14 到 2026-07-20"),
    ],
)
def test_what_cannot_be_is_told_and_the_rest_works(
    cast: Cast, query: str, field: str, said: str
) -> None:
    chen = cast.browser("chen")
    answer = chen.get(f"/command/?{query}")
    assert answer.status_code == 400
    assert said in text(answer)
    assert "在办" in text(answer)
    for part in DATA:
        if field == "from" and part == "cube/":
            continue  # The cube holds all that can be chosen; the window is the browser's.
        refused = chen.get(f"/command/{part.rstrip('&')}{'&' if '?' in part else '?'}{query}")
        assert refused.status_code == 400, part
        assert [*refused.json()["errors"]] == [field]


def test_an_area_of_another_commander_is_told_as_one_that_is_not(cast: Cast) -> None:
    chen = cast.browser("chen")
    codes = (cast.city.areas["r"].code, "620201999999")
    answers = [chen.get(f"/command/cube/?area={code}").content.decode() for code in codes]
    assert answers[0].replace(codes[0], "") == answers[1].replace(codes[1], "")


def test_a_box_is_asked_for_and_few_points_are_told_with_their_due(cast: Cast) -> None:
    chen = cast.browser("chen")
    for wrong in ("", "?box=1,2,3"):
        refused = chen.get(f"/command/points/{wrong}")
        assert (refused.status_code, refused.json()) == (
            400,
            {"errors": {"box": "要四个数：西,南,东,北"}},
        )
    told = chen.get("/command/points/?box=98,39,99,40").json()
    assert len(told["points"]) == 7
    assert told["points"] == sorted(told["points"], key=lambda point: str(point["code"]))
    one = next(point for point in told["points"] if point["title"] == "case-b")
    assert one["due"] in {"open", "today"}
    assert one["url"] == f"/cases/{one['code']}/"
    assert 98 < one["lon"] < 99
    assert chen.get("/command/points/?box=97,39,97.1,40").json() == {"points": []}


@pytest.mark.parametrize(("most", "told"), [(6, 0), (7, 7)])
def test_many_points_are_not_told_apart(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, most: int, told: int
) -> None:
    monkeypatch.setattr("gridmap.console.command.points.MOST", most)
    answer = cast.browser("chen").get("/command/points/?box=98,39,99,40").json()
    assert len(answer["points"]) == told


def test_outlines_have_the_numbers_of_the_list(cast: Cast) -> None:
    first = make_conflict(cast.city.areas["p"], at=cast.now)
    make_conflict(cast.city.areas["q"], "wages", at=cast.now, name="别处 · 欠薪")
    make_conflict(cast.city.areas["r"], at=cast.now, name="看不见")
    confirm_conflict(conflict=first, by=cast.people["chen"], at=cast.now)
    chen = cast.browser("chen")
    features = chen.get("/command/outlines/").json()["features"]
    told = [one["properties"] for one in features]
    assert [(one["rank"], one["code"], one["confirmed"]) for one in told] == [(1, first.code, True), (2, "JYG-R0002", False)]  # fmt: skip
    assert features[0]["geometry"]["type"] == "MultiPolygon"
    listed = text(chen.get("/command/conflicts/"))
    assert [listed.index(f'data-conflict="{one["code"]}"') for one in told] == sorted(
        listed.index(f'data-conflict="{one["code"]}"') for one in told
    )
    assert "看不见" not in listed
    only = chen.get("/command/outlines/?topic=wages").json()["features"]
    assert [one["properties"]["code"] for one in only] == ["JYG-R0002"]
    q = chen.get(f"/command/conflicts/?area={cast.city.areas['q'].code}")
    assert first.code not in text(q)


def test_what_could_be_avoided_stands_with_its_interval(cast: Cast) -> None:
    make_conflict(cast.city.areas["p"], at=cast.now)
    page = text(cast.browser("chen").get("/command/conflicts/"))
    assert "9.5 件" in page
    assert "6.1～13.2" in page


def test_a_course_has_twenty_quarters_of_beijing_and_the_last_one_is_this(cast: Cast) -> None:
    conflict = make_conflict(cast.city.areas["p"], at=cast.now)
    # Thursday, 16 July 2026; July begins in Beijing while it is still June elsewhere.
    july = datetime(2026, 6, 30, 16, 30, tzinfo=UTC)
    moments = [cast.now, july, july - timedelta(hours=1), datetime(2021, 10, 1, tzinfo=UTC), datetime(2021, 9, 1, tzinfo=UTC)]  # fmt: skip
    cases = [cast.case("a") for _ in moments]
    for case, at in zip(cases, moments, strict=True):
        Incident.objects.filter(pk=case.pk).update(occurred_at=at)
    Incident.objects.filter(pk=cast.case("a").pk).update(state="withdrawn", state_reason="x")
    conflict.cases.set(
        Incident.objects.filter(pk__in=[case.pk for case in cases])
        | Incident.objects.filter(state="withdrawn")
    )
    (line,) = cast.browser("chen").get("/command/conflicts/").context["listed"].lines
    assert [bar.height for bar in line.bars] == [14.0, *[1.0] * 17, 14.0, 28.0]


def test_the_fragments_bring_the_time_of_day(cast: Cast) -> None:
    fragment = text(cast.browser("chen").get("/command/situation/"))
    assert "12:00 更新" in fragment
    assert 'id="updated"' in fragment
    assert "<html" not in fragment


def test_a_wall_has_figures_a_list_and_what_happened_last_and_no_controls(cast: Cast) -> None:
    make_conflict(cast.city.areas["p"], at=cast.now)
    team = make_team(name="供水队")
    make_rule(team, "water_supply")
    cast.case("d", title="张三家停水")
    page = text(cast.browser("admin").get("/command/?wall"))
    for part in (
        "data-wall",
        "wall__figures",
        "矛盾纠纷态势",
        "2026年7月16日 周四",
        "area-r，供排水，登记",
        "紫轩花苑 · 供排水",
    ):
        assert part in page, part
    for part in ("<button", "<select", 'class="rail"', "张三", 'href="/cases/'):
        assert part not in page, part
    # From afar cells are read better than a density.
    assert 'data-understood="view=cells&amp;wall="' in page
    assert "data-understood" not in text(cast.browser("admin").get("/command/?wall&view=density"))
    assert 'data-choice="dark"' in text(cast.browser("admin").get("/command/?wall=dark"))
    fragment = text(cast.browser("admin").get("/command/situation/?wall="))
    for part in ("wall__figures", 'id="happenings"', 'id="updated"'):
        assert part in fragment, part


def test_a_wall_tells_nothing_of_another_district(cast: Cast) -> None:
    cast.case("d")
    assert "area-r" not in text(cast.browser("chen").get("/command/?wall"))


def test_statements(cast: Cast, assert_statements: AssertStatements) -> None:
    make_conflict(cast.city.areas["p"], at=cast.now)
    chen = cast.browser("chen")
    for address, number in (
        ("/command/", 8),
        ("/command/situation/", 2),  # its figures are kept
        ("/command/conflicts/", 6),
        ("/command/outlines/", 4),
        ("/command/points/?box=98,39,99,40", 3),
        ("/command/places/1/", 2),
    ):
        with assert_statements(number):
            assert chen.get(address).status_code == 200
