"""An administrator brings a broken file, sees what is wrong and where, and brings the mended one."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from tests.journeys.server import ROOT
from tests.journeys.visits import DESK, PHONE, Visit, Visitor, picture

# A check starts a process; this machine may be busy.
PATIENCE_MS = 60_000
KINDS = ["overlaps", "overlaps", "gaps", "gaps", "slivers", "outside", "invalid"]


@pytest.fixture(scope="session")
def files(demo_city_database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made in a process of its own: in this one Playwright's loop keeps Django from the database."""
    folder = tmp_path_factory.mktemp("files")
    program = "from pathlib import Path; from tests.journeys.boundary_files import write_files; "
    url = urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{demo_city_database}"))
    subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "-c",
            f"{program}write_files(Path({str(folder)!r}))",
        ],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "GRIDMAP_DB_ROLE": "app"},
        check=True,
    )
    (folder / "broken.gpkg").rename(folder / "网格_2026年7月.gpkg")
    return folder


def upload(visit: Visit, file: Path) -> Page:
    """Send a file and wait for what is said of it."""
    page = visit.open("/import/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_url(re.compile(r"/import/[\w-]{20,}/"))
    expect(page.locator("#progress")).to_have_count(0, timeout=PATIENCE_MS)
    return page


def map_is_drawn(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-picture", "ready")
    page.wait_for_load_state("networkidle")


def selected(page: Page) -> Locator:
    return page.locator(".fault[aria-current=true]")


def no_serious_fault(page: Page, axe: str) -> None:
    page.evaluate(axe)
    found = page.evaluate(
        "axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => [impact, id, nodes[0].html]))"
    )
    assert [fault for fault in found if fault[0] in ("serious", "critical")] == []


def test_seven_faults_are_drawn_listed_and_taken_home(
    window: Visitor, files: Path, axe: str, pictures: Path | None
) -> None:
    visit = window(DESK)
    visit.sign_in("city-admin")
    page = upload(visit, files / "网格_2026年7月.gpkg")
    expect(page.get_by_text("7 处问题")).to_be_visible()
    map_is_drawn(page)
    expect(page.locator(".fault[data-number]")).to_have_count(7)
    expect(page.locator(".pin")).to_have_count(7)
    expect(page.locator(".legend li")).to_have_text(
        ["重叠 2", "缝隙 2", "碎片 1", "越界 1", "无效 1"]
    )
    for kind in ("overlaps", "gaps", "outside"):
        assert page.locator(f".shape--{kind}").first.get_attribute("fill") == f"url(#hatch-{kind})"
    expect(page.locator("#loupe")).to_contain_text("问题 1，放大")
    picture(page, pictures, "import-faults")
    no_serious_fault(page, axe)
    with page.expect_download() as download:
        page.get_by_role("link", name="问题清单 JSON").click()
    report = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert [kind for kind in KINDS if report[kind]] == KINDS
    assert sum(len(report[kind]) for kind in set(KINDS)) == 7


def test_list_and_map_choose_together_by_pointer_and_by_key(window: Visitor, files: Path) -> None:
    visit = window(DESK)
    visit.sign_in("city-admin")
    page = upload(visit, files / "网格_2026年7月.gpkg")
    map_is_drawn(page)
    expect(selected(page)).to_have_attribute("data-number", "1")
    page.locator(".pin").nth(2).locator(".pin__disc").click()
    expect(selected(page)).to_have_attribute("data-number", "3")
    page.keyboard.press("j")
    expect(selected(page)).to_have_attribute("data-number", "4")
    expect(page.locator("#selected")).to_contain_text("缝隙")
    page.get_by_role("button", name="定位问题 5").press("Enter")
    expect(selected(page)).to_have_attribute("data-number", "5")
    # A strip of a decimetre is enlarged until its width is seen.
    expect(page.locator("#loupe")).to_contain_text("放大 1,024 倍")
    expect(page.locator(".pin--on .pin__number")).to_have_text("5")


def test_the_mended_file_is_previewed_and_written_after_confirming(
    window: Visitor, files: Path, axe: str, pictures: Path | None
) -> None:
    visit = window(DESK)
    visit.sign_in("city-admin")
    page = upload(visit, files / "improved.gpkg")
    expect(page.get_by_text("没有问题")).to_be_visible()
    map_is_drawn(page)
    expect(page.get_by_role("heading", name="改边界 2")).to_be_visible()
    expect(page.get_by_role("heading", name="换网格的责任区")).to_be_visible()
    page.locator(".change[data-place]").first.click()
    expect(page.locator(".ring")).to_be_visible()
    picture(page, pictures, "import-preview")
    no_serious_fault(page, axe)
    page.get_by_role("link", name="下一步：确认").click()
    expect(page.get_by_role("heading", name="写入 2 条边界？")).to_be_visible()
    expect(page.get_by_text("旧边界留着")).to_be_visible()
    no_serious_fault(page, axe)
    page.get_by_role("button", name="写入 2 条边界").click()
    expect(page.get_by_role("heading", name="已写入 2 条边界")).to_be_visible(timeout=PATIENCE_MS)
    no_serious_fault(page, axe)
    # The city as it was, for whoever comes next: by the same way.
    upload(visit, files / "before.gpkg")
    page.get_by_role("link", name="下一步：确认").click()
    page.get_by_role("button", name="写入 2 条边界").click()
    expect(page.get_by_role("heading", name="已写入 2 条边界")).to_be_visible(timeout=PATIENCE_MS)


def test_a_file_that_cannot_be_read_is_said_and_the_form_is_usable(
    window: Visitor, tmp_path: Path, axe: str
) -> None:
    visit = window(DESK)
    page = visit.sign_in("city-admin", "/import/")
    no_serious_fault(page, axe)
    (tmp_path / "网格.gpkg").write_bytes(b"nonsense")
    upload(visit, tmp_path / "网格.gpkg")
    expect(page.get_by_role("heading", name="这个文件读不了")).to_be_visible(timeout=PATIENCE_MS)
    no_serious_fault(page, axe)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_whole_way_works_on_a_phone(
    window: Visitor, files: Path, axe: str, pictures: Path | None, theme: str
) -> None:
    visit = window(PHONE, color_scheme=theme)
    visit.sign_in("city-admin")
    page = upload(visit, files / "网格_2026年7月.gpkg")
    map_is_drawn(page)
    page.get_by_role("button", name="定位问题 7").tap()
    expect(selected(page)).to_have_attribute("data-number", "7")
    # The map is still in sight, though the row lies far down.
    expect(page.locator(".pin--on .pin__disc")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.evaluate(
        """[...document.querySelectorAll("button, a.btn, .choice")]
             .map((one) => one.getBoundingClientRect())
             .filter(({ width, height }) => width && (width < 44 || height < 44)).length"""
    )
    assert small == 0
    picture(page, pictures, f"import-faults-phone-{theme}")
    no_serious_fault(page, axe)
