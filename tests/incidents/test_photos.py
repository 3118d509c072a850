"""A photo of a case is there for good before its row is, once, and no file is left over."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from gridmap.accounts.models import User
from gridmap.incidents import photos
from gridmap.incidents.models import Incident, Photo
from gridmap.incidents.photo_press import Pressed
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.errors import MoveRefused, PhotoRefused
from gridmap.incidents.services.moving import move_incident
from gridmap.incidents.services.photos import (
    add_photo,
    add_photos,
    read_picture,
    read_pictures,
    sweep_photos,
)
from gridmap.incidents.states import Name
from tests.incidents.makers import make_incident
from tests.incidents.pictures import REFUSED, exif, jpeg
from tests.makers import make_small_city, make_user

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=2)


@pytest.fixture(autouse=True)
def _own_photos(settings: Any, tmp_path: Path) -> None:
    settings.PHOTO_DIR = tmp_path / "photos"


@pytest.fixture
def member() -> User:
    make_small_city()
    return make_user("ma")


@pytest.fixture
def case(member: User) -> Incident:
    return make_incident(member)


@pytest.fixture(scope="module")
def picture() -> Pressed:
    return Pressed(b"\xff\xd8 the picture", b"\xff\xd8 small", 320, 240)


def add(case: Incident, picture: Pressed, by: User) -> tuple[Photo, bool]:
    return add_photo(incident=case, picture=picture, by=by, at=timezone.now())


def kept() -> list[str]:
    return sorted(file.path.name for file in photos.files())


def by_the_disk() -> datetime:
    """The moment that files are stamped with, whatever time the tests are run at."""
    with tempfile.NamedTemporaryFile() as file:
        return datetime.fromtimestamp(Path(file.name).stat().st_mtime, UTC)


def age(path: Path, by: timedelta = LATER) -> None:
    then = (by_the_disk() - by).timestamp()
    os.utime(path, (then, then))


def test_a_photo_is_two_files_and_a_row(case: Incident, picture: Pressed, member: User) -> None:
    photo, is_new = add(case, picture, member)
    assert is_new
    assert photos.path_of(photo.digest).read_bytes() == picture.image
    assert photos.path_of(photo.digest, small=True).read_bytes() == picture.small
    assert (photo.width, photo.height, photo.size) == (320, 240, len(picture.image))
    assert kept() == [f"{photo.digest}-small.jpg", f"{photo.digest}.jpg"]


def test_nobody_else_on_the_machine_reads_it(
    case: Incident, picture: Pressed, member: User
) -> None:
    photo, _ = add(case, picture, member)
    assert photos.path_of(photo.digest).stat().st_mode & 0o077 == 0


def test_the_same_photo_again_is_the_same_row(
    case: Incident, picture: Pressed, member: User
) -> None:
    first, second = (add(case, picture, member) for _ in range(2))
    assert first[0] == second[0]
    assert [first[1], second[1]] == [True, False]
    assert Photo.objects.count() == 1


def test_two_cases_may_have_the_same_photo(case: Incident, picture: Pressed, member: User) -> None:
    other = make_incident(member)
    assert [add(each, picture, member)[1] for each in (case, other)] == [True, True]
    assert len(kept()) == 2


def test_the_same_scene_with_other_notes_is_the_same_photo(case: Incident, member: User) -> None:
    add(case, read_picture(jpeg()), member)
    assert add(case, read_picture(jpeg(exif=exif())), member)[1] is False


def test_what_is_no_photo_is_refused_by_its_field() -> None:
    with pytest.raises(PhotoRefused) as refused:
        read_picture(REFUSED["html"][0](), "photos")
    assert refused.value.field == "photos"
    assert "JPEG" in str(refused.value)


def test_of_several_it_is_said_which_is_none() -> None:
    with pytest.raises(PhotoRefused, match=r"^第 2 张：") as refused:
        read_pictures([jpeg(), REFUSED["html"][0]()])
    assert refused.value.field == "photos"


def test_who_has_a_part_in_an_open_case_adds_all_or_none(case: Incident, member: User) -> None:
    now = timezone.now()
    with pytest.raises(PhotoRefused):
        add_photos(incident=case, sent=[jpeg(), b"none"], by=member, at=now)
    assert not Photo.objects.exists()
    add_photos(incident=case, sent=[jpeg(), jpeg(exif=exif())], by=member, at=now)
    assert Photo.objects.values_list("added_by", "added_at").get() == (member.pk, now)


def unread() -> Iterator[bytes]:
    raise AssertionError("a file of somebody who may not send it was read")
    yield b""


def test_who_has_no_part_adds_nothing_and_nobody_to_what_has_ended(
    case: Incident, member: User
) -> None:
    now = timezone.now()
    with pytest.raises(MoveRefused):
        add_photos(incident=case, sent=unread(), by=make_user("bai"), at=now)
    details = Details(reason="误报")
    move_incident(incident=case, name=Name.WITHDRAW, by=member, at=now, details=details)
    ended = Incident.objects.get(pk=case.pk)
    with pytest.raises(MoveRefused):
        add_photos(incident=ended, sent=unread(), by=member, at=now)
    assert not Photo.objects.exists()


def test_what_was_rolled_back_is_swept_after_an_hour(
    case: Incident, picture: Pressed, member: User
) -> None:
    with transaction.atomic():
        add(case, picture, member)
        transaction.set_rollback(True)
    assert len(kept()) == 2
    assert sweep_photos(by_the_disk()).removed == 0
    assert sweep_photos(by_the_disk() + LATER).removed == 2
    assert kept() == []


def test_what_was_never_finished_is_swept(case: Incident, picture: Pressed, member: User) -> None:
    photo, _ = add(case, picture, member)
    begun = photos.path_of(photo.digest).with_name("tmp8f3k")
    begun.write_bytes(b"\xff\xd8")
    assert sweep_photos(timezone.now() + LATER).removed == 1
    assert len(kept()) == 2


def test_what_has_a_row_is_never_swept(case: Incident, picture: Pressed, member: User) -> None:
    add(case, picture, member)
    sweep = sweep_photos(timezone.now() + timedelta(days=3650))
    assert (sweep.removed, sweep.missing) == (0, 0)
    assert len(kept()) == 2


def test_a_photo_without_its_file_is_an_alarm(
    case: Incident, picture: Pressed, member: User, caplog: pytest.LogCaptureFixture
) -> None:
    photo, _ = add(case, picture, member)
    photos.path_of(photo.digest).unlink()
    assert sweep_photos(timezone.now()).missing == 1
    assert "without their file" in caplog.text


def comes_again_before_removal(monkeypatch: pytest.MonkeyPatch, take_away: Any, again: Any) -> None:
    """The same photo is sent anew just between the sweep's look and its removal."""

    def late(path: Path, before: Any) -> bool:
        again()
        return bool(take_away(path, before))

    monkeypatch.setattr(photos, "take_away", late)


@pytest.mark.parametrize("is_careful", [True, False])
def test_a_photo_that_comes_again_during_the_sweep_keeps_its_file(
    case: Incident,
    picture: Pressed,
    member: User,
    monkeypatch: pytest.MonkeyPatch,
    is_careful: bool,
) -> None:
    photos.keep(picture)
    for file in list(photos.files()):
        age(file.path)

    def careless(path: Path, _before: Any) -> bool:
        path.unlink()
        return True

    comes_again_before_removal(
        monkeypatch,
        photos.take_away if is_careful else careless,
        lambda: add(case, picture, member),
    )
    sweep_photos(by_the_disk())
    # The control without the second look loses what was acknowledged.
    assert photos.path_of(picture.digest).exists() is is_careful
    assert Photo.objects.count() == 1
