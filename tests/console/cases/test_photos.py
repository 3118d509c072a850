"""Photos on the pages: sent with a report, added to a case and its steps, and shown to whom the case is shown."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from gridmap.incidents import photo_press, photos
from gridmap.incidents.models import Photo, Report, StepRecord
from gridmap.incidents.photo_press import NoPicture, Pressed
from gridmap.incidents.services.photos import add_photo
from gridmap.incidents.states import Name
from tests.console.cases.cast import Cast
from tests.console.cases.test_report import JSON, fields
from tests.incidents.pictures import SECRET, encoded, exif, jpeg, picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_photos(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of its own; what is sent here is not hostile, and is pressed without a process of its own."""
    settings.PHOTO_DIR = tmp_path / "photos"
    monkeypatch.setattr(photos, "press_apart", pressed)


def pressed(data: bytes) -> Pressed:
    if len(data) > photos.MOST_BYTES:
        raise NoPicture("size")
    return photo_press.press(data)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def file(data: bytes | None = None, name: str = "IMG_1.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg(exif=exif()) if data is None else data, "image/jpeg")


def other() -> bytes:
    """Another picture."""
    return encoded("JPEG", picture(200, 100))


def report(cast: Cast, name: str = "member", /, **changed: Any) -> Any:
    return cast.browser(name).post(reverse("report"), fields(**changed), headers=JSON)


def kept(cast: Cast, by: str = "member") -> Photo:
    photo, _ = add_photo(
        incident=cast.case, picture=pressed(jpeg()), by=cast.people[by], at=cast.now
    )
    return photo


def address(cast: Cast, photo: Photo) -> str:
    return reverse("case-photo", args=[cast.case.code, photo.digest])


# With a report


def test_photos_come_with_a_report_once_however_often_it_is_sent(cast: Cast) -> None:
    key = str(uuid4())
    answers = [report(cast, key=key, photos=[file(), file(other())]) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    voice = Report.objects.get(key=key)
    assert (
        list(Photo.objects.values_list("report", "incident")) == [(voice.pk, voice.incident_id)] * 2
    )
    assert len(list(photos.files())) == 4
    receipt = cast.browser("member").get(answers[0].json()["receipt"]).content.decode()
    assert "照片 2 张" in receipt


def test_photos_of_a_report_that_joins_stand_with_the_case_that_is_there(cast: Cast) -> None:
    assert report(cast, joins=cast.case.code, photos=[file()]).status_code == 201
    assert Photo.objects.get().incident == cast.case


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ([b"GIF89a"], "第 1 张：这不是照片，或者这种格式读不了"),
        ([None, jpeg()[:700]], "第 2 张：照片读不完整"),
        ([jpeg() + b"\x00" * 10_000_000], "第 1 张：照片超过 10 MB"),
        ([b""], "照片读不完整"),
        ([None] * 10, "最多 9 张照片"),
    ],
)
def test_what_is_no_photo_is_said_at_its_field_and_nothing_is_kept(
    cast: Cast, sent: list[bytes | None], says: str
) -> None:
    answer = report(cast, photos=[file(data) for data in sent])
    assert answer.status_code == 422
    assert says in " ".join(answer.json()["errors"]["photos"])
    assert Report.objects.count() == 1
    assert list(photos.files()) == []


def test_without_a_script_a_plain_input_takes_them_and_the_words_stay(cast: Cast) -> None:
    browser = cast.browser("member")
    page = browser.get(reverse("report")).content.decode()
    assert re.search(r'<form[^>]*id="report"[^>]*enctype="multipart/form-data"', page)
    assert re.search(r'<input type="file" name="photos"[^>]* multiple', page)
    assert "最多 9 张，每张不超过 10 MB" in page
    refused = browser.post(reverse("report"), fields(words="很长的话", photos=[file(b"no")]))
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "很长的话" in text
    assert "照片没有留下，要重新选一次。" in text
    assert re.search(r'id="id_photos"[^>]*aria-describedby="id_photos_most id_photos_error"', text)
    assert 'id="id_photos_error"' in text
    good = browser.post(reverse("report"), fields(photos=[file()]))
    assert good.status_code == 302
    assert Photo.objects.count() == 1


def test_when_too_many_are_read_the_report_is_to_be_sent_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_data: bytes) -> Pressed:
        raise NoPicture("busy")

    monkeypatch.setattr(photos, "press_apart", busy)
    answer = report(cast, photos=[file()])
    assert answer.status_code == 503
    assert "过一会儿再传" in answer.json()["errors"]["photos"][0]
    assert Report.objects.count() == 1


