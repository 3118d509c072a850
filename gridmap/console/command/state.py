"""What the commander's page shows, as it stands in the address: read, checked, written again.

Pure: nothing is asked of the database. Which areas and topics there are is checked by who knows them.
`from` and `to` are a half-open window: `to` is the first day that is not in it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from gridmap.console.command.steps import OutsideTime, Step, Steps
from gridmap.console.desk.filters import Fault, Reader
from gridmap.incidents.states import NOT_COUNTED, STATE_LABELS
from gridmap.incidents.topics import SOURCES, URGENCIES
from gridmap.recurring.states import CODE

VIEWS = ("density", "cells", "conflicts")
THEMES = ("light", "dark")
MEASURES = ("count", "rate", "open", "change")
# What never was a case of its own is not counted.
STATES = tuple(state.value for state in STATE_LABELS if state.value not in NOT_COUNTED)
LISTS: dict[str, Collection[str] | None] = {
    "area": None,
    "topic": None,
    "source": SOURCES.keys(),
    "urgency": URGENCIES.keys(),
    "state": STATES,
}


@dataclass(frozen=True)
class Shown:
    """One state of the page; `faults` are the parts of the address that could not be."""

    area: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    step: Step = Step.WEEK
    since: date | None = None
    until: date | None = None
    view: str = VIEWS[0]
    measure: str = MEASURES[0]
    conflict: str = ""
    is_wall: bool = False
    wall_theme: str = ""
    faults: tuple[Fault, ...] = field(default=(), compare=False)

    def query(self, **changes: Any) -> str:
        """As it stands in an address; what is as usual is left out."""
        changed = replace(self, **changes)
        pairs: list[tuple[str, str]] = []
        for name, key in KEYS.items():
            value = getattr(changed, name)
            if value != USUAL[name]:
                values = value if isinstance(value, tuple) else (value,)
                pairs += [(key, str(one)) for one in values]
        if changed.is_wall:
            pairs.append(("wall", changed.wall_theme))
        return urlencode(pairs)

    @property
    def filters(self) -> str:
        """The query of what decides which cases are counted, in one order of its values."""
        return replace(self._chosen, step=self.step).query()

    @property
    def cases(self) -> str:
        """The same of what decides which cases are looked at, at whatever time."""
        return self._chosen.query()

    @property
    def _chosen(self) -> "Shown":
        kept = {name: tuple(sorted(getattr(self, name))) for name in LISTS}
        return Shown(**kept)  # type: ignore[arg-type]


KEYS = {
    **{name: name for name in LISTS},
    "step": "step",
    "since": "from",
    "until": "to",
    "view": "view",
    "measure": "measure",
    "conflict": "conflict",
}
USUAL: dict[str, Any] = {one.name: one.default for one in fields(Shown)}


def parse(query: QueryDict) -> Shown:
    """What an address asks for; what cannot be is left out and told in `faults`."""
    reader = Reader(query)
    chosen: dict[str, Any] = {name: reader.many(name, known) for name, known in LISTS.items()}
    if len(chosen["area"]) > 1:
        reader.refuse("area", _("一次看一个区域。"))
        chosen["area"] = ()
    since, until = reader.day("from"), reader.day("to")
    if since and until and since >= until:
        reader.refuse("to", _("结束的日期要晚于开始的日期。"))
        until = None
    step = reader.one_of("step", [*Step], _("没有这种时段：{value}。"))
    view = reader.one_of("view", VIEWS, _("没有这种画法：{value}。"))
    measure = reader.one_of("measure", MEASURES, _("没有这个指标：{value}。"))
    read = Shown(
        **chosen,
        step=Step(step or USUAL["step"]),
        since=since,
        until=until,
        view=view or USUAL["view"],
        measure=measure or USUAL["measure"],
        conflict=_conflict(reader),
        is_wall="wall" in query,
        wall_theme=reader.one_of("wall", THEMES, _("没有这种外观：{value}。")),
    )
    return replace(read, faults=tuple(reader.faults))


def window_of(shown: Shown, steps: Steps) -> tuple[range, list[Fault]]:
    """The chosen steps; the usual ones, and why, where the address asks for none that can be chosen."""
    try:
        return steps.window(shown.since, shown.until), []
    except OutsideTime:
        words = _("能选 {first} 到 {last} 之间的日期。")
        fault = Fault("from", words.format(first=steps.starts[0], last=steps.until))
        return steps.window(None, None), [fault]


def _conflict(reader: Reader) -> str:
    value = reader.query.get("conflict", "")
    if value and not CODE.fullmatch(value):
        reader.refuse("conflict", _("反复矛盾的编号不对：{value}。"), value)
        return ""
    return value
