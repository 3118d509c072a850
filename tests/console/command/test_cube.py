"""The counts behind the page: the same as case by case, for everybody who looks."""

import gzip
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.http import QueryDict
from django.utils import timezone

from geodata.models import Building
from geodata.querysets import BEIJING, day_of
from gridmap.accounts.models import User
from gridmap.accounts.scope import Scope, scope
from gridmap.console.command.asking import Asked, commanded, read_asked
from gridmap.console.command.cube import Cube, read_cube
from gridmap.console.command.table import rows_of
from gridmap.incidents.counting import Chosen, Window, count_cells, count_steps
from gridmap.incidents.cubes import Marks
from gridmap.incidents.models import Incident, Topic
from gridmap.incidents.states import NOT_COUNTED
from tests.console.command.cast import Cast
from tests.console.command.unpacked import unpack
from tests.statements import AssertStatements

THIS_WEEK = 65


def asked_by(person: User, query: str = "", now: datetime | None = None) -> Asked:
    whole = commanded(scope(person))
    assert whole is not None
    return read_asked(whole, QueryDict(query), now or timezone.now())


def by_hand(held: Scope, edges: tuple[date, ...], **only: Any) -> list[Incident]:
    """The cases that count, one by one."""
    seen = Incident.objects.visible_to(held).filter(**only).select_related("topic")
    return [
        case
        for case in seen
        if case.state not in NOT_COUNTED and edges[0] <= day_of(case.occurred_at) < edges[-1]
    ]


