"""The list of cases on the phone, and what a person was told."""

import re
from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from geodata.querysets import BEIJING
from gridmap.incidents.models import Incident, Notice
from gridmap.incidents.states import Name
from tests.console.cases.cast import Cast
from tests.incidents.makers import make_incident

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def titles(cast: Cast, query: str = "", name: str = "member") -> list[str]:
    page = cast.browser(name).get(f"{reverse('cases')}{query}").content.decode()
    return re.findall(r'<span class="item__title">([^<]*)</span>', page)


def test_open_cases_come_due_soonest_first(cast: Cast) -> None:
    late = make_incident(cast.people["member"], at=cast.now, words="超期的")
    at = cast.now - timedelta(hours=1)
    Incident.objects.filter(pk=late.pk).update(contact_due_at=at, due_at=at)
    assert titles(cast) == ["超期的", "早上六点起停水"]
    assert titles(cast, "?show=overdue") == ["超期的"]
    assert titles(cast, "?show=done") == []
    cast.move(Name.WITHDRAW, "member", reason="误报")
    assert titles(cast, "?show=done") == ["早上六点起停水"]


def test_what_is_due_today_ends_at_midnight_in_beijing(cast: Cast) -> None:
    tomorrow = cast.now.astimezone(BEIJING).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time.min, BEIJING)
    with time_machine.travel(cast.now, tick=False):
        due = {"contact_due_at": cast.now, "due_at": midnight - timedelta(microseconds=1)}
        Incident.objects.update(**due)
        soon = titles(cast, "?show=today")
        Incident.objects.update(due_at=midnight)
        assert (soon, titles(cast, "?show=today")) == (["早上六点起停水"], [])


@pytest.mark.parametrize(
    ("words", "found"),
    [("六点", 1), ("building-a1", 1), ("-00001", 1), ("没有", 0), ("%", 0), ("_", 0)],
)
def test_a_case_is_found_by_number_matter_or_place(cast: Cast, words: str, found: int) -> None:
    assert len(titles(cast, f"?q={words.replace('%', '%25')}")) == found


def test_fifty_stand_on_a_page_and_the_rest_follows(cast: Cast) -> None:
    for _ in range(51):
        make_incident(cast.people["member"], at=cast.now)
    browser = cast.browser("member")
    page = browser.get(reverse("cases")).content.decode()
    assert page.count('class="item case"') == 50
    assert "52 件" in page
    assert "再看 2 件" in page
    more = browser.get(reverse("cases"), {"page": 2}, headers={"HX-Request": "true"})
    assert more.content.decode().count('class="item case"') == 2
    assert "<html" not in more.content.decode()


def test_an_empty_list_says_what_comes_next(cast: Cast) -> None:
    page = cast.browser("member").get(f"{reverse('cases')}?show=overdue").content.decode()
    assert "没有待办" in page
    assert "到期。" in page


def test_the_bell_counts_and_a_notice_leads_to_its_case(cast: Cast) -> None:
    cast.in_progress()
    browser = cast.browser("member")
    unread = Notice.objects.filter(user=cast.people["member"], read_at=None).count()
    assert unread > 0
    assert f"通知，{unread} 条未读" in browser.get(reverse("cases")).content.decode()
    page = browser.get(reverse("notices")).content.decode()
    first = re.search(r'name="open" value="(\d+)"', page)
    assert first is not None
    answer = browser.post(reverse("notices-read"), {"open": first[1]})
    assert answer.headers["Location"] == cast.address
    assert Notice.objects.get(pk=first[1]).read_at is not None
    browser.post(reverse("notices-read"))
    assert not Notice.objects.filter(user=cast.people["member"], read_at=None).exists()
    assert Notice.objects.filter(read_at=None).exists()


@pytest.mark.parametrize("value", ["x", "-1", "9" * 30, "１"])
def test_a_notice_that_cannot_be_is_not_found(cast: Cast, value: str) -> None:
    assert cast.browser("member").post(reverse("notices-read"), {"open": value}).status_code == 404


def test_what_went_to_somebody_else_is_told_no_more(cast: Cast) -> None:
    cast.in_progress()
    Incident.objects.update(cell=cast.city.cells["d"], area=cast.city.areas["r"])
    page = cast.browser("member").get(reverse("notices")).content.decode()
    assert cast.case.title not in page
    assert "没有通知" in page


def test_what_is_set_aside_or_done_is_not_overdue(cast: Cast) -> None:
    late = cast.now - timedelta(hours=1)
    cast.in_progress()
    Incident.objects.update(contact_due_at=late, due_at=late)
    assert titles(cast, "?show=overdue") == ["早上六点起停水"]
    Incident.objects.update(suspended_until=cast.now.date(), state="suspended")
    assert titles(cast, "?show=overdue") == []