# On the page of a case


def test_the_page_shows_them_small_with_author_and_time_and_loads_them_late(cast: Cast) -> None:
    photo = kept(cast)
    page = cast.page("officer")
    shown = re.search(r'<a class="gallery__one" href="([^"]+)"[^>]*>(<img [^>]+>)(.*?)</a>', page)
    assert shown is not None
    assert shown[1] == address(cast, photo)
    assert f'src="{shown[1]}?size=small"' in shown[2]
    assert 'alt="第 1 张照片"' in shown[2]
    assert 'loading="lazy"' in shown[2]
    assert re.search(r'<span lang="zh-Hans">member</span>.*今天 \d\d:\d\d', shown[3])


def test_a_photo_is_served_in_two_sizes_and_asked_for_again_each_time(cast: Cast) -> None:
    photo = kept(cast)
    browser = cast.browser("officer")
    for query, tag in (({}, photo.digest), ({"size": "small"}, f"{photo.digest}-small")):
        answer = browser.get(address(cast, photo), query)
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["ETag"] == f'"{tag}"'
        assert SECRET not in answer.content
        with Image.open(BytesIO(answer.content)) as image:
            assert image.size == (320, 240)
        again = browser.get(
            address(cast, photo), query, headers={"If-None-Match": answer.headers["ETag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Cache-Control"] == "private, no-cache"


def test_who_does_not_see_the_case_sees_no_photo_not_even_one_that_is_kept(cast: Cast) -> None:
    photo = kept(cast)
    browser = cast.browser("neighbour")
    assert browser.get(address(cast, photo)).status_code == 404
    tag = {"If-None-Match": f'"{photo.digest}"'}
    assert browser.get(address(cast, photo), headers=tag).status_code == 404
    unknown = reverse("case-photo", args=[cast.case.code, "0" * 64])
    assert cast.browser("officer").get(unknown).status_code == 404


def test_a_photo_without_its_file_is_not_there_and_an_alarm(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    photo = kept(cast)
    photos.path_of(photo.digest).unlink()
    assert cast.browser("officer").get(address(cast, photo)).status_code == 404
    assert "has no file" in caplog.text


def test_photos_are_added_from_the_page_and_told_in_the_story(cast: Cast) -> None:
    answer = cast.act("member", "photo", photos=[file(), file(other())])
    assert answer.status_code == 302
    page = cast.page("member")
    assert re.search(r"加照片</p><p[^>]*>.*照片 2 张", page)
    assert page.count('class="gallery__one"') == 2
    assert cast.act("member", "photo", photos=[file()]).status_code == 302
    assert Photo.objects.count() == 2


def test_photos_of_a_step_stand_with_it(cast: Cast) -> None:
    cast.in_progress()
    answer = cast.act("guide", "step", note="看过水泵", photos=[file()])
    assert answer.status_code == 302
    page = cast.page("guide")
    assert re.search(r"一听：<span>看过水泵</span></p><p[^>]*>.*照片 1 张", page)
    assert re.search(r'class="gallery__note num" data-note>一听<', page)


def test_a_step_with_a_bad_photo_is_not_recorded_and_its_words_are_kept(cast: Cast) -> None:
    cast.in_progress()
    answer = cast.act("guide", "step", note="看过水泵", photos=[file(b"no")])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第 1 张：这不是照片" in page
    assert "看过水泵" in page
    assert not StepRecord.objects.exists()


def test_to_add_no_photo_is_not_enough(cast: Cast) -> None:
    answer = cast.act("member", "photo")
    assert answer.status_code == 422
    assert "拍一张照片，或者选一张。" in answer.content.decode()


def test_who_has_no_part_sees_photos_and_is_not_asked_for_any(cast: Cast) -> None:
    kept(cast)
    page = cast.page("leader")
    assert 'class="gallery__one"' in page
    assert "/do/photo/" not in page
    assert cast.act("leader", "photo", photos=[file(other())]).status_code == 409
    assert Photo.objects.count() == 1


def test_to_a_case_that_has_ended_nothing_is_added(cast: Cast) -> None:
    cast.move(Name.WITHDRAW, "member", reason="误报")
    assert "/do/photo/" not in cast.page("member")
    assert cast.act("member", "photo", photos=[file()]).status_code == 409
    assert not Photo.objects.exists()
