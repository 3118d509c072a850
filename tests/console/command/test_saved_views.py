"""The state of a page under a name: kept as the page understands it, opened, deleted, brought back; own ones only."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gridmap.accounts.models import Role
from gridmap.console.saved.views import MOST_VIEWS
from gridmap.incidents.models import SavedView
from tests.console.command.cast import Cast
from tests.makers import appoint, make_user

pytestmark = pytest.mark.django_db
AREA = "620201002012"


def keep(client: Client, page: str, query: str, name: str = "红色") -> Any:
    fields = {"page": page, "query": query, "name": name}
    return client.post("/views/", fields)


def kept() -> list[str]:
    return list(SavedView.objects.order_by("pk").values_list("query", flat=True))


def text(client: Client, address: str) -> str:
    return str(client.get(address).content.decode())


@pytest.fixture
def dispatcher(cast: Cast) -> Client:
    cast.people["sun"] = make_user("sun")
    appoint(cast.people["sun"], Role.DISPATCHER, cast.city.areas["city"])
    return cast.browser("sun")


@pytest.mark.parametrize(
    ("page", "query", "address"),
    [
        ("command", "topic=wages&view=cells&step=month", "/command/?topic=wages&step=month&view=cells"),
        ("conflicts", "topic=wages&state=quiet", "/conflicts/?topic=wages&state=quiet"),
        ("desk", "tab=all&risk=red&page=3", "/desk/?tab=all&risk=red"),
        ("desk-cases", "tab=any&q=%E6%B0%B4", "/desk/cases/?tab=any&q=%E6%B0%B4"),
    ],
)  # fmt: skip
def test_a_state_is_kept_opened_deleted_and_brought_back(
    dispatcher: Client, page: str, query: str, address: str
) -> None:
    assert keep(dispatcher, page, query, " 红色 ")["Location"] == address
    view = SavedView.objects.get()
    href = address.replace("&", "&amp;")
    assert f'href="{href}">红色</a>' in text(dispatcher, address)
    gone = dispatcher.post(
        f"/views/{view.pk}/delete/", {"page": page, "query": query}, follow=True
    ).content.decode()
    assert not SavedView.objects.exists()
    assert f'href="{href}">红色</a>' not in gone
    form = gone.partition("data-toast")[2].partition("</form>")[0]
    fields = dict(re.findall(r'type="hidden" name="(page|name|query)" value="([^"]*)"', form))
    back = {name: value.replace("&amp;", "&") for name, value in fields.items()}
    assert dispatcher.post("/views/", back)["Location"] == address
    assert kept() == [view.query]


def test_a_taken_name_takes_the_new_state_but_not_that_of_another_page(dispatcher: Client) -> None:
    keep(dispatcher, "desk", "tab=all")
    keep(dispatcher, "desk", "tab=overdue")
    assert kept() == ["desk?tab=overdue"]
    answer = keep(dispatcher, "command", "view=cells")
    assert kept() == ["desk?tab=overdue"]
    assert "“派遣台”已经有一个“红色”，换个名字。" in text(dispatcher, answer["Location"])


@pytest.mark.parametrize(
    ("query", "understood"),
    [
        ("topic=nothing&topic=wages&view=cells", "topic=wages&view=cells"),
        (f"area={AREA}&area=other", ""),
        ("from=2026-06-01&to=2026-05-01&measure=loudest", "from=2026-06-01"),
        ("from=1999-01-01&step=year&conflict=%3Cscript%3E", ""),
        ("wall=dark&view=cells&next=//elsewhere.example", "view=cells"),
    ],
)
def test_nothing_is_kept_that_the_page_would_refuse(
    cast: Cast, query: str, understood: str
) -> None:
    chen = cast.browser("chen")
    answer = keep(chen, "command", query)
    assert answer["Location"] == f"/command/?{understood}"
    assert kept() == [f"command?{understood}"]
    assert chen.get(answer["Location"]).status_code == 200


def test_an_area_of_another_is_not_kept(cast: Cast) -> None:
    chen, foreign = cast.browser("chen"), cast.city.areas["r"].code
    keep(chen, "command", f"area={foreign}&view=cells")
    assert kept() == ["command?view=cells"]
    assert keep(chen, "conflicts", f"area={foreign}").status_code == 404


def test_dates_that_have_gone_out_of_reach_do_not_spoil_a_view(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    chen = cast.browser("chen")
    day = cast.now.date() - timedelta(days=7)
    dates = f"from={day}&to={day + timedelta(days=3)}"
    keep(chen, "command", f"{dates}&step=day&view=cells")
    assert dates in kept()[0]
    assert f"?step=day&amp;{dates.replace('&', '&amp;')}&amp;view=cells" in text(chen, "/command/")
    later = cast.now + timedelta(days=200)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    page = text(cast.browser("chen"), "/command/")
    assert 'href="/command/?step=day&amp;view=cells">红色</a>' in page


def test_views_are_the_own_ones_and_those_of_others_are_not_there(
    cast: Cast, dispatcher: Client
) -> None:
    keep(dispatcher, "command", "view=cells")
    chen, (view,) = cast.browser("chen"), SavedView.objects.all()
    assert "红色" not in text(chen, "/command/")
    answers = [
        chen.post(f"/views/{number}/delete/", {"page": "command"})
        for number in (view.pk, view.pk + 99)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert SavedView.objects.exists()


def test_a_page_that_is_not_for_a_person_keeps_nothing(cast: Cast) -> None:
    nobody = cast.browser("nobody")
    for page in ("command", "desk", "nothing", ""):
        assert keep(nobody, page, "").status_code == 404, page
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 31, "a\x00b"])
def test_a_view_needs_a_name_that_can_be_kept(cast: Cast, name: str) -> None:
    keep(cast.browser("chen"), "command", "view=cells", name)
    assert not SavedView.objects.exists()


def test_there_is_room_for_thirty_and_the_next_is_told_so(cast: Cast) -> None:
    chen = cast.people["chen"]
    SavedView.objects.bulk_create(
        SavedView(user=chen, name=str(number), query="command?") for number in range(MOST_VIEWS)
    )
    browser = cast.browser("chen")
    answer = keep(browser, "command", "view=cells", "one more")
    assert "最多存 30 个视图，先删掉不用的。" in text(browser, answer["Location"])
    assert SavedView.objects.count() == MOST_VIEWS
    keep(browser, "command", "view=cells", "7")
    assert "command?view=cells" in kept()


def test_more_than_there_is_room_for_is_told_and_not_cut(dispatcher: Client) -> None:
    answer = keep(dispatcher, "desk", f"tab=all&q={'水' * 70}")
    assert not SavedView.objects.exists()
    assert "筛选太多，存不下。少选几项再存。" in text(dispatcher, answer["Location"])
