"""Cases as a person reads them: rows of a list, pins of its map, filters that are set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from geodata.querysets import BEIJING
from gridmap.console.cases.wording import RISK_BARS, chip
from gridmap.console.desk.choices import Choices
from gridmap.console.desk.filters import DATES, KINDS, Filters
from gridmap.console.pages import is_english
from gridmap.console.times import Due, day_words, due, moment
from gridmap.incidents.models import Incident
from gridmap.incidents.models.choices import choices, states
from gridmap.incidents.states import DONE, ENDS, STATE_LABELS, State
from gridmap.incidents.topics import RISKS, SOURCES, UNROUTED, URGENCIES

RISK_SIGNS = {
    "red": gettext_lazy("红"),
    "orange": gettext_lazy("橙"),
    "yellow": gettext_lazy("黄"),
    "blue": gettext_lazy("蓝"),
}
# As maps and tables count: what never was a case of its own is left out.
COUNTED = [("yes", gettext_lazy("计入件数的"))]
RARE = ("cell", "urgency", "happened", "counted", "state", "team", "text")
WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)
# More than so many chosen values are told by their number.
MOST_NAMED = 2


@dataclass(frozen=True)
class Name:
    """A name, and its language where that is not the reader's."""

    text: str
    lang: str = ""


@dataclass(frozen=True)
class Row:
    """One case in the list; `number` is also that of its pin."""

    number: int
    code: str
    title: str
    places: list[Name]
    team: Name | None
    rule: str
    wants: str
    bars: int
    risk: str
    due: Due
    state: str
    chip: str
    is_lead: bool
    incident: Incident


def named(row: Any) -> Name:
    """The name of a place, team, unit or topic in the reader's language, as far as there is one."""
    if not is_english():
        return Name(row.name)
    return Name(row.name_en) if row.name_en else Name(row.name, "zh-Hans")


def chinese(text: str) -> Name:
    """What people wrote, in the language of the city."""
    return Name(text, "zh-Hans" if is_english() else "")


def rows_of(
    incidents: Iterable[Incident], first: int, teams: frozenset[int], now: datetime
) -> list[Row]:
    return [_row(case, number, teams, now) for number, case in enumerate(incidents, first)]


def _row(case: Incident, number: int, teams: frozenset[int], now: datetime) -> Row:
    state = State(case.state)
    return Row(
        number=number,
        code=case.code,
        title=case.title,
        places=_places(case),
        team=named(case.lead_team) if case.lead_team else None,
        rule=_("规则 {number}").format(number=f"{case.rule_id:02d}") if case.rule_id else "",
        wants=str(_(UNROUTED[case.unrouted_reason])) if case.unrouted_reason else "",
        bars=RISK_BARS[case.risk_level],
        risk=str(RISK_SIGNS[case.risk_level]),
        due=due_of(case, now),
        state=pgettext("state", STATE_LABELS[state]),
        chip=chip(state),
        is_lead=case.lead_team_id in teams,
        incident=case,
    )


def _places(case: Incident) -> list[Name]:
    """Where it is and what it is about: address or building, community, topic."""
    if case.address:
        where = [chinese(case.address)]
    elif case.building:
        where = [named(case.building)]
    else:
        where = []
    return [*where, named(case.area), named(case.topic)]


def due_of(case: Incident, now: datetime) -> Due:
    """The deadline while it runs, else what the case waits for or when it ended."""
    state = State(case.state)
    if state is State.SUSPENDED and case.suspended_until:
        return Due(_("挂账到 {day}").format(day=day_words(case.suspended_until, now)), "open")
    if state in ENDS:
        return Due(moment(case.closed_at or case.state_since, now), "")
    if state in DONE:
        return Due(_("{when} 起").format(when=moment(case.state_since, now)), "open")
    return due(case.due_at, now)


def period_words(since: date | None, until: date | None, now: datetime) -> str:
    """7月8日—14日, 7月8日起, 到 7月14日."""
    if since and until:
        if since == until:
            return day_words(since, now)
        first, last = day_words(since, now), day_words(until, now)
        if (since.year, since.month) == (until.year, until.month) and until.year == now.year:
            first = dateformat.format(since, pgettext("first day of a month", "n月j日"))
            last = dateformat.format(until, pgettext("last day of a month", "j日"))
        return _("{since}—{until}").format(since=first, until=last)
    if since:
        return _("{day} 起").format(day=day_words(since, now))
    return _("到 {day}").format(day=day_words(until, now)) if until else ""


@dataclass(frozen=True)
class Choice:
    """One value of a filter and whether it is chosen."""

    value: str
    label: Name
    is_chosen: bool
    depth: int = 0


