"""Areas and teams beside each other: the page, its links, and the file."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gridmap.accounts.models import Role
from gridmap.console.comparison.asking import Asked
from gridmap.console.comparison.wording import drawing_of, rows_of
from gridmap.performance.comparison import Comparison, Interval, Part
from gridmap.performance.figures import Figures
from gridmap.performance.measures import MEASURES, Share
from gridmap.performance.shares import none
from tests.incidents.makers import make_incident, make_rule
from tests.makers import appoint, make_small_city, make_team, make_user
from tests.statements import AssertStatements

pytestmark = pytest.mark.django_db


class Cast:
    """A commander over sub-district x with a case in cell a, a mediator of community p."""

    def __init__(self) -> None:
        self.city = make_small_city()
        self.team = make_team()
        make_rule(self.team)
        self.chen, self.yan, self.ma = (make_user(name) for name in ("chen", "yan", "ma"))
        appoint(self.chen, Role.DISTRICT_COMMANDER, self.city.areas["x"])
        appoint(self.yan, Role.MEDIATOR, self.city.areas["p"])
        appoint(self.ma, Role.GRID_MEMBER, self.city.cells["a"])
        make_incident(self.ma, at=timezone.now(), occurred_at=timezone.now())

    def get(self, user: Any, **query: str) -> Any:
        client = Client()
        client.force_login(user)
        return client.get("/command/areas/", query)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_parts_lead_down_and_into_the_cases(cast: Cast) -> None:
    code = cast.city.areas["p"].code
    shown = text(cast.get(cast.chen))
    assert f'href="?area={code}"' in shown
    assert f'href="/desk/cases/?area={code}"' in shown
    below = text(cast.get(cast.chen, area=code))
    assert cast.city.cells["a"].code[-3:] in below


def test_who_has_no_list_of_cases_is_led_to_none(cast: Cast) -> None:
    assert "/desk/" not in text(cast.get(cast.yan))


def test_teams_lead_into_their_cases_of_the_area(cast: Cast) -> None:
    code = cast.city.areas["p"].code
    shown = text(cast.get(cast.chen, by="team", area=code))
    assert f'href="/desk/cases/?area={code}&amp;team={cast.team.pk}"' in shown
    assert cast.team.name in shown


def test_of_few_cases_it_is_said_that_they_are_too_few(cast: Cast) -> None:
    shown = text(cast.get(cast.chen, measure="closing_rate"))
    assert "件数太少，看不出来" in shown
    assert "iv__dot" not in shown


def test_every_measure_has_its_definition_on_the_page(cast: Cast) -> None:
    shown = text(cast.get(cast.chen))
    assert all(measure.definition in shown for measure in MEASURES)
    assert "履行率" in shown


@pytest.mark.parametrize("query", [{"measure": "speed"}, {"by": "person"}, {"area": "nowhere"}])
def test_what_there_is_not_is_not_found(cast: Cast, query: dict[str, str]) -> None:
    assert cast.get(cast.chen, **query).status_code == 404


def test_the_file_has_a_mark_times_and_every_denominator(cast: Cast) -> None:
    answer = cast.get(cast.chen, format="csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    names, first, *_rest = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    row = dict(zip(names, first, strict=True))
    assert len(names) == len(set(names))
    assert (row["代码"], row["今天新增"], row["在办"]) == (cast.city.areas["p"].code, "1", "1")
    assert (row["结案率 分子"], row["结案率 分母"], row["结案率 %"]) == ("0", "1", "0.0")
    # Of nothing there is neither a share nor an interval.
    assert (row["满意率 分母"], row["满意率 %"], row["满意率 95% 上限"]) == ("0", "", "")


def test_no_cell_of_the_file_is_a_formula(cast: Cast) -> None:
    area = cast.city.areas["p"]
    area.name = '=HYPERLINK("x")'
    area.save()
    answer = cast.get(cast.chen, format="csv")
    _names, first, *_rest = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    assert first[3] == '\'=HYPERLINK("x")'


def test_the_page_is_four_statements(cast: Cast, assert_statements: AssertStatements) -> None:
    client = Client()
    client.force_login(cast.chen)
    client.get("/command/areas/")
    with assert_statements(4):
        client.get("/command/areas/")


def drawn(*shares: Share) -> Any:
    parts = [Part(None, Figures(open=1), {**none(), "on_time_rate": share}) for share in shares]
    whole = Part(None, Figures(), none())
    found = Comparison(timezone.now(), timezone.now().date(), None, [], [], parts, whole, whole)
    rows = rows_of(found, Asked(), opens_cases=False)
    intervals = [interval(one) for one in shares]
    return drawing_of(rows, intervals, interval(Share(940, 1000)))


def interval(share: Share) -> Interval:
    if share.is_few:
        return Interval(None, share, None, None, None)
    return Interval(None, share, share.value, *share.interval)


def test_a_drawing_holds_every_interval_and_the_line() -> None:
    drawing = drawn(Share(19, 20), Share(300, 400), Share(3, 4))
    assert [tick for tick, _ in drawing.ticks] == [70, 85, 100]
    assert drawing.line == drawing.whole.dot == pytest.approx(80, abs=0.1)
    first, second, few = drawing.bars
    for bar in (first, second, drawing.whole):
        assert 0 <= bar.left <= bar.dot <= bar.left + bar.length + 0.1 <= 100.1
    assert few.dot is None


def test_a_drawing_of_nothing_has_an_axis() -> None:
    assert [tick for tick, _ in drawn(Share(1, 2)).ticks] == [90, 95, 100]
