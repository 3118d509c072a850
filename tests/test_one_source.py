"""One source of numbers: program, page, briefing and notebook say the same of the same conflicts and cases."""

import re
from collections.abc import Iterator
from csv import DictReader
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from random import Random
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from geodata.querysets import BEIJING
from gridmap import notebook
from gridmap.accounts.models import Role, User
from gridmap.incidents.models import Incident
from gridmap.notebook import planner
from gridmap.recurring.models import RecurringConflict, Run
from tests.console.command.unpacked import unpack
from tests.console.test_briefing_document import words_of
from tests.incidents.counting.hands import FREE, execute
from tests.incidents.makers import NOW, make_incident
from tests.makers import appoint, make_small_city, make_user
from tests.recurring.makers import CLAIMS, make_conflict, make_run, see

pytestmark = pytest.mark.django_db
COLUMNS = (0.5, 2.5, 4.5, 6.5)
SEEN = {"n": (48, 3.4, 2.5, 4.5), "m": (21, 2.1, 1.3, 3.2)}


class Cast:
    """A commander over all, who plans as well, and two conflicts that one run has seen."""

    def __init__(self) -> None:
        city, self.now = make_small_city(), timezone.now()
        self.chen = make_user("chen")
        appoint(self.chen, Role.CITY_ADMIN, city.areas["city"])
        for key, area in (("n", "p"), ("m", "r")):
            make_conflict(city.areas[area], at=self.now, name=f"地方{key} · 供排水", key=key)
        # One run that has seen both is the last.
        run = make_run(self.now)
        for rank, conflict in enumerate(RecurringConflict.objects.order_by("pk"), 1):
            _see(conflict, run, rank)
        self.client = Client()
        self.client.force_login(self.chen)
        notebook.connect(as_="chen")


def _see(conflict: RecurringConflict, run: Run, rank: int) -> None:
    observed, ratio, low, high = SEEN[conflict.key]
    times = {"value": ratio, "low": low, "high": high}
    seen = see(conflict, run, rank)
    seen.observed, seen.ratio, seen.ratio_low, seen.ratio_high = observed, ratio, low, high
    seen.avoidable = 9.5 - rank
    avoidable = {"value": seen.avoidable, "low": 6.1 - rank, "high": 13.2 - rank}
    intense = CLAIMS["intense"] | {"observed": observed, "ratio": times}
    seen.claims = CLAIMS | {"intense": intense, "avoidable": avoidable}
    seen.save()


@pytest.fixture
def cast() -> Iterator[Cast]:
    yield Cast()
    planner._DOOR.account = ""


Told = list[tuple[str, str, int, str, str]]


def by_program(cast: Cast) -> Told:
    """Rank, code, cases, times the usual, and what could be avoided; both with their intervals."""
    rows = cast.client.get("/api/conflicts/").json()["conflicts"]
    return [
        (str(number), row["code"], row["evidence"]["observed"], _times(**row["evidence"]),
         _avoidable(**row["evidence"]["claims"]["avoidable"] | {"value": row["evidence"]["avoidable"]}))
        for number, row in enumerate(rows, 1)
    ]  # fmt: skip


def _times(*, ratio: float, ratio_low: float, ratio_high: float, **_more: Any) -> str:
    return f"{ratio:.1f}（{ratio_low:.1f}～{ratio_high:.1f}）"


def _avoidable(*, value: float, low: float, high: float) -> str:
    return f"{value:.1f}（{low:.1f}～{high:.1f}）"


def by_page(cast: Cast) -> Told:
    page = cast.client.get("/conflicts/").text
    return [
        (number, code, int(cases), f"{ratio}（{interval}）", f"{avoidable}（{reach}）")
        for number, code, ratio, interval, cases, avoidable, reach in re.findall(
            r'aria-hidden="true">(\d+)</span>.*?/conflicts/(JYG-R\d+)/.*?平常的 ([\d.]+) 倍（(.*?)）.*?<b>(\d+) 件</b>'
            r".*?下季可避免 ([\d.]+) 件（(.*?)）",
            page,
            re.S,
        )
    ]


