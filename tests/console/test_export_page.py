"""The list of a board as a file: what is in it, for whom, with whom, and who took it."""

import csv
from io import StringIO
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.utils import timezone

from gridmap.accounts.models import Role, User
from gridmap.console.desk import export
from gridmap.incidents.drafts import PartyDraft
from gridmap.incidents.models import Export, PartyLook
from tests.incidents.makers import make_incident, make_rule
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/desk/export/"


class Desk:
    """The small city with cases in two districts, and people who ask for them."""

    def __init__(self) -> None:
        self.city: SmallCity = make_small_city()
        self.team = make_team("housing")
        make_rule(self.team, "water_supply")
        reporter = make_user("x")
        party = PartyDraft("reporter", "李明", phone="13800000000")
        for column, title in ((0.5, "in a"), (6.5, "in d")):
            make_incident(reporter, at=timezone.now(), column=column, title=title, parties=(party,))
        make_incident(reporter, at=timezone.now(), title="other", topic="wages")

    def person(self, name: str, role: Role, place: Any) -> Client:
        user = make_user(name)
        appoint(user, role, place)
        client = Client()
        client.force_login(user)
        return client

    def dispatcher(self) -> Client:
        return self.person("sun", Role.DISPATCHER, self.city.areas["city"])

    def officer(self) -> Client:
        return self.person("li", Role.COMMUNITY_OFFICER, self.city.areas["p"])


@pytest.fixture
def desk() -> Desk:
    return Desk()


def sheet(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def titles(answer: Any) -> set[str]:
    return {row["事件名称"] for row in sheet(answer)}


def test_the_list_of_a_board_comes_as_it_is_filtered(desk: Desk) -> None:
    client = desk.dispatcher()
    page = client.get("/desk/?tab=all&topic=water_supply").content.decode()
    assert "/desk/export/?board=desk&amp;tab=all&amp;topic=water_supply" in page
    asked = f"{ADDRESS}?board=desk&tab=all&topic=water_supply"
    page = client.get(asked).content.decode()
    assert "供排水" in page
    assert 'name="parties"' not in page
    answer = client.post(asked, {"form": "csv"})
    assert answer.status_code == 200
    assert "案件-" in unquote(answer["Content-Disposition"])
    assert titles(answer) == {"in a", "in d"}
    record = Export.objects.get()
    assert (record.user, record.form, record.count) == (User.objects.get(username="sun"), "csv", 2)
    assert record.filters == {"列表": "派遣台 全部在办", "专题": "供排水"}


def test_everybody_takes_out_what_is_theirs(desk: Desk) -> None:
    client = desk.officer()
    answer = client.post(f"{ADDRESS}?board=desk-community&tab=all", {"form": "csv"})
    assert titles(answer) == {"in a", "other"}


@pytest.mark.parametrize("form", ["csv", "xlsx", "gpkg", "parquet"])
def test_every_format_comes_as_a_file(desk: Desk, form: str) -> None:
    answer = desk.dispatcher().post(f"{ADDRESS}?board=desk-cases&tab=any", {"form": form})
    assert answer["Content-Disposition"].startswith("attachment;")
    assert len(b"".join(answer.streaming_content)) > 500
    assert Export.objects.get().form == form


def test_parties_go_along_only_by_right_and_with_a_reason(desk: Desk) -> None:
    asked = f"{ADDRESS}?board=desk&tab=all"
    officer = desk.officer()
    assert 'name="parties"' in officer.get(asked).content.decode()
    rows = sheet(officer.post(asked, {"form": "csv", "parties": "contact"}))
    assert "李明" in rows[0]["当事人"]
    assert Export.objects.get().parties_reason == "contact"
    assert PartyLook.objects.exists()
    # Who has no right has no such question, and an answer to it is not heard.
    rows = sheet(desk.dispatcher().post(asked, {"form": "csv", "parties": "contact"}))
    assert "当事人" not in rows[0]


def test_a_board_of_others_has_no_file(desk: Desk) -> None:
    client = desk.officer()
    for board in ("desk-teams", "nothing", ""):
        assert client.get(f"{ADDRESS}?board={board}").status_code == 404
        assert client.post(f"{ADDRESS}?board={board}", {"form": "csv"}).status_code == 404
    planner = desk.person("pl", Role.PLANNER, desk.city.areas["city"])
    assert planner.get(f"{ADDRESS}?board=desk").status_code == 404


def test_what_is_not_understood_is_shown_by_the_board(desk: Desk) -> None:
    answer = desk.dispatcher().get(f"{ADDRESS}?board=desk&topic=nothing")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/desk/?board=desk&topic=nothing")


def test_a_file_without_a_case_is_not_offered(desk: Desk) -> None:
    client = desk.dispatcher()
    asked = f"{ADDRESS}?board=desk&tab=all&topic=family"
    assert "没有可以下载的案件" in client.get(asked).content.decode()
    assert client.post(asked, {"form": "csv"}).status_code == 422
    assert client.post(f"{ADDRESS}?board=desk&tab=all", {"form": "doc"}).status_code == 422
    assert not Export.objects.exists()


def test_more_than_a_page_can_hand_out_is_told_with_the_way_round(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST", 2)
    client, asked = desk.dispatcher(), f"{ADDRESS}?board=desk&tab=all"
    page = client.get(asked).content.decode()
    assert "一次最多下载 2 件，现在有 3 件" in page
    assert "<form class" not in page[page.index('class="page export"') :]
    assert client.post(asked, {"form": "csv"}).status_code == 422
