"""The filters in the header of the page: what may be chosen, and what is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from gridmap.console.command.asking import Asked
from gridmap.console.command.state import STATES
from gridmap.console.desk.wording import Choice, Name, depths_of
from gridmap.incidents.models.choices import choices
from gridmap.incidents.states import STATE_LABELS, State
from gridmap.incidents.topics import SOURCES, URGENCIES

LABELS = {
    "area": gettext_lazy("区域"),
    "topic": gettext_lazy("专题"),
    "source": gettext_lazy("来源"),
    "urgency": gettext_lazy("紧急程度"),
    "state": gettext_lazy("状态"),
}
ALL = {
    "area": gettext_lazy("全部区域"),
    "topic": gettext_lazy("全部专题"),
    "source": gettext_lazy("全部来源"),
}


@dataclass(frozen=True)
class Filter:
    """One kind of filter; `said` is what its button says, `count` how many of its options are chosen."""

    kind: str
    label: str
    said: Name
    count: int
    options: list[Choice]
    is_single: bool


@dataclass(frozen=True)
class Filters:
    """In front those of everyday, the others behind one button that tells how many are set."""

    in_front: list[Filter]
    behind: list[Filter]

    @property
    def set_behind(self) -> int:
        return sum(one.count for one in self.behind)


def filters_of(asked: Asked) -> Filters:
    """For who may not see cases, area and topics."""
    kinds = ("area", "topic", "source") if asked.sees_cases else ("area", "topic")
    behind = ("urgency", "state") if asked.sees_cases else ()
    return Filters([_filter(kind, asked) for kind in kinds], [_filter(kind, asked) for kind in behind])  # fmt: skip


def _filter(kind: str, asked: Asked) -> Filter:
    options = list(_options(kind, asked))
    chosen = [option.label for option in options if option.is_chosen]
    said = chosen[0] if len(chosen) == 1 else Name(_said(kind, len(chosen)))
    if kind == "area" and not chosen and len(asked.known.tops) == 1:
        said = _name(asked.known.tops[0])
    return Filter(kind, str(LABELS[kind]), said, len(chosen), options, kind == "area")


def _said(kind: str, count: int) -> str:
    if not count:
        return str(ALL.get(kind, ""))
    words = ngettext("{kind} {n} 个", "{kind} {n} 个", count)
    return words.format(kind=LABELS[kind], n=count)


def _options(kind: str, asked: Asked) -> Iterable[Choice]:
    chosen = getattr(asked.shown, kind)
    if kind in ("area", "topic"):
        depths = depths_of(asked.known) if kind == "area" else {}
        rows = {"area": asked.known.areas, "topic": asked.known.topics}[kind]
        return [
            Choice(row["code"], _name(row), row["code"] in chosen, depths.get(row["id"], 0))
            for row in rows
        ]
    return [Choice(value, Name(label), value in chosen) for value, label in _words(kind)]


def _words(kind: str) -> list[tuple[str, str]]:
    if kind == "state":
        return [(one, pgettext("state", STATE_LABELS[State(one)])) for one in STATES]
    return [(value, str(label)) for value, label in choices({"source": SOURCES, "urgency": URGENCIES}[kind])]  # fmt: skip


def _name(row: dict[str, Any]) -> Name:
    return Name(row["name"], row["lang"] or "")


def named_area(asked: Asked) -> Name:
    """The chosen area, else the whole of what somebody commands."""
    for row in asked.known.areas:
        if row["code"] == asked.area:
            return _name(row)
    return _name(asked.known.tops[0]) if len(asked.known.tops) == 1 else Name(_("全部区域"))