def by_briefing(cast: Cast) -> Told:
    page = cast.client.get("/briefing/").text
    return [
        (number, code, int(cases), f"{ratio}（{interval}）", f"{avoidable}（{reach}）")
        for number, code, ratio, interval, cases, avoidable, reach in re.findall(
            r"brief__no[^>]*>(\d+)</span>.*?/conflicts/(JYG-R\d+)/.*?平常的 ([\d.]+) 倍（(.*?)）；\d+ 年起 (\d+) 件"
            r'.*?<span class="b">([\d.]+) 件</span> <span class="brief__second">(.*?)</span>',
            page,
            re.S,
        )
    ]


def by_document(cast: Cast) -> Told:
    """Names end in the key of their conflict; sheets have no spaces."""
    codes = {one.key: one.code for one in RecurringConflict.objects.all()}
    sheets = "".join(words_of(cast.client.get("/briefing/", {"format": "pdf"}).content))
    return [
        (number, codes[key], int(cases), f"{ratio}（{interval}）", f"{avoidable}（{reach}）")
        for number, key, ratio, interval, cases, avoidable, reach in re.findall(
            r"(\d)地方(\w)·供排水平常的([\d.]+)倍（(.*?)）；\d+年起(\d+)件([\d.]+)件([\d.]+～[\d.]+)",
            sheets,
        )
    ]


def by_notebook(_cast: Cast) -> Told:
    return [
        (str(row.rank), row.code, row.intense_observed,
         _times(ratio=row.intense_ratio, ratio_low=row.intense_ratio_low, ratio_high=row.intense_ratio_high),
         _avoidable(value=row.avoidable, low=row.avoidable_low, high=row.avoidable_high))
        for row in notebook.conflicts().itertuples()
    ]  # fmt: skip


@pytest.mark.parametrize("told", [by_page, by_briefing, by_document, by_notebook])
def test_the_list_of_conflicts_is_the_same_everywhere(cast: Cast, told: Any) -> None:
    program = by_program(cast)
    assert [row[2:] for row in program] == [
        (48, "3.4（2.5～4.5）", "8.5（5.1～12.2）"),
        (21, "2.1（1.3～3.2）", "7.5（4.1～11.2）"),
    ]
    assert told(cast) == program


def test_the_comparison_sees_a_number_that_differs(cast: Cast) -> None:
    """The control: what one of them says is changed."""
    program = by_program(cast)
    seen = RecurringConflict.objects.get(key="m").evidence.filter(rank=2)
    for change in ({"observed": 22}, {"observed": 21, "avoidable": 7.4}):
        seen.update(**change)
        for told in (by_page, by_briefing, by_document, by_program):
            assert told(cast) != program, (told.__name__, change)


# Whole quarters, because a planner is told no others.
SINCE, UNTIL = date(2026, 1, 1), date(2026, 7, 1)
TOPIC_SETS = ((), ("water_supply",), ("water_supply", "parking"), ("wages", "parking"))
Cells = dict[str, int]


class City:
    """An administrator, a commander of x and a planner, and cases of some topics in each cell."""

    def __init__(self) -> None:
        execute(FREE)
        self.city = make_small_city()
        admin = self.person("admin", Role.CITY_ADMIN, "city")
        self.person("chen", Role.DISTRICT_COMMANDER, "x")
        self.person("ning", Role.PLANNER, "city")
        draw = Random(620_201)
        for n in range(140):
            day = SINCE + timedelta(days=draw.randrange(-20, 200))
            at = min(datetime.combine(day, time(draw.randrange(24)), BEIJING), NOW)
            topic, column = draw.choice(("water_supply", "parking", "wages")), draw.choice(COLUMNS)
            made = make_incident(admin, at=NOW, occurred_at=at, topic=topic, column=column)
            if n % 10 == 0:
                withdraw(made)

    def person(self, name: str, role: Role, area: str) -> User:
        user = make_user(name)
        appoint(user, role, self.city.areas[area])
        return user


