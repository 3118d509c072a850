"""The life of a conflict at the desk: confirmed, undone, owned, planned for, tried at, and another one closed."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from geodata.querysets import day_of
from tests.journeys.cases import COMING, LATE, OVER
from tests.journeys.visits import DESK, PHONE, Visitor


def heading(page: Page, name: str) -> None:
    words = re.compile(r"\s*·\s*".join(name.split(" · ")))
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def open_conflict(page: Page, name: str) -> None:
    place, topic = name.split(" · ")
    page.locator(".conf__link", has_text=place).filter(has_text=topic).click()
    heading(page, name)


def test_from_a_candidate_to_a_measure_and_the_case_says_to_what_it_belongs(
    window: Visitor,
) -> None:
    visit = window(DESK)
    # A plan without words is refused on the way.
    visit.expect_failure("422")
    page = visit.sign_in("community-officer", "/conflicts/")
    open_conflict(page, COMING)
    chip = page.locator(".conf__head .chip")
    expect(chip).to_have_text("待确认")
    page.get_by_role("button", name="确认是反复矛盾").click()
    expect(chip).to_have_text("已确认")
    # Reversible: done at once, and taken back in the toast.
    page.locator("#toasts").get_by_role("button", name="撤销").click()
    expect(chip).to_have_text("待确认")
    page.get_by_role("button", name="确认是反复矛盾").click()

    page.get_by_role("link", name="定负责人").click()
    owner = page.locator("#id_owner")
    owner.select_option(index=1)
    name = (owner.locator("option:checked").text_content() or "").partition(" · ")[0]
    page.locator(".act .btn--lg").click()
    expect(page.locator(".conf__head")).to_contain_text(f"{name} 负责")

    page.get_by_role("link", name="写方案").click()
    page.locator(".act .btn--lg").click()
    expect(page.locator(".err")).to_contain_text("写明打算怎么办。")
    page.locator("#id_plan").fill("换两台加压泵，每周看一次水箱")
    due = day_of(timezone.now()) + timedelta(days=10)
    page.locator("#id_due").fill(f"{due:%Y-%m-%d}")
    page.locator(".act .btn--lg").click()
    expect(chip).to_have_text("方案实施中")

    page.get_by_role("link", name="记措施").click()
    page.locator("#id_words").fill("换了一台泵")
    page.locator("#id_taken_by").fill("市供水公司")
    page.locator(".act .btn--lg").click()
    expect(page.locator(".tried")).to_contain_text("还太早")
    expect(page.locator(".past")).to_contain_text("记了措施")

    page.locator(".conf__cases").get_by_role("link", name=LATE).click()
    expect(page.locator(".belongs")).to_contain_text(f"方案由 {name} 负责")


def test_the_bell_leads_a_team_to_its_joint_task_and_who_gave_it_to_what_came_of_it(
    window: Visitor,
) -> None:
    page = window(DESK).sign_in("community-officer", "/conflicts/")
    open_conflict(page, COMING)
    # The story before has confirmed it, where it was told.
    confirm = page.get_by_role("button", name="确认是反复矛盾")
    if confirm.is_visible():
        confirm.click()
    page.get_by_role("link", name="布置联合任务").click()
    page.get_by_label("住建物业").check()
    page.locator("#id_note").fill("查清水箱由谁维修")
    page.locator(".act .btn--lg").click()
    expect(page.locator("section[aria-labelledby=tasks]")).to_contain_text("查清水箱由谁维修")

    team = window(PHONE).sign_in("guide", "/desk/teams/")
    todo = team.locator(".todo__one", has_text="查清水箱由谁维修")
    expect(todo).to_contain_text(COMING.split(" · ")[0])
    team.locator("#bell").click()
    line = team.locator(".notices .item__main", has_text="查清水箱由谁维修")
    expect(line).to_contain_text("联合任务")
    line.click()
    tasks = team.locator("section[aria-labelledby=tasks]")
    expect(tasks).to_be_in_viewport()
    tasks.get_by_role("link", name="完成").click()
    team.locator("#id_result").fill("协议签了，水箱归物业维修")
    team.locator(".act .btn--lg").click()
    expect(team.locator("#toasts")).to_contain_text("任务办完了")
    expect(team.locator(".todo__one", has_text="查清水箱由谁维修")).to_have_count(0)

    page.goto(page.url.partition("/conflicts/")[0] + "/notices/")
    page.locator(".notices .item__main", has_text="水箱归物业维修").click()
    expect(page.locator("section[aria-labelledby=tasks]")).to_contain_text("水箱归物业维修")
    expect(page.locator(".past").first).to_contain_text("办完了联合任务")


def test_what_has_been_quiet_is_closed_with_a_reason_and_stands_among_the_closed(
    window: Visitor,
) -> None:
    page = window(PHONE).sign_in("community-officer", "/conflicts/?state=quiet")
    open_conflict(page, OVER)
    page.get_by_role("link", name="办结").click()
    page.locator("#id_reason").fill("换了供暖管，一个冬天没有来件")
    page.locator(".act .btn--lg").click()
    expect(page.locator(".conf__head .chip")).to_have_text("已办结")
    page.goto(page.url.partition("/conflicts/")[0] + "/conflicts/?state=closed")
    expect(page.locator(".conf__list")).to_contain_text("供暖")


def test_a_member_of_another_cell_finds_no_such_conflict(window: Visitor) -> None:
    visit = window(PHONE)
    visit.expect_failure("404")
    page = visit.sign_in("building-leader", "/conflicts/JYG-R0001/")
    expect(page.get_by_role("heading", level=2)).to_have_text("没有找到这个矛盾")
