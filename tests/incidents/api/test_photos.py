"""Photos by API: added once, seen within scope, and nothing but pictures."""

from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from gridmap.incidents import photos
from gridmap.incidents.models import Photo
from gridmap.incidents.states import Name
from tests.incidents.api.asking import Machine, errors_of, upload
from tests.incidents.makers import make_incident
from tests.incidents.pictures import REFUSED, SECRET, exif, jpeg, png
from tests.incidents.test_moving import Cast


def test_a_photo_is_added_once_and_served_clean(cast: Cast, member: Machine) -> None:
    path = f"cases/{cast.case.code}/photos/"
    sent = jpeg(exif=exif())
    answers = [member.send(path, photo=upload(sent)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    digest = answers[0].json()["digest"]
    for size, longest in (("full", 320), ("small", 320)):
        served = member.get(f"{path}{digest}/", size=size)
        assert served.status_code == 200
        assert served.headers["Content-Type"] == "image/jpeg"
        assert served.headers["X-Content-Type-Options"] == "nosniff"
        assert served.headers["Content-Disposition"] == "inline"
        assert served.headers["Cache-Control"] == "private, no-store"
        assert SECRET not in served.content
        with Image.open(BytesIO(served.content)) as image:
            assert max(image.size) == longest
    assert member.get(f"cases/{cast.case.code}/").json()["photos"][0]["digest"] == digest


def test_a_page_shows_it_with_the_session(cast: Cast, member: Machine) -> None:
    path = f"cases/{cast.case.code}/photos/"
    digest = member.send(path, photo=upload(jpeg())).json()["digest"]
    browser = Client()
    browser.force_login(cast.member)
    assert browser.get(f"/api/{path}{digest}/").status_code == 200
    assert Client().get(f"/api/{path}{digest}/").status_code == 401


def test_a_photo_of_another_case_is_not_there(
    cast: Cast, member: Machine, neighbour: Machine
) -> None:
    path = f"cases/{cast.case.code}/photos/"
    digest = member.send(path, photo=upload(jpeg())).json()["digest"]
    other = make_incident(cast.neighbour, column=2.5)
    for theirs in (path, f"cases/{other.code}/photos/"):
        assert neighbour.get(f"{theirs}{digest}/").status_code == 404
    assert neighbour.send(path, photo=upload(jpeg())).status_code == 404


def test_who_reported_a_case_adds_photos_and_does_not_see_it(cast: Cast, member: Machine) -> None:
    path = f"cases/{make_incident(cast.member, column=2.5).code}/"
    answer = member.send(f"{path}photos/", photo=upload(jpeg()))
    assert answer.status_code == 201
    assert member.get(path).status_code == 404
    assert member.get(f"{path}photos/{answer.json()['digest']}/").status_code == 404


@pytest.mark.parametrize("name", ["html", "svg with a script", "half a jpeg", "moving gif"])
def test_what_is_no_photo_is_422(cast: Cast, member: Machine, name: str) -> None:
    file = upload(REFUSED[name][0](), "holiday.jpg")
    answer = member.send(f"cases/{cast.case.code}/photos/", photo=file)
    assert (answer.status_code, list(errors_of(answer))) == (422, ["photo"])
    assert not Photo.objects.exists()
    assert list(photos.files()) == []


def test_the_name_and_the_claimed_kind_do_not_matter(cast: Cast, member: Machine) -> None:
    path = f"cases/{cast.case.code}/photos/"
    for name in ("x.html", "../../etc/passwd", "a" * 300 + ".svg", "\u202egpj.exe", "照片.jpg"):
        answer = member.send(path, photo=upload(jpeg(), name, "text/html"))
        assert answer.status_code in (200, 201)
    assert Photo.objects.count() == 1


def test_a_photo_of_11_megabytes_is_422_and_one_of_13_is_413(cast: Cast, member: Machine) -> None:
    path = f"cases/{cast.case.code}/photos/"
    for size, status in ((11_000_000, 422), (13_000_000, 413)):
        answer = member.send(path, photo=upload(jpeg() + b"\x00" * size))
        assert answer.status_code == status


def test_a_form_without_a_photo_is_400(cast: Cast, member: Machine) -> None:
    path = f"cases/{cast.case.code}/photos/"
    for form in ({}, {"photo": "text"}, {"image": upload(jpeg())}):
        answer = member.send(path, **form)
        assert (answer.status_code, list(errors_of(answer))) == (400, ["photo"])
    assert member.post(path, {}).status_code == 415


def test_a_photo_without_its_file_is_not_there_and_an_alarm(
    cast: Cast, member: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    path = f"cases/{cast.case.code}/photos/"
    digest = member.send(path, photo=upload(jpeg())).json()["digest"]
    photos.path_of(digest).unlink()
    assert member.get(f"{path}{digest}/").status_code == 404
    assert "has no file" in caplog.text


@pytest.mark.parametrize("size", ["huge", "", "\x00"])
def test_there_are_two_sizes(cast: Cast, member: Machine, size: str) -> None:
    answer = member.get(f"cases/{cast.case.code}/photos/{'0' * 64}/", size=size)
    assert (answer.status_code, list(errors_of(answer))) == (400, ["size"])


def test_a_closed_case_gets_no_photo(cast: Cast, member: Machine) -> None:
    path = f"cases/{cast.case.code}/photos/"
    assert member.send(path, photo=upload(jpeg())).status_code == 201
    cast.move(Name.WITHDRAW, cast.member, reason="误报")
    answer = member.send(path, photo=upload(png()))
    assert answer.status_code == 422
    assert cast.case.photos.count() == 1