def withdraw(case: Incident) -> None:
    """So that it is none of those that are counted."""
    Incident.objects.filter(pk=case.pk).update(state="withdrawn", state_reason="x")


@dataclass(frozen=True)
class Question:
    """Who asks, about which topics."""

    name: str
    topics: tuple[str, ...]

    def get(self, address: str, **asked: Any) -> Any:
        client = Client()
        client.force_login(User.objects.get(username=self.name))
        answer = client.get(address, {**asked, "topic": list(self.topics)})
        assert answer.status_code == 200, address
        return answer

    @property
    def window(self) -> dict[str, str]:
        """As the page has it in its address."""
        return {"step": "month", "from": str(SINCE), "to": str(UNTIL)}


def cells_of_map(asked: Question) -> Cells:
    header, arrays = unpack(asked.get("/command/cube/", **asked.window).content)
    edges = [*header["starts"], header["until"]]
    first, last = edges.index(str(SINCE)), edges.index(str(UNTIL))
    counts = arrays["counts"][:, first:last].sum(axis=1).tolist()
    return {cell["code"]: n for cell, n in zip(header["cells"], counts, strict=True)}


def cells_of_program(asked: Question) -> Cells:
    told = asked.get("/api/counts/", since=SINCE, until=UNTIL).json()
    return {cell["code"]: cell["cases"] for cell in told["cells"]}


def cells_of_file(asked: Question) -> Cells:
    text = asked.get("/command/cells.csv", **asked.window).content.decode("utf-8-sig")
    return {row["编号"]: int(row["案件"]) for row in DictReader(StringIO(text))}


def cells_of_notebook(asked: Question) -> Cells:
    notebook.connect(as_=asked.name)
    cube = notebook.cube("month", SINCE, UNTIL, asked.topics)
    return dict(zip(cube.cells, cube.counts.sum(axis=(1, 2)).tolist(), strict=True))


def cells_of_lists(asked: Question) -> Cells:
    """Each cell as its list of cases counts it."""
    last = str(UNTIL - timedelta(days=1))
    days = {"tab": "any", "counted": "yes", "happened_from": str(SINCE), "happened_to": last}
    return {
        code: _listed(asked.get("/desk/cases/", cell=code, **days).text)
        for code in cells_of_program(asked)
    }


def _listed(page: str) -> int:
    found = re.search(r'role="status">(\d+) 件', page)
    return int(found[1]) if found else 0


@pytest.fixture
def town() -> Iterator[City]:
    with time_machine.travel(NOW, tick=False):
        yield City()
    planner._DOOR.account = ""


@pytest.mark.parametrize("name", ["admin", "chen"])
def test_cases_by_cell_are_the_same_everywhere(town: City, name: str) -> None:
    for topics in TOPIC_SETS:
        asked = Question(name, topics)
        told = cells_of_program(asked)
        assert len(told) == (4 if name == "admin" else 3)
        assert sum(told.values()) > 10
        for other in (cells_of_map, cells_of_file, cells_of_notebook, cells_of_lists):
            assert other(asked) == told, (other.__name__, topics)


