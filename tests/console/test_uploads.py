"""Nobody, signed in or not, makes the server read or keep more than a lawful file."""

from io import RawIOBase
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import MULTIPART_CONTENT

from gridmap.console.uploads import FORM_BYTES, READ_OUT
from tests.makers import make_user

pytestmark = pytest.mark.django_db
ABSURD = 10**10
LIMIT = 1_000
ADDRESSES = ("/login/", "/language/", "/theme/", "/password/", "/import/")


class Sent(RawIOBase):
    """A body that counts what is read of it."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        size = min(size, self.left) if size >= 0 else self.left
        self.left -= size
        self.read_bytes += size
        return bytes(size)


@pytest.fixture
def kept(settings: Any, tmp_path: Path) -> Path:
    """Where files are kept while they come; files may have a thousand bytes."""
    settings.UPLOAD_MAX_BYTES = LIMIT
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def visitor() -> Client:
    """Somebody who has not signed in, with the token of a page in a cookie."""
    client = Client(enforce_csrf_checks=True)
    client.get("/login/")
    assert client.cookies["csrftoken"].value
    return client


def send(client: Client, address: str, size: int, content_type: str = MULTIPART_CONTENT) -> Any:
    """The answer to a body of this size, and how much of it was read."""
    body = Sent(size)
    extra: dict[str, Any] = {
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(size),
        "wsgi.input": body,
    }
    return client.generic("POST", address, **extra), body.read_bytes


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_announces_an_absurd_size_is_refused_unread(visitor: Client, address: str) -> None:
    answer, read = send(visitor, address, ABSURD)
    assert (answer.status_code, read) == (413, 0)
    assert "文件太大，上限 64.0\xa0MB" in answer.content.decode()


def test_a_signed_in_person_is_refused_in_the_own_language(client: Client) -> None:
    client.force_login(make_user(language="en"))
    answer, read = send(client, "/password/", ABSURD)
    assert (answer.status_code, read) == (413, 0)
    assert "the limit is 64.0\xa0MB" in answer.content.decode()


def test_a_form_without_a_file_is_refused_unread_too(visitor: Client) -> None:
    answer, read = send(visitor, "/login/", ABSURD, "application/x-www-form-urlencoded")
    assert (answer.status_code, read) == (413, 0)


@pytest.mark.usefixtures("kept")
def test_what_is_bearable_is_read_to_its_end_so_that_the_answer_is_seen(visitor: Client) -> None:
    most = READ_OUT * (LIMIT + FORM_BYTES)
    for size, is_read in ((most, True), (most + 1, False)):
        answer, read = send(visitor, "/login/", size)
        assert (answer.status_code, read) == (413, size if is_read else 0)


@pytest.mark.parametrize("address", ADDRESSES)
def test_files_over_the_limit_are_refused_and_nothing_of_them_is_kept(
    visitor: Client, kept: Path, address: str
) -> None:
    files = [SimpleUploadedFile("cells.gpkg", b"x" * (LIMIT // 2 + 1)) for _ in range(2)]
    assert visitor.post(address, {"first": files[0], "second": files[1]}).status_code == 413
    assert list(kept.iterdir()) == []


def test_a_file_of_just_the_limit_comes_through(kept: Path) -> None:
    answer = Client().post("/login/", {"file": SimpleUploadedFile("cells.gpkg", b"x" * LIMIT)})
    assert answer.status_code == 200


def test_what_nobody_can_read_is_a_bad_request(client: Client) -> None:
    answer = client.post("/login/", b"--", content_type="multipart/form-data")
    assert answer.status_code == 400
