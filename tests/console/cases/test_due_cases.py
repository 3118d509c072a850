"""My cells: what is due there, on the list and as pins, at the cost of what is open."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gridmap.console.cases.due import DueCases
from gridmap.console.my_cells import read_my_cells
from gridmap.incidents.models import Incident, Notice
from gridmap.incidents.states import Name
from tests.console.cases.cast import Cast
from tests.incidents.makers import make_incident
from tests.statements import statements_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def due(cast: Cast, name: str = "member", *, english: bool = False) -> DueCases:
    mine = read_my_cells(cast.scope(name), cast.now, english=english)
    assert mine is not None
    return mine.todo


def set_due(case: Incident, **ahead: float) -> None:
    at = case.registered_at + timedelta(**ahead)
    Incident.objects.filter(pk=case.pk).update(due_at=at, contact_due_at=at)


def test_overdue_comes_first_then_what_is_due_soonest(cast: Cast) -> None:
    others = [make_incident(cast.people["member"], at=cast.now, words=word) for word in "乙丙丁"]
    for case, hours in zip((cast.case, *others), (50, -1, 30, -9), strict=True):
        set_due(case, hours=hours)
    found = due(cast)
    assert [case.title for case in found.cases] == ["丁", "乙", "丙", "早上六点起停水"]
    assert [case.number for case in found.cases] == [1, 2, 3, 4]
    assert [case.due.tone for case in found.cases] == ["over", "over", "open", "open"]
    assert found.count == 4


def test_only_open_cases_of_the_own_cell_are_due(cast: Cast) -> None:
    make_incident(cast.people["member"], at=cast.now, column=2.5)
    done = make_incident(cast.people["member"], at=cast.now)
    cast.case = done
    cast.move(Name.WITHDRAW, "member", reason="误报")
    assert due(cast).count == 1


def test_a_building_leader_sees_the_cases_of_the_own_post(cast: Cast) -> None:
    assert [case.building for case in due(cast, "leader").cases] == [cast.city.buildings["a1"].pk]
    make_incident(cast.people["member"], at=cast.now, column=1.5, row=1.5)
    assert due(cast, "leader").count == 1
    assert due(cast, "member").count == 2


def test_a_case_names_its_place_topic_and_next_step(cast: Cast) -> None:
    cast.in_progress()
    (case,) = due(cast).cases
    assert (case.place, case.topic, case.progress) == ("building-a1", "供排水", "一听")
    (english,) = due(cast, english=True).cases
    assert (english.topic, english.topic_lang, english.place_lang) == (
        "Water and drainage",
        None,
        "zh-Hans",
    )


def test_the_page_needs_one_statement_for_its_data(cast: Cast) -> None:
    browser = cast.browser("member")
    for number in range(3):
        Notice.objects.create(
            user=cast.people["member"], incident=cast.case, kind="moved", at=cast.now
        )
        make_incident(cast.people["member"], at=cast.now)
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(reverse("my-cells")).content.decode()
        # One more, the first of all, says who asks.
        assert len(statements_of(queries)) == 2
        assert f"通知，{number + 1} 条未读" in page


def test_pins_and_rows_have_the_same_numbers_and_places(cast: Cast) -> None:
    make_incident(cast.people["member"], at=cast.now)
    page = cast.browser("member").get(reverse("my-cells")).content.decode()
    found = re.search(r'<script id="pins" type="application/json">(.*?)</script>', page)
    assert found is not None
    pins = json.loads(found[1])
    rows = re.findall(r'data-kind="case" data-id="(\d+)"', page)
    assert [str(pin["id"]) for pin in pins] == rows
    assert [pin["number"] for pin in pins] == [1, 2]
    case = Incident.objects.get(pk=pins[0]["id"])
    assert (pins[0]["x"], pins[0]["y"]) == pytest.approx((case.geom_3857.x, case.geom_3857.y))


def test_without_cases_the_page_says_that_nothing_is_due(cast: Cast) -> None:
    cast.move(Name.WITHDRAW, "member", reason="误报")
    assert "没有待办" in cast.browser("member").get(reverse("my-cells")).content.decode()


HISTORY = 4_000


def blocks_read(statement: str) -> int:
    """How many pages of tables and indexes a statement touches: its cost, on however busy a machine."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
        ((plan,),) = cursor.fetchall()[0]
    return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])


def add_history(case: Incident) -> None:
    """Closed cases of the same cell, as another system would have had them."""
    changed = {
        "code": "'H-' || n", "state": "'closed'", "closed_at": "now()", "is_imported": "true",
        "outcome": "'agreement_oral'", "step": "'settle'", "is_visited": "true",
    }  # fmt: skip
    columns = [
        field.column
        for field in Incident._meta.concrete_fields
        if not field.generated and not field.primary_key
    ]
    values = ", ".join(changed.get(column, f"model.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO incidents_incident ({', '.join(columns)}) SELECT {values}"
            " FROM generate_series(1, %s) AS n CROSS JOIN incidents_incident AS model WHERE model.id = %s",
            [HISTORY, case.pk],
        )
        cursor.execute("ANALYZE incidents_incident")


def test_the_cost_depends_on_open_cases_only(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as queries:
        due(cast)
    (statement,) = [asked for asked in statements_of(queries) if "incidents_notice" in asked]
    before = blocks_read(statement)
    add_history(cast.case)
    assert due(cast).count == 1
    # The control reads the whole past.
    every = statement.replace('"incidents_incident"."is_open" AND ', "")
    assert every != statement
    now, whole = blocks_read(statement), blocks_read(every)
    # What tests before this one left behind is read with it, a few pages more or less.
    assert now < before + 50
    assert whole > before + 200
