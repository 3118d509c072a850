"""Working time, texts, names and the planted table of the demonstration: nothing of the database."""

import re

import numpy as np
import pytest

from gridmap.accounts.demo_people import impossible_phone, invented_names
from gridmap.incidents.demo_cases.clock import OFFICE_DAY_S, WorkingTime
from gridmap.incidents.demo_cases.matters import (
    ALL_YEAR,
    BadMatter,
    matters,
    phrases,
    read_matters,
)
from gridmap.incidents.demo_cases.people import names_of
from gridmap.incidents.demo_cases.plan import years_before
from gridmap.incidents.demo_cases.scripted import SCRIPTS
from gridmap.incidents.demo_cases.sites import SITES, truth
from gridmap.incidents.demo_cases.stages import RUNGS, STAGES, way_to
from gridmap.incidents.states import MOVES, OPEN, State
from gridmap.incidents.topics import TOPICS, UNROUTED

# Monday 6 July 2026 and three weeks; Thursday of the second is a holiday.
FIRST = np.datetime64("2026-07-06")
WEEKS = (np.arange(21) % 7 < 5) & (np.arange(21) != 10)
WORKING = WorkingTime(FIRST, WEEKS)


def at(*times: str) -> np.ndarray:
    return np.array(times, "datetime64[s]")


def test_a_deadline_counts_working_days_only() -> None:
    begins = at("2026-07-10T16:00", "2026-07-11T16:00", "2026-07-15T09:00", "2026-07-06T00:00")
    ends = WORKING.deadline(begins, 1440)
    # Friday to Monday; a Saturday counts from Monday; over the holiday; a whole day ends with it.
    assert (
        ends.tolist()
        == at(
            "2026-07-13T16:00", "2026-07-14T00:00", "2026-07-17T09:00", "2026-07-07T00:00"
        ).tolist()
    )


def test_a_span_can_be_counted_back() -> None:
    due = at("2026-07-21T18:00", "2026-07-17T09:30")
    begun = WORKING.before_deadline(due, 3 * 1440)
    assert begun.tolist() == at("2026-07-15T18:00", "2026-07-13T09:30").tolist()
    assert WORKING.deadline(begun, 3 * 1440).tolist() == due.tolist()


def test_an_office_is_closed_at_noon_at_night_and_on_free_days() -> None:
    times = at("2026-07-06T08:00", "2026-07-06T13:00", "2026-07-06T20:00", "2026-07-11T10:00")
    assert WORKING.office(times).tolist() == [0, 12_600, OFFICE_DAY_S, 5 * OFFICE_DAY_S]
    later = WORKING.after(at("2026-07-06T11:30", "2026-07-10T17:30"), 3600)
    assert later.tolist() == at("2026-07-06T15:00", "2026-07-13T09:00").tolist()


def test_five_years_before_a_leap_day_is_the_day_before_the_first_of_march() -> None:
    assert years_before(np.datetime64("2028-02-29"), 5) == np.datetime64("2023-02-28")
    assert years_before(np.datetime64("2026-07-14"), 5) == np.datetime64("2021-07-14")


def test_every_topic_has_matters_that_can_happen_in_every_month() -> None:
    known = {matter.topic for matter in matters()}
    assert known == {topic.code for topic in TOPICS}
    for topic in known - {"heating", "land"}:
        months = [matter.months for matter in matters() if matter.topic == topic]
        assert frozenset().union(*months) == ALL_YEAR


def test_the_words_have_no_slot_that_nobody_fills() -> None:
    slots = set("户次天月米车度人层元点周") | {"单元"}
    said = [text for matter in matters() for _, _, text in matter.lines]
    said += [title for matter in matters() for title in matter.titles]
    said += [line for lines in phrases().values() for line in lines]
    assert {name for text in said for name in re.findall(r"{(\w*)}", text)} <= slots
    assert not any(re.search(r"[;,?!\\\t]", re.sub(r"{\w+}", "", text)) for text in said)


def test_a_line_belongs_to_the_titles_that_it_names() -> None:
    (matter,) = read_matters(
        "x", "= 停水 2 who=water where=home months=11-2\nT 甲\nT 乙\nW1 一\nW2 二\nS 完"
    )
    assert matter.lines_for(0) == {"W": ["一"], "S": ["完"]}
    assert matter.lines_for(1) == {"W": ["二"], "S": ["完"]}
    assert matter.months == {11, 12, 1, 2}


@pytest.mark.parametrize(
    "text",
    [
        "T 没有开头",
        "= 停水 2 where=home\nX 不认识",
        "= 停水 2 where=home\nT 甲\nW 一",
        "= 停水 2 where=home\nT 甲\nW2 别的\nS 完",
        "= 停水 2 where=home\nT 甲\nW3 没有第三个\nW 一\nS 完",
    ],
)
def test_a_text_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadMatter, match="topic"):
        read_matters("topic", text)


def test_a_caller_keeps_a_name_and_a_family_its_surname() -> None:
    callers = np.arange(40_000)
    names = names_of(callers)
    assert (names == names_of(callers)).all()
    assert {len(name) for name in names} == {2, 3}
    surnames = np.array([name[0] for name in names]).reshape(-1, 4)
    assert (surnames == surnames[:, :1]).all()
    assert len(set(names)) > 25_000


def test_names_and_numbers_are_made_as_those_of_the_staff() -> None:
    assert len(next(invented_names(3))) in (2, 3)
    assert impossible_phone(0) == "0937-000-0000"


def test_the_truth_depends_on_the_seed_only() -> None:
    assert truth(5) == truth(5)
    bursts = [
        (a.span, b.span) for a, b in zip(truth(5), truth(6), strict=True) if a.kind == "burst"
    ]
    assert all(first != second for first, second in bursts)
    assert all(0 <= last - first < 0.02 for first, last in (span for span, _ in bursts))
    assert [site.key for site in truth(5)] == [site.key for site in SITES]


def test_conflicts_and_every_kind_of_decoy_are_planted() -> None:
    kinds = [site.kind for site in SITES]
    assert kinds.count("conflict") >= 10
    assert {"burst", "one_voice", "desk", "busy"} == set(kinds) - {"conflict"}


def test_the_stages_cover_every_open_state_reason_and_level() -> None:
    assert {stage.state for stage in STAGES} == OPEN
    # Every level of the demonstration city has its people.
    assert {stage.trouble for stage in STAGES} - {""} == set(UNROUTED) - {"no_officer"}
    assert {stage.level for stage in STAGES} - {""} == set(RUNGS)


@pytest.mark.parametrize(
    "stage", STAGES, ids=lambda stage: f"{stage.state}{stage.step}{stage.level}"
)
def test_the_way_to_a_stage_is_allowed(stage: object) -> None:
    state = State.REGISTERED
    for name in way_to(stage):  # type: ignore[arg-type]
        assert state in MOVES[name].sources
        state = MOVES[name].target or state
    assert state is stage.state  # type: ignore[attr-defined]


def test_scripts_are_of_known_matters_and_name_no_more_notes_than_steps() -> None:
    known = {(matter.topic, matter.name) for matter in matters()}
    assert {(script.topic, script.matter) for script in SCRIPTS} <= known
    assert all(script.step is not None or not script.notes for script in SCRIPTS)
