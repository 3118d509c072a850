"""The story of a case in plain words, from the rows that were written about it. Asks nothing of the database.

What is shown stands in the records of moves, steps, visits, hand-overs, extensions, supervisions and
clock events, and in the photos; the words of people are kept apart from ours, because they are in their
language.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from geodata.errors import pgettext_noop
from geodata.querysets import BEIJING
from gridmap.incidents.models import (
    ClockEvent,
    Extension,
    HandOver,
    MoveRecord,
    Photo,
    StepRecord,
    Supervision,
    Visit,
)
from gridmap.incidents.states import STEP_LABELS, Name, Step
from gridmap.incidents.topics import SOURCES

# What the clock did shows in the move that it made.
CLOCK_MOVES = frozenset({ClockEvent.Kind.ESCALATION, ClockEvent.Kind.RESUME})
WAYS_IN = frozenset({"register", "report", "separate", "import"})
# A move and what was done are one word in Chinese and two in English.
TOLD: dict[Name, str] = {
    Name.ACCEPT: pgettext_noop("story", "受理"),
    Name.DECLINE: pgettext_noop("story", "不予受理"),
    Name.FILE: pgettext_noop("story", "立案"),
    Name.DISPATCH: pgettext_noop("story", "派遣"),
    Name.START: pgettext_noop("story", "接手办理"),
    Name.RETURN: pgettext_noop("story", "退回"),
    Name.HAND_OVER: pgettext_noop("story", "改派"),
    Name.SUSPEND: pgettext_noop("story", "挂账"),
    Name.RESUME: pgettext_noop("story", "恢复办理"),
    Name.TAKE_UP: pgettext_noop("story", "接手办理"),
    Name.SETTLE_ON_SITE: pgettext_noop("story", "就地化解"),
    Name.HANDLE: pgettext_noop("story", "办结反馈"),
    Name.CHECK: pgettext_noop("story", "核查通过"),
    Name.REWORK: pgettext_noop("story", "返工"),
    Name.CLOSE: pgettext_noop("story", "结案"),
    Name.REOPEN: pgettext_noop("story", "重新办理"),
    Name.UNMERGE: pgettext_noop("story", "拆回"),
    Name.WITHDRAW: pgettext_noop("story", "撤回"),
}


class Weight(StrEnum):
    """How a line is marked: an alarm, somebody's work, or what merely came."""

    ALARM = "alarm"
    WORK = "work"
    PLAIN = "plain"


@dataclass(frozen=True)
class Line:
    """One line: what was done in our words, what was said with it, by whom (empty: the clock), when."""

    at: datetime
    what: str
    words: str = ""
    who: str = ""
    weight: Weight = Weight.WORK
    photos: int = 0

    @property
    def is_automatic(self) -> bool:
        return not self.who


@dataclass(frozen=True)
class Records:
    """Everything that was written about one case, with the people and places in it."""

    source: str
    moves: Sequence[MoveRecord] = ()
    steps: Sequence[StepRecord] = ()
    visits: Sequence[Visit] = ()
    hand_overs: Sequence[HandOver] = ()
    extensions: Sequence[Extension] = ()
    supervisions: Sequence[Supervision] = ()
    events: Sequence[ClockEvent] = field(default=())
    photos: Sequence[Photo] = ()


def story_of(records: Records) -> list[Line]:
    """The lines, the newest first; what one act wrote in several tables is one line."""
    lines = [
        *_moves(records),
        *_steps(records),
        *(_visit(visit) for visit in records.visits),
        *_hand_overs(records),
        *(line for extension in records.extensions for line in _extension(extension)),
        *(line for one in records.supervisions for line in _supervision(one)),
        *(_event(event) for event in records.events if event.kind not in CLOCK_MOVES),
    ]
    # Of one moment the later line of the list came later.
    return sorted(_with_photos(lines, records.photos), key=lambda line: line.at)[::-1]


def _with_photos(lines: Sequence[Line], photos: Sequence[Photo]) -> list[Line]:
    """Each line with the number of pictures that came with it; those that came alone have their own."""
    counted = Counter((photo.added_at, _name(photo.added_by)) for photo in photos)
    told = [replace(line, photos=counted.pop((line.at, line.who), 0)) for line in lines]
    alone = [
        Line(at, pgettext("story", "加照片"), who=who, weight=Weight.PLAIN, photos=count)
        for (at, who), count in counted.items()
    ]
    return [*told, *alone]


def _moves(records: Records) -> Iterator[Line]:
    given = {_act(one): one for one in records.hand_overs}
    for move in records.moves:
        if move.name == Name.VISIT:
            continue
        what = _what(move, records.source, given.get(_act(move)))
        yield Line(move.at, what, move.note, _name(move.by), _weight(move))