def assert_same(cube: Cube, cases: list[Incident]) -> None:
    """Every array of a cube against the cases of its time."""
    edges = cube.steps.edges
    step = {case.pk: sum(edge <= day_of(case.occurred_at) for edge in edges) - 1 for case in cases}
    by_cell = Counter((case.cell_id, step[case.pk]) for case in cases)
    left = Counter((case.cell_id, step[case.pk]) for case in cases if case.is_open)
    for n, place in enumerate(cube.places):
        assert cube.counts[n].tolist() == [by_cell[place.id, s] for s in range(len(cube.steps))]
        assert cube.open[n].tolist() == [left[place.id, s] for s in range(len(cube.steps))]
    hours: Counter[tuple[int, int, int]] = Counter()
    bins: Counter[tuple[int, int, int]] = Counter()
    for case in cases:
        local = case.occurred_at.astimezone(BEIJING)
        hours[step[case.pk], local.weekday(), local.hour] += 1
        if case.geom:
            x, y = (int(value // cube.bins.side) for value in (case.geom_3857.x, case.geom_3857.y))
            bins[x, y, step[case.pk]] += 1
    assert found(cube.rhythm) == dict(hours)
    pairs = list(zip(cube.bins.x.tolist(), cube.bins.y.tolist(), strict=True))
    assert {(*pairs[n], s): count for (n, s), count in found(cube.bins.counts).items()} == dict(
        bins
    )
    assert cube.totals.tolist() == [
        sum(s == n for s in step.values()) for n in range(len(cube.steps))
    ]


def found(values: Any) -> dict[tuple[int, ...], int]:
    """The elements of an array that are not 0, by their positions."""
    return {tuple(map(int, at)): int(values[tuple(at)]) for at in np.argwhere(values)}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["admin", "chen"])
@pytest.mark.parametrize("step", ["day", "week", "month"])
def test_a_cube_is_the_sum_of_the_cases_that_somebody_sees(
    cast: Cast, name: str, step: str
) -> None:
    cast.case("b", lat=None, lon=None, accuracy_m=None)
    Incident.objects.filter(title="case-c").update(state="withdrawn", state_reason="x")
    Incident.objects.filter(title="case-d").update(occurred_at=cast.now - timedelta(hours=13))
    asked = asked_by(cast.people[name], f"step={step}", cast.now)
    cube = read_cube(asked)
    assert [place.name for place in cube.places] == [
        f"area-{area} cell-{cell}" for area, cell in ("pa", "pb", "qc", "rd")[: len(cube.places)]
    ]
    assert len(cube.places) == (4 if name == "admin" else 3)
    assert cube.totals.sum() == (9 if name == "admin" else 4)
    assert_same(cube, by_hand(asked.scope, cube.steps.edges))


@pytest.mark.django_db
def test_filters_leave_only_what_they_name(cast: Cast) -> None:
    cast.case("a", urgency="urgent", source="hotline_12345")
    admin = cast.people["admin"]
    for query, number in (
        ("topic=wages", 1),
        ("topic=wages&topic=water_supply", 12),
        ("source=hotline_12345", 1),
        ("urgency=urgent", 1),
        ("state=closed", 0),
        ("state=registered&topic=wages", 1),
        (f"area={cast.city.areas['x'].code}", 8),
        (f"area={cast.city.areas['r'].code}&source=patrol", 4),
    ):
        assert read_cube(asked_by(admin, query, cast.now)).totals.sum() == number, query


def test_the_demonstration_city_is_counted_as_case_by_case(demo_city: None) -> None:
    person = User.objects.get(username="district-commander")
    # One moment: with midnight comes another day, with the last of a week another step.
    now = timezone.now()
    asked = asked_by(person, "step=week", now)
    cube = read_cube(asked)
    cases = by_hand(asked.scope, cube.steps.edges)
    assert len(cases) > 1000
    assert_same(cube, cases)
    window = Window(cube.steps.edges[0], cube.steps.until)
    counted = count_cells(asked.scope, window, Chosen())
    assert counted.cells.tolist() == [place.id for place in cube.places]
    assert counted.counts.tolist() == cube.counts.sum(axis=1).tolist()
    wages = Topic.objects.get(code="wages")
    chosen = asked_by(person, "topic=wages", now)
    assert_same(read_cube(chosen), by_hand(asked.scope, cube.steps.edges, topic=wages))
    patrols = read_cube(asked_by(person, "source=patrol", now))
    assert 0 < patrols.totals.sum() < len(cases)
    assert_same(patrols, by_hand(asked.scope, cube.steps.edges, source="patrol"))
    chosen_ways = Chosen(sources=("patrol",))
    assert (
        patrols.counts.tolist()
        == count_steps(asked.scope, cube.steps.edges, chosen_ways)[1].tolist()
    )
    # The registry knows the households of all of them.
    assert 100_000 < sum(place.residents for place in cube.places) < 250_000


def test_bins_are_merged_four_by_four_until_they_are_few_enough() -> None:
    x = np.array([-1.0, 10, 130, 130, 300, np.nan])
    ones = np.zeros(6, np.int64)
    marks = Marks(1, ones, ones, ones, x, np.array([5.0, 5, 5, 5, 5, np.nan]), ones.astype(bool))
    fine, coarse = marks.bins(128), marks.bins(128, most=2)
    assert (fine.side, fine.x.tolist(), fine.counts.ravel().tolist()) == (
        128,
        [-1, 0, 1, 2],
        [1, 1, 2, 1],
    )
    assert (coarse.side, coarse.x.tolist(), coarse.counts.ravel().tolist()) == (
        512,
        [-1, 0],
        [1, 4],
    )


@pytest.mark.django_db
def test_the_body_says_what_the_cube_says(cast: Cast) -> None:
    answer = cast.browser("chen").get("/command/cube/", headers={"accept-encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    header, arrays = unpack(gzip.decompress(answer.content))
    assert [cell["name"] for cell in header["cells"]] == [
        "area-p cell-a",
        "area-p cell-b",
        "area-q cell-c",
    ]
    assert arrays["counts"][:, THIS_WEEK].tolist() == [1, 2, 3]
    assert (header["starts"][-1], header["until"]) == ("2026-07-13", "2026-07-20")
    assert header["now"] == "2026-07-16T12:00:00+08:00"
    assert 98 < header["ground_m"] < 99
    plain = cast.browser("chen").get("/command/cube/")
    assert unpack(plain.content)[0] == header


@pytest.mark.django_db
def test_a_body_is_made_once_a_minute_for_all_who_see_the_same(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, assert_statements: AssertStatements
) -> None:
    chen = cast.browser("chen")
    first = chen.get("/command/cube/")
    cast.case("a")
    # Who it is, and nothing else.
    with assert_statements(1):
        again = chen.get("/command/cube/", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    # Another query, and another scope, are bodies of their own.
    assert unpack(chen.get("/command/cube/?topic=wages").content)[1]["totals"].sum() == 1
    assert unpack(cast.browser("admin").get("/command/cube/").content)[1]["totals"].sum() == 12
    monkeypatch.setattr("django.utils.timezone.now", lambda: cast.now + timedelta(minutes=1))
    later = chen.get("/command/cube/", headers={"if-none-match": first.headers["ETag"]})
    assert later.status_code == 200
    assert unpack(later.content)[1]["totals"].sum() == unpack(first.content)[1]["totals"].sum() + 1


@pytest.mark.django_db
def test_what_has_not_changed_is_not_sent_again_after_the_minute(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    chen = cast.browser("chen")
    tag = chen.get("/command/cube/").headers["ETag"]
    monkeypatch.setattr("django.utils.timezone.now", lambda: cast.now + timedelta(minutes=2))
    assert chen.get("/command/cube/", headers={"if-none-match": tag}).status_code == 304


@pytest.mark.django_db
def test_a_cube_costs_five_statements_however_many_cells(
    cast: Cast, assert_statements: AssertStatements
) -> None:
    chen = cast.browser("chen")
    with assert_statements(7):  # who, choices, counts, cells, cases, names, households
        chen.get("/command/cube/")
    with assert_statements(5):  # cells and households are remembered
        chen.get("/command/cube/?topic=wages")


@pytest.mark.django_db
def test_a_planner_is_told_communities_together_and_nothing_of_cells(cast: Cast) -> None:
    lin = cast.browser("lin")
    for key, number in (("a", 4), ("c", 3), ("d", 6)):
        for _ in range(number):
            cast.case(key, days=30)
    header, arrays = unpack(lin.get("/command/cube/").content)
    assert header["merged"]
    # The quarter that is over; p has 4 and q 3 cases of water: only together may they be told.
    assert (header["starts"], header["until"]) == (["2026-04-01"], "2026-07-01")
    told = {tuple(cell["places"]): cell["untold"] for cell in header["cells"]}
    codes = {key: cast.city.areas[key].code for key in "pqr"}
    assert told == {(codes["p"], codes["q"]): False, (codes["r"],): False}
    assert arrays["counts"].ravel().tolist() == [7, 6]
    assert arrays["totals"].sum() == 13
    assert (arrays["bins"].size, arrays["open"].sum(), arrays["rhythm"].sum()) == (0, 0, 0)
    assert lin.get("/command/cube/?source=patrol").status_code == 400
    assert lin.get("/command/points/?box=98,39,99,40").json() == {"points": []}
    assert b"cell-" not in lin.get("/command/places/1/").content
    assert b"cell-a" in cast.browser("chen").get("/command/places/1/").content


@pytest.mark.django_db
def test_the_table_for_spreadsheets_has_the_numbers_of_the_cube(cast: Cast) -> None:
    Building.objects.update(households=100)
    for days in (7, 14, 14):
        cast.case("b", days=days)
    asked = asked_by(cast.people["chen"], "from=2026-07-13&to=2026-07-20", cast.now)
    rows = {row.place.code[-6:]: row for row in rows_of(read_cube(asked), asked.window, asked.now)}
    a, b = rows["001001"], rows["001002"]
    assert (a.place.residents, a.count, a.rate, a.open, a.share) == (520, 1, None, 1, None)
    assert (b.place.residents, b.count, b.open, b.share, b.before) == (260, 2, 2, 1.0, 1)
    assert b.rate == pytest.approx(2 / 260 * 1000)
    # This week has had three days and a half, the one before seven.
    assert b.change == pytest.approx(2 / 1 / (3.5 / 7))
    answer = cast.browser("chen").get("/command/cells.csv?from=2026-07-13&to=2026-07-20")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "编号,地方,居民（估计）,案件,每千名居民,在办,在办占比,前一时段,变化（倍）"
    assert lines[2] == "620201001001002,area-p cell-b,260,2,7.692,2,1.0,1,4.0"
    assert lines[3].endswith(",0,前一时段没有")
    assert 'filename="gridmap-2026-07-13-2026-07-20.csv"' in answer.headers["Content-Disposition"]


@pytest.mark.django_db
def test_without_a_period_before_there_is_no_change(cast: Cast) -> None:
    asked = asked_by(cast.people["chen"], "step=month&from=2021-08-01", cast.now)
    rows = rows_of(read_cube(asked), asked.window, asked.now)
    assert {(row.before, row.change) for row in rows} == {(None, None)}
    assert sum(row.count or 0 for row in rows) == 7
