"""How a conflict is told: its chip, its standing, its story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from geodata.querysets import day_of
from gridmap.accounts.models import Appointment
from gridmap.accounts.scope import Scope
from gridmap.console.belonging import name_of
from gridmap.console.cases.wording import called, language_of
from gridmap.console.conflicts.claims import avoidable_words, ratio_words
from gridmap.console.times import day, day_words
from gridmap.recurring.models import ConflictRecord, Evidence, RecurringConflict
from gridmap.recurring.states import STATE_LABELS, Act, State

CHIPS = {
    State.CANDIDATE: "dashed",
    State.CONFIRMED: "pri",
    State.UNDER_PLAN: "grn",
    State.QUIET: "",
    State.CLOSED: "line",
    State.CAME_BACK: "red",
}


def chip(conflict: RecurringConflict) -> str:
    return CHIPS[State(conflict.state)]


def is_dashed(conflict: RecurringConflict) -> bool:
    """Its place is drawn dashed: nobody has confirmed it, or somebody has said that it is none."""
    return conflict.state == State.CANDIDATE or conflict.is_dismissed


def state_words(conflict: RecurringConflict) -> str:
    """What was closed without ever having been confirmed was none."""
    if conflict.is_dismissed:
        return _("不是反复矛盾")
    return str(_(STATE_LABELS[State(conflict.state)]))


def overdue_words(due: date, now: datetime, *, is_running: bool) -> str:
    """7月20日 前做完; and by how much it is late, where it still runs."""
    days = (day_of(now) - due).days
    if days > 0 and is_running:
        late = ngettext("{day} 到期，超期 {n} 天", "{day} 到期，超期 {n} 天", days)
        return late.format(day=day_words(due, now), n=days)
    return _("{day} 前做完").format(day=day_words(due, now))


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    number: int
    code: str
    name: str
    area: str
    state: str
    chip: str
    ratio: str
    observed: int
    avoidable: str
    owner: str
    last_case: str
    since: int
    is_dashed: bool


def row_of(conflict: Any, number: int, scope: Scope, now: datetime) -> Row:
    seen = conflict.latest
    return Row(
        number=number,
        code=conflict.code,
        name=name_of(conflict),
        area=called(conflict.area),
        state=state_words(conflict),
        chip=chip(conflict),
        ratio=ratio_words(seen),
        observed=seen.observed,
        avoidable=avoidable_words(seen),
        owner=str(conflict.owner) if conflict.owner and scope.sees_people else "",
        last_case=day(conflict.last_case_at, now) if conflict.last_case_at else "",
        since=seen.run.since.year,
        is_dashed=is_dashed(conflict),
    )


@dataclass(frozen=True)
class Person:
    """Somebody who has to do with it."""

    name: str
    lang: str
    part: str
    phone: str
    is_me: bool


def people_of(
    conflict: RecurringConflict, members: Sequence[Appointment], scope: Scope
) -> list[Person]:
    """The owner, the team, the grid members; nobody for who works without persons."""
    if not scope.sees_people:
        return []
    found = []
    if conflict.owner:
        is_me = conflict.owner_id == scope.user_id
        found.append(
            Person(str(conflict.owner), "zh-Hans", _("负责人"), conflict.owner.phone, is_me)
        )
    if conflict.team:
        team = conflict.team
        found.append(Person(called(team), language_of(team), _("专业队伍"), "", is_me=False))
    for one in members:
        holder = one.holder_on(scope.day)
        place = f"{called(one.cell.community)} {called(one.cell)}" if one.cell else ""
        part = _("属地 · {place}").format(place=place)
        found.append(Person(str(holder), "zh-Hans", part, holder.phone, holder.pk == scope.user_id))
    return found


@dataclass(frozen=True)
class Line:
    """One line of the story: when, what, by whom, and the words that were said."""

    at: datetime
    day: str
    words: str
    by: str
    note: str


def story_of(
    records: Sequence[ConflictRecord],
    evidence: Sequence[Evidence],
    scope: Scope,
    now: datetime,
    *,
    of_city: bool,
) -> list[Line]:
    """What was done, and what the runs saw where that changed (`evidence`, the first run last); the newest first.

    Ranks are numbers `of_city`.
    """
    # That it was found is told with what was seen then.
    lines = [_act_line(one, scope, now) for one in records if one.act != Act.FIND]
    lines += [
        _seen_line(one, now, is_first=one == evidence[-1], of_city=of_city) for one in evidence
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _act_line(one: ConflictRecord, scope: Scope, now: datetime) -> Line:
    words, note = one.get_act_display(), one.note
    by = str(one.by) if one.by and scope.sees_people else ""
    if one.act == Act.OWN:
        words = _("{owner} 负责").format(owner=one.owner) if scope.sees_people else words
    elif one.act == Act.TAKE_BACK:
        words, note = _("撤销：{act}").format(act=_act(note)), ""
    return Line(one.at, day(one.at, now), words, by, note)


def _act(name: str) -> str:
    return str(ConflictRecord(act=name).get_act_display())


def _seen_line(one: Evidence, now: datetime, *, is_first: bool, of_city: bool) -> Line:
    words = _seen_words(is_first=is_first, is_listed=one.rank is not None, of_city=of_city)
    told = words.format(rank=one.rank, ratio=ratio_words(one))
    return Line(one.run.at, day(one.run.at, now), told, "", "")


def _seen_words(*, is_first: bool, is_listed: bool, of_city: bool) -> str:
    if not is_listed and not is_first:
        return _("查找：没有列出，{ratio}")
    if of_city:
        return (
            _("首次发现：第 {rank} 位，{ratio}") if is_first else _("查找：第 {rank} 位，{ratio}")
        )
    return _("首次发现：{ratio}") if is_first else _("查找：{ratio}")
