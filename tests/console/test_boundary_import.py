"""The administrator brings boundaries in: checked, previewed, confirmed, or refused with the place."""

import fcntl
import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geodata.boundaries import merge
from geodata.models import BoundaryChange
from gridmap.accounts.models import Role, User
from gridmap.console.boundary_import import jobs
from gridmap.console.boundary_import.stages import (
    Stage,
    find_stage,
    read_stage,
    stages_of,
    write_json,
)
from gridmap.console.boundary_import.work import work
from tests.console.boundary_files import (
    MOVED,
    box,
    checked,
    redrawn,
    stage_of,
    write,
)
from tests.makers import SmallCity, appoint, make_small_city, make_user

pytestmark = pytest.mark.django_db
A, B = "620201001001001", "620201001001002"


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


@pytest.fixture
def admin(city: SmallCity) -> User:
    user = make_user("he", name="何明")
    appoint(user, Role.CITY_ADMIN, city.areas["city"])
    return user


@pytest.fixture
def client(admin: User, client: Client) -> Client:
    client.force_login(admin)
    return client


# The pages


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in this process, which sees the transaction of the test."""

    def start(stage: Stage, name: str, *, by: str) -> bool:
        fresh = read_stage(stage.folder)
        assert fresh is not None
        lock = os.open(stage.folder / "lock", os.O_RDWR | os.O_CREAT)
        jobs.answer(fresh, work(fresh, name, by=by, at=timezone.now()), lock=lock)
        os.close(lock)
        return True

    monkeypatch.setattr(jobs, "start", start)


def sent(frame: gpd.GeoDataFrame, tmp_path: Path, **fields: str) -> dict[str, Any]:
    content = write(frame, tmp_path / "sent.gpkg").read_bytes()
    file = SimpleUploadedFile("网格_2026年7月.gpkg", content)
    return {"file": file, "kind": "", "crs": "", "replace": "yes", **fields}


@pytest.mark.usefixtures("_at_once")
class TestPages:
    def test_faults_are_listed_and_can_be_taken_home(
        self, client: Client, admin: User, tmp_path: Path
    ) -> None:
        fields = sent(redrawn(b=box(1.5, 0, 2.5, 2)), tmp_path)
        page = client.post(reverse("import"), fields, follow=True)
        text = page.content.decode()
        assert "重叠：area-p 001 与 area-p 002" in text
        assert "1 处问题" in text
        assert "第 1、2 行" in text
        (stage,) = stages_of(admin.pk)
        download = client.get(reverse("import-faults", kwargs={"token": stage.token}))
        report = download.json()
        assert {"ok", "cells", "overlaps", "gaps", "slivers", "outside", "invalid"} <= set(report)
        assert {"area_m2", "lon", "lat", "cells"} <= set(report["overlaps"][0])
        picture = client.get(reverse("import-picture", kwargs={"token": stage.token}))
        assert len(json.loads(gzip.decompress(picture.content))["faults"]) == 1

    def test_faults_are_said_in_english(self, client: Client, admin: User, tmp_path: Path) -> None:
        User.objects.filter(pk=admin.pk).update(language="en")
        page = client.post(
            reverse("import"), sent(redrawn(b=box(1.5, 0, 2.5, 2)), tmp_path), follow=True
        )
        assert "Overlap: area-p 001 and area-p 002" in page.content.decode()

    def test_a_good_file_is_previewed_confirmed_and_written(
        self, client: Client, admin: User, tmp_path: Path
    ) -> None:
        moved = {"a": box(0, 0, 3, 2), "b": box(3, 0, 1, 2)}
        page = client.post(reverse("import"), sent(redrawn(**moved), tmp_path), follow=True)
        assert "building-b1" in page.content.decode()
        assert "area-p 002 → area-p 001" in page.content.decode()
        (stage,) = stages_of(admin.pk)
        token = {"token": stage.token}
        question = client.get(reverse("import-confirm", kwargs=token)).content.decode()
        assert "写入 2 条边界？" in question
        assert "1 栋楼和 1 个责任区换网格" in question
        assert not BoundaryChange.objects.filter(made_by="he").exists()
        done = client.post(reverse("import-confirm", kwargs=token), follow=True)
        assert "已写入 2 条边界" in done.content.decode()
        assert BoundaryChange.objects.filter(made_by="he").count() == 1
        # A second press writes nothing.
        client.post(reverse("import-confirm", kwargs=token))
        assert BoundaryChange.objects.filter(made_by="he").count() == 1

    def test_who_comes_second_sees_who_was_first_and_keeps_the_file(
        self, client: Client, admin: User, tmp_path: Path
    ) -> None:
        make_user("li", name="李晓兰")
        client.post(reverse("import"), sent(redrawn(**MOVED), tmp_path))
        (stage,) = stages_of(admin.pk)
        merge([A, B], by="li", at=timezone.now())
        answer = client.post(reverse("import-confirm", kwargs={"token": stage.token}), follow=True)
        assert answer.status_code == 409
        assert "李晓兰" in answer.content.decode()
        again = client.post(reverse("import-check", kwargs={"token": stage.token}), follow=True)
        assert again.context["step"] == 3

    def test_a_question_keeps_the_file_and_the_answers(
        self, client: Client, admin: User, tmp_path: Path
    ) -> None:
        frame = redrawn(**MOVED).set_crs(None, allow_override=True)
        page = client.post(reverse("import"), sent(frame, tmp_path, replace="no"), follow=True)
        assert "文件没有写坐标系，在这里选一个" in page.content.decode()
        assert "--crs" not in page.content.decode()
        (stage,) = stages_of(admin.pk)
        address = reverse("import-reading", kwargs={"token": stage.token})
        wrong = client.post(address, {"crs": "other", "epsg": "999999", "replace": "no"})
        assert wrong.status_code == 422
        assert "EPSG:999999 不是坐标系" in wrong.content.decode()
        page = client.post(address, {"crs": "cgcs2000", "replace": "yes"}, follow=True)
        assert page.context["step"] == 3

    def test_columns_of_usual_names_are_proposed(
        self, client: Client, admin: User, tmp_path: Path
    ) -> None:
        frame = redrawn(**MOVED).rename(columns={"name": "网格名称", "kind": "类型"})
        page = client.post(reverse("import"), sent(frame, tmp_path), follow=True)
        form = page.context["form"]
        proposed = {field.name: field.value() for field in form.column_fields}
        assert proposed["column_name"] == "网格名称"
        (stage,) = stages_of(admin.pk)
        answers = {"crs": "", "replace": "yes", **proposed}
        answers = {name: value or "" for name, value in answers.items()}
        address = reverse("import-reading", kwargs={"token": stage.token})
        assert client.post(address, answers, follow=True).context["step"] == 3

    def test_what_no_answer_can_mend_asks_for_another_file(
        self, client: Client, admin: User
    ) -> None:
        fields = {"file": SimpleUploadedFile("网格.gpkg", b"nonsense"), "replace": "yes"}
        page = client.post(reverse("import"), fields, follow=True)
        assert "这个文件读不了" in page.content.decode()
        assert "网格.gpkg" in page.content.decode()

    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("cells.kml", b"<kml/>", "认不出 cells.kml"),
            ("cells.gpkg", b"", "这个文件是空的"),
            ("cells", b"x", "认不出 cells"),
        ],
    )
    def test_what_cannot_be_a_file_of_boundaries_is_refused_under_the_field(
        self, client: Client, admin: User, name: str, content: bytes, reason: str
    ) -> None:
        fields = {"file": SimpleUploadedFile(name, content), "kind": "base", "replace": "no"}
        page = client.post(reverse("import"), fields)
        assert page.status_code == 422
        assert reason in page.content.decode()
        assert page.context["form"]["kind"].value() == "base"
        assert stages_of(admin.pk) == []

    def test_fifty_faults_are_shown_and_the_rest_on_demand(
        self, client: Client, admin: User, tmp_path: Path
    ) -> None:
        client.post(reverse("import"), sent(redrawn(b=box(1.5, 0, 2.5, 2)), tmp_path))
        (stage,) = stages_of(admin.pk)
        outcome = stage.outcome
        assert outcome is not None
        many = [{**outcome["faults"][0], "number": n} for n in range(1, 121)]
        write_json(stage.folder / "outcome.json", {**outcome, "faults": many, "total": 120})
        page = client.get(reverse("import-stage", kwargs={"token": stage.token}))
        assert page.content.decode().count('<li class="fault"') == 50
        rest = client.get(
            reverse("import-rows", kwargs={"token": stage.token}), {"page": "3"}
        ).content.decode()
        assert 'data-number="101"' in rest
        assert "再看 50 处" not in rest


def test_an_upload_needs_the_token_of_the_page(admin: User) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(admin)
    assert careful.post(reverse("import"), {"replace": "yes"}).status_code == 403


def test_an_upload_belongs_to_who_sent_it(client: Client, city: SmallCity, tmp_path: Path) -> None:
    other = make_user("li")
    stage = stage_of(redrawn(), tmp_path, user_id=other.pk)
    assert find_stage(stage.token, user_id=other.pk) is not None
    assert client.get(reverse("import-stage", kwargs={"token": stage.token})).status_code == 404


def test_a_fourth_upload_takes_the_place_of_the_oldest(
    client: Client, admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "start", lambda *_args, **_named: True)
    for _ in range(5):
        client.post(reverse("import"), sent(redrawn(), tmp_path))
    assert len(stages_of(admin.pk)) == 3


def test_the_page_waits_while_a_process_is_at_work(
    client: Client, admin: User, tmp_path: Path, hold: Callable[[Stage], None]
) -> None:
    stage = stage_of(redrawn(), tmp_path, user_id=admin.pk)
    hold(stage)
    page = client.get(reverse("import-stage", kwargs={"token": stage.token})).content.decode()
    assert "正在读文件" in page
    part = client.get(reverse("import-progress", kwargs={"token": stage.token}))
    assert 'hx-trigger="every 1s"' in part.content.decode()


@pytest.fixture
def hold(tmp_path: Path) -> Any:
    """Hold the lock of an upload as its process does."""
    held: list[Any] = []

    def take(stage: Stage) -> None:
        asked = {"name": jobs.CHECK, "by": "he", "language": "zh-hans"}
        write_json(stage.folder / "job.json", asked)
        held.append((stage.folder / "lock").open("w"))
        fcntl.flock(held[-1], fcntl.LOCK_EX)

    yield take
    for lock in held:
        lock.close()


def test_the_page_is_asked_for_anew_when_the_work_is_done(
    client: Client, admin: User, tmp_path: Path
) -> None:
    stage = stage_of(redrawn(), tmp_path, user_id=admin.pk)
    checked(stage)
    answer = client.get(reverse("import-progress", kwargs={"token": stage.token}))
    assert answer.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(("name", "said"), [(jobs.CHECK, "检查没有做完"), (jobs.WRITE, "没有写完")])
def test_work_that_broke_off_is_told(
    client: Client, admin: User, tmp_path: Path, name: str, said: str
) -> None:
    stage = stage_of(redrawn(), tmp_path, user_id=admin.pk)
    write_json(stage.folder / "job.json", {"name": name, "by": "he", "language": "zh-hans"})
    page = client.get(reverse("import-stage", kwargs={"token": stage.token}))
    assert said in page.content.decode()


def test_cancelling_forgets_the_upload(client: Client, admin: User, tmp_path: Path) -> None:
    stage = stage_of(redrawn(), tmp_path, user_id=admin.pk)
    client.post(reverse("import-discard", kwargs={"token": stage.token}))
    assert not stage.folder.exists()
    assert stages_of(admin.pk) == []
