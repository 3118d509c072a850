"""The address of the commander's page: what it may say, and what it is told where it cannot be."""

from datetime import date

import pytest
from django.http import QueryDict

from gridmap.console.command.state import Shown, parse, window_of
from gridmap.console.command.steps import MOST, OutsideTime, Step, quarters_until, steps_until

TODAY = date(2026, 7, 14)


def test_an_empty_address_shows_the_last_twelve_weeks_as_density() -> None:
    shown = parse(QueryDict())
    assert (shown.step, shown.view, shown.measure, shown.is_wall) == (Step.WEEK, "density", "count", False)  # fmt: skip
    assert shown.faults == ()
    steps = steps_until(shown.step, TODAY)
    window, faults = window_of(shown, steps)
    assert faults == []
    assert (len(window), window.stop) == (12, len(steps))


def test_what_an_address_says_is_written_again_the_same() -> None:
    query = (
        "area=620201001000&topic=wages&topic=water_supply&source=patrol&urgency=urgent&state=closed"
        "&step=month&from=2026-01-01&to=2026-04-01&view=cells&measure=rate&conflict=JYG-R0007&wall="
    )
    shown = parse(QueryDict(query))
    assert shown.faults == ()
    assert shown.query() == query
    assert parse(QueryDict(shown.query())) == shown


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("area=%00", "area"),
        ("area=1&area=2", "area"),
        ("topic=no such", "topic"),
        ("source=nobody", "source"),
        ("urgency=soon", "urgency"),
        ("state=open", "state"),
        # What never was a case of its own is not counted, so nobody can ask for it.
        ("state=merged", "state"),
        ("step=year", "step"),
        ("from=yesterday", "from"),
        ("from=0145-01-01", "from"),
        ("to=2026-13-01", "to"),
        ("from=2026-07-08&to=2026-07-08", "to"),
        ("view=rainbow", "view"),
        ("measure=blame", "measure"),
        ("conflict=JYG-20260714-00001", "conflict"),
        ("conflict=JYG-R000１", "conflict"),
    ],
)
def test_what_cannot_be_is_told_by_its_field_and_left_out(query: str, field: str) -> None:
    shown = parse(QueryDict(query))
    assert [fault.name for fault in shown.faults] == [field]
    assert shown.faults[0].message
    assert parse(QueryDict(shown.query())).faults == ()


def test_a_window_is_widened_to_whole_steps() -> None:
    weeks = steps_until(Step.WEEK, TODAY)
    window = weeks.window(date(2026, 6, 30), date(2026, 7, 7))
    assert [weeks.starts[n] for n in window] == [date(2026, 6, 29), date(2026, 7, 6)]


def test_a_window_of_which_no_part_can_be_chosen_is_refused_and_the_usual_one_shown() -> None:
    steps = steps_until(Step.DAY, TODAY)
    for query in ("from=2026-07-15&to=2026-07-20", "to=2020-01-01", "from=2030-01-01"):
        with pytest.raises(OutsideTime):
            steps.window(*(getattr(parse(QueryDict(query)), name) for name in ("since", "until")))
        window, faults = window_of(parse(QueryDict(query)), steps)
        assert [fault.name for fault in faults] == ["from"]
        assert window.stop == len(steps)


@pytest.mark.parametrize("kind", [*Step])
def test_steps_end_with_the_one_of_today_and_lie_beside_each_other(kind: Step) -> None:
    steps = steps_until(kind, TODAY)
    assert len(steps) == MOST[kind]
    assert steps.starts[-1] <= TODAY < steps.until
    assert sorted(set(steps.edges)) == [*steps.edges]
    firsts = {Step.DAY: date(2026, 4, 14), Step.WEEK: date(2025, 4, 14), Step.MONTH: date(2021, 8, 1)}  # fmt: skip
    assert steps.starts[0] == firsts[kind]
    assert kind is not Step.WEEK or {day.weekday() for day in steps.edges} == {0}


def test_the_filters_of_two_addresses_that_count_the_same_are_one_text() -> None:
    one, other = (
        parse(QueryDict(query)).filters
        for query in ("topic=b&topic=a&view=cells", "wall&topic=a&topic=b&measure=rate")
    )
    assert one == other
    assert Shown().filters == ""


def test_quarters_are_those_that_are_over_the_last_one_first() -> None:
    quarters = quarters_until(TODAY)
    assert (quarters[0].since, quarters[0].until) == (date(2026, 4, 1), date(2026, 7, 1))
    assert [one.number for one in quarters[:3]] == [2, 1, 4]
    assert quarters[-1].since >= steps_until(Step.MONTH, TODAY).starts[0]