def test_a_case_that_one_of_them_counts_alone_is_seen(
    town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the notebook forgets what is not counted."""
    asked = Question("admin", ())
    told = cells_of_program(asked)
    monkeypatch.setattr("gridmap.notebook.counting.counted", lambda cases: cases)
    assert cells_of_notebook(asked) != told


Groups = dict[tuple[str, ...], int | None]


def groups_of_map(asked: Question) -> Groups:
    header, arrays = unpack(asked.get("/command/cube/", **asked.window).content)
    assert (header["starts"], header["until"]) == ([str(SINCE)], str(UNTIL))
    counts = arrays["counts"][:, 0].tolist()
    return {
        tuple(cell["places"]): None if cell["untold"] else n
        for cell, n in zip(header["cells"], counts, strict=True)
    }


def groups_of_program(asked: Question) -> Groups:
    told = asked.get("/api/counts/", since=SINCE, until=UNTIL).json()
    assert (told["since"], told["until"]) == (str(SINCE), str(UNTIL))
    return {tuple(area["code"] for area in one["areas"]): one["cases"] for one in told["areas"]}


def groups_of_file(asked: Question) -> Groups:
    text = asked.get("/command/cells.csv", **asked.window).content.decode("utf-8-sig")
    return {
        tuple(row["编号"].split("+")): None if row["案件"] == "不公布" else int(row["案件"])
        for row in DictReader(StringIO(text))
    }


def test_a_planner_is_told_the_sums_of_the_notebook_everywhere(town: City) -> None:
    told_in_all = 0
    for topics in TOPIC_SETS:
        asked = Question("ning", topics)
        told = groups_of_program(asked)
        assert groups_of_map(asked) == groups_of_file(asked) == told
        cells = cells_of_notebook(asked)
        for areas, cases in told.items():
            own = sum(n for code, n in cells.items() if code.startswith(areas))
            assert cases in (None, own), (areas, topics)
            told_in_all += cases is not None
        assert {code for areas in told for code in areas} == {
            town.city.areas[key].code for key in "pqr"
        }
    assert told_in_all > 3


@pytest.mark.parametrize("name", ["admin", "chen"])
def test_the_briefing_counts_what_the_map_counts(town: City, name: str) -> None:
    asked = Question(name, ())
    shown = asked.get("/briefing/")
    ground = shown.context["found"].ground
    told = asked.get("/api/counts/", since=ground.since, until=ground.until).json()
    total = sum(cell["cases"] for cell in told["cells"])
    assert ground.cases - ground.no_cell == total > 10
    document = "".join(words_of(asked.get("/briefing/", format="pdf").content))
    for text in (shown.text, document):
        assert f"发生的{ground.cases}件" in "".join(text.split())


@pytest.mark.parametrize("name", ["admin", "chen"])
def test_the_situation_is_the_sum_of_the_areas_beside_each_other(town: City, name: str) -> None:
    asked = Question(name, ())
    shown = asked.get("/command/").context["situation"]
    compared = asked.get("/command/areas/")
    rows = list(
        DictReader(StringIO(asked.get("/command/areas/", format="csv").content.decode("utf-8-sig")))
    )
    for label, count in (("今天新增", shown.figures.new), ("在办", shown.figures.open),
                         ("超期", shown.figures.overdue), ("无主", shown.figures.unrouted)):  # fmt: skip
        assert sum(int(row[label]) for row in rows) == count, label
    assert shown.figures.open > 10
    rate = shown.measures["on_time_rate"]
    assert rate == compared.context["found"].total.shares["on_time_rate"]
    assert sum(int(row["按期处置率 分母"]) for row in rows) == rate.denominator
    briefing = asked.get("/briefing/").context["found"]
    assert briefing.situation.figures == shown.figures


def by_command(cast: Cast) -> Told:
    """The list beside the map; the cases, which it does not tell, as the evidence says."""
    page = cast.client.get("/command/conflicts/").text
    found = re.findall(
        r'data-conflict="(JYG-R\d+)".*?</span>(\d+)</span>.*?平常的 ([\d.]+) 倍（(.*?)）'
        r'.*?<b>([\d.]+) 件</b> <span class="ink3">(.*?)</span>',
        page,
        re.S,
    )
    known = {row[1]: row[2] for row in by_program(cast)}
    return [
        (number, code, known[code], f"{ratio}（{interval}）", f"{avoidable}（{reach}）")
        for code, number, ratio, interval, avoidable, reach in found
    ]


def test_the_list_beside_the_map_is_that_of_the_program(cast: Cast) -> None:
    assert by_command(cast) == by_program(cast)
    codes = [
        one["properties"]["code"]
        for one in cast.client.get("/command/outlines/").json()["features"]
    ]
    assert codes == [row[1] for row in by_program(cast)]
