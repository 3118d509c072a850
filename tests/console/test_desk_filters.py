"""Filters in the address: what is read, what is refused in words, what is written again."""

from datetime import date

import pytest
from django.db.models import Q
from django.http import QueryDict

from gridmap.console.desk.boards import BOARDS, TRIAGE
from gridmap.console.desk.filters import Filters, conditions, parse, unknown

TABS = [tab.key for tab in TRIAGE.tabs]


def read(query: str) -> Filters:
    return parse(QueryDict(query), TABS, "to_dispatch")


def faults(query: str) -> list[str]:
    return [fault.message for fault in read(query).faults]


def test_an_empty_address_is_the_first_tab_without_filters() -> None:
    assert read("") == Filters(tab="to_dispatch")
    assert read("").active == []
    assert read("page=&q=+&risk=") == Filters(tab="to_dispatch")


def test_every_filter_is_read() -> None:
    found = read(
        "tab=all&area=620201001000&area=620201002000&topic=wages&source=patrol&risk=red&risk=orange"
        "&state=returned&team=3&from=2026-07-08&to=2026-07-14&q=%E9%95%9C%E9%93%81&page=2"
        "&case=JYG-20260714-00001&act=decline"
    )
    assert found.faults == ()
    assert found == Filters(
        tab="all",
        area=("620201001000", "620201002000"),
        topic=("wages",),
        source=("patrol",),
        risk=("red", "orange"),
        state=("returned",),
        team=("3",),
        since=date(2026, 7, 8),
        until=date(2026, 7, 14),
        text="镜铁",
        page=2,
        case="JYG-20260714-00001",
        act="decline",
    )
    assert found.active == ["area", "topic", "source", "risk", "period", "state", "team", "text"]


def test_what_is_written_is_read_as_the_same() -> None:
    found = read("tab=overdue&risk=red&risk=blue&from=2026-07-08&q=a%26b%3Dc&page=3")
    assert read(found.query()) == found
    assert found.without("period").query() == "tab=overdue&risk=red&risk=blue&q=a%26b%3Dc"
    assert found.query(page=1, text="") == "tab=overdue&risk=red&risk=blue&from=2026-07-08"


def test_a_value_chosen_twice_counts_once_and_spaces_are_folded() -> None:
    found = read("risk=red&risk=red&q=%E3%80%80%E9%95%9C%E9%93%81%09%20%E8%A5%BF%E8%B7%AF%20")
    assert (found.risk, found.text) == (("red",), "镜铁 西路")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("tab=gone", "没有这一栏：gone。"),
        ("risk=pink", "没有这个风险等级：pink。"),
        ("source=fax", "没有这个来源：fax。"),
        ("state=lost", "没有这个状态：lost。"),
        ("team=x", "没有这支队伍：x。"),
        ("team=99999999999999999999", "没有这支队伍：99999999999999999999。"),
        ("area=%27+OR+1%3D1+--", "没有这个区域：' OR 1=1 --。"),
        ("topic=%00", "没有这个专题：?。"),
        ("from=2026-02-30", "日期写成 2026-07-14 这样；现在是“2026-02-30”。"),
        ("to=tomorrow", "日期写成 2026-07-14 这样；现在是“tomorrow”。"),
        ("from=0145-01-01", "年份不对：0145-01-01。"),
        ("from=2026-07-14&to=2026-07-08", "结束的日期早于开始的日期。"),
        ("page=0", "没有这一页：0。"),
        ("page=-1", "没有这一页：-1。"),
        ("page=%EF%BC%99", "没有这一页：９。"),
        ("page=1e9", "没有这一页：1e9。"),
        (f"page={'9' * 5000}", f"没有这一页：{'9' * 20}…。"),
        ("q=a%00b", "要找的文字里有不能用的字符。"),
        (f"q={'x' * 81}", "要找的文字太长，最多 80 个字。"),
        ("case=1", "案件编号不对：1。"),
        ("case=JYG-20260714-00001%27", "案件编号不对：JYG-20260714-00001'。"),
        ("act=explode", "没有这个动作：explode。"),
        ("&".join(f"area={n}" for n in range(61)), "一次选得太多。"),
    ],
)
def test_what_cannot_be_is_told_and_left_out(query: str, words: str) -> None:
    found = read(query)
    assert [fault.message for fault in found.faults] == [words]
    # What is left can be asked for without harm.
    conditions(found, [])
    assert read(found.query()).faults == ()


def test_what_nobody_knows_is_told_as_if_it_were_not_there() -> None:
    found = read("area=620201001000&area=620201009000")
    told = unknown(found, "area", {"620201001000"})
    assert [fault.message for fault in told] == ["没有这个区域：620201009000。"]


def test_a_number_is_looked_up_as_a_number_and_other_words_everywhere() -> None:
    assert conditions(read("q=jyg-20260714"), [])["text"] == Q(code__startswith="JYG-20260714")
    words = conditions(read("q=%E5%A3%B0"), [])["text"]
    assert {key for key, _ in words.children} == {  # type: ignore[misc]
        "title__icontains",
        "address__icontains",
        "summary__icontains",
        "building__name__icontains",
    }


def test_a_period_holds_both_its_days() -> None:
    condition = conditions(read("from=2026-07-08&to=2026-07-14"), [])["period"]
    lower, upper = (value.isoformat() for _, value in condition.children)  # type: ignore[misc, union-attr]
    assert (lower, upper) == ("2026-07-08T00:00:00+08:00", "2026-07-15T00:00:00+08:00")


def test_the_tabs_of_a_board_have_keys_of_their_own() -> None:
    for board in BOARDS:
        keys = [tab.key for tab in board.tabs]
        assert len(set(keys)) == len(keys)
