"""Filters of a list of cases as they stand in the address: read, checked, written again, applied.

Pure: nothing is asked of the database. Which areas, topics and teams there are is checked by who
knows them (`choices`).
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geodata.querysets import midnight
from gridmap.incidents.states import NOT_COUNTED, STATE_LABELS, Name
from gridmap.incidents.topics import RISKS, SOURCES, URGENCIES

# What may be chosen from a list, and from which, where the list is known without the database.
LISTS: dict[str, Collection[str] | None] = {
    "area": None,
    "cell": None,
    "topic": None,
    "source": SOURCES.keys(),
    "risk": RISKS.keys(),
    "urgency": URGENCIES.keys(),
    "counted": ("yes",),
    "state": [state.value for state in STATE_LABELS],
    "team": None,
}
# In the order in which they are shown.
KINDS: dict[str, str | Promise] = {
    "area": gettext_lazy("区域"),
    "cell": gettext_lazy("网格"),
    "topic": gettext_lazy("专题"),
    "source": gettext_lazy("来源"),
    "risk": gettext_lazy("风险"),
    "urgency": gettext_lazy("紧急程度"),
    "period": gettext_lazy("登记日期"),
    "happened": gettext_lazy("发生日期"),
    "counted": gettext_lazy("口径"),
    "state": gettext_lazy("状态"),
    "team": gettext_lazy("牵头队伍"),
    "text": gettext_lazy("文字"),
}
# First and last day, of when a case was registered and of when it happened.
DATES = {"period": ("since", "until"), "happened": ("happened_since", "happened_until")}
CODE = re.compile(r"[A-Z]{2,6}-\d{8}-\d{5,9}")
PART_OF_CODE = re.compile(r"[A-Z]{2,6}-\d{1,8}(-\d{0,9})?")
CODE_OF_ROW, NUMBER_OF_ROW = re.compile(r"[A-Za-z0-9_]{1,20}"), re.compile(r"[0-9]{1,9}")
MOST_VALUES = 60
LONGEST_TEXT = 80
LAST_PAGE = 9_999
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Fault:
    """A part of the address that cannot be, and what to do about it."""

    name: str
    message: str


@dataclass(frozen=True)
class Filters:
    """What a list shows: `tab` and filters, the page, the case that is open and what is done with it."""

    tab: str
    area: tuple[str, ...] = ()
    cell: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    risk: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    happened_since: date | None = None
    happened_until: date | None = None
    text: str = ""
    page: int = 1
    case: str = ""
    act: str = ""
    faults: tuple[Fault, ...] = field(default=(), compare=False)

    @property
    def active(self) -> list[str]:
        """The kinds of filters that are set, in the order in which they are shown."""
        return [kind for kind in KINDS if self._is_set(kind)]

    def _is_set(self, kind: str) -> bool:
        return any(getattr(self, name) for name in DATES.get(kind, (kind,)))

    def without(self, kind: str) -> "Filters":
        """The same without one kind, from the first page on."""
        cleared: dict[str, Any] = {name: EMPTY[name] for name in DATES.get(kind, (kind,))}
        return replace(self, page=1, case="", act="", **cleared)

    def query(self, **changes: Any) -> str:
        """As it stands in an address; what is not set is left out."""
        changed = replace(self, **changes)
        pairs: list[tuple[str, str]] = []
        for name, key in KEYS.items():
            value = getattr(changed, name)
            if value == EMPTY.get(name):
                continue
            values = value if isinstance(value, tuple) else (value,)
            pairs += [(key, str(one)) for one in values]
        return urlencode(pairs)


KEYS = {
    "tab": "tab",
    **{name: name for name in LISTS},
    "since": "from",
    "until": "to",
    "happened_since": "happened_from",
    "happened_until": "happened_to",
    "text": "q",
    "page": "page",
    "case": "case",
    "act": "act",
}
EMPTY: dict[str, Any] = {one.name: one.default for one in fields(Filters)}


def parse(query: QueryDict, tabs: Collection[str], default: str) -> Filters:
    """What an address asks for; what cannot be is left out and told in `faults`."""
    reader = Reader(query)
    tab = reader.one_of("tab", tabs, _("没有这一栏：{value}。")) or default
    chosen: dict[str, Any] = {name: reader.many(name, known) for name, known in LISTS.items()}
    for names in DATES.values():
        chosen |= dict(zip(names, reader.days(*(KEYS[name] for name in names)), strict=True))
    read = Filters(
        tab=tab,
        text=reader.text("q"),
        page=reader.page("page"),
        case=reader.code("case"),
        act=reader.one_of("act", [*Name], _("没有这个动作：{value}。")),
        **chosen,
    )
    return replace(read, faults=tuple(reader.faults))


class Reader:
    """Reads the values of a query one by one and keeps what was wrong with them."""

    def __init__(self, query: QueryDict) -> None:
        self.query = query
        self.faults: list[Fault] = []

    def refuse(self, key: str, message: str | Promise, value: str = "") -> None:
        self.faults.append(Fault(key, str(message).format(value=_shown(value))))

    def one_of(self, key: str, known: Collection[str], message: str) -> str:
        value = self.query.get(key, "")
        if value and value not in known:
            self.refuse(key, message, value)
            return ""
        return value

    def many(self, key: str, known: Collection[str] | None) -> tuple[str, ...]:
        values = tuple(dict.fromkeys(value for value in self.query.getlist(key) if value))
        if len(values) > MOST_VALUES:
            self.refuse(key, _("一次选得太多。"))
            return ()
        shape = NUMBER_OF_ROW if key == "team" else CODE_OF_ROW
        wrong = [
            value
            for value in values
            if not shape.fullmatch(value) or (known is not None and value not in known)
        ]
        for value in wrong[:1]:
            self.refuse(key, UNKNOWN[key], value)
        return tuple(value for value in values if value not in wrong)

    def day(self, key: str) -> date | None:
        value = self.query.get(key, "")
        if not value:
            return None
        try:
            found = date.fromisoformat(value)
        except ValueError:
            self.refuse(key, _("日期写成 2026-07-14 这样；现在是“{value}”。"), value)
            return None
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            self.refuse(key, _("年份不对：{value}。"), value)
            return None
        return found

    def days(self, first: str, last: str) -> tuple[date | None, date | None]:
        """From one day to another, both counted in."""
        since, until = self.day(first), self.day(last)
        if since and until and since > until:
            self.refuse(last, _("结束的日期早于开始的日期。"))
            return since, None
        return since, until

    def text(self, key: str) -> str:
        value = " ".join(self.query.get(key, "").split())
        if len(value) > LONGEST_TEXT:
            self.refuse(key, _("要找的文字太长，最多 80 个字。"))
            return ""
        if not value.isprintable():
            self.refuse(key, _("要找的文字里有不能用的字符。"))
            return ""
        return value

    def page(self, key: str) -> int:
        value = self.query.get(key, "") or "1"
        if not (value.isascii() and value.isdigit() and 0 < int(value[:9]) <= LAST_PAGE):
            self.refuse(key, _("没有这一页：{value}。"), value)
            return 1
        return int(value)

    def code(self, key: str) -> str:
        value = self.query.get(key, "")
        if value and not CODE.fullmatch(value):
            self.refuse(key, _("案件编号不对：{value}。"), value)
            return ""
        return value


# Also said of what there is but not for this person: the two cannot be told apart.
UNKNOWN: Mapping[str, str | Promise] = {
    "area": gettext_lazy("没有这个区域：{value}。"),
    "cell": gettext_lazy("没有这个网格：{value}。"),
    "topic": gettext_lazy("没有这个专题：{value}。"),
    "source": gettext_lazy("没有这个来源：{value}。"),
    "urgency": gettext_lazy("没有这个紧急程度：{value}。"),
    "risk": gettext_lazy("没有这个风险等级：{value}。"),
    "counted": gettext_lazy("没有这种口径：{value}。"),
    "state": gettext_lazy("没有这个状态：{value}。"),
    "team": gettext_lazy("没有这支队伍：{value}。"),
}


def _shown(value: str) -> str:
    """What somebody wrote, short enough for a sentence."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in value)
    return clean if len(clean) <= 20 else f"{clean[:20]}…"