def _weight(move: MoveRecord) -> Weight:
    if move.name in WAYS_IN:
        return Weight.PLAIN
    return Weight.ALARM if move.name == Name.ESCALATE and move.by is None else Weight.WORK


def _what(move: MoveRecord, source: str, given: HandOver | None) -> str:
    """A move in words, with the place, team or case that it led to."""
    match move.name:
        case "register":
            return _("%(source)s，登记") % {"source": _(SOURCES[source])}
        case "report":
            return _("又来一件，并入本案")
        case "separate":
            return _("分出一件，另立案件")
        case "import":
            return _("从别的系统导入")
        case Name.ESCALATE:
            return pgettext("story", "提级到%(area)s") % {"area": _called(move.area)}
        case Name.PULL_DOWN:
            place = _called(move.area) if move.area else _("网格")
            return _("下放到%(area)s") % {"area": place}
        case Name.MERGE:
            # Which one is read only by who sees that one too.
            named = _("并入 %(code)s") % {"code": move.other} if move.other else ""
            return named or _("并入另一个案件")
        case Name.DISPATCH | Name.HAND_OVER if given is not None:
            label = pgettext("story", TOLD[Name(move.name)])
            return _("%(move)s：%(place)s") % {"move": label, "place": _destination(given)}
    return pgettext("story", TOLD[Name(move.name)])


def _steps(records: Records) -> Iterator[Line]:
    on_site = {_act(move) for move in records.moves if move.name == Name.SETTLE_ON_SITE}
    for step in records.steps:
        if _act(step) not in on_site:
            yield Line(step.at, _(STEP_LABELS[Step(step.step)]), step.note, _name(step.by))


def _visit(visit: Visit) -> Line:
    what = _("回访（%(way)s）：%(result)s，%(satisfaction)s") % {
        "way": visit.get_way_display(),
        "result": visit.get_result_display(),
        "satisfaction": visit.get_satisfaction_display(),
    }
    return Line(visit.at, what, visit.note, _name(visit.by))


def _hand_overs(records: Records) -> Iterator[Line]:
    """Those that no move of the case explains: the cell has somebody else."""
    told = {_act(move) for move in records.moves if move.name in (Name.DISPATCH, Name.HAND_OVER)}
    for one in records.hand_overs:
        if _act(one) not in told:
            what = _("移交：%(place)s") % {"place": _destination(one)}
            yield Line(one.at, what, one.note, _name(one.by))


def _destination(given: HandOver) -> str:
    """Where it went: what changed of cell, team and person."""
    parts = []
    if given.to_cell and given.to_cell != given.from_cell:
        parts.append(_("%(number)s 网格") % {"number": given.to_cell.code[-3:]})
    if given.to_team and given.to_team != given.from_team:
        parts.append(_called(given.to_team))
    if given.to_user:
        parts.append(_name(given.to_user))
    return " · ".join(parts) or "–"


def _extension(asked: Extension) -> Iterator[Line]:
    until = {"until": moment_text(asked.until)}
    yield Line(asked.at, _("申请延期到 %(until)s") % until, asked.note, _name(asked.by))
    if asked.decided_at is not None:
        what = _("同意延期到 %(until)s") if asked.is_granted else _("没有同意延期到 %(until)s")
        yield Line(asked.decided_at, what % until, who=_name(asked.decided_by))


def _supervision(one: Supervision) -> Iterator[Line]:
    yield Line(one.at, _("督办"), one.note, _name(one.by))
    if one.answered_at is not None:
        yield Line(one.answered_at, _("答复督办"), one.answer, _name(one.answered_by))


def _event(event: ClockEvent) -> Line:
    texts = {
        ClockEvent.Kind.CONTACT: _("超过首次联系时限，系统提醒了办理人"),
        ClockEvent.Kind.WARNING: _("快到办结时限，系统提醒了办理人"),
        ClockEvent.Kind.OVERDUE: _("超过办结时限，系统提醒了办理人"),
        ClockEvent.Kind.UNROUTED: _("还没有人负责，系统提醒了派遣员"),
        ClockEvent.Kind.SUPERVISED: _("督办还没有答复，系统提醒了办理人"),
    }
    return Line(event.fired_at, texts[ClockEvent.Kind(event.kind)], weight=Weight.ALARM)


def _act(record: Any) -> tuple[datetime, int | None]:
    """Rows that one act wrote share its time and its person."""
    return record.at, record.by_id


def _name(person: Any) -> str:
    return str(person) if person else ""


def _called(place: Any) -> str:
    """The name in the reader's language, as far as there is one."""
    reads_english = (get_language() or "").startswith("en")
    english = getattr(place, "name_en", "") if reads_english else ""
    return str(english or place.name) if place else "–"


def moment_text(at: datetime) -> str:
    """Day and time in Beijing."""
    return date_format(at.astimezone(BEIJING), _("n月j日 H:i"))
