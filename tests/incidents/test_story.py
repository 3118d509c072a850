"""The story of a case in plain words, from the rows that were written."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from geodata.models import Area, Cell
from gridmap.accounts.models import GuideTeam, User
from gridmap.incidents.models import (
    ClockEvent,
    Extension,
    HandOver,
    Incident,
    MoveRecord,
    Photo,
    StepRecord,
    Supervision,
    Visit,
)
from gridmap.incidents.story import CLOCK_MOVES, Line, Records, Weight, story_of

# A Tuesday, twenty past nine in Beijing.
AT = datetime(2026, 7, 14, 1, 20, tzinfo=UTC)
MA, ZHANG = User(pk=1, name="马晓燕"), User(pk=2, name="张建国")
P = Area(pk=3, name="紫轩社区", name_en="Zixuan")
TEAM = GuideTeam(pk=4, name="住建物业", name_en="Housing and property")
CELL = Cell(pk=5, code="620201002012003", name="紫轩花苑")


def move(name: str, minutes: int = 0, by: User | None = MA, **fields: object) -> MoveRecord:
    return MoveRecord(name=name, by=by, at=AT + timedelta(minutes=minutes), **fields)


def told(source: str = "patrol", **records: object) -> list[Line]:
    return story_of(Records(source=source, **records))  # type: ignore[arg-type]


def whats(lines: list[Line]) -> list[str]:
    return [line.what for line in lines]


def test_the_newest_comes_first_with_its_author_and_what_was_said() -> None:
    lines = told(
        "hotline_12345",
        moves=[move("register", by=ZHANG), move("return", 20, note="不归这里")],
        steps=[
            StepRecord(step="listen", by=MA, at=AT + timedelta(minutes=10), note="上门听取意见")
        ],
    )
    assert whats(lines) == ["退回", "一听", "12345 热线，登记"]
    assert [(line.who, line.words) for line in lines] == [
        ("马晓燕", "不归这里"),
        ("马晓燕", "上门听取意见"),
        ("张建国", ""),
    ]
    assert [line.weight for line in lines] == [Weight.WORK, Weight.WORK, Weight.PLAIN]


def test_whatever_the_clock_recorded_can_be_told() -> None:
    """The page of a case that was reminded of could not be opened."""
    for kind in ClockEvent.Kind:
        assert len(told(events=[ClockEvent(kind=kind, fired_at=AT)])) == (kind not in CLOCK_MOVES)


def test_what_one_act_wrote_in_two_tables_is_one_line() -> None:
    given = HandOver(by=MA, at=AT, to_cell=CELL, to_team=TEAM)
    settled = StepRecord(step="settle", by=MA, at=AT + timedelta(minutes=5), note="当场说和")
    visit = Visit(
        by=ZHANG, at=AT + timedelta(minutes=9), way="phone", result="partly",
        satisfaction="not", note="水压还是低",
    )  # fmt: skip
    lines = told(
        moves=[
            move("dispatch"),
            move("settle_on_site", 5, note="当场说和"),
            move("visit", 9, by=ZHANG, note="水压还是低"),
        ],
        hand_overs=[given],
        steps=[settled],
        visits=[visit],
    )
    assert whats(lines) == [
        "回访（电话）：部分解决，不满意",
        "就地化解",
        "派遣：003 网格 · 住建物业",
    ]


def test_what_the_clock_did_says_so_and_alarms() -> None:
    lines = told(
        moves=[move("escalate", 1, by=None, area=P), move("resume", 3, by=None)],
        events=[
            ClockEvent(kind="overdue", fired_at=AT),
            ClockEvent(kind="escalation", fired_at=AT + timedelta(minutes=1)),
        ],
    )
    assert whats(lines) == ["恢复办理", "提级到紫轩社区", "超过办结时限，系统提醒了办理人"]
    assert all(line.is_automatic for line in lines)
    assert [line.weight for line in lines] == [Weight.WORK, Weight.ALARM, Weight.ALARM]


def test_time_asked_for_and_supervision_have_their_answers() -> None:
    until = datetime(2026, 7, 20, 10, tzinfo=UTC)
    later = AT + timedelta(hours=1)
    lines = told(
        extensions=[
            Extension(
                by=MA, at=AT, until=until, note="等配件", is_granted=True,
                decided_by=ZHANG, decided_at=later,
            )
        ],
        supervisions=[
            Supervision(
                by=ZHANG, at=later, note="今天去看", answer="去过了", answered_by=MA,
                answered_at=later + timedelta(hours=1),
            )
        ],
    )  # fmt: skip
    assert whats(lines) == [
        "答复督办",
        "督办",
        "同意延期到 7月20日 18:00",
        "申请延期到 7月20日 18:00",
    ]
    assert lines[0].words == "去过了"


@pytest.mark.parametrize(
    ("record", "what"),
    [
        (move("merge", other=Incident(code="JYG-20260709-00011")), "并入 JYG-20260709-00011"),
        (move("pull_down", area=None), "下放到网格"),
        (move("pull_down", area=P), "下放到紫轩社区"),
        (move("report"), "又来一件，并入本案"),
        (move("separate"), "分出一件，另立案件"),
        (move("import", by=None), "从别的系统导入"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_move_says_where_it_led(record: MoveRecord, what: str) -> None:
    assert whats(told(moves=[record])) == [what]


def test_a_cell_that_changes_hands_tells_without_a_move() -> None:
    lines = told(hand_overs=[HandOver(by=ZHANG, at=AT, to_user=MA, note="换岗")])
    assert (lines[0].what, lines[0].words) == ("移交：马晓燕", "换岗")


def test_the_story_is_told_in_english_where_that_is_read() -> None:
    with translation.override("en"):
        lines = told(
            moves=[move("register"), move("escalate", 5, area=P)],
            steps=[StepRecord(step="mediate", by=MA, at=AT, note="谈过")],
        )
    assert whats(lines) == ["Raised to Zixuan", "4 Mediate", "Patrol: registered"]
    assert lines[1].words == "谈过"


def test_no_records_are_no_story() -> None:
    assert told() == []


def test_photos_are_counted_with_what_they_came_with_or_stand_alone() -> None:
    def photo(minutes: int, by: User = MA) -> Photo:
        return Photo(added_by=by, added_at=AT + timedelta(minutes=minutes))

    lines = told(
        # Registered and settled in one act: the photos came with the report.
        moves=[move("register"), move("settle_on_site")],
        steps=[StepRecord(step="listen", by=ZHANG, at=AT + timedelta(minutes=10))],
        photos=[photo(0), photo(0), photo(10, ZHANG), photo(20)],
    )
    assert [(line.what, line.photos) for line in lines] == [
        ("加照片", 1),
        ("一听", 1),
        ("就地化解", 0),
        ("网格员巡查，登记", 2),
    ]
    assert lines[0].weight is Weight.PLAIN