@dataclass(frozen=True)
class Shown:
    """One filter above the list: what it is called, what is chosen, the address without it."""

    kind: str
    label: str
    chosen: list[Name]
    count: int
    choices: list[Choice]
    without: str

    @property
    def is_set(self) -> bool:
        return bool(self.count)


@dataclass(frozen=True)
class Bar:
    """The filters above a list: in front those that are often used or set, the others behind a button."""

    all: list[Shown]

    @property
    def in_front(self) -> list[Shown]:
        return [one for one in self.all if one.is_set or one.kind not in RARE]

    @property
    def behind(self) -> list[Shown]:
        return [one for one in self.all if not one.is_set and one.kind in RARE and one.choices]


def bar_of(filters: Filters, known: Choices, now: datetime) -> Bar:
    return Bar([_shown(kind, filters, known, now) for kind in KINDS])


def _shown(kind: str, filters: Filters, known: Choices, now: datetime) -> Shown:
    options = _options(kind, filters, known)
    chosen = [option.label for option in options if option.is_chosen]
    count = len(chosen)
    if kind in DATES:
        first, last = (getattr(filters, name) for name in DATES[kind])
        words = period_words(first, last, now)
        chosen, count = ([Name(words)], 1) if words else ([], 0)
    if kind == "text":
        chosen, count = (
            ([Name(_("“{words}”").format(words=filters.text))], 1) if filters.text else ([], 0)
        )
    if kind == "cell":
        # Nobody chooses from so many: a map leads here, by the code.
        chosen, count = [Name(code) for code in filters.cell], len(filters.cell)
    if count > MOST_NAMED:
        chosen = [Name(_many(kind, count))]
    return Shown(
        kind=kind,
        label=str(KINDS[kind]),
        chosen=chosen,
        count=count,
        choices=options,
        without=filters.without(kind).query(),
    )


def _many(kind: str, count: int) -> str:
    return ngettext("{kind} {n} 个", "{kind} {n} 个", count).format(kind=KINDS[kind], n=count)


def _options(kind: str, filters: Filters, known: Choices) -> list[Choice]:
    tables: dict[str, Sequence[tuple[str, Any]]] = {
        "source": choices(SOURCES),
        "risk": choices(RISKS),
        "urgency": choices(URGENCIES),
        "counted": COUNTED,
        "state": states(),
    }
    if kind in tables:
        return [
            Choice(value, Name(str(label)), value in getattr(filters, kind))
            for value, label in tables[kind]
        ]
    rows = {"area": known.areas, "topic": known.topics, "team": known.teams}.get(kind, [])
    depths = depths_of(known)
    return [
        Choice(
            value := str(row.get("code", row["id"])),
            Name(row["name"], row["lang"] or ""),
            value in getattr(filters, kind),
            depths.get(row["id"], 0) if kind == "area" else 0,
        )
        for row in rows
    ]


def depths_of(known: Choices) -> dict[int, int]:
    """How far below the top of the scope each area lies; parents have the smaller code."""
    depths: dict[int, int] = {}
    for area in known.areas:
        depths[area["id"]] = depths.get(area["parent"], -1) + 1
    return depths


@dataclass(frozen=True)
class Period:
    """A span of days that can be chosen with one click."""

    label: str
    query: str


def periods_of(filters: Filters, now: datetime) -> list[Period]:
    """Today, the last week and the last month, as days in the address."""
    today = now.astimezone(BEIJING).date()
    spans = (
        (_("今天"), today),
        (_("近 7 天"), today - timedelta(days=6)),
        (_("近 30 天"), today - timedelta(days=29)),
    )
    return [
        Period(label, filters.query(since=since, until=today, page=1, case="", act=""))
        for label, since in spans
    ]


def result_words(count: int, order: Any) -> str:
    """12 件，按到期先后."""
    counted = ngettext("{n} 件", "{n} 件", count).format(n=f"{count:,}")
    return _("{counted}，{order}").format(counted=counted, order=order)


def today_words(now: datetime) -> str:
    """2026年7月14日 周二."""
    local = now.astimezone(BEIJING)
    day = dateformat.format(local, _("Y年n月j日"))
    return _("{day} {weekday}").format(day=day, weekday=WEEKDAYS[local.weekday()])


def average_words(seconds: float, count: int) -> str:
    """平均 2.1 天办结，12 个月 34 件."""
    days = f"{seconds / 86_400:.1f}"
    return _("平均 {days} 天办结，12 个月 {n} 件").format(days=days, n=f"{count:,}")
