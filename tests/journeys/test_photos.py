"""A photo on its way: taken on the phone, kept there without a network, seen at the desk, added to a case."""

import re
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from tests.incidents.pictures import encoded, exif
from tests.journeys.audit import grave_faults, sideways, small_targets
from tests.journeys.cases import LATE
from tests.journeys.test_case_file import (
    NO_NETWORK,
    STORED,
    WALKING,
    found,
    open_case,
    start_report,
    words,
)
from tests.journeys.visits import DESK, PHONE, Visitor, picture


def pipe(width: int, height: int) -> Image.Image:
    """A pipe in a cellar, and what drips from it."""
    wall = Image.linear_gradient("L").rotate(40).crop((64, 64, 192, 192)).resize((width, height))
    image = Image.merge("RGB", [wall.point(lambda v, t=t: t - v // 4) for t in (150, 168, 180)])
    draw = ImageDraw.Draw(image)
    middle, thick = width * 9 // 20, width // 10
    for step in range(thick):
        light = 205 - abs(2 * step - thick // 2) * 160 // (2 * thick)
        draw.line([(middle + step, 0), (middle + step, height)], (light - 12, light - 4, light))
    wet = [width // 4, height * 5 // 6, width * 4 // 5, height * 19 // 20]
    draw.ellipse(wet, (74, 88, 98))
    return image


# As a phone's camera gives it: wide, and with the place in it.
WIDE = encoded("JPEG", pipe(3000, 1500), exif=exif())
NEAR = encoded("JPEG", pipe(320, 240))
TURNED = encoded("JPEG", pipe(320, 240), exif=exif(6))
KEPT_PHOTOS = STORED.replace('"items"', '"photos"')


# The server takes the next thing that is sent, and the phone never hears of it.
LOSE_REPLY = """() => {
  const real = window.fetch;
  window.fetch = async (...asked) => { window.fetch = real; await real(...asked); throw new TypeError("lost"); };
}"""


def file(data: bytes, name: str = "IMG_1.jpg") -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def choose(page: Page, *files: FilePayload) -> Locator:
    """Choose photos, and wait until they are made small."""
    page.locator("#id_photos").set_input_files(list(files))
    expect(page.locator(".pick[data-ready]:not([aria-busy])")).to_be_visible()
    return page.locator(".photos__one")


def refuse(route: Route) -> None:
    body = {"errors": {"photos": ["第 1 张：照片读不完整"]}}
    route.fulfill(status=422, json=body)


def sizes(pictures: Locator) -> list[list[int]]:
    """What the browser really shows, in pixels."""
    expect(pictures.first).to_be_visible()
    read: list[list[int]] = pictures.evaluate_all(
        "(all) => Promise.all(all.map(async (one) => { await one.decode(); return [one.naturalWidth, one.naturalHeight]; }))"
    )
    return read


def test_a_photo_from_the_phone_is_seen_at_the_desk(
    window: Visitor, axe: str, pictures: Path | None
) -> None:
    visit = window(PHONE, **WALKING)
    page = visit.sign_in("grid-member", "/report/")
    said = words()
    start_report(page, said)
    previews = choose(page, file(WIDE), file(NEAR))
    expect(previews).to_have_count(2)
    expect(page.locator(".pick [role=status]")).to_have_text(re.compile(r"2 张，共 \d\.\d MB"))
    picture(page, pictures, "report-phone-photos")
    assert grave_faults(page, axe) == []
    assert small_targets(page) == []
    assert sideways(page) <= 0
    # One that is none is refused in its place, and nothing else is lost.
    choose(page, file(b"no picture", "note.jpg"))
    expect(page.locator(".pick .err")).to_contain_text("note.jpg · 这不是照片")
    expect(previews).to_have_count(2)
    page.get_by_role("button", name="去掉第 2 张照片").click()
    expect(previews).to_have_count(1)
    page.locator("#toasts").get_by_role("button", name="撤销").click()
    expect(previews).to_have_count(2)
    page.get_by_role("button", name="去掉第 1 张照片").click()
    # What the server refuses is said there too.
    visit.expect_failure("422", *NO_NETWORK)
    page.route("**/report/", refuse, times=1)
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#id_photos_error")).to_have_text("第 1 张：照片读不完整")
    expect(page.locator("#id_photos")).to_be_focused()
    expect(page.locator("#id_words")).to_have_value(said)
    expect(previews).to_have_count(1)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/report/*/")
    expect(page.locator(".receipt__head")).to_contain_text("照片 1 张")

    desk = open_case(window(DESK), "community-officer", said)
    thumbs = desk.locator(".gallery__one img")
    assert sizes(thumbs) == [[320, 240]]
    expect(desk.locator(".gallery__note")).to_contain_text("来件")
    thumbs.click()
    viewer = desk.get_by_role("dialog", name="照片")
    assert sizes(viewer.locator("img")) == [[320, 240]]
    desk.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(desk.locator(".gallery__one")).to_be_focused()


def test_a_report_with_a_photo_waits_without_a_network_and_is_sent_once(window: Visitor) -> None:
    visit = window(PHONE, **WALKING)
    visit.expect_failure(*NO_NETWORK)
    page = visit.sign_in("grid-member", "/report/")
    said = words()
    start_report(page, said)
    page.context.set_offline(True)
    choose(page, file(WIDE), file(TURNED))
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="存在手机里了")).to_be_visible()
    page.locator("#outbox summary").click()
    expect(page.locator("#outbox li")).to_contain_text("照片 2 张")
    stored = page.evaluate(KEPT_PHOTOS)
    assert stored["count"] == 1
    # A picture that nobody can read who finds the phone.
    assert "JFIF" not in stored["text"]
    page.evaluate(LOSE_REPLY)
    with page.expect_response("**/report/"):
        page.context.set_offline(False)
    assert page.evaluate(STORED)["count"] == 1
    page.goto(f"{visit.address}/cases/")
    expect(page.locator("#toasts")).to_contain_text("已送达")
    assert page.evaluate(KEPT_PHOTOS)["count"] == page.evaluate(STORED)["count"] == 0
    assert found(visit, said) == 1
    page = open_case(visit, "grid-member", said)
    assert sizes(page.locator(".gallery__one img")) == [[480, 240], [240, 320]]


def test_a_photo_is_added_to_a_case_and_opens_large(
    window: Visitor, axe: str, pictures: Path | None
) -> None:
    page = open_case(window(PHONE), "grid-member", LATE)
    page.get_by_role("link", name="加照片").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("加照片")
    choose(page, file(WIDE), file(NEAR))
    assert grave_faults(page, axe) == []
    assert small_targets(page) == []
    page.get_by_role("button", name="加照片").click()
    expect(page.locator("#story")).to_contain_text("照片 2 张")
    page.locator("#photos").scroll_into_view_if_needed()
    thumbs = page.locator(".gallery__one img")
    assert sizes(thumbs) == [[480, 240], [320, 240]]
    picture(page, pictures, "case-phone-photos")
    thumbs.first.click()
    viewer = page.get_by_role("dialog", name="照片")
    # As large as it is kept, without the place.
    assert sizes(viewer.locator("img")) == [[2048, 1024]]
    picture(page, pictures, "case-phone-photo")
    assert grave_faults(page, axe) == []
    assert small_targets(page) == []
    page.get_by_role("button", name="下一张").click()
    expect(viewer.locator("img")).to_have_attribute("alt", "第 2 张照片")
    page.get_by_role("button", name="关闭").click()
    expect(viewer).to_be_hidden()