def unknown(filters: Any, kind: str, known: Collection[str]) -> list[Fault]:
    """Faults for the chosen values of a kind that nobody knows."""
    wrong = [value for value in getattr(filters, kind) if value not in known]
    return [Fault(kind, str(UNKNOWN[kind]).format(value=_shown(value))) for value in wrong[:1]]


def conditions(filters: Filters, areas: Collection[int]) -> dict[str, Q]:
    """What each active filter demands of a case; `areas` are the chosen ones with all below them."""
    wanted = {
        "area": lambda: Q(area__in=areas),
        "cell": lambda: Q(cell__code__in=filters.cell),
        "topic": lambda: Q(topic__code__in=filters.topic),
        "source": lambda: Q(source__in=filters.source),
        "risk": lambda: Q(risk_level__in=filters.risk),
        "urgency": lambda: Q(urgency__in=filters.urgency),
        "counted": lambda: ~Q(state__in=NOT_COUNTED),
        "period": lambda: _within("registered_at", filters.since, filters.until),
        "happened": lambda: _within("occurred_at", filters.happened_since, filters.happened_until),
        "state": lambda: Q(state__in=filters.state),
        "team": lambda: Q(lead_team__in=[int(team) for team in filters.team]),
        "text": lambda: _holding(filters.text),
    }
    return {kind: wanted[kind]() for kind in filters.active}


def _within(column: str, since: date | None, until: date | None) -> Q:
    """Days in Beijing, both counted in."""
    found = Q()
    if since:
        found &= Q(**{f"{column}__gte": midnight(since)})
    if until:
        found &= Q(**{f"{column}__lt": midnight(until + timedelta(days=1))})
    return found


def _holding(text: str) -> Q:
    """A number, or words in the title, the address or what was said."""
    if PART_OF_CODE.fullmatch(text.upper()):
        return Q(code__startswith=text.upper())
    return (
        Q(title__icontains=text)
        | Q(address__icontains=text)
        | Q(summary__icontains=text)
        | Q(building__name__icontains=text)
    )
