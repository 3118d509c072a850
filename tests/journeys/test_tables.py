"""The administrator of the city edits a rule and a day of the calendar, and takes a list away."""

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from gridmap.accounts.scope import today
from tests.journeys.audit import grave_faults, sideways, small_targets
from tests.journeys.visits import DESK, PHONE, Visitor, picture

# A day that no other story counts on.
FAR = today().replace(month=7, day=1) + timedelta(days=366)


@pytest.fixture
def window(desk_window: Visitor) -> Visitor:
    return desk_window


def _working_day(page: Page) -> str:
    """The first plain working day of a month far ahead."""
    page.goto(page.url.split("?")[0] + f"?year={FAR.year}")
    plain = page.locator(f'.day[href^="?day={FAR:%Y-%m}"][aria-label$="工作日"]').first
    plain.click()
    return page.url


def test_a_rule_and_a_day_are_changed_and_a_list_is_taken_away(window: Visitor) -> None:
    visit = window(DESK)
    visit.expect_failure("422")
    page = visit.sign_in("city-admin", "/contacts/")
    page.get_by_role("link", name="规则").click()
    expect(page.locator(".holes")).to_contain_text("土地权属")
    page.locator(".holes li", has_text="土地权属").get_by_role("link", name="补一条").click()
    expect(page.locator("[name=topic]").last).to_have_value("land")
    page.locator("[name=lead_team]").select_option(label="司法法律")
    page.locator(".tables__side [name=valid_from]").fill((today() - timedelta(days=1)).isoformat())
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#id_valid_from_error")).to_contain_text("不能在过去生效")
    page.locator(".tables__side [name=valid_from]").fill(today().isoformat())
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".toast")).to_contain_text("加好了")
    expect(page.locator(".holes", has_text="土地权属")).to_have_count(0)
    row = page.locator(".rules tbody tr", has_text="土地权属")
    expect(row).to_contain_text("司法法律")
    # Begun today, it ends tomorrow at the earliest.
    row.get_by_role("link", name="让它失效").click()
    page.get_by_role("button", name="让它失效").click()
    expect(page.locator(".holes", has_text="土地权属")).to_have_count(1)
    page.get_by_role("link", name="工作日历").click()
    _working_day(page)
    page.get_by_label("休息日，期限不算").check()
    page.get_by_label("叫什么").fill("抢险")
    page.get_by_role("button", name="看会变几件").click()
    expect(page.locator("#side")).to_contain_text("改成休息日？")
    expect(page.locator(".tables__side")).to_contain_text("没有在办案件的期限会变")
    page.get_by_role("button", name="确认修改").click()
    expect(page.locator(".toast")).to_contain_text("改好了")
    expect(page.locator('.day--edited[aria-label*="抢险"]')).to_have_count(1)
    page.get_by_role("link", name="派遣", exact=False).first.click()
    page.locator("#tab-all").click()
    page.get_by_role("link", name="下载").click()
    count = int(page.locator(".export__words dd").last.inner_text().replace(",", ""))
    page.get_by_label("CSV").check()
    with page.expect_download() as coming:
        page.get_by_role("button", name="下载").click()
    expect(page.locator("#export-said")).to_contain_text("写好了：案件-")
    with coming.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert "货车鸣笛，说不清地点" in {row["事件名称"] for row in rows}
    assert len(rows) == count
    assert coming.value.suggested_filename.endswith(".csv")


def test_what_takes_longer_says_so_and_a_broken_way_too(window: Visitor) -> None:
    visit = window(DESK)
    visit.expect_failure("ERR_FAILED", "ERR_INTERNET")
    page = visit.sign_in("city-admin", "/desk/export/?board=desk&tab=all")

    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/desk/export/**", hold)
    page.get_by_role("button", name="下载").click()
    expect(page.locator("#export-said")).to_contain_text(re.compile(r"件，已过 ([2-9]|\d\d) 秒"))
    asked[0].abort()
    expect(page.locator("#export-said")).to_contain_text("没有取到文件")


def _nothing(_: Page) -> None:
    """The page as it opens."""


def _change(page: Page) -> None:
    page.locator(".rules__acts a").first.click()
    expect(page.locator("#side")).to_be_visible()


def _ask(page: Page) -> None:
    page.goto(page.url.split("?")[0] + f"?day={today()}#month-{today().month}")
    page.get_by_label("休息日，期限不算" if page.locator("[value=True]:checked").count() else "工作日，期限照算").check()  # fmt: skip
    page.get_by_role("button", name="看会变几件").click()
    expect(page.locator("[name=sure]")).to_have_count(1)


def _year_to_come(page: Page) -> None:
    page.goto(page.url.split("?")[0] + f"?year={today().year + 2}")


def _check_two(page: Page) -> None:
    for tick in page.locator("[name=checked]").all()[:2]:
        tick.check()
    page.locator(".bulk [value=hand_over]").click()
    expect(page.locator("#checked-title")).to_be_visible()


PAGES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "desk-routing": ("/desk/rules/", _change),
    "desk-limits": ("/desk/rules/limits/", _nothing),
    "desk-calendar": ("/desk/rules/calendar/", _ask),
    "desk-calendar-to-come": ("/desk/rules/calendar/", _year_to_come),
    "desk-export": ("/desk/export/?board=desk&tab=all", _nothing),
    "desk-checked": ("/desk/?tab=escalated", _check_two),
}
PICTURED = ("desk-routing", "desk-calendar")
# Each once on a desk or a phone, the two that are worked with most on both, all in one other look or another.
VISITS = [
    ("desk-routing", "desk", "light", "zh-hans"),
    ("desk-routing", "phone", "light", "zh-hans"),
    ("desk-routing", "desk", "dark", "en"),
    ("desk-calendar", "desk", "light", "zh-hans"),
    ("desk-calendar", "phone", "light", "zh-hans"),
    ("desk-calendar-to-come", "desk", "dark", "en"),
    ("desk-limits", "phone", "dark", "en"),
    ("desk-export", "phone", "light", "en"),
    ("desk-checked", "desk", "dark", "en"),
]


@pytest.mark.parametrize(("name", "device", "theme", "language"), VISITS)
def test_a_table_is_readable_and_reachable(
    window: Visitor, axe: str, pictures: Path | None, name: str, device: str, theme: str, language: str
) -> None:  # fmt: skip
    path, act = PAGES[name]
    frame = PHONE if device == "phone" else DESK
    page = window(frame, color_scheme=theme).sign_in("city-admin", path, language)
    act(page)
    if name in PICTURED and device == "desk" and theme == "light":
        picture(page, pictures, name)
    assert grave_faults(page, axe) == []
    assert sideways(page) <= 0
    if device == "phone":
        assert small_targets(page) == []
