"""One source of numbers: program, page, briefing and notebook say the same of the same conflicts and cases."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from geodata.models import Cell
from geodata.querysets import day_of
from gridmap import notebook
from gridmap.accounts.models import Role
from gridmap.accounts.scope import scope
from gridmap.incidents.counting import Chosen, Window, count_cells
from gridmap.notebook import planner
from gridmap.recurring.models import RecurringConflict, Run
from tests.incidents.makers import make_incident
from tests.makers import appoint, make_small_city, make_user
from tests.recurring.makers import CLAIMS, make_conflict, make_run, see

pytestmark = pytest.mark.django_db
SEEN = {"n": (48, 3.4, 2.5, 4.5), "m": (21, 2.1, 1.3, 3.2)}


class Cast:
    """A commander over all, who plans as well, two conflicts that one run has seen, and cases."""

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
        for days, column in ((8, 0.5), (9, 0.5), (10, 6.5), (100, 0.5)):
            at = self.now - timedelta(days=days)
            make_incident(self.chen, at=at, occurred_at=at, column=column)
        self.client = Client()
        self.client.force_login(self.chen)
        notebook.connect(as_="chen")


def _see(conflict: RecurringConflict, run: Run, rank: int) -> None:
    observed, ratio, low, high = SEEN[conflict.key]
    times = {"value": ratio, "low": low, "high": high}
    seen = see(conflict, run, rank)
    seen.observed, seen.ratio, seen.ratio_low, seen.ratio_high = observed, ratio, low, high
    seen.avoidable = 9.5 - rank
    seen.claims = CLAIMS | {"intense": CLAIMS["intense"] | {"observed": observed, "ratio": times}}
    seen.save()


@pytest.fixture
def cast() -> Iterator[Cast]:
    yield Cast()
    planner._DOOR.account = ""


Told = list[tuple[str, str, int, str]]


def by_program(cast: Cast) -> Told:
    """Rank, code, cases, and times the usual with its interval."""
    rows = cast.client.get("/api/conflicts/").json()["conflicts"]
    return [
        (str(number), row["code"], row["evidence"]["observed"], _times(**row["evidence"]))
        for number, row in enumerate(rows, 1)
    ]


def _times(*, ratio: float, ratio_low: float, ratio_high: float, **_more: Any) -> str:
    return f"{ratio:.1f}（{ratio_low:.1f}～{ratio_high:.1f}）"


def by_page(cast: Cast) -> Told:
    page = cast.client.get("/conflicts/").text
    return [
        (number, code, int(cases), f"{ratio}（{interval}）")
        for number, code, ratio, interval, cases in re.findall(
            r'aria-hidden="true">(\d+)</span>.*?/conflicts/(JYG-R\d+)/.*?平常的 ([\d.]+) 倍（(.*?)）.*?<b>(\d+) 件</b>',
            page,
            re.S,
        )
    ]


def by_briefing(cast: Cast) -> Told:
    page = cast.client.get("/briefing/").text
    return [
        (number, code, int(cases), f"{ratio}（{interval}）")
        for number, code, ratio, interval, cases in re.findall(
            r"brief__no[^>]*>(\d+)</span>.*?/conflicts/(JYG-R\d+)/.*?平常的 ([\d.]+) 倍（(.*?)）；\d+ 年起 (\d+) 件",
            page,
            re.S,
        )
    ]


def by_notebook(_cast: Cast) -> Told:
    return [
        (str(row.rank), row.code, row.intense_observed,
         _times(ratio=row.intense_ratio, ratio_low=row.intense_ratio_low, ratio_high=row.intense_ratio_high))
        for row in notebook.conflicts().itertuples()
    ]  # fmt: skip


@pytest.mark.parametrize("told", [by_page, by_briefing, by_notebook])
def test_the_list_of_conflicts_is_the_same_everywhere(cast: Cast, told: Any) -> None:
    program = by_program(cast)
    assert [row[2:] for row in program] == [(48, "3.4（2.5～4.5）"), (21, "2.1（1.3～3.2）")]
    assert told(cast) == program


def test_the_comparison_sees_a_number_that_differs(cast: Cast) -> None:
    """The control: what one of them says is changed."""
    program = by_program(cast)
    RecurringConflict.objects.get(key="m").evidence.filter(rank=2).update(observed=22)
    assert by_page(cast) != program
    assert by_briefing(cast) != program
    assert by_program(cast) != program


def test_cases_by_cell_are_the_same_on_the_map_and_in_the_notebook(cast: Cast) -> None:
    found = _briefing(cast)
    window = Window(found.since, found.until)
    counted = count_cells(scope(cast.chen), window, Chosen())
    cube = notebook.cube("week", window.since, window.until)
    codes = dict(Cell.objects.values_list("pk", "code"))
    told = dict(zip(cube.cells, cube.counts.sum(axis=(1, 2)).tolist(), strict=True))
    assert {
        codes[cell]: n
        for cell, n in zip(counted.cells.tolist(), counted.counts.tolist(), strict=True)
    } == told
    assert found.cases == sum(told.values()) == 3


def _briefing(cast: Cast) -> Any:
    context = cast.client.get("/briefing/").context
    assert day_of(datetime.now(tz=cast.now.tzinfo)) >= context["found"].ground.until
    return context["found"].ground
